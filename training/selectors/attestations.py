"""Reads on the attestations that the Département issues."""

from typing import Any

from django.db.models import Q, QuerySet

from training.enums import EnrolmentState, SessionState
from training.models import Attestation, Enrolment, TrainingSession


def due_attestations() -> QuerySet[Enrolment]:
    """Those who were there from the first half-day to the last of a closed session, and have no attestation yet."""
    rows = Enrolment.objects.filter(state=EnrolmentState.PRESENT, session__state=SessionState.CLOSED)
    return rows.exclude(pk__in=Attestation.objects.filter(withdrawn_at=None).values("enrolment")).order_by("pk")


def attestations_in(session: TrainingSession, user: Any) -> dict[int, Attestation]:
    """Enrolment -> the attestation that stands, as far as `user` may read them."""
    rows = Attestation.objects.visible_to(user).filter(enrolment__session=session, withdrawn_at=None)
    return {row.enrolment_id: row for row in rows}


def find_attestation(query: str) -> Attestation | None:
    """That of a number or a verification code, standing or withdrawn; None when neither is known."""
    cleaned = query.strip()
    if not cleaned:
        return None
    rows = Attestation.objects.filter(Q(number__iexact=cleaned) | Q(check_code=cleaned))
    found: Attestation | None = rows.select_related("enrolment__session").first()
    return found
