"""What a contract says that can be checked without judging it: its dates, its actions, its remark. Pure.

From these facts the lines of the grid that ask for no judgment propose themselves (CdC 5-2, annex 2). A proposal is
not a tick: it is worth nothing until a person has confirmed it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from core.french import plural
from rulebook.clauses import Line
from rulebook.enums import LineFact

MOST_ACTIONS = 12


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the contract. None: not known. `simple`: a step such as asking for a home (CdC 5-2)."""

    label: str = ""
    start: date | None = None
    end: date | None = None
    vocational: bool | None = None
    detailed: bool | None = None
    simple: bool | None = None

    @property
    def days(self) -> int | None:
        """From the first day to the last one, which is not counted."""
        return (self.end - self.start).days if self.start and self.end else None

    @property
    def span(self) -> str:
        return f"du {day(self.start)} au {day(self.end)}" if self.start and self.end else ""

    def as_json(self) -> dict[str, Any]:
        """What is known of it."""
        known = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in known.items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Action":
        days = {name: date.fromisoformat(kept[name]) for name in ("start", "end") if name in kept}
        return cls(**{**kept, **days})


@dataclass(frozen=True, slots=True)
class Facts:
    """`edited_on` and `ends_on`: first and last day of the contract. None, or no action: not known."""

    edited_on: date | None = None
    ends_on: date | None = None
    actions: tuple[Action, ...] = ()
    remark: bool | None = None

    def __bool__(self) -> bool:
        return self != Facts()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the facts say of one line, and why in a few French words."""

    granted: bool
    reason: str


def proposals(lines: Iterable[Line], facts: Facts) -> dict[str, Proposal]:
    """By line; a line that needs a judgment, or a fact that is not known, has none."""
    found = {line.id: RULES[line.fact](facts, line.at_least) for line in lines if line.fact}
    return {line_id: proposal for line_id, proposal in found.items() if proposal}


def confirmed(ticks: Iterable[str], proposed: dict[str, Proposal], order: Sequence[str]) -> list[str]:
    """The ticks once a person has confirmed every proposal: those for a yes are added, those for a no are left out."""
    kept = set(ticks) - proposed.keys() | {line_id for line_id, each in proposed.items() if each.granted}
    return [line_id for line_id in order if line_id in kept]


def _starts(facts: Facts, at_least: int) -> Proposal | None:
    edited, starts = facts.edited_on, [action.start for action in facts.actions]
    known = [start for start in starts if start]
    if edited is None or not known:
        return None
    first = min(known)
    if first < edited:
        return Proposal(False, f"une action commence le {day(first)}, avant l’édition du {day(edited)}")
    if None in starts:
        return None
    place = "le jour de l’édition" if first == edited else f"après l’édition du {day(edited)}"
    return Proposal(True, f"{_actions(len(starts))}, début {day(first)}, {place}")


def _ends(facts: Facts, at_least: int) -> Proposal | None:
    over, ends = facts.ends_on, [action.end for action in facts.actions]
    known = [end for end in ends if end]
    if over is None or not known:
        return None
    last = max(known)
    if last > over:
        return Proposal(False, f"une action finit le {day(last)}, après la fin du contrat, le {day(over)}")
    if None in ends:
        return None
    place = "le dernier jour du contrat" if last == over else f"avant la fin du contrat, le {day(over)}"
    return Proposal(True, f"{_actions(len(ends))}, fin {day(last)}, {place}")


def _count(facts: Facts, at_least: int) -> Proposal | None:
    if not facts.actions:
        return None
    return _enough(len(facts.actions), at_least, _actions(len(facts.actions)))


def _vocational(facts: Facts, at_least: int) -> Proposal | None:
    said = [action.vocational for action in facts.actions]
    found = said.count(True)
    if not said or (found < at_least and None in said):
        return None
    words = f"{_actions(found)} à visée d’insertion professionnelle"
    return _enough(found, at_least, words if found else "aucune action à visée d’insertion professionnelle")


def _detailed(facts: Facts, at_least: int) -> Proposal | None:
    said = [action.detailed for action in facts.actions]
    if False in said:
        done = said.count(True)
        words = f"{done} action{plural(done)} détaillée{plural(done)} sur {len(said)}"
        return Proposal(False, "au moins une action n’est pas détaillée" if None in said else words)
    if not said or None in said:
        return None
    return Proposal(True, "l’action est détaillée" if len(said) == 1 else f"les {len(said)} actions sont détaillées")


def _remark(facts: Facts, at_least: int) -> Proposal | None:
    if facts.remark is None:
        return None
    return Proposal(facts.remark, "une remarque est écrite" if facts.remark else "aucune remarque")


def day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


def _actions(count: int) -> str:
    return f"{count} action{plural(count)}"


def _enough(found: int, at_least: int, words: str) -> Proposal:
    if found >= at_least:
        return Proposal(True, words)
    return Proposal(False, f"{words}, il en faut {at_least}" if at_least > 1 else words)


RULES: dict[LineFact, Callable[[Facts, int], Proposal | None]] = {
    LineFact.STARTS: _starts,
    LineFact.ENDS: _ends,
    LineFact.ACTIONS: _count,
    LineFact.VOCATIONAL: _vocational,
    LineFact.DETAILED: _detailed,
    LineFact.REMARK: _remark,
}
