from enum import StrEnum

from django.db.models import TextChoices


class NoticeState(TextChoices):
    QUEUED = "queued", "À envoyer"
    SENDING = "sending", "Envoi en cours"
    SENT = "sent", "Envoyée"
    FAILED = "failed", "En échec"
    SUPERSEDED = "superseded", "Remplacée par une plus récente"
    CANCELLED = "cancelled", "Annulée"


HIDDEN_STATES = frozenset({NoticeState.SUPERSEDED, NoticeState.CANCELLED})
"""What a person never had to read."""


class Event(StrEnum):
    """What a sweep and a delivery count, for the account they give."""

    QUEUED = "queued"
    SUPERSEDED = "superseded"
    CLOSED = "closed"
    UNADDRESSED = "unaddressed"
    BROKEN = "broken"
    SENT = "sent"
    POSTPONED = "postponed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNREACHABLE = "unreachable"
