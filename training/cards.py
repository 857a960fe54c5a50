"""A session in words, the same on every screen, in messages and in calendars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby

from core.french import NBSP, day_date, day_long, month_year, plural
from rulebook.clauses import Rulebook
from training.enums import SessionState
from training.models import Enrolment, SessionHalfDay, TrainingSession


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a session that is no longer to come stands: a sign and a word (`ui.state`)."""

    tone: str
    icon: str
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """A line of a list of sessions. `helped`: how many of the reader's référents would gain by it; `ours`: those of
    the reader who are in it."""

    session: TrainingSession
    title: str
    dates: str
    seats: str
    stage: Stage | None
    is_full: bool
    helped: int = 0
    ours: tuple[Enrolment, ...] = ()


def course_title(rulebook: Rulebook, module_id: str, part: int | None) -> str:
    """« Secret professionnel », « Développement des potentiels, première partie »"""
    module = rulebook.module(module_id)
    if part is None or not module.parts:
        return module.short_title
    return f"{module.short_title}, {module.parts[part - 1].split(' (')[0].lower()}"


def dates_words(session: TrainingSession) -> str:
    """« le 12 mai 2026 », « du 12 au 13 mai 2026 »"""
    first, last = session.starts_on, session.ends_on
    if first == last:
        return f"le {day_date(first)}"
    same_month = (first.year, first.month) == (last.year, last.month)
    start = ("1er" if first.day == 1 else str(first.day)) if same_month else day_date(first)
    return f"du {start} au {day_date(last)}"


def session_words(rulebook: Rulebook, session: TrainingSession) -> str:
    """« Secret professionnel », le 12 mai 2026"""
    title = course_title(rulebook, session.module, session.part)
    return f"«{NBSP}{title}{NBSP}», {dates_words(session)}"


def stage_of(session: TrainingSession, *, today: date) -> Stage | None:
    """None while the session is to come: its seats say enough."""
    if session.state == SessionState.CANCELLED:
        return Stage("bad", "x", "Annulée")
    if session.state == SessionState.CLOSED:
        return Stage("ok", "check", "Close")
    if session.state == SessionState.CONFIRMED:
        return Stage("work", "seal", "Présences confirmées")
    if session.ends_on < today:
        return Stage("warn", "edit", "Présences à confirmer")
    return Stage("work", "people", "En cours") if session.starts_on <= today else None


def seats_words(capacity: int, seated: int, queued: int) -> str:
    left = max(capacity - seated, 0)
    waiting = f", {queued} en attente" if queued else ""
    if left:
        return f"{left} place{plural(left)} libre{plural(left)} sur {capacity}{waiting}"
    return f"Complet{waiting}"


def hours(slot: SessionHalfDay) -> str:
    """« 9 h à 12 h 30 »"""
    return f"{_hour(slot.starts_at)} à {_hour(slot.ends_at)}"


def days_of(slots: Iterable[SessionHalfDay]) -> list[tuple[str, str]]:
    """(day, hours) of each day of a session."""
    ordered = sorted(slots, key=lambda slot: (slot.day, slot.starts_at))
    return [
        (day_long(day), ", ".join(hours(slot) for slot in found)) for day, found in groupby(ordered, lambda s: s.day)
    ]


def by_month(cards: Iterable[Card]) -> list[tuple[str, list[Card]]]:
    """In the order of the cards: « mai 2026 » and those that begin then."""
    months = groupby(cards, key=lambda card: card.session.starts_on.replace(day=1))
    return [(month_year(month), list(found)) for month, found in months]


def _hour(at: time) -> str:
    return f"{at.hour}{NBSP}h" + (f"{NBSP}{at:%M}" if at.minute else "")
