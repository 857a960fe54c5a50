"""Two people on one grid: what each changed since the version both started from is kept. Pure.

A line is ticked or not: two people who both change it change it alike, so lines never clash. Words can: then those
already kept stay, and the person who comes second is asked which to keep.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REASON_LIMIT = 300
"""Of the reason of a line, and of the one for reopening a grid."""


@dataclass(frozen=True, slots=True)
class Content:
    """A grid: its ticked lines, and its words (the comment, the reasons) by name."""

    ticks: frozenset[str]
    words: Mapping[str, str]

    def of(self, name: str) -> str:
        return self.words.get(name, "")


@dataclass(frozen=True, slots=True)
class Merged:
    """`content`: what to keep. `taken` and `heard`: the lines and the words that follow somebody else. `clashes`: the
    words, by name, that both changed and not alike; `content` has theirs."""

    content: Content
    taken: frozenset[str] = frozenset()
    heard: frozenset[str] = frozenset()
    clashes: frozenset[str] = frozenset()

    @property
    def unseen(self) -> bool:
        """The grid as kept is not the one that the person sent."""
        return bool(self.taken or self.heard)


UNMERGED = Merged(Content(frozenset(), {}))
"""A grid that nobody else wrote in meanwhile."""


def merge(base: Content, mine: Content, theirs: Content) -> Merged:
    ticks = theirs.ticks ^ ((base.ticks ^ mine.ticks) - (base.ticks ^ theirs.ticks))
    names = mine.words.keys() | theirs.words.keys()
    moved = {name for name in names if mine.of(name) != base.of(name)}
    clashes = {name for name in moved if theirs.of(name) not in (base.of(name), mine.of(name))}
    words = {name: (mine if name in moved - clashes else theirs).of(name) for name in names}
    heard = {name for name in names - moved if words[name] != mine.of(name)}
    return Merged(Content(ticks, words), mine.ticks ^ ticks, frozenset(heard), frozenset(clashes))


def reason_name(line: str) -> str:
    """The name of a line's reason among the words of a grid, and in its form."""
    return f"reason-{line}"


def content_of(row: Any) -> Content:
    """The content of a grid or of a line of its journal: anything with `ticks`, `comment` and `reasons` by line."""
    words = {reason_name(line): text for line, text in row.reasons.items()}
    return Content(frozenset(row.ticks), {"comment": row.comment, **words})
