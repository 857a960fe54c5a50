"""What the floors above teach this one when the portal starts: kinds of deadlines, and facts the clock records.

A kind says in which steps a date is recalled, to whom, in which words, and until when it matters. `notices` knows no
kind of its own; `AppConfig.ready` of the floor that owns the subject registers them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from accounts import roles

if TYPE_CHECKING:
    from accounts.models import User
    from notices.models import Deadline


class Step(NamedTuple):
    """A day on which a deadline is recalled. The name is stored: it never changes."""

    name: str
    day: date


class Recipient(NamedTuple):
    """Where a message goes. `user` is None for an address that is nobody's account."""

    user: "User | None"
    address: str


def no_days(deadline: "Deadline") -> Iterable[tuple[str, date]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineKind:
    """One nature of deadline. The callables run outside any transaction; what they raise is logged and tried again.

    `offsets` are days relative to the due date (-60 is « J-60 »), `civil_days` gives further named days, both in any
    order. Open rows remember their next step: changing the steps of a kind calls for `reschedule` in a migration.
    """

    name: str
    label: str
    audience: str
    """Who has to act, in the words of a list: « la structure », « la DPID »."""
    recipients: Callable[[int], Iterable[tuple["User | None", str]]]
    compose: Callable[["Deadline", Step, Recipient], tuple[str, str]]
    """The subject and the text, without greeting line of the portal nor link: both are added."""
    link: Callable[[int], str]
    """The path of the page where one acts, for agents, and for structures unless `structure_link` says otherwise."""
    still_due: Callable[[int], bool]
    offsets: tuple[int, ...] = ()
    civil_days: Callable[["Deadline"], Iterable[tuple[str, date]]] = no_days
    structure_link: Callable[[int], str] | None = None

    def steps(self, deadline: "Deadline") -> list[Step]:
        """In the order of the days."""
        relative = [Step(step_name(offset), deadline.due_on + timedelta(days=offset)) for offset in self.offsets]
        return sorted([*relative, *(Step(*named) for named in self.civil_days(deadline))], key=lambda step: step.day)

    def next_step_on(self, deadline: "Deadline", *, since: date) -> date | None:
        """The first day from `since` on with a step. A step before the opening does not exist."""
        first = max(since, deadline.opened_on)
        return next((step.day for step in self.steps(deadline) if step.day >= first), None)

    def path_for(self, subject_id: int, user: "User | None") -> str:
        if self.structure_link and roles.is_structure(user):
            return self.structure_link(subject_id)
        return self.link(subject_id)


def step_name(offset: int) -> str:
    """J-60, J, J+30"""
    return f"J{offset:+d}" if offset else "J"


class FactRecorder(Protocol):
    """Records objective facts of the clock (a label has expired), never a decision; idempotent."""

    def __call__(self, *, today: date, now: datetime) -> object: ...


_kinds: dict[str, DeadlineKind] = {}
_recorders: list[FactRecorder] = []


def register(kind: DeadlineKind) -> None:
    """ValueError when the name is taken: two floors would answer for the same rows."""
    if kind.name in _kinds:
        raise ValueError(f"Deadline kind {kind.name!r} is already registered.")
    _kinds[kind.name] = kind


def get(name: str) -> DeadlineKind:
    """LookupError when no floor has registered `name`."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No deadline kind {name!r} is registered.") from None


def all_kinds() -> tuple[DeadlineKind, ...]:
    return tuple(_kinds.values())


def record_before_sweep(recorder: FactRecorder) -> None:
    """Have `recorder` run before each sweep (worker, command, demo day), so that reminders see the facts."""
    if recorder not in _recorders:
        _recorders.append(recorder)


def fact_recorders() -> tuple[FactRecorder, ...]:
    return tuple(_recorders)
