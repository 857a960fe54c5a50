"""Attendance written down, then confirmed by the trainer (CdC 5-1): what attestations rest on."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from core import clock
from core.transitions import transition
from training.enums import MarkWay, SessionState
from training.exceptions import TrainingRefused
from training.models import AttendanceMark, TrainingSession
from training.rights import may_run_plan
from training.selectors.attendance import half_days_of, last_marks, open_half_day, seat_of_code, seats_of
from training.services.seats import lock_session
from training.workflow import SESSION

Cell = tuple[int, int]
"""(enrolment, half-day)."""


@transaction.atomic
def record_attendance(
    *, session: TrainingSession, cells: Mapping[Cell, bool], seen: int, actor: User, now: datetime
) -> list[AttendanceMark]:
    """Write who was there and who was not; what does not change is not written again. Returns the marks that somebody
    else, or a telephone, has made since the page was shown (`seen`: the last mark on it) and that say otherwise: they
    are left as they are."""
    if not may_run_plan(actor):
        raise TrainingRefused("Les présences sont notées par la DPID.")
    locked = lock_session(session.pk)
    if locked.state != SessionState.PLANNED:
        raise TrainingRefused("Les présences de cette session ne se notent plus.")
    begun = {each.id for each in half_days_of(locked) if each.opens_at <= now}
    seats = {seat.pk for seat in seats_of(locked)}
    if any(enrolment not in seats or half_day not in begun for enrolment, half_day in cells):
        raise TrainingRefused("La liste des inscrits a changé, ou la demi-journée n’est pas venue\u00a0: rechargez.")
    marks, made, foreign = last_marks(seats), [], []
    for (enrolment, half_day), present in cells.items():
        last = marks.get((enrolment, half_day))
        if last and last.present == present:
            continue
        if last and last.pk > seen and last.author_id != actor.pk:
            foreign.append(last)
            continue
        made.append(
            AttendanceMark(
                enrolment_id=enrolment, half_day_id=half_day, present=present, way=MarkWay.HAND, author=actor, at=now
            )
        )
    AttendanceMark.objects.bulk_create(made)
    return foreign


@transaction.atomic
def sign_by_phone(*, room: str, code: str, now: datetime) -> AttendanceMark:
    """Somebody in the room says they are there. A wrong code and that of another session are refused alike; once given,
    a presence is not written twice."""
    half_day = open_half_day(room, now=now)
    session = lock_session(half_day.session_id) if half_day else None
    if half_day is None or session is None or session.state != SessionState.PLANNED:
        raise TrainingRefused(
            "Ce code de salle n’est pas ouvert en ce moment. Il change à chaque demi-journée\u00a0: relisez celui qui "
            "est affiché.",
            field="room",
        )
    seat = seat_of_code(session, code)
    if seat is None:
        raise TrainingRefused(
            "Ce code personnel n’est pas attendu dans cette salle. Relisez votre convocation, ou signez la feuille "
            "auprès de l’intervenant.",
            field="code",
        )
    last = AttendanceMark.objects.filter(enrolment=seat, half_day=half_day).last()
    if last and last.present:
        return last
    if last and last.way == MarkWay.HAND:
        raise TrainingRefused("Votre absence a été notée dans la salle. Voyez l’intervenant.", field="code")
    return AttendanceMark.objects.create(
        enrolment_id=seat, half_day=half_day, present=True, way=MarkWay.PHONE, author=None, at=now
    )


@transaction.atomic
def confirm_attendance(
    *, session: TrainingSession, trainer: str, confirmed_on: date, actor: User, now: datetime
) -> TrainingSession:
    """The trainer has signed the list: an agent writes down who and when. Trainers have no account: their signature is
    on the sheet that the DPID keeps. TransitionRefused while somebody's presence is not known."""
    lock_session(session.pk)
    with transition(SESSION["confirm"], session, actor=actor, now=now) as locked:
        if not locked.ends_on <= confirmed_on <= clock.civil_date(now):
            raise TrainingRefused(
                "La feuille est signée entre la fin de la session et aujourd’hui.", field="confirmed_on"
            )
        if not trainer.strip():
            raise TrainingRefused("Indiquez qui a confirmé les présences.", field="trainer")
        locked.confirmed_by, locked.confirmed_on = trainer.strip(), confirmed_on
    return locked


def resume_attendance(*, session: TrainingSession, actor: User, now: datetime) -> TrainingSession:
    """Back to the table: the confirmation no longer holds."""
    with transition(SESSION["resume"], session, actor=actor, now=now) as locked:
        locked.confirmed_by, locked.confirmed_on = "", None
    return locked
