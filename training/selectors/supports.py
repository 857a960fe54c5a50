"""What the DPID asked of a structure for its trainings outside the plan."""

from django.db.models import Q, QuerySet

from accounts.models import Structure
from documents.enums import FileState
from training.enums import RULED, RecordStage, SupportState
from training.models import SupportRequest


def supports_to_answer(structure: Structure) -> QuerySet[SupportRequest]:
    return (
        _to_answer()
        .filter(certificate__structure=structure)
        .select_related("certificate__referent", "file")
        .order_by("due_on", "pk")
    )


def is_to_answer(request_id: int) -> bool:
    return _to_answer().filter(pk=request_id).exists()


def _to_answer() -> QuerySet[SupportRequest]:
    """Asked and not sent, or sent and refused at the check, while the attestation waits for its ruling."""
    to_send = Q(state=SupportState.ASKED) | Q(state=SupportState.ANSWERED, file__state=FileState.REFUSED)
    return SupportRequest.objects.filter(
        to_send, certificate__structure__training_record__stage=RecordStage.CONTROL
    ).exclude(certificate__state__in=RULED)
