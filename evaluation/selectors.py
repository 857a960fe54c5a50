"""Reads of the second criterion. Scores are derived from ticks by `grid`, here and nowhere else, in few queries."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Referent, Structure
from accounts.roles import is_structure
from documents.enums import FileState
from evaluation import grid
from evaluation.enums import STAGE_OF_ROUND, DrawKind, PanelStage, Round
from evaluation.models import Cer, CerFacts, Panel, PanelDraw, Scoring
from evaluation.rights import may_read_cers
from rulebook.enums import MeanScope

QUEUE_ORDER = ("panel__due_on", "panel_id", "referent__code", "number")
ROUND_OF_STAGE = {stage: round for round, stage in STAGE_OF_ROUND.items()}


@dataclass(frozen=True, slots=True)
class CerResult:
    """One CER of the panel; `scoring` and `score` are None until it counts in the round asked for."""

    cer: Cer
    scoring: Scoring | None
    score: grid.CerScore | None


@dataclass(frozen=True, slots=True)
class PanelScores:
    """The scores of a panel in one round: by CER, by référent, for the structure (CdC 5-2)."""

    results: tuple[CerResult, ...]
    structure: grid.StructureScore
    threshold: Fraction

    @property
    def mean(self) -> Fraction | None:
        return self.structure.mean

    @property
    def decisive(self) -> Fraction | None:
        """What is held against the threshold, as `cer.mean_scope` says."""
        return self.structure.decisive

    @property
    def reached(self) -> bool:
        return grid.reaches(self.structure.decisive, self.threshold)

    @property
    def scored(self) -> int:
        return self.structure.cer_count

    @property
    def total(self) -> int:
        return len(self.results)

    @property
    def left(self) -> int:
        return self.total - self.scored

    @property
    def complete(self) -> bool:
        return self.scored == self.total

    def of(self, cer: Cer) -> CerResult:
        return next(result for result in self.results if result.cer.pk == cer.pk)

    def by_referent(self) -> list[tuple[Referent, list[CerResult], Fraction | None]]:
        """Référents in the order of their codes, each with its CERs and its mean so far."""
        rows: dict[int, tuple[Referent, list[CerResult], Fraction | None]] = {}
        for result in self.results:
            referent = result.cer.referent
            row = rows.setdefault(referent.pk, (referent, [], self.structure.per_referent.get(referent.code)))
            row[1].append(result)
        return list(rows.values())


def panel_scores(
    panel: Panel, round: Round, *, including: Cer | None = None, typed: Scoring | None = None
) -> PanelScores:
    """What is validated in `round`; `including`: a CER whose ticks count though they are not validated yet, or as they
    are on screen (`typed`, not saved)."""

    def chosen(scorings: dict[str, Scoring], cer: Cer) -> Scoring | None:
        scoring = typed if typed and cer == including else scorings.get(round)
        return scoring if scoring and (scoring.validated_at or cer == including) else None

    return _panel_scores(panel, chosen)


def effective_scores(panel: Panel, *, including: Cer | None = None, typed: Scoring | None = None) -> PanelScores:
    """What decides: the DPID's scores, as the working session confirmed or revised them (A14, R36). `including` and
    `typed` as in `panel_scores`."""

    def chosen(scorings: dict[str, Scoring], cer: Cer) -> Scoring | None:
        session = typed if typed and cer == including else scorings.get(Round.SESSION)
        control = scorings.get(Round.CONTROL)
        if session and (session.validated_at or cer == including):
            return session
        return control if control and control.validated_at else None

    return _panel_scores(panel, chosen)


def panel_cers(panel: Panel) -> list[Cer]:
    """The CERs in the order of the screens, each with its scorings of every round in `scorings.all()`."""
    cers = list(
        panel.cers.select_related("referent", "file")
        .prefetch_related("scorings__author")
        .order_by("referent__code", "number")
    )
    for cer in cers:
        cer.panel = panel
    return cers


def panel_snapshot(panel: Panel) -> dict[str, Any]:
    """The panel as JSON, to be frozen with a filing or a decision. Neutral references and exact fractions only."""
    effective = effective_scores(panel)
    return {
        "rulebook": panel.rulebook_version,
        "mean": _text(effective.mean),
        "decisive": _text(effective.decisive),
        "reached": effective.reached,
        "per_referent": {code: str(rate) for code, rate in effective.structure.per_referent.items()},
        "short_panels": {short.referent.code: short.reason for short in panel.short_panels.select_related("referent")},
        "cers": [
            {
                "reference": result.cer.reference,
                "type": result.cer.contract_type,
                "file": result.cer.file.sha256 if result.cer.file else None,
                "points": _text(result.score.points if result.score else None),
                "rounds": {
                    scoring.round: {"ticks": scoring.ticks, "comment": scoring.comment}
                    for scoring in result.cer.scorings.all()
                    if scoring.validated_at
                },
            }
            for result in effective.results
        ],
    }


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


def next_to_fix(after: Cer) -> Cer | None:
    """The panel's next contract held by the check, in the order of the screens, from `after` on and round again."""
    held = list(
        Cer.objects.filter(panel=after.panel_id, file__state=FileState.TO_FIX)
        .exclude(pk=after.pk)
        .select_related("referent")
        .order_by("referent__code", "number")
    )
    here = (after.referent.code, after.number)
    return next((cer for cer in held if (cer.referent.code, cer.number) > here), held[0] if held else None)


def known_facts(cer: Cer) -> dict[str, CerFacts]:
    """By source, in one query; the caller shows each side its own."""
    rows = CerFacts.objects.filter(Q(cer=cer) | Q(file__isnull=False, file=cer.file_id)).select_related("author")
    return {row.source: row for row in rows}


def cers_to_replace(structure: Structure) -> QuerySet[Cer]:
    """The filed contracts that the Département can't read: withdrawn, or answered by a file that is not ready yet."""
    return (
        Cer.objects.filter(panel__structure=structure, file__isnull=False)
        .exclude(panel__stage=PanelStage.DRAFT)
        .exclude(file__state=FileState.READY)
        .select_related("referent", "file", "panel")
        .order_by("referent__code", "number")
    )


def kept_lists(panel: Panel) -> dict[str, str]:
    """What is typed of the lists that are not drawn yet, by référent's code."""
    return dict(panel.lists.order_by("referent__code").values_list("referent__code", "text"))


def lists_version(kept: dict[str, str]) -> str:
    """Stands for the lists as they are kept: a page that shows older ones is known by it."""
    return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def standing_draws(panel: Panel) -> dict[str, PanelDraw]:
    """How each référent's CERs were chosen, by code: the draw that opened their places, or the paper's."""
    draws = panel.draws.exclude(kind=DrawKind.REPLACEMENT).select_related("referent", "day", "author")
    return {row.referent.code: row for row in draws}


def visible_draws(user: Any) -> QuerySet[Any]:
    """The draws that this person may check: their structure's own, those of the files that they read CERs in."""
    if not (is_structure(user) or may_read_cers(user)):
        return PanelDraw.objects.none()
    return PanelDraw.objects.filter(panel__in=Panel.objects.visible_to(user))


def left_to_draw(cer: Cer) -> list[str]:
    """What a drawn CER can be replaced by: the references of its list that are not in the panel and never were."""
    draws = list(cer.panel.draws.filter(referent=cer.referent))
    first = next(row for row in reversed(draws) if row.kind in {DrawKind.FIRST, DrawKind.AGAIN})
    out = {row.replaced for row in draws if row.kind == DrawKind.REPLACEMENT and row.pk > first.pk}
    out |= set(cer.panel.cers.filter(referent=cer.referent).values_list("drawn_as", flat=True))
    return [reference for reference in first.references if reference not in out]


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
    """Where to enter a panel: its first CER without a validated grid, else its first one."""
    return panel.cers.annotate(done=Exists(_validated(round))).order_by("done", "referent__code", "number").first()


def _validated(round: Round) -> QuerySet[Scoring]:
    return Scoring.objects.filter(cer=OuterRef("pk"), round=round, validated_at__isnull=False)


def _panel_scores(panel: Panel, chosen: Callable[[dict[str, Scoring], Cer], Scoring | None]) -> PanelScores:
    rulebook = panel.rulebook
    results = tuple(_result(cer, chosen, rulebook.grid) for cer in panel_cers(panel))
    scores: dict[str, list[grid.CerScore]] = {}
    for result in results:
        if result.score:
            scores.setdefault(result.cer.referent.code, []).append(result.score)
    scope = MeanScope(rulebook.choice("cer.mean_scope"))
    return PanelScores(results, grid.structure_score(scores, scope), rulebook.threshold)


def _result(cer: Cer, chosen: Callable[[dict[str, Scoring], Cer], Scoring | None], lines: Any) -> CerResult:
    scorings: Iterable[Scoring] = cer.scorings.all()
    scoring = chosen({scoring.round: scoring for scoring in scorings}, cer)
    if scoring is None or not cer.contract_type:
        return CerResult(cer, None, None)
    return CerResult(cer, scoring, grid.score(lines, cer.contract_type, scoring.ticks))


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
