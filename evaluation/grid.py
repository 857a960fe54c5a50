"""The score of a CER on the grid of Annex 2, the means and the threshold (section 5-2). Exact: fractions, no float.

Only ticks are stored. Points, means and verdicts come from here, for the self-evaluation, the control and the
working session alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rulebook.clauses import Criterion, Grid, Line
from rulebook.enums import ContractType, MeanScope

__all__ = [
    "CerScore",
    "ContractType",
    "CriterionScore",
    "StructureScore",
    "UnknownLineError",
    "display_percent",
    "mean",
    "reaches",
    "score",
    "structure_score",
]


class UnknownLineError(ValueError):
    """A tick names a line that the grid does not have."""


@dataclass(frozen=True, slots=True)
class CriterionScore:
    criterion: Criterion
    points: Fraction


@dataclass(frozen=True, slots=True)
class CerScore:
    """``granted``: the ticks that give points. ``ignored``: those that give none, because the line belongs to the
    other contract type or lacks the line it requires (no remark, no quality of the remark)."""

    points: Fraction
    maximum: Fraction
    criteria: tuple[CriterionScore, ...]
    granted: frozenset[str]
    ignored: frozenset[str]
    alerts: tuple[Line, ...]

    @property
    def rate(self) -> Fraction:
        """Between 0 and 1, to compare with the threshold."""
        return self.points / self.maximum

    @property
    def needs_comment(self) -> bool:
        """A line that raises an alert is not granted: the evaluator says why (A4)."""
        return bool(self.alerts)


@dataclass(frozen=True, slots=True)
class StructureScore:
    """``mean``: of all the CERs. ``per_referent``: by code, without the référents who have no CER (A13).
    ``decisive``: the figure held against the threshold, as ``cer.mean_scope`` says. None: nothing to assess."""

    mean: Fraction | None
    per_referent: Mapping[str, Fraction]
    decisive: Fraction | None
    cer_count: int


def score(grid: Grid, contract_type: ContractType | str, ticks: Iterable[str]) -> CerScore:
    """UnknownLineError when a tick is no line of the grid."""
    ticked = frozenset(ticks)
    if unknown := ticked - {line.id for line in grid.lines}:
        raise UnknownLineError(f"Lignes inconnues\u00a0: {', '.join(sorted(unknown))}.")
    contract_type = ContractType(contract_type)
    lines = grid.lines_for(contract_type)
    granted: set[str] = set()
    for line in lines:  # in the order of the grid: a line only requires lines above it
        if line.id in ticked and granted.issuperset(line.requires):
            granted.add(line.id)
    criteria = tuple(
        CriterionScore(
            criterion, _sum(line.points for line in criterion.lines_for(contract_type) if line.id in granted)
        )
        for criterion in grid.criteria
    )
    eliminated = any(line.id in grid.eliminatory and line.id not in granted for line in lines)
    return CerScore(
        points=Fraction(0) if eliminated else _sum(part.points for part in criteria),
        maximum=grid.total,
        criteria=criteria,
        granted=frozenset(granted),
        ignored=ticked - granted,
        alerts=tuple(line for line in lines if line.alert and line.id not in granted),
    )


def mean(scores: Iterable[CerScore]) -> Fraction | None:
    """Mean rate, between 0 and 1; None without any CER."""
    return _mean([cer.rate for cer in scores])


def structure_score(
    scores: Mapping[str, Sequence[CerScore]], scope: MeanScope | str = MeanScope.STRUCTURE_ALL
) -> StructureScore:
    """``scores``: the CERs scored so far, by référent code."""
    per_referent = {code: rate for code, cers in sorted(scores.items()) if (rate := mean(cers)) is not None}
    everything = [cer for cers in scores.values() for cer in cers]
    overall = mean(everything)
    decisive = {
        MeanScope.STRUCTURE_ALL: overall,
        MeanScope.MEAN_OF_REFERENTS: _mean(list(per_referent.values())),
        MeanScope.EACH_REFERENT: min(per_referent.values(), default=None),
    }[MeanScope(scope)]
    return StructureScore(overall, per_referent, decisive, len(everything))


def reaches(rate: Fraction | None, threshold: Fraction) -> bool:
    """Exact, never rounded up. Nothing to assess reaches nothing."""
    return rate is not None and rate >= threshold


def display_percent(rate: Fraction) -> str:
    """« 80 % » when exact, else two decimals cut, never rounded: 79.999 is « 79,99 % »."""
    percent = rate * 100
    if percent.denominator == 1:
        return f"{percent.numerator}\u202f%"
    hundredths = int(percent * 100)
    return f"{hundredths // 100},{hundredths % 100:02}\u202f%"


def _mean(rates: Sequence[Fraction]) -> Fraction | None:
    return _sum(rates) / len(rates) if rates else None


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))
