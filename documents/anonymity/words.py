"""The word lists of the search, from words.toml."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


def words(key: str) -> frozenset[str]:
    """A list of single words."""
    return frozenset(_lists()[key].split())


def any_of(key: str, *, at_word_start: bool = False) -> str:
    """A pattern for any of the lines of a list (they may be patterns themselves), the longest first.

    `at_word_start`: the caller's pattern says so already, which spares the engine a look at each line.
    """
    lines = [line.strip() for line in _lists()[key].splitlines() if line.strip()]
    if at_word_start:
        lines = [line.removeprefix(r"\b") for line in lines]
    return "(?:" + "|".join(sorted(lines, key=len, reverse=True)) + ")"


def lines(key: str) -> frozenset[str]:
    """A list whose items may hold spaces, one on each line."""
    return frozenset(line.strip() for line in _lists()[key].splitlines() if line.strip())
