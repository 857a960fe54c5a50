"""What an attestation is about, guessed from its words. Pure. A proposal only: a person confirms it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rulebook.calendar import MONTHS
from rulebook.clauses import Module, Rulebook

HINTS = {"M1": ("pssm",), "M2": ("potentiel", "potentiels"), "O2": ("mdph",), "O4": ("cpam",)}
"""Words that name a module on real certificates beside those of its titles."""
FIRST_PART = re.compile(r"\b(?:1re|1ere|premiere) partie\b|\bpartie 1\b(?! jour)|\bp1\b")
SECOND_PART = re.compile(r"\b(?:2e|2eme|2nde|seconde|deuxieme) partie\b|\bpartie 2\b(?! jour)|\bp2\b")
NUMERIC_DATE = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](20\d\d)\b")
PLAIN_MONTHS = [unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode() for name in MONTHS]
WRITTEN_DATE = re.compile(rf"\b(\d{{1,2}})(?:er)? ({'|'.join(PLAIN_MONTHS)}) (20\d\d)\b")


@dataclass(frozen=True, slots=True)
class Person:
    """A référent as the file may name them."""

    code: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Guess:
    """Empty where nothing sure was read."""

    code: str = ""
    module: str = ""
    part: int | None = None
    followed_on: date | None = None


def guess(text: str, *, name: str, people: Iterable[Person], rulebook: Rulebook, today: date) -> Guess:
    """Read a file's words, and its name when the words say nothing."""
    words, named = plain(text), plain(name)
    module = _module(words, rulebook) or _module(named, rulebook)
    return Guess(
        code=_person(words, people) or _person(named, people),
        module=module.id if module else "",
        part=(_part(words) or _part(named)) if module and module.parts else None,
        followed_on=_day(words, today),
    )


def plain(text: str) -> str:
    """Lower case without accents, one space between words; both apostrophes part them."""
    ascii_text = unicodedata.normalize("NFKD", text.replace("’", "'").casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9/.]+|(?<!\d)\.|\.(?!\d)", " ", ascii_text).split())


def _person(words: str, people: Iterable[Person]) -> str:
    """The one référent named; nothing when two are, or when only a first name is."""
    found = [
        person.code
        for person in people
        if _said(plain(person.last_name), words) and _said(plain(person.first_name), words)
    ]
    return found[0] if len(found) == 1 else ""


def _module(words: str, rulebook: Rulebook) -> Module | None:
    """The module whose whole title is written, else the only one that its short title or a hint names."""
    titled = [m for m in rulebook.modules if len(m.title) > len(m.short_title) and _said(plain(m.title), words)]
    if len(titled) == 1:
        return titled[0]
    named = [m for m in rulebook.modules if any(_said(plain(hint), words) for hint in (m.short_title, *_hints(m)))]
    return named[0] if len(named) == 1 else None


def _hints(module: Module) -> tuple[str, ...]:
    return HINTS.get(module.id, ())


def _part(words: str) -> int | None:
    first, second = bool(FIRST_PART.search(words)), bool(SECOND_PART.search(words))
    if first == second:
        return None
    return 1 if first else 2


def _day(words: str, today: date) -> date | None:
    """The first day written that is not in the future."""
    found = [(m.start(), int(m[3]), int(m[2]), int(m[1])) for m in NUMERIC_DATE.finditer(words)]
    found += [(m.start(), int(m[3]), PLAIN_MONTHS.index(m[2]) + 1, int(m[1])) for m in WRITTEN_DATE.finditer(words)]
    for _, year, month, day in sorted(found):
        try:
            written = date(year, month, day)
        except ValueError:
            continue
        if written <= today:
            return written
    return None


def _said(phrase: str, words: str) -> bool:
    return bool(phrase) and f" {phrase} " in f" {words} "
