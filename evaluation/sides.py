"""The two rounds that a page of differences holds against each other, and what is said of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from core.french import NBSP, percent, plural
from evaluation.agreement import Comparison, GroupAgreement, LineAgreement, bias_words
from evaluation.enums import Round


class Pair(StrEnum):
    """The value is read in the address."""

    SELF_CONTROL = "structure-dpid"
    CONTROL_SESSION = "dpid-temps-de-travail"
    SELF_SESSION = "structure-temps-de-travail"


ROUNDS = {
    Pair.SELF_CONTROL: (Round.SELF, Round.CONTROL),
    Pair.CONTROL_SESSION: (Round.CONTROL, Round.SESSION),
    Pair.SELF_SESSION: (Round.SELF, Round.SESSION),
}
NAMES = {Round.SELF: "la structure", Round.CONTROL: "la DPID", Round.SESSION: "le temps de travail"}
TITLES = {Round.SELF: "Structure", Round.CONTROL: "DPID", Round.SESSION: "Temps de travail"}


@dataclass(frozen=True, slots=True)
class Sides:
    """`first` and `second` as in a sentence; the titles as in a table."""

    pair: Pair

    @property
    def rounds(self) -> tuple[Round, Round]:
        return ROUNDS[self.pair]

    @property
    def first(self) -> str:
        return NAMES[self.rounds[0]]

    @property
    def second(self) -> str:
        return NAMES[self.rounds[1]]

    @property
    def first_title(self) -> str:
        return TITLES[self.rounds[0]]

    @property
    def second_title(self) -> str:
        return TITLES[self.rounds[1]]

    @property
    def title(self) -> str:
        return (
            f"{self.first_title} et {self.second_title if self.second_title == 'DPID' else self.second_title.lower()}"
        )

    def summary(self, found: Comparison) -> str:
        """What the table of lines shows, in two or three sentences."""
        if found.whole is None:
            return "Aucun CER n’est encore validé dans les deux tours."
        count = found.count
        compared = f"Sur {count} CER comparés" if count > 1 else "Sur le seul CER comparé"
        words = [f"{compared}, {percent(found.whole.share)} des réponses sont les mêmes."]
        if found.widest:
            words.append(self.line_words(found.widest[0]))
        words.append(self.bias_words(found.whole.bias))
        return " ".join(words)

    def line_words(self, row: LineAgreement) -> str:
        """« Remarque présente » : la structure dit oui et la DPID non sur 9 CER, l’inverse sur 1."""
        name = f"«{NBSP}{row.line.text}{NBSP}» sépare le plus{NBSP}:"
        ways = [(row.only_first, self.first, self.second), (row.only_second, self.second, self.first)]
        ways.sort(key=lambda way: -way[0])
        (most, kinder, stricter), (least, _, _) = ways
        inverse = f", l’inverse sur {least}" if least else ""
        return f"{name} {kinder} dit oui et {stricter} non sur {most} CER{inverse}."

    def group_words(self, groups: Sequence[tuple[str, GroupAgreement]], what: str) -> str:
        """Above a table of référents or territories: which one is farthest apart. `what`: « C’est pour »."""
        apart = [(name, group) for name, group in groups if group.bias]
        if not apart:
            return "Les deux moyennes sont partout les mêmes."
        name, group = max(apart, key=lambda each: abs(each[1].bias))
        return f"{what} {name} que les notes s’éloignent le plus{NBSP}: {_lower(self.bias_words(group.bias))}"

    def bias_words(self, bias: Fraction) -> str:
        return bias_words(bias, self.first, self.second)

    def gaps_words(self, found: Comparison) -> str:
        number = len(found.gaps)
        if not number:
            return "Aucun CER n’est coté différemment."
        return (
            f"{number} CER sur {found.count} {plural(number, 'est,sont')} coté{plural(number)} différemment"
            f"{NBSP}; les écarts les plus larges viennent en tête."
        )


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]
