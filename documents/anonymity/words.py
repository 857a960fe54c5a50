"""The word lists of the search, from words.toml."""

import tomllib
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


def words(key: str) -> frozenset[str]:
    """A list of single words."""
    return frozenset(_lists()[key].split())


def any_of(key: str, *, at_word_start: bool = False) -> str:
    """A pattern for any of the lines of a list (they may be patterns themselves), the longest first.

    `at_word_start`: the caller's pattern says so already, and each line begins with a letter: those of one letter
    are put together, which spares the engine a look at all others.
    """
    lines = sorted(lines_of(key), key=len, reverse=True)
    if not at_word_start:
        return "(?:" + "|".join(lines) + ")"
    bare = sorted((line.removeprefix(r"\b") for line in lines), key=itemgetter(0))
    shelves = groupby(bare, key=itemgetter(0))
    return "(?:" + "|".join(f"{letter}(?:{'|'.join(line[1:] for line in shelf)})" for letter, shelf in shelves) + ")"


def lines(key: str) -> frozenset[str]:
    """A list whose items may hold spaces, one on each line."""
    return frozenset(lines_of(key))


def lines_of(key: str) -> list[str]:
    return [line.strip() for line in _lists()[key].splitlines() if line.strip()]
