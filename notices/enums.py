from django.db.models import TextChoices


class NoticeState(TextChoices):
    QUEUED = "queued", "À envoyer"
    SENDING = "sending", "Envoi en cours"
    SENT = "sent", "Envoyée"
    FAILED = "failed", "En échec"
    SUPERSEDED = "superseded", "Remplacée par une plus récente"
    CANCELLED = "cancelled", "Annulée"
