"""Two rounds held against each other: where they agree, where they do not, which one is the kinder (CdC 5-2). Pure.

A line is a « yes » when it gives its points (`CerScore.granted`): a tick that gives none is no judgment to compare.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.french import decimal_fr, plural
from evaluation.grid import CerScore
from evaluation.kappa import FLOOR, Kappa, kappa, weighted_kappa
from rulebook.clauses import Line


@dataclass(frozen=True, slots=True)
class Compared:
    """One CER scored in both rounds. `asked`: the lines of its contract type; `file` and `territory`: where it is."""

    cer: int
    reference: str
    referent: str
    asked: tuple[Line, ...]
    first: CerScore
    second: CerScore
    file: int = 0
    territory: str = ""

    @property
    def gap(self) -> Fraction:
        """Points that the first round gives beyond the second's: above zero, the first is the kinder."""
        return self.first.points - self.second.points

    @property
    def differing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.asked if (line.id in self.first.granted) != (line.id in self.second.granted))

    @property
    def answers(self) -> tuple[tuple[Line, bool], ...]:
        """The lines that differ, and whether the first round is the one that says yes."""
        return tuple((line, line.id in self.first.granted) for line in self.differing)


@dataclass(frozen=True, slots=True)
class LineAgreement:
    """One line of the grid over the CERs that it is asked of. `bias`: mean of the points given by the first round less
    those of the second, on this line alone."""

    line: Line
    both: int
    neither: int
    only_first: int
    only_second: int
    bias: Fraction
    kappa: Kappa

    @property
    def count(self) -> int:
        return self.both + self.neither + self.differing

    @property
    def differing(self) -> int:
        return self.only_first + self.only_second

    @property
    def share(self) -> Fraction:
        """Of the CERs on which both say the same."""
        return Fraction(self.both + self.neither, self.count)

    @property
    def first_share(self) -> Fraction:
        return Fraction(self.both + self.only_first, self.count)

    @property
    def second_share(self) -> Fraction:
        return Fraction(self.both + self.only_second, self.count)


@dataclass(frozen=True, slots=True)
class GroupAgreement:
    """Some of the CERs: those of a référent, of a territory, of a file, or all. Means are rates, between 0 and 1;
    `bias` is in points of one CER; `share`: of the answers, line by line, that are the same."""

    name: str
    count: int
    first_mean: Fraction
    second_mean: Fraction
    bias: Fraction
    share: Fraction
    kappa: Kappa


@dataclass(frozen=True, slots=True)
class Comparison:
    """`lines` in the order of the grid; `gaps`: the CERs that differ, the widest first."""

    whole: GroupAgreement | None
    lines: tuple[LineAgreement, ...]
    gaps: tuple[Compared, ...]

    @property
    def count(self) -> int:
        return self.whole.count if self.whole else 0

    @property
    def concludes(self) -> bool:
        """Whether there are contracts enough for a kappa to say anything."""
        return self.count >= FLOOR

    @property
    def most(self) -> int:
        """The most CERs on which one side alone says yes to a line: the scale of the bars."""
        return max((max(row.only_first, row.only_second) for row in self.lines), default=0)

    @property
    def widest(self) -> tuple[LineAgreement, ...]:
        """The lines on which the rounds differ most, three at most."""
        differing = [line for line in self.lines if line.differing]
        return tuple(sorted(differing, key=lambda row: (row.share, -row.differing))[:3])


def compare(cers: Iterable[Compared], lines: Iterable[Line]) -> Comparison:
    """`lines`: of the grid, in its order. The order in which the CERs come changes nothing."""
    found = sorted(cers, key=lambda each: (each.reference, each.cer))
    gaps = [each for each in found if each.differing]
    gaps.sort(key=lambda each: (-abs(each.gap), -len(each.differing)))
    whole = _group("", found) if found else None
    return Comparison(whole, _lines(found, lines), tuple(gaps))


def by(cers: Iterable[Compared], name: Callable[[Compared], str]) -> tuple[GroupAgreement, ...]:
    """The same figures group by group, in the order of their names."""
    groups: dict[str, list[Compared]] = defaultdict(list)
    for each in cers:
        groups[name(each)].append(each)
    return tuple(_group(key, groups[key]) for key in sorted(groups))


def bias_words(bias: Fraction, first: str, second: str, *, what: str = "par CER") -> str:
    """« La structure donne en moyenne 0,4 point de plus que la DPID par CER. »"""
    if not bias:
        words = f"{first} et {second} donnent en moyenne autant de points {what}."
        return words[0].upper() + words[1:]
    size = abs(bias)
    shown = decimal_fr(size) if size >= Fraction(1, 100) else "moins de 0,01"
    way = "de plus" if bias > 0 else "de moins"
    words = f"{first} donne en moyenne {shown} point{plural(size)} {way} que {second} {what}."
    return words[0].upper() + words[1:]


def _lines(cers: Sequence[Compared], lines: Iterable[Line]) -> tuple[LineAgreement, ...]:
    answers: dict[str, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for each in cers:
        for line in each.asked:
            answers[line.id][line.id in each.first.granted, line.id in each.second.granted] += 1
    return tuple(_line(line, answers[line.id]) for line in lines if line.id in answers)


def _line(line: Line, answers: Counter[tuple[bool, bool]]) -> LineAgreement:
    count = sum(answers.values())
    only_first, only_second = answers[True, False], answers[False, True]
    return LineAgreement(
        line,
        answers[True, True],
        answers[False, False],
        only_first,
        only_second,
        line.points * Fraction(only_first - only_second, count),
        kappa(answers.elements()),
    )


def _group(name: str, cers: Sequence[Compared]) -> GroupAgreement:
    count = len(cers)
    asked = sum(len(each.asked) for each in cers)
    differing = sum(len(each.differing) for each in cers)
    return GroupAgreement(
        name,
        count,
        sum((each.first.rate for each in cers), Fraction(0)) / count,
        sum((each.second.rate for each in cers), Fraction(0)) / count,
        sum((each.gap for each in cers), Fraction(0)) / count,
        Fraction(asked - differing, asked),
        weighted_kappa((each.first.points, each.second.points) for each in cers),
    )
