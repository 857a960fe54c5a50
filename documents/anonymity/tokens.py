"""A folded text as words, each with its shape, its line and what stands before it."""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"(?=[A-Za-z])(?:"
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


@dataclass(slots=True)
class Word:
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
    found: list[Word] = []
    shouting: dict[int, list[int]] = {}
    line = last = 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        written = match[0]
        gap = text[last:start]
        if "\n" in gap:
            line += gap.count("\n")
        shape = _shape(written)
        low = written.lower()
        if not low.isalpha() and (" " in low or not low.isascii() or any(sign in low for sign in "013458")):
            low = low.replace(" ", "").translate(SLIPS)
        found.append(Word(start, end, written, low, shape, gap, line))
        count = shouting.setdefault(line, [0, 0])
        if len(written) > 2:
            count[shape in {UPPER, INITIAL}] += 1
        last = end
    shouted = {at for at, (other, upper) in shouting.items() if upper >= 3 and not other}
    return Page(text, found, shouted)


def _shape(written: str) -> str:
    if written[0].islower():
        return SMALL
    if written.isupper():
        parts = re.split(r"['-]", written) if "-" in written or "'" in written else [written]
        return INITIAL if all(len(part) <= 1 for part in parts) else UPPER
    return TITLE
