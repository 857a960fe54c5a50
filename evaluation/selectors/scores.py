"""The scores of a panel, derived from ticks by `grid`, here and nowhere else, in few queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from accounts import roles
from accounts.models import Referent
from evaluation import grid
from evaluation.enums import PanelStage, Round, Sample
from evaluation.models import Cer, Panel, Scoring
from rulebook.enums import MeanScope


@dataclass(frozen=True, slots=True)
class CerResult:
    """One CER of the panel; `scoring` and `score` are None until it counts in the round asked for."""

    cer: Cer
    scoring: Scoring | None
    score: grid.CerScore | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a CER stands in its panel, in the order of the screens. `ahead`: the next one, if its file can be read."""

    rank: int
    total: int
    previous: int | None
    following: int | None
    ahead: int | None


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

    def mean_of(self, referent: Referent) -> Fraction | None:
        return self.structure.per_referent.get(referent.code)

    def of(self, cer: Cer) -> CerResult:
        return next(result for result in self.results if result.cer.pk == cer.pk)

    def place_of(self, cer: Cer) -> Place:
        cers = [result.cer for result in self.results]
        rank = next(rank for rank, other in enumerate(cers) if other.pk == cer.pk)
        following = cers[rank + 1] if rank + 1 < len(cers) else None
        readable = following and following.file and following.file.is_ready
        return Place(
            rank + 1,
            len(cers),
            cers[rank - 1].pk if rank else None,
            following.pk if following else None,
            following.pk if following and readable else None,
        )

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

    return _panel_scores(panel, round, chosen)


def effective_scores(panel: Panel, *, including: Cer | None = None, typed: Scoring | None = None) -> PanelScores:
    """What decides: the DPID's scores, as the working session confirmed or revised them (A14, R36). `including` and
    `typed` as in `panel_scores`."""

    def chosen(scorings: dict[str, Scoring], cer: Cer) -> Scoring | None:
        session = typed if typed and cer == including else scorings.get(Round.SESSION)
        control = scorings.get(Round.CONTROL)
        if session and (session.validated_at or cer == including):
            return session
        return control if control and control.validated_at else None

    return _panel_scores(panel, Round.CONTROL, chosen)


def readable_rounds(panel: Panel, user: Any) -> list[Round]:
    """The rounds of the panel that have begun and that `user` may read, in their order."""
    if roles.is_structure(user):
        return [Round.SELF]
    held = panel.stage == PanelStage.SESSION or Scoring.objects.filter(cer__panel=panel, round=Round.SESSION).exists()
    return [Round.SELF, Round.CONTROL, *([Round.SESSION] if held else [])]


def seen_scores(panel: Panel, round: Round, user: Any) -> PanelScores:
    """What is validated in `round` and `user` may see (`Scoring.visible_to`); for the working session, what decides
    after it, CER by CER."""
    seen = set(Scoring.objects.visible_to(user).filter(cer__panel=panel).values_list("pk", flat=True))
    order = (Round.SESSION, Round.CONTROL) if round == Round.SESSION else (round,)

    def chosen(scorings: dict[str, Scoring], cer: Cer) -> Scoring | None:
        counted = (scoring for name in order if (scoring := scorings.get(name)) and scoring.validated_at)
        return next((scoring for scoring in counted if scoring.pk in seen), None)

    return _panel_scores(panel, round, chosen)


def own_mean(scores: PanelScores) -> Fraction | None:
    """The structure's mean on the CERs that the DPID has validated: to be compared with its own, and telling nothing
    of those that it has still to score (CdC 5-2)."""
    rows = [(result.cer, {row.round: row for row in result.cer.scorings.all()}) for result in scores.results]
    return grid.mean(
        grid.score(cer.panel.rulebook.grid, cer.contract_type, rounds[Round.SELF].ticks)
        for cer, rounds in rows
        if Round.SELF in rounds and Round.CONTROL in rounds and rounds[Round.CONTROL].validated_at
    )


def panel_cers(panel: Panel, round: Round | None = None) -> list[Cer]:
    """The CERs in the order of the screens, each with its scorings of every round in `scorings.all()`; `round`: those
    that it scores."""
    cers = list(
        (panel.cers.in_round(round) if round else panel.cers)
        .select_related("referent", "file")
        .prefetch_related("scorings__author")
        .order_by("referent__code", "number")
    )
    for cer in cers:
        cer.panel = panel
    return cers


def panel_snapshot(panel: Panel) -> dict[str, Any]:
    """The panel as JSON, to be frozen with a filing or a decision. Neutral references and exact fractions only."""
    effective = effective_scores(panel)
    results = list(effective.results)
    if panel.apart:
        found = {result.cer.pk: result for result in results}
        results = [found.get(cer.pk, CerResult(cer, None, None)) for cer in panel_cers(panel)]
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
                **({} if result.cer.sample == Sample.BOTH else {"sample": result.cer.sample}),
                "rounds": {
                    scoring.round: {"ticks": scoring.ticks, "comment": scoring.comment}
                    | ({"reasons": scoring.reasons} if scoring.reasons else {})
                    for scoring in result.cer.scorings.all()
                    if scoring.validated_at
                },
            }
            for result in results
        ],
    }


def _panel_scores(
    panel: Panel, round: Round, chosen: Callable[[dict[str, Scoring], Cer], Scoring | None]
) -> PanelScores:
    rulebook = panel.rulebook
    results = tuple(_result(cer, chosen, rulebook.grid) for cer in panel_cers(panel, round))
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
