"""The stage of a structure's training records: the structure prepares, the DPID rules, then nobody writes (CdC 7.1).

The application moves the stage; every write on an attestation or a commitment takes this lock first.
"""

from django.db import transaction

from accounts.models import Structure
from training.enums import RecordStage
from training.models import TrainingRecord


@transaction.atomic
def move_record(*, structure: Structure, stage: RecordStage) -> None:
    """The file is filed (CONTROL), judged (CLOSED), or decided or withdrawn (DRAFT: the structure goes on)."""
    record = lock_record(structure.pk)
    record.stage = stage
    record.save(update_fields=["stage"])
    if stage == RecordStage.CONTROL:
        structure.training_commitments.update(was_filed=True)


def lock_record(structure_id: int) -> TrainingRecord:
    """To be called inside the transaction of the write."""
    TrainingRecord.objects.get_or_create(structure_id=structure_id)
    return TrainingRecord.objects.select_for_update(of=("self",)).get(structure_id=structure_id)
