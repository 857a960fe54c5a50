"""Another file under the same reference. One that is ready stays until its replacement is ready too: whatever becomes
of the new one, the contract that could be filed is not lost. Meanwhile neither is filed: the person who replaces a
file may have seen in it what the check did not.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from documents.models import StoredFile
from documents.services import delete_file
from evaluation.enums import EntryAct
from evaluation.errors import EvaluationRefused
from evaluation.models import Cer
from evaluation.services.journal import record
from evaluation.services.panels import lock_draft_cer

REPLACED = "Le fichier du contrat a été remplacé."


@transaction.atomic
def replace_cer_file(*, cer: Cer, file: StoredFile, actor: User, now: datetime) -> Cer:
    """Put another file in the place of the CER's, which stays beside it as long as it is the only one ready."""
    cer = lock_draft_cer(cer, actor)
    left, cer.file = cer.file, file
    if left and left.is_ready:
        cer.former, left = left, None
    cer.save(update_fields=["file", "former"])
    if left:
        delete_file(file=left)
    if file.is_ready or cer.former is None:
        drop_former_file(cer=cer, now=now)
    return cer


@transaction.atomic
def drop_former_file(*, cer: Cer, now: datetime) -> None:
    """The new file is there to stay: the self-evaluation keeps its ticks and waits for a new look. The caller holds
    the panel."""
    former, cer.former = cer.former, None
    cer.save(update_fields=["former"])
    for scoring in cer.scorings.filter(validated_at__isnull=False):
        scoring.validated_at, scoring.updated_at = None, now
        scoring.save(update_fields=["validated_at", "updated_at"])
        record(scoring, EntryAct.REOPENED, cer=cer, author=None, now=now, reason=REPLACED)
    if former:
        delete_file(file=former)


@transaction.atomic
def restore_cer_file(*, cer: Cer, actor: User) -> Cer:
    """Take the former file up again, as it was, and give up its replacement."""
    cer = lock_draft_cer(cer, actor)
    given_up, former = cer.file, cer.former
    if given_up is None or former is None:
        raise EvaluationRefused(f"{cer.reference} n’a pas de fichier précédent\u00a0: rien n’a changé.")
    cer.file, cer.former = former, None
    cer.save(update_fields=["file", "former"])
    delete_file(file=given_up)
    return cer
