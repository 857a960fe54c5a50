"""A folded text as words, each with its shape, its line and what stands before it."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from documents.anonymity.lexicon import PLAIN, spoken

TOKEN = re.compile(
    r"([a-z]{2,}+(?![0-9A-Za-z'-])"  # most words
    r"|(?=[A-Za-z])(?:"
    r"(?:[dlnsjcmt]|qu|jusqu|lorsqu|puisqu)'(?=[A-Za-z])"  # an elision is a word of its own
    r"|(?:[DLNSJCMT]|Qu)'(?=[a-z])|L'(?=[A-Z])"
    r"|(?<![A-Za-z])(?:(?:Mr|Mme|Mlle|Mrs)(?=[A-Z])|(?:Madame|Monsieur)(?=[A-Z]))"  # « MrDELPLACE »
    r"|(?<![A-Za-z'])[A-Z](?: -)?(?: [A-Z](?: -)?){3,}(?![A-Za-z'.])"  # « D E L A H A Y E »
    r"|(?<![A-Za-z'])[A-Z](?: [a-z]){2,}(?: - [A-Z](?: [a-z]){2,})?(?![A-Za-z'.])"  # « J e a n - M a r c »
    r"|[A-Z]{2,}[013458][A-Z]{2,}"
    r"|[A-Za-z]+(?:(?:[03458]|11?)[a-z]{2,})?(?:['-][A-Za-z]+)*(?:(?<=[a-z])(?=[A-Z])[A-Za-z]+)?))"
)
SLIPS = str.maketrans("013458", "oleasb")
UPPER, TITLE, SMALL, INITIAL = "UTsI"
CAPITALS = frozenset({UPPER, INITIAL})
_word, _first, _second = tuple.__new__, itemgetter(0), itemgetter(1)


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
    """`shouted`: the lines written in capitals from end to end, where capitals say nothing. `telling`: the places of
    the words that are not small ones much said in French."""

    text: str
    words: list[Word]
    shouted: set[int]
    telling: list[int]


def read(text: str) -> Page:
    """Written for speed: seven thousand words a contract, each step over all of them at once."""
    parts = TOKEN.split(text)
    parts.pop()
    gaps, written, edges = parts[::2], parts[1::2], list(accumulate(map(len, parts)))
    seen = list(map(_seen, written))
    lines = list(accumulate([gap.count("\n") for gap in gaps]))
    fields = zip(edges[::2], edges[1::2], written, map(_first, seen), map(_second, seen), gaps, lines, strict=True)
    words = [_word(Word, each) for each in fields]
    telling = [at for at, (_, _, is_plain) in enumerate(seen) if not is_plain]
    return Page(text, words, _shouted(words), telling)


def _shouted(words: list[Word]) -> set[int]:
    capitals = Counter(word.line for word in words if word.shape in CAPITALS and len(word.text) > 2)
    loud = {line for line, count in capitals.items() if count >= 3}
    return loud - {word.line for word in words if word.shape not in CAPITALS and len(word.text) > 2} if loud else loud


@lru_cache(20_000)
def _seen(written: str) -> tuple[str, str, bool]:
    """A word in small letters, slips mended and spaces closed, its shape, and whether it is a plain word of French."""
    low = written.lower()
    if not low.isalpha() and (" " in low or any(sign in low for sign in "013458")):
        low = low.replace(" ", "").translate(SLIPS)
    shape = _shape(written)
    return low, shape, shape == SMALL and spoken().get(low) > PLAIN


def _shape(written: str) -> str:
    if written[0].islower():
        return SMALL
    if written.isupper():
        parts = re.split(r"['-]", written) if "-" in written or "'" in written else [written]
        return INITIAL if all(len(part) <= 1 for part in parts) else UPPER
    return TITLE
