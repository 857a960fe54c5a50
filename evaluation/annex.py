"""The grid of Annex 2 as a document: one line per CER, a total and a mean per référent, the points in full (CdC 5-2).

The column « N° CAF » of the annex holds the neutral reference of the contract: nothing here reads the number.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from core.french import decimal_fr, percent
from evaluation.enums import STAGE_OF_ROUND, Round
from evaluation.models import Panel, Scoring
from evaluation.selectors import CerResult, PanelScores, readable_rounds, seen_scores
from rulebook.clauses import Criterion

SLUGS = {"auto-evaluation": Round.SELF, "controle": Round.CONTROL, "temps-de-travail": Round.SESSION}
"""How the addresses and the names of files say a round."""
TITLES = {
    Round.SELF: "Auto-évaluation de la structure",
    Round.CONTROL: "Contrôle de la DPID",
    Round.SESSION: "Cotation retenue après le temps de travail DPID–SLAI",
}


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """One CER. `points`: by criterion, in the order of the grid; none while it is not scored, or not shown."""

    reference: str
    contract: str
    points: tuple[Fraction, ...]
    total: Fraction | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnnexGroup:
    """The CERs of one référent, known by the code alone. `total` and `maximum` sum what is scored."""

    code: str
    rows: tuple[AnnexRow, ...]
    total: Fraction
    maximum: Fraction
    mean: Fraction | None


@dataclass(frozen=True, slots=True)
class Annex:
    """`version` grows at each save of one of its grids; `hidden`: CERs whose score this reader may not see yet."""

    panel: Panel
    round: Round
    scores: PanelScores
    groups: tuple[AnnexGroup, ...]
    version: int
    updated_at: datetime | None
    hidden: int

    @property
    def title(self) -> str:
        return TITLES[self.round]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self.panel.rulebook.grid.criteria

    @property
    def maximum(self) -> Fraction:
        return self.panel.rulebook.grid.total

    @property
    def file_words(self) -> str:
        return f"Dossier {self.panel.label}" if self.panel.label else "Dossier en préparation"

    @property
    def mark(self) -> str:
        """What keeps it from being the last word; empty once every grid is validated."""
        if self.scores.complete and self.scores.total:
            return ""
        is_open = self.panel.stage == STAGE_OF_ROUND[self.round] or self.hidden
        counted = f"{self.scores.scored} CER sur {self.scores.total}"
        return f"Brouillon\u00a0: {counted}" if is_open else f"Cotation partielle\u00a0: {counted}"

    @property
    def verdict(self) -> str:
        """« Moyenne : 79,99 %, soit 223,9 points sur 280 (seuil 80 %) »: cut, never rounded up."""
        if self.scores.decisive is None:
            return "Aucun CER n’est coté."
        total = sum((group.total for group in self.groups), Fraction(0))
        maximum = sum((group.maximum for group in self.groups), Fraction(0))
        points = f"{decimal_fr(total)} points sur {decimal_fr(maximum)}"
        verdict = "atteint" if self.scores.reached else "non atteint"
        threshold = f"seuil de {percent(self.scores.threshold)}\u00a0: {verdict}"
        return f"Moyenne\u00a0: {percent(self.scores.decisive)}, pour {points} ({threshold})."

    @property
    def name(self) -> str:
        """Of the file, without its ending."""
        slug = next(slug for slug, round in SLUGS.items() if round == self.round)
        return f"annexe-2-{self.panel.label or 'brouillon'}-{slug}"


def offered_annexes(panel: Panel, user: Any) -> list[tuple[str, str]]:
    """(address, title) of the documents that `user` may have, round by round."""
    rounds = readable_rounds(panel, user)
    return [(slug, TITLES[round]) for slug, round in SLUGS.items() if round in rounds]


def annex_of(panel: Panel, round: Round, user: Any) -> Annex:
    """What `user` may read of one round of the panel."""
    scores = seen_scores(panel, round, user)
    groups = tuple(_group(code, results, mean) for code, results, mean in _by_code(scores))
    kept = [result.scoring for result in scores.results if result.scoring]
    every = [_kept_in(result, round) for result in scores.results if not result.scoring]
    return Annex(
        panel,
        round,
        scores,
        groups,
        sum(scoring.version for scoring in kept),
        max((scoring.updated_at for scoring in kept), default=None),
        sum(scoring is not None and scoring.validated_at is not None for scoring in every),
    )


def _by_code(scores: PanelScores) -> list[tuple[str, list[CerResult], Fraction | None]]:
    return [(referent.code, results, mean) for referent, results, mean in scores.by_referent()]


def _group(code: str, results: list[CerResult], mean: Fraction | None) -> AnnexGroup:
    scored = [result.score for result in results if result.score]
    return AnnexGroup(
        code,
        tuple(_row(result) for result in results),
        sum((score.points for score in scored), Fraction(0)),
        sum((score.maximum for score in scored), Fraction(0)),
        mean,
    )


def _row(result: CerResult) -> AnnexRow:
    points = tuple(part.points for part in result.score.criteria) if result.score else ()
    note = "revu en temps de travail" if result.scoring and result.scoring.round == Round.SESSION else ""
    total = result.score.points if result.score else None
    return AnnexRow(result.cer.reference, result.cer.get_contract_type_display(), points, total, note)


def _kept_in(result: CerResult, round: Round) -> Scoring | None:
    return next((scoring for scoring in result.cer.scorings.all() if scoring.round == round), None)
