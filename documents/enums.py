from django.db.models import TextChoices


class FileState(TextChoices):
    """What may be done with a file that came in. Nothing but READY is ever shown to an evaluator."""

    RECEIVED = "received", "En cours de contrôle"
    SCANNED = "scanned", "Antivirus passé, lecture en cours"
    READY = "ready", "Prêt"
    TO_FIX = "to_fix", "À corriger"
    REFUSED = "refused", "Fichier refusé"
    WITHDRAWN = "withdrawn", "À remplacer"
    ERASED = "erased", "Effacé"


WAITING = (FileState.RECEIVED, FileState.SCANNED)
"""Not known yet: the check is to come, or under way."""


class Scan(TextChoices):
    """What the antivirus said: nothing was asked of it where none is set up (demonstration only)."""

    NONE = "none", "Non analysé"
    CLEAN = "clean", "Analysé"


class FileKind(TextChoices):
    """What a file is for; the check of anonymity is for contracts alone."""

    CER = "cer", "CER"
    ATTESTATION = "attestation", "Attestation"
    ABSENCE = "absence", "Justificatif d’absence"
    SPREADSHEET = "spreadsheet", "Tableur"
    MADE = "made", "Document établi par le portail"


class Outcome(TextChoices):
    """What the way in ends with."""

    READY = "ready", "Prêt"
    TO_FIX = "to_fix", "À corriger"
    REFUSED = "refused", "Refusé"


class Ruling(TextChoices):
    """What the person who sent a contract says of a sign found in it."""

    OPEN = "open", "À décider"
    MASKED = "masked", "Masqué"
    NOT_PERSONAL = "not_personal", "Pas une donnée personnelle"


class FileAct(TextChoices):
    """What happens to a file, as its journal tells it."""

    RECEIVED = "received", "Reçu"
    SCANNED = "scanned", "Analysé par l’antivirus"
    CLEANED = "cleaned", "Nettoyé"
    READY = "ready", "Prêt"
    TO_FIX = "to_fix", "À corriger"
    REFUSED = "refused", "Refusé"
    MASKED = "masked", "Masqué, original détruit"
    WITHDRAWN = "withdrawn", "Retiré de la vue"
    DELETED = "deleted", "Effacé"


class LetterKind(TextChoices):
    REGISTRATION_RECEIPT = "registration_receipt", "Accusé d’enregistrement"
    ACKNOWLEDGEMENT = "acknowledgement", "Accusé de réception"
    GRANT = "grant", "Décision d’octroi du label"
    CERTIFICATE = "certificate", "Certificat de label"
    MORATORIUM = "moratorium", "Notification de moratoire"
    REFUSAL = "refusal", "Décision de refus du label"
    ATTENDANCE = "attendance", "Attestation de présence"


class FindingKind(TextChoices):
    """What the check of a contract can find. The values are those of `manage.py check_files`."""

    NIR = "nir", "Numéro de sécurité sociale"
    CAF_NUMBER = "caf_number", "Numéro d’allocataire"
    FRANCE_TRAVAIL_ID = "france_travail_id", "Identifiant France Travail"
    PHONE = "phone", "Téléphone"
    EMAIL = "email", "Adresse électronique"
    POSTAL_ADDRESS = "postal_address", "Adresse postale"
    BIRTH_DATE = "birth_date", "Date de naissance"
    IBAN = "iban", "Compte bancaire (IBAN)"
    PERSON_NAME = "person_name", "Nom d’une personne"
    REFERENT_NAME = "referent_name", "Nom d’un professionnel de la structure"
    METADATA = "metadata", "Données cachées du fichier"
    HIDDEN_TEXT = "hidden_text", "Texte caché"
