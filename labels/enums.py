from django.db.models import TextChoices


class LabelState(TextChoices):
    ACTIVE = "active", "Label valide"
    EXPIRED = "expired", "Label expiré"


class MoratoriumState(TextChoices):
    AWAITING_NOTIFICATION = "awaiting_notification", "Notification en attente"
    RUNNING = "running", "En cours"
    ENDED = "ended", "Terminé, nouvelle demande attendue"


class NotificationMode(TextChoices):
    """How the letter reached the structure; what starts the clocks is the date of receipt (domain.md §3)."""

    REGISTERED_LETTER = "registered_letter", "Lettre recommandée avec accusé de réception"
    HAND_DELIVERY = "hand_delivery", "Remise en main propre contre signature"
