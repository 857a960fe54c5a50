"""What the SLAI says of a CER. When the file is in its hands is for the application to say."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts import roles
from accounts.models import User
from evaluation.enums import PanelStage
from evaluation.errors import EvaluationRefused, PanelClosed, Recused, StaleRemark
from evaluation.models import Cer, Panel, SlaiRemark
from evaluation.selectors import is_recused
from rulebook.enums import ContractType

REMARK_LIMIT = 1000


@transaction.atomic
def write_remark(*, cer: Cer, text: str, lines: Iterable[str], version: int, actor: User, now: datetime) -> SlaiRemark:
    """Add a version of the remark. `version`: the one that was on screen, 0 when there was none; StaleRemark when a
    colleague wrote another. `lines`: those that it is about, none for the whole CER. Sending again what is already
    kept writes nothing."""
    panel = Panel.objects.select_for_update().get(pk=cer.panel_id)
    mine = Panel.objects.visible_to(actor).filter(pk=panel.pk, structure__lead_territory__in=actor.territories.all())
    if not roles.is_slai(actor) or not mine.exists():
        raise EvaluationRefused("Une remarque est écrite par le SLAI du territoire de la structure.")
    if panel.stage not in (PanelStage.SESSION, PanelStage.CLOSED):
        raise PanelClosed("Une remarque vient après le contrôle de la DPID.")
    if is_recused(actor, panel):
        raise Recused
    text, wanted = text.strip(), set(lines)
    if not text:
        raise EvaluationRefused("Écrivez votre remarque.")
    if len(text) > REMARK_LIMIT:
        raise EvaluationRefused(f"Une remarque compte {REMARK_LIMIT} caractères au plus.")
    known = [line.id for line in panel.rulebook.grid.lines_for(ContractType(cer.contract_type))]
    if unknown := wanted.difference(known):
        raise EvaluationRefused(f"La grille de ce CER n’a pas de ligne «\u00a0{min(unknown)}\u00a0».")
    about = [line for line in known if line in wanted]
    last = cer.slai_remarks.select_related("author").last()
    if last and (last.text, last.lines) == (text, about):
        return last
    if version != (last.version if last else 0):
        who = last.author if last else "Une autre personne"
        raise StaleRemark(f"{who} a écrit une autre remarque entre-temps\u00a0: lisez-la ci-dessous, puis enregistrez.")
    return SlaiRemark.objects.create(
        cer=cer, version=version + 1, text=text, lines=about, author=actor, at=now
    )  # fmt: skip
