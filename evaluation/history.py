"""What was done on the grids of one CER, told for a person: the saves of one sitting together. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from evaluation.enums import EntryAct, Round
from evaluation.merge import Content, content_of, reason_name

SITTING = timedelta(minutes=30)
"""Two saves of one person with a shorter rest between them are one sitting."""
YES, NO = "oui", "non"


class Entry(Protocol):
    """A line of the journal (`evaluation.models.ScoringEntry`)."""

    round: Any
    act: Any
    ticks: Any
    comment: Any
    reasons: Any
    reason: Any
    author: Any
    at: Any


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the grid, the comment, or the reason of a line (`is_text`): what it was, what it became."""

    name: str
    before: str
    after: str
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Sitting:
    """What one person did on one grid without a rest; `saves`: how many times it was kept."""

    round: Round
    act: EntryAct
    author: Any
    start: datetime
    end: datetime
    saves: int
    before: Content
    after: Content
    reason: str

    def changes(self, lines: Mapping[str, str]) -> list[Change]:
        """In the order of the grid; `lines`: the words of each line."""
        found = [
            Change(words, _yes(line in self.before.ticks), _yes(line in self.after.ticks))
            for line, words in lines.items()
            if (line in self.before.ticks) != (line in self.after.ticks)
        ]
        names = {"comment": "Commentaire"}
        names |= {reason_name(line): f"Motif, «\u00a0{words}\u00a0»" for line, words in lines.items()}
        found += [
            Change(words, self.before.of(name), self.after.of(name), is_text=True)
            for name, words in names.items()
            if self.before.of(name) != self.after.of(name)
        ]
        return found


def sittings(entries: Iterable[Entry]) -> list[Sitting]:
    """The oldest first; `entries` in the order in which they were written."""
    told: list[Sitting] = []
    now: dict[Round, Content] = {}
    latest: dict[Round, int] = {}
    for entry in entries:
        round, act = Round(entry.round), EntryAct(entry.act)
        before = now.get(round) or _first(round, now)
        after = content_of(entry)
        row = Sitting(round, act, entry.author, entry.at, entry.at, act == EntryAct.SAVED, before, after, entry.reason)
        last = told[latest[round]] if round in latest else None
        if last and _goes_on(last, row):
            told[latest[round]] = Sitting(
                round, act, last.author, last.start, row.end, last.saves + row.saves, last.before, after, row.reason
            )
        else:
            latest[round] = len(told)
            told.append(row)
        now[round] = after
        if act == EntryAct.SET_ASIDE:
            del now[round]
    return told


def _goes_on(last: Sitting, row: Sitting) -> bool:
    return (
        last.act == EntryAct.SAVED
        and row.act in (EntryAct.SAVED, EntryAct.VALIDATED)
        and last.author == row.author
        and last.reason == row.reason
        and row.start - last.end <= SITTING
    )


def _first(round: Round, now: Mapping[Round, Content]) -> Content:
    """A grid begins blank; the session's begins with the DPID's ticks."""
    control = now.get(Round.CONTROL) if round == Round.SESSION else None
    return Content(control.ticks if control else frozenset(), {})


def _yes(ticked: bool) -> str:
    return YES if ticked else NO
