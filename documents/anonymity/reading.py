"""A text as a searcher wants it, each character knowing where it came from.

People and machines write the same thing in many ways: accents, ligatures, odd spaces, soft hyphens, long dashes; a
line may end with two characters (pdfium, Windows) and is one line.
Searching happens on the folded text; what is found is told in the words of the page.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

SPACES = {"\x02": "-", "\t": "   ", "\v": "\n", "\f": "\n", "\r": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
SIGNS = {
    "’": "'", "‘": "'", "`": "'", "´": "'", "″": '"', "“": '"', "”": '"',
    "º": "°", "№": "n°", "＠": "@", "…": "...",
}  # fmt: skip
BROKEN = re.compile(
    r"(?:\x02|[-\xad\u2010](?=[ \t]*\r?\n))\s*(?=[a-zà-ÿ])"
    r"(?!(?:sur|sous|les?|lez|lès|en|la|l[àae]|du|des?|aux?|et|vous|nous|ci|ce|je|tu|ils?|elles?|on|t)\b)"
)
"""The hyphen of a word that goes on on the next line (U+0002 for pdfium); a compound word keeps its own."""
PLAIN_RUN = re.compile(r"[\n !-_a-~]+|.", re.S)
LINE = re.compile(r"((?:[^\r]|\r(?!\n))*+)\r?(\n?)")
ODD = re.compile(r"[^\n !-_a-~]")
HYPHENS = ("\x02", "-\n", "-\r", "- ", "-\t", "\xad", "\u2010")
"""One of these stands in each text with a broken word."""
PLAIN_SIGNS = frozenset("\n") | frozenset(map(chr, range(32, 127))) - {"`"}


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` without accents or odd signs, same case; `origin[i]` is where its character `i` stood in the source."""

    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span of the source behind the half-open span [start, end) of the folded text."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(source: str) -> Folded:
    if "\r\n" not in source:
        return _folded(source)
    kept: list[int] = []
    for line in LINE.finditer(source):
        kept.extend(range(*line.span(1)))
        kept.extend(range(*line.span(2)))
    folded = _folded(source.replace("\r\n", "\n"))
    return Folded(folded.text, kept if isinstance(folded.origin, range) else [kept[at] for at in folded.origin])


def _folded(source: str) -> Folded:
    plain = ODD.sub(lambda odd: _single(odd[0]), source)
    if NOT_SINGLE not in plain and not (any(sign in source for sign in HYPHENS) and BROKEN.search(source)):
        return Folded(plain, range(len(plain)))
    letters: list[str] = []
    origin: list[int] = []
    last = 0
    for broken in BROKEN.finditer(source):
        _fold(source, last, broken.start(), letters, origin)
        last = broken.end()
    _fold(source, last, len(source), letters, origin)
    return Folded("".join(letters), origin)


def _fold(source: str, first: int, last: int, letters: list[str], origin: list[int]) -> None:
    for match in PLAIN_RUN.finditer(source, first, last):
        start, end = match.span()
        if start + 1 < end or source[start] in PLAIN_SIGNS:
            letters.append(match[0])
            origin.extend(range(start, end))
            continue
        plain = _plain(source[start])
        letters.append(plain)
        origin.extend([start] * len(plain))


def fold_word(word: str) -> str:
    """One word without accents, in small letters: the form in which names are compared."""
    return fold(word).text.lower()


@cache
def _plain(character: str) -> str:
    """What stands for one character: nothing for what cannot be seen, one or more plain characters otherwise."""
    if character < "\x80":
        return SPACES.get(character, character)
    if character in SIGNS:
        return SIGNS[character]
    if character in SPACES:
        return SPACES[character]
    category = unicodedata.category(character)
    if category == "Pd" or character == "\u2212":
        return "-"
    if category == "Zs":
        return " "
    if category in {"Cf", "Mn", "Me"}:
        return ""
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(part for part in decomposed if unicodedata.category(part) not in {"Mn", "Cf"}) or character


NOT_SINGLE = "\uffff"


@cache
def _single(character: str) -> str:
    """The one plain character that stands for another; NOT_SINGLE where it takes none, or more."""
    plain = _plain(character)
    return plain if len(plain) == 1 else NOT_SINGLE
