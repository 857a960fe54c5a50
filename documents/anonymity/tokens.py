"""A folded text as words, each with its shape, its line and what stands before it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

TOKEN = re.compile(
    r"[a-z]{2,}+(?![0-9A-Za-z'-])"  # most words
    r"|(?=[A-Za-z])(?:"
    r"(?:[dlnsjcmt]|qu|jusqu|lorsqu|puisqu)'(?=[A-Za-z])"  # an elision is a word of its own
    r"|(?:[DLNSJCMT]|Qu)'(?=[a-z])|L'(?=[A-Z])"
    r"|(?<![A-Za-z])(?:(?:Mr|Mme|Mlle|Mrs)(?=[A-Z])|(?:Madame|Monsieur)(?=[A-Z]))"  # « MrDELPLACE »
    r"|(?<![A-Za-z'])[A-Z](?: -)?(?: [A-Z](?: -)?){3,}(?![A-Za-z'.])"  # « D E L A H A Y E »
    r"|(?<![A-Za-z'])[A-Z](?: [a-z]){2,}(?: - [A-Z](?: [a-z]){2,})?(?![A-Za-z'.])"  # « J e a n - M a r c »
    r"|[A-Z]{2,}[013458][A-Z]{2,}"
    r"|[A-Za-z]+(?:(?:[03458]|11?)[a-z]{2,})?(?:['-][A-Za-z]+)*(?:(?<=[a-z])(?=[A-Z])[A-Za-z]+)?)"
)
SLIPS = str.maketrans("013458", "oleasb")
UPPER, TITLE, SMALL, INITIAL = "UTsI"
CAPITALS = frozenset({UPPER, INITIAL})
_word = tuple.__new__  # seven thousand words a contract


class Word(NamedTuple):
    """`start`, `end` in the folded text; `low` folded to small letters; `gap` what stands between it and the last."""

    start: int
    end: int
    text: str
    low: str
    shape: str
    gap: str
    line: int


@dataclass(slots=True)
class Page:
    """`shouted`: the lines written in capitals from end to end, where capitals say nothing."""

    text: str
    words: list[Word]
    shouted: set[int]


def read(text: str) -> Page:
    words: list[Word] = []
    shouted: set[int] = set()
    line = last = capitals = others = 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        gap = text[last:start]
        if "\n" in gap:
            if capitals >= 3 and not others:
                shouted.add(line)
            line += gap.count("\n")
            capitals = others = 0
        written = match[0]
        low, shape = _seen(written)
        if end - start > 2:
            if shape in CAPITALS:
                capitals += 1
            else:
                others += 1
        words.append(_word(Word, (start, end, written, low, shape, gap, line)))
        last = end
    if capitals >= 3 and not others:
        shouted.add(line)
    return Page(text, words, shouted)


@lru_cache(20_000)
def _seen(written: str) -> tuple[str, str]:
    """A word in small letters, slips mended and spaces closed, and its shape."""
    low = written.lower()
    if not low.isalpha() and (" " in low or any(sign in low for sign in "013458")):
        low = low.replace(" ", "").translate(SLIPS)
    return low, _shape(written)


def _shape(written: str) -> str:
    if written[0].islower():
        return SMALL
    if written.isupper():
        parts = re.split(r"['-]", written) if "-" in written or "'" in written else [written]
        return INITIAL if all(len(part) <= 1 for part in parts) else UPPER
    return TITLE
