"""What waits to be scored, and where somebody takes it up again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from documents.enums import FileState
from evaluation.enums import SAMPLES_OF_ROUND, PanelStage, Round
from evaluation.models import Cer, CerClaim, Panel, Recusal, Scoring
from evaluation.rights import may_read_cers
from evaluation.selectors.claims import live_claims, standing_recusals

SCORED = Q(cers__sample__in=SAMPLES_OF_ROUND[Round.CONTROL])
"""Of a panel: the CERs that the DPID scores, in its control as in the session."""
QUEUE_ORDER = ("panel__due_on", "panel_id", "referent__code", "number")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One panel of the queue as one agent sees it. `left`: what they may take in it now; `following`: the first of
    these. `claims`: who is at work in it; `recusals`: who has left it to others; `recused`: this agent has."""

    panel: Panel
    left: int
    following: Cer | None
    claims: Sequence[CerClaim]
    recusals: Sequence[Recusal]
    recused: bool


def open_panels(user: Any) -> QuerySet[Panel]:
    """The panels that wait for scores, the most urgent first, with `total` and `done` (validated in this stage)."""
    if not may_read_cers(user):
        return Panel.objects.none()
    done = Q(cers__scorings__validated_at__isnull=False) & (
        Q(stage=PanelStage.CONTROL, cers__scorings__round=Round.CONTROL)
        | Q(stage=PanelStage.SESSION, cers__scorings__round=Round.SESSION)
    )
    return (
        Panel.objects.visible_to(user)
        .filter(stage__in=[PanelStage.CONTROL, PanelStage.SESSION])
        .select_related("structure")
        .annotate(total=Count("cers", filter=SCORED, distinct=True), done=Count("cers", filter=done, distinct=True))
        .order_by("due_on", "pk")
    )


def queue_rows(user: Any, panels: Sequence[Panel], now: datetime) -> list[QueueRow]:
    """These panels with who is at work in them and what this agent may take; as many queries for one as for all."""
    free = takeable(user, now).filter(panel__in=panels).order_by()
    left = dict(free.values_list("panel").annotate(Count("pk")))
    first = free.filter(panel=OuterRef("pk")).order_by("referent__code", "number").values("pk")[:1]
    chosen = Panel.objects.filter(pk__in=list(left)).values_list(Subquery(first), flat=True)
    following = {cer.panel_id: cer for cer in Cer.objects.filter(pk__in=list(chosen)).select_related("referent")}
    claims, recusals = live_claims(panels, now), standing_recusals(user, panels)
    return [
        QueueRow(
            panel,
            left.get(panel.pk, 0),
            following.get(panel.pk),
            claims.get(panel.pk, ()),
            recusals.get(panel.pk, ()),
            any(row.user_id == user.pk for row in recusals.get(panel.pk, ())),
        )
        for panel in panels
    ]


def scoring_queue(user: Any) -> QuerySet[Cer]:
    """The CERs that the DPID has still to validate, across files, in the order in which to take them, less the panels
    that this person has left to others."""
    if not may_read_cers(user):
        return Cer.objects.none()
    return (
        Cer.objects.visible_to(user)
        .in_round(Round.CONTROL)
        .filter(~Exists(_validated(Round.CONTROL)), panel__stage=PanelStage.CONTROL, file__state=FileState.READY)
        .exclude(panel__in=_left_to_others(user))
        .order_by(*QUEUE_ORDER)
    )


def takeable(user: Any, now: datetime) -> QuerySet[Cer]:
    """The same without what a colleague scores at this hour."""
    held = CerClaim.objects.of_others(user, now).filter(cer=OuterRef("pk"))
    return scoring_queue(user).filter(~Exists(held)).select_related("panel__structure", "referent")


def next_to_score(user: Any, *, after: Cer, now: datetime) -> Cer | None:
    """What to take once `after` is done: further in its panel, else what was skipped there, else the most urgent."""
    here, code = Q(panel=after.panel_id), after.referent.code
    further = here & (Q(referent__code__gt=code) | Q(referent__code=code, number__gt=after.number))
    turn = Case(When(further, then=0), When(here, then=1), default=2)
    return takeable(user, now).exclude(pk=after.pk).order_by(turn, *QUEUE_ORDER).first()


def next_unscored(panel: Panel, *, after: Cer, round: Round) -> Cer | None:
    """What to open in this panel once `after` is done: further on, else what was skipped."""
    waiting = list(
        Cer.objects.in_round(round)
        .filter(~Exists(_validated(round)), panel=panel)
        .exclude(pk=after.pk)
        .select_related("referent")
        .order_by(*QUEUE_ORDER)
    )
    here = (after.referent.code, after.number)
    for cer in waiting:
        if (cer.referent.code, cer.number) > here:
            return cer
    return waiting[0] if waiting else None


def resume(user: Any, now: datetime) -> Cer | None:
    """Where this person stopped: the grid left open, else the one after the last, else the head of the queue. Never
    what a colleague scores at this hour."""
    free = takeable(user, now)
    held = free.filter(claim__user=user, claim__until__gt=now).first()
    if held:
        return held
    last = (
        Scoring.objects.filter(author=user, round=Round.CONTROL, cer__panel__stage=PanelStage.CONTROL)
        .filter(cer__in=Cer.objects.visible_to(user))
        .select_related("cer__referent", "cer__panel__structure")
        .order_by("-updated_at", "-pk")
        .first()
    )
    if last is None:
        return free.first()
    if not last.validated_at and free.filter(pk=last.cer_id).exists():
        return last.cer
    return next_to_score(user, after=last.cer, now=now)


def first_to_open(panel: Panel, round: Round, *, user: Any, now: datetime) -> Cer | None:
    """Where to enter a panel: its first CER without a validated grid that no colleague holds, else its first one. A
    working session begins with those that the DPID marked."""
    cers = panel.cers.in_round(round).annotate(
        done=Exists(_validated(round)),
        held=Exists(CerClaim.objects.of_others(user, now).filter(cer=OuterRef("pk"))),
    )
    marked = [F("session_flag__at").asc(nulls_last=True)] if round == Round.SESSION else []
    return cers.order_by("done", "held", *marked, "referent__code", "number").first()


def _validated(round: Round) -> QuerySet[Scoring]:
    return Scoring.objects.filter(cer=OuterRef("pk"), round=round, validated_at__isnull=False)


def _left_to_others(user: Any) -> QuerySet[Any]:
    return Recusal.standing().filter(user=user).values("panel")
