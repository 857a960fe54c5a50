"""Contracts that came in without saying for whom: kept, then given to a référent or taken back."""

from datetime import datetime

from django.db import transaction

from accounts.models import Referent, User
from documents.models import StoredFile
from documents.services import delete_file
from evaluation.errors import EvaluationRefused
from evaluation.models import Cer, CerToSort, Panel
from evaluation.services.panels import add_cer, lock_draft


@transaction.atomic
def keep_to_sort(*, panel: Panel, file: StoredFile, actor: User, now: datetime) -> CerToSort:
    return CerToSort.objects.create(panel=lock_draft(panel.pk, actor), file=file, created_at=now)


@transaction.atomic
def sort_cer(
    *, waiting: CerToSort, referent: Referent, number: int | None = None, contract_type: str = "", actor: User,
    now: datetime,
) -> Cer:  # fmt: skip
    """Make it a CER of this référent, under the first free number, or in the drawn place `number`."""
    fresh = _lock(waiting, actor)
    fresh.delete()
    return add_cer(
        panel=fresh.panel, referent=referent, number=number, file=fresh.file, contract_type=contract_type,
        actor=actor, now=now,
    )  # fmt: skip


@transaction.atomic
def remove_cer_to_sort(*, waiting: CerToSort, actor: User) -> None:
    """Take it back, with its file."""
    fresh = _lock(waiting, actor)
    fresh.delete()
    delete_file(file=fresh.file)


def _lock(waiting: CerToSort, actor: User) -> CerToSort:
    panel = lock_draft(waiting.panel_id, actor)
    fresh = CerToSort.objects.select_related("file").filter(pk=waiting.pk, panel=panel).first()
    if fresh is None:
        raise EvaluationRefused("Ce fichier est déjà rangé, ou retiré.")
    fresh.panel = panel
    return fresh
