"""Cohen's kappa: how far two readings agree beyond what chance alone would give, and how sure that is. Pure.

Everything is an exact fraction but the interval, which takes a square root.

The weighted kappa is linear: two scores 3 points apart disagree three times as much as two scores 1 point apart. The
distance is that of the points themselves, since a point is worth the same anywhere on the grid; with it the kappa does
not depend on how the scale is cut, and scores that nobody gave count for nothing. Squared weights would make one large
gap outweigh ten small ones, which nothing in the deliberation asks for.

Variance: Fleiss, Cohen and Everitt (1969), for large samples; interval: value ± 1.96 standard errors, within [-1, 1].
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from core.french import decimal_fr

Level = Fraction | int | bool
Distance = Callable[[Level, Level], Fraction]

FLOOR = 20
"""Fewer contracts tell nothing: the interval would cover most of the scale, and its formula wants many."""
Z95 = 1.959963984540054
BANDS = (
    (Fraction(1, 5), "très faible"),
    (Fraction(2, 5), "faible"),
    (Fraction(3, 5), "modéré"),
    (Fraction(4, 5), "fort"),
)
"""Landis and Koch (1977): a custom, not a law; « up to and including », the last being « presque parfait »."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """`value`: None when nothing varies. `low` and `high`: 95 % interval; None without a value, and where there is
    nothing to estimate it from: everything agrees, or one side always says the same (the value is then 0)."""

    value: Fraction | None
    low: float | None
    high: float | None
    count: int

    @property
    def is_told(self) -> bool:
        """Worth showing: enough contracts, and two sides that vary."""
        return self.count >= FLOOR and (self.low is not None or self.value == 1)

    @property
    def figure(self) -> str:
        """« 0,62 », or a dash where it would mislead."""
        return _figure(self.value) if self.is_told and self.value is not None else "–"

    @property
    def interval(self) -> str:
        """« de 0,41 à 0,83 »"""
        if not self.is_told or self.low is None or self.high is None:
            return ""
        return f"de {_figure(self.low)} à {_figure(self.high)}"

    @property
    def reading(self) -> str:
        """What it says, in plain French, with its reserve."""
        if self.count < FLOOR:
            return "trop peu de CER pour conclure"
        if self.value is None:
            return "ne se calcule pas\u00a0: la réponse est partout la même"
        if self.value == 1:
            return "accord parfait"
        if self.low is None or self.high is None:
            return "ne dit rien\u00a0: l’un des deux répond partout la même chose"
        low, high = band(self.low), band(self.high)
        if low == high:
            return f"accord {low}"
        return f"accord {band(self.value)}, entre {low} et {high} si l’on tient compte du hasard"


def kappa(pairs: Iterable[tuple[Level, Level]]) -> Kappa:
    """Unweighted: two answers are the same or they are not."""
    return _kappa(pairs, lambda one, other: Fraction(one != other))


def weighted_kappa(pairs: Iterable[tuple[Level, Level]]) -> Kappa:
    """Linear, over an ordered scale in points."""
    return _kappa(pairs, lambda one, other: abs(Fraction(one) - Fraction(other)))


def band(value: Fraction | float) -> str:
    """The word of Landis and Koch; 1 and what is below zero have their own."""
    if value < 0:
        return "moindre que le hasard"
    if value == 1:
        return "parfait"
    return next((words for most, words in BANDS if value <= most), "presque parfait")


def _kappa(pairs: Iterable[tuple[Level, Level]], distance: Distance) -> Kappa:
    seen = Counter(pairs)
    count = sum(seen.values())
    if not count:
        return Kappa(None, None, None, 0)
    ours, theirs = _shares(seen, 0, count), _shares(seen, 1, count)
    farthest = max(distance(one, other) for one in ours for other in theirs)
    if not farthest:
        return Kappa(None, None, None, count)
    agreed = {(one, other): 1 - distance(one, other) / farthest for one in ours for other in theirs}
    observed = sum((agreed[pair] * number for pair, number in seen.items()), Fraction(0)) / count
    expected = sum((agreed[one, other] * ours[one] * theirs[other] for one, other in agreed), Fraction(0))
    value = (observed - expected) / (1 - expected)
    rows = {one: sum((agreed[one, other] * share for other, share in theirs.items()), Fraction(0)) for one in ours}
    columns = {other: sum((agreed[one, other] * share for one, share in ours.items()), Fraction(0)) for other in theirs}
    spread = sum(
        number * (agreed[one, other] - (rows[one] + columns[other]) * (1 - value)) ** 2
        for (one, other), number in seen.items()
    )
    variance = (Fraction(spread) / count - (value - expected * (1 - value)) ** 2) / ((1 - expected) ** 2 * count)
    if not variance:
        return Kappa(value, None, None, count)
    half = Z95 * sqrt(variance)
    return Kappa(value, max(-1.0, float(value) - half), min(1.0, float(value) + half), count)


def _shares(seen: Counter[tuple[Level, Level]], side: int, count: int) -> dict[Level, Fraction]:
    """How often one side gave each answer."""
    found: Counter[Level] = Counter()
    for pair, number in seen.items():
        found[pair[side]] += number
    return {level: Fraction(number, count) for level, number in found.items()}


def _figure(value: Fraction | float) -> str:
    """Two decimals, cut towards zero, and never « −0 »."""
    return decimal_fr(Fraction(int(value * 100), 100))
