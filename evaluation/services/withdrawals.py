"""A contract in which somebody can still be recognised: out of view at once, then answered by a new file.

What a round that is still open had ticked is set aside in the journal, and done again on the new file: the withdrawal
keeps the hash of the one it was ticked on. What a closed round ticked has founded an opinion: it stays.
"""

from datetime import datetime

from django.db import transaction

from accounts import roles
from accounts.models import User
from core.sandbox import FileRefused
from documents.enums import FileAct, FileState
from documents.journal import record
from documents.models import StoredFile
from documents.services import delete_file
from evaluation.enums import STAGE_OF_ROUND, IdentifyingKind, PanelStage, Round
from evaluation.errors import EvaluationRefused, PanelClosed, Recused
from evaluation.models import Cer, FileWithdrawal, Panel
from evaluation.rights import may_withdraw_files
from evaluation.selectors import is_recused
from evaluation.services.journal import set_aside

REASON = "Donnée identifiante signalée\u00a0: {kind}. Renvoyez le même contrat, cette donnée masquée."
SAME_PAGES = (
    "Ces pages sont celles qui ont été retirées\u00a0: la donnée signalée y est encore. "
    "Masquez-la, puis renvoyez le contrat."
)


@transaction.atomic
def withdraw_file(*, cer: Cer, kind: IdentifyingKind, actor: User, now: datetime) -> FileWithdrawal:
    """Take the file out of everybody's view at the Département; its structure is asked for another."""
    panel = Panel.objects.select_for_update().get(pk=cer.panel_id)
    visible = Panel.objects.visible_to(actor).filter(pk=panel.pk)
    if roles.is_slai(actor):
        visible = visible.filter(structure__lead_territory__in=actor.territories.all())
    if not may_withdraw_files(actor) or not visible.exists():
        raise EvaluationRefused("Ce signalement n’est pas dans vos droits.")
    if panel.stage == PanelStage.DRAFT:
        raise PanelClosed("Ce panel n’est pas encore déposé.")
    if is_recused(actor, panel):
        raise Recused
    fresh = panel.cers.select_related("referent").filter(pk=cer.pk).first()
    file = StoredFile.objects.select_for_update(of=("self",)).filter(pk=fresh.file_id).first() if fresh else None
    if fresh is None or file is None or not file.is_ready:
        raise EvaluationRefused("Le fichier de ce CER est déjà retiré.")
    file.state, file.reason = FileState.WITHDRAWN, REASON.format(kind=kind.label[0].lower() + kind.label[1:])
    file.save(update_fields=["state", "reason"])
    record(file, FileAct.WITHDRAWN, at=now, detail=kind.label, actor=actor)
    open_rounds = [round for round in (Round.CONTROL, Round.SESSION) if STAGE_OF_ROUND[round] == panel.stage]
    set_aside(fresh, author=actor, now=now, reason=f"Fichier retiré\u00a0: {kind.label}.", rounds=open_rounds)
    return FileWithdrawal.objects.create(
        cer=fresh, kind=kind, sha256=file.sha256, appearance=file.appearance, stage=panel.stage, user=actor, at=now
    )


@transaction.atomic
def answer_withdrawal(*, cer: Cer, file: StoredFile, actor: User) -> Cer:
    """Put the structure's new file in the place of the one withdrawn, or of an answer that is not ready yet."""
    panel = Panel.objects.select_for_update().get(pk=cer.panel_id)
    if not roles.is_structure(actor) or actor.structure_id != panel.structure_id:
        raise EvaluationRefused("Seule la structure renvoie ses CER.")
    fresh = panel.cers.select_related("referent", "file").filter(pk=cer.pk).first()
    former = fresh.file if fresh else None
    if fresh is None or former is None or panel.stage == PanelStage.DRAFT or former.is_ready:
        raise PanelClosed("Ce CER n’est plus à remplacer. Ce fichier n’a pas été gardé.")
    known = set(fresh.withdrawals.values_list("sha256", flat=True)) | {former.received_sha256}
    if file.received_sha256 in known:
        raise EvaluationRefused("C’est le fichier qui a été retiré. Masquez d’abord la donnée signalée.")
    fresh.file = file
    fresh.save(update_fields=["file"])
    if not former.legal_hold:
        delete_file(file=former)
    return fresh


def refuse_same_pages(*, file: StoredFile) -> None:
    """Before an answer becomes ready: FileRefused when nothing was masked in it, however it was saved again."""
    withdrawn = FileWithdrawal.objects.filter(cer__file=file).exclude(appearance="")
    if withdrawn.filter(appearance=file.appearance).exists():
        raise FileRefused(SAME_PAGES)
