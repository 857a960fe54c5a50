from django.db.models import TextChoices


class FileState(TextChoices):
    """What may be done with a file that came in. Nothing but READY is ever shown to an evaluator."""

    RECEIVED = "received", "Contrôle en cours"
    READY = "ready", "Prêt"
    REFUSED = "refused", "Fichier refusé"


class LetterKind(TextChoices):
    REGISTRATION_RECEIPT = "registration_receipt", "Accusé d’enregistrement"
    GRANT = "grant", "Décision d’octroi du label"
    CERTIFICATE = "certificate", "Certificat de label"
    MORATORIUM = "moratorium", "Notification de moratoire"
    REFUSAL = "refusal", "Décision de refus du label"
