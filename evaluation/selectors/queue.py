"""What waits to be scored, and where somebody takes it up again."""

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from documents.enums import FileState
from evaluation.enums import PanelStage, Round
from evaluation.models import Cer, Panel, Scoring
from evaluation.rights import may_read_cers

QUEUE_ORDER = ("panel__due_on", "panel_id", "referent__code", "number")


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
        .annotate(total=Count("cers", distinct=True), done=Count("cers", filter=done, distinct=True))
        .order_by("due_on", "pk")
    )


def scoring_queue(user: Any) -> QuerySet[Cer]:
    """The CERs that the DPID has still to validate, across files, in the order in which to take them."""
    if not may_read_cers(user):
        return Cer.objects.none()
    return (
        Cer.objects.visible_to(user)
        .filter(~Exists(_validated(Round.CONTROL)), panel__stage=PanelStage.CONTROL, file__state=FileState.READY)
        .order_by(*QUEUE_ORDER)
    )


def next_unscored(panel: Panel, *, after: Cer, round: Round = Round.CONTROL) -> Cer | None:
    """What to open once `after` is done: further in the panel, else what was skipped there."""
    waiting = list(
        Cer.objects.filter(~Exists(_validated(round)), panel=panel)
        .exclude(pk=after.pk)
        .select_related("referent")
        .order_by(*QUEUE_ORDER)
    )
    here = (after.referent.code, after.number)
    for cer in waiting:
        if (cer.referent.code, cer.number) > here:
            return cer
    return waiting[0] if waiting else None


def resume(user: Any) -> Cer | None:
    """Where this person stopped: the grid left open, else the one after the last, else the head of the queue."""
    last = (
        Scoring.objects.filter(author=user, round=Round.CONTROL, cer__panel__stage=PanelStage.CONTROL)
        .filter(cer__in=Cer.objects.visible_to(user))
        .select_related("cer__referent", "cer__panel")
        .order_by("-updated_at", "-pk")
        .first()
    )
    if last is None:
        return scoring_queue(user).first()
    if not last.validated_at:
        return last.cer
    return next_unscored(last.cer.panel, after=last.cer) or scoring_queue(user).first()


def first_to_open(panel: Panel, round: Round) -> Cer | None:
    """Where to enter a panel: its first CER without a validated grid, else its first one. A working session begins with
    those that the DPID marked."""
    cers = panel.cers.annotate(done=Exists(_validated(round)))
    marked = [F("session_flag__at").asc(nulls_last=True)] if round == Round.SESSION else []
    return cers.order_by("done", *marked, "referent__code", "number").first()


def _validated(round: Round) -> QuerySet[Scoring]:
    return Scoring.objects.filter(cer=OuterRef("pk"), round=round, validated_at__isnull=False)
