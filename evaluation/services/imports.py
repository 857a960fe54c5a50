"""Writing the self-evaluation that a spreadsheet brings: every CER of it, or none."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from evaluation.enums import Round
from evaluation.errors import EvaluationRefused
from evaluation.filled import Entry
from evaluation.models import Panel
from evaluation.selectors import panel_cers
from evaluation.services.panels import set_contract_type
from evaluation.services.scorings import save_ticks


@transaction.atomic
def import_self_scorings(*, panel: Panel, entries: Iterable[Entry], actor: User, now: datetime) -> int:
    """Keep the ticks of each CER, not validated; how many. EvaluationRefused, and nothing written, when a CER is no
    longer what it was when the person looked at what the file would do."""
    locked = Panel.objects.select_for_update().get(pk=panel.pk)
    cers = {cer.reference: cer for cer in panel_cers(locked, Round.SELF)}
    written = 0
    for entry in entries:
        cer = cers.get(entry.reference)
        scoring = next((each for each in cer.scorings.all() if each.round == Round.SELF), None) if cer else None
        known = cer is not None and cer.contract_type == ("" if entry.named else entry.contract_type)
        if cer is None or not known or (scoring.version if scoring else 0) != entry.version:
            raise EvaluationRefused(
                f"{entry.reference} a changé entre-temps\u00a0: rien n’est écrit, relisez les lignes."
            )
        if entry.named:
            set_contract_type(cer=cer, contract_type=entry.contract_type, actor=actor, now=now)
        save_ticks(
            cer=cer, round=Round.SELF, ticks=entry.ticks, comment=None, actor=actor, now=now, version=entry.version
        )
        written += 1
    return written
