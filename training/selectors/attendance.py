"""Reads on attendance: what is known of each seat of a session."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from core.clock import civil_date
from training.attendance import HalfDay, Record, ordered
from training.codes import personal_code, room_code, same_code
from training.enums import SEATED, EnrolmentState, SessionState
from training.models import AttendanceMark, Enrolment, SessionHalfDay, TrainingSession


def half_day_facts(row: SessionHalfDay) -> HalfDay:
    return HalfDay(row.pk, row.day, row.half, row.starts_at, row.ends_at)


def half_days_of(session: TrainingSession) -> tuple[HalfDay, ...]:
    return ordered(half_day_facts(row) for row in session.half_days.all())


def seats_of(session: TrainingSession) -> list[Enrolment]:
    """Those who hold a seat, in the order of a register."""
    rows = session.enrolments.filter(state__in=SEATED).select_related("referent__structure")
    return list(rows.order_by("referent__last_name", "referent__first_name", "pk"))


def open_half_day(room: str, *, now: datetime) -> SessionHalfDay | None:
    """The half-day under way whose room shows this code; None for a code that is wrong, or of another time."""
    rows = SessionHalfDay.objects.filter(day=civil_date(now), session__state=SessionState.PLANNED)
    opened = [row for row in rows if half_day_facts(row).is_open(now)]
    return next((row for row in opened if same_code(room_code(row.pk), room)), None)


def seat_of_code(session: TrainingSession, code: str) -> int | None:
    """The enrolment whose personal code this is, among those who have a seat in this session."""
    seats = session.enrolments.filter(state__in=SEATED).values_list("pk", flat=True)
    return next((pk for pk in seats if same_code(personal_code(pk), code)), None)


NOTICE = timedelta(days=2)
"""A convocation leaves once enrolments are closed; that late before the session at the latest, even if they are not."""


def to_convene(*, today: date) -> QuerySet[Enrolment]:
    """Seats of sessions that are not over, whose people, still in post that day, have not been told."""
    in_time = Q(session__closes_on__lt=today) | Q(session__starts_on__lte=today + NOTICE)
    in_post = Q(referent__left_on=None) | Q(referent__left_on__gte=F("session__starts_on"))
    rows = Enrolment.objects.filter(
        in_time, in_post, state=EnrolmentState.ENROLLED, convened_at=None, session__state=SessionState.PLANNED,
        session__ends_on__gte=today,
    )  # fmt: skip
    return rows.select_related("session", "referent__structure").order_by("session", "rank")


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
