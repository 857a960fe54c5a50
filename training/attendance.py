"""Who was there: half-days, what is known of each seat, and what it gives (CdC 5-1). Pure.

An attestation is for the whole of what was planned: one half-day missed, or not known, gives none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import PARIS
from core.french import day_date, plural

MARGIN = timedelta(minutes=30)
"""How long before a half-day one may already sign by telephone, and how long after it one still may: people come early,
sign as they leave, and half an hour keeps morning and afternoon apart around a meal of one hour."""

HALF_WORDS = {"morning": "matin", "afternoon": "après-midi"}


@dataclass(frozen=True, slots=True)
class HalfDay:
    """`starts_at` and `ends_at` are hours in Pas-de-Calais."""

    id: int
    day: date
    half: str
    starts_at: time
    ends_at: time

    @property
    def words(self) -> str:
        """« matin du 12 mai 2026 »"""
        return f"{HALF_WORDS[self.half]} du {day_date(self.day)}"

    @property
    def half_label(self) -> str:
        return HALF_WORDS[self.half].capitalize()

    def begins(self) -> datetime:
        return datetime.combine(self.day, self.starts_at, PARIS)

    def ends(self) -> datetime:
        return datetime.combine(self.day, self.ends_at, PARIS)

    @property
    def opens_at(self) -> datetime:
        return self.begins() - MARGIN

    @property
    def closes_at(self) -> datetime:
        return self.ends() + MARGIN

    def is_open(self, now: datetime) -> bool:
        """One may sign by telephone."""
        return self.opens_at <= now <= self.closes_at


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one seat. `known`: half-day's id -> was there; a half-day without a word is not in it."""

    half_days: tuple[HalfDay, ...]
    known: Mapping[int, bool]

    @property
    def missed(self) -> tuple[HalfDay, ...]:
        return tuple(each for each in self.half_days if self.known.get(each.id) is False)

    @property
    def unknown(self) -> tuple[HalfDay, ...]:
        return tuple(each for each in self.half_days if each.id not in self.known)

    @property
    def is_full(self) -> bool:
        """There from the first half-day to the last: the attestation is due."""
        return bool(self.half_days) and all(self.known.get(each.id) for each in self.half_days)

    @property
    def words(self) -> str:
        """« 3 demi-journées sur 4 »"""
        there = sum(self.known.values())
        return f"{there} demi-journée{plural(there)} sur {len(self.half_days)}"


def missed_words(record: Record) -> str:
    """« matin du 12 mai 2026, après-midi du 13 mai 2026 »"""
    return ", ".join(each.words for each in record.missed)


def ordered(half_days: Iterable[HalfDay]) -> tuple[HalfDay, ...]:
    return tuple(sorted(half_days, key=lambda each: (each.day, each.starts_at)))


def shown_at(half_days: Iterable[HalfDay], now: datetime) -> HalfDay | None:
    """The half-day whose code the room shows: the one open (around a short meal, the morning's until the afternoon
    begins), else the next to come, else the last of all."""
    found = ordered(half_days)
    opened = [each for each in found if each.is_open(now)]
    begun = [each for each in opened if each.begins() <= now < each.closes_at]
    ahead = [each for each in found if now < each.begins()]
    return (begun or opened or ahead[:1] or found)[-1] if found else None


def is_over(half_days: Iterable[HalfDay], now: datetime) -> bool:
    """The last of them has ended."""
    return all(each.ends() <= now for each in half_days)
