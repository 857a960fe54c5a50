"""A conflict of interest: an agent leaves a panel to others, and only a chief lets them in again."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts import roles
from accounts.models import User
from evaluation.enums import PanelStage, RecusalAct, RecusalCause
from evaluation.errors import EvaluationRefused, PanelClosed
from evaluation.models import CerClaim, Panel, Recusal
from evaluation.rights import may_abstain, may_lift_recusals
from evaluation.selectors import is_recused, successors
from notices.services import queue_notice


@transaction.atomic
def abstain(
    *, panel: Panel, cause: RecusalCause | str, words: str, actor: User, now: datetime, hand_to: User | None = None
) -> Recusal:
    """From now on this person writes nothing on the panel, in any round, and gives no opinion on it once
    it is closed; what they ticked stays under their name.

    `hand_to`: a colleague who is told that the panel is theirs; the cause is not told.
    """
    panel = _lock(panel, actor)
    words = words.strip()
    if not may_abstain(actor):
        raise EvaluationRefused("Ce dossier n’est pas dans vos droits.")
    if is_recused(actor, panel):
        raise EvaluationRefused("Vous êtes déjà en déport sur ce dossier.")
    if cause == RecusalCause.OTHER and not words:
        raise EvaluationRefused("Dites en quelques mots pourquoi vous vous déportez.")
    if hand_to and not successors(panel, actor).filter(pk=hand_to.pk).exists():
        raise EvaluationRefused("Ce dossier ne peut pas être confié à cette personne.")
    row = Recusal.objects.create(
        panel=panel, user=actor, act=RecusalAct.ABSTAINED, cause=cause, words=words, handed_to=hand_to, author=actor,
        at=now,
    )  # fmt: skip
    CerClaim.objects.filter(user=actor, cer__panel=panel).delete()
    if hand_to:
        queue_notice(
            key=f"recusal:{row.pk}",
            subject=f"{panel.label}\u00a0: le dossier vous est confié",
            body=f"{actor} se déporte du dossier {panel.label}, {panel.structure}, et vous le confie.",
            now=now,
            recipient=hand_to,
            path=reverse("score_panel", args=[panel.pk]),
        )
    return row


@transaction.atomic
def lift_recusal(*, panel: Panel, user: User, reason: str, actor: User, now: datetime) -> Recusal:
    """A chief of the DPID, never the person themselves, says why there is no conflict any more."""
    panel = _lock(panel, actor)
    if not may_lift_recusals(actor):
        raise EvaluationRefused("Un déport est levé par l’encadrement de la DPID.")
    if actor.pk == user.pk:
        raise EvaluationRefused("Votre déport est levé par un autre membre de l’encadrement.")
    if is_recused(actor, panel):
        raise EvaluationRefused(
            "Vous êtes aussi en déport sur ce dossier\u00a0: un autre membre de l’encadrement lève celui-ci."
        )
    if not is_recused(user, panel):
        raise EvaluationRefused("Ce déport est déjà levé.")
    if not reason.strip():
        raise EvaluationRefused("Dites pourquoi ce déport est levé.")
    return Recusal.objects.create(
        panel=panel, user=user, act=RecusalAct.LIFTED, words=reason.strip(), author=actor, at=now
    )


def _lock(panel: Panel, actor: User) -> Panel:
    fresh = Panel.objects.select_for_update(of=("self",)).select_related("structure").get(pk=panel.pk)
    visible = Panel.objects.visible_to(actor).filter(pk=panel.pk)
    if roles.is_slai(actor):
        visible = visible.filter(structure__lead_territory__in=actor.territories.all())
    if not visible.exists():
        raise EvaluationRefused("Ce dossier n’est pas dans vos droits.")
    if fresh.stage == PanelStage.DRAFT:
        raise PanelClosed("Ce dossier n’est pas encore déposé.")
    return fresh
