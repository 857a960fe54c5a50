"""Reads on attendance: what is known of each seat of a session."""

from collections.abc import Iterable

from training.attendance import HalfDay, Record, ordered
from training.enums import SEATED
from training.models import AttendanceMark, Enrolment, SessionHalfDay, TrainingSession


def half_day_facts(row: SessionHalfDay) -> HalfDay:
    return HalfDay(row.pk, row.day, row.half, row.starts_at, row.ends_at)


def half_days_of(session: TrainingSession) -> tuple[HalfDay, ...]:
    return ordered(half_day_facts(row) for row in session.half_days.all())


def seats_of(session: TrainingSession) -> list[Enrolment]:
    """Those who hold a seat, in the order of a register."""
    rows = session.enrolments.filter(state__in=SEATED).select_related("referent__structure")
    return list(rows.order_by("referent__last_name", "referent__first_name", "pk"))


def last_marks(enrolments: Iterable[int]) -> dict[tuple[int, int], AttendanceMark]:
    """(enrolment, half-day) -> the mark that counts."""
    marks = AttendanceMark.objects.filter(enrolment__in=list(enrolments)).order_by("pk")
    return {(mark.enrolment_id, mark.half_day_id): mark for mark in marks}


def records_of(session: TrainingSession) -> dict[int, Record]:
    """Enrolment -> what is known of it, for every seat of the session."""
    seats = list(session.enrolments.filter(state__in=SEATED).values_list("pk", flat=True))
    half_days, marks = half_days_of(session), last_marks(seats)
    return {
        pk: Record(half_days, {each.id: marks[pk, each.id].present for each in half_days if (pk, each.id) in marks})
        for pk in seats
    }
