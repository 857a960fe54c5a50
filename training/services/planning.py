"""The Département's sessions (CdC 5-1): planned, changed, cancelled by the DPID. Who goes is told each time."""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Territory, User
from core import clock
from core.french import day_date, plural
from core.transitions import transition
from core.versions import check_version
from rulebook.calendar import enrolment_closing
from rulebook.clauses import Module, Rulebook
from training.enums import SEATED, STANDING, Half, SessionCancelReason, SessionState
from training.exceptions import TrainingRefused
from training.models import SessionHalfDay, TrainingSession
from training.rights import may_run_plan
from training.services.catalogue import hold_module
from training.services.seats import lock_session, reason_words, seat_waiting, tell_cancelled, tell_moved, tell_seated
from training.workflow import ENROLMENT, SESSION


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A half-day with its hours, local time."""

    day: date
    starts_at: time
    ends_at: time
    half: Half


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """`part` is None when the whole module is given; `territory` None when the session is open to all."""

    module: str
    part: int | None = None
    provider: str
    trainer: str = ""
    place: str = ""
    link: str = ""
    capacity: int
    territory: Territory | None = None
    is_catch_up: bool = False
    information: str = ""
    slots: tuple[Slot, ...]


PLANNED = tuple(each.name for each in fields(SessionPlan) if each.name != "slots")


@transaction.atomic
def plan_session(*, plan: SessionPlan, rulebook: Rulebook, actor: User, now: datetime) -> TrainingSession:
    """Open a session to enrolment."""
    session = TrainingSession(planned_by=actor, created_at=now)
    _write(session, plan, rulebook=rulebook, actor=actor, now=now)
    return session


@transaction.atomic
def change_session(
    *, session: TrainingSession, plan: SessionPlan, rulebook: Rulebook, actor: User, now: datetime, version: str = ""
) -> TrainingSession:
    """Correct a session that has not begun. More seats go to the waiting list at once; another date or another place
    is told to all who were to come. Overtaken when it is no longer that of `version`."""
    locked = lock_session(session.pk)
    if locked.state != SessionState.PLANNED or locked.starts_on <= clock.civil_date(now):
        raise TrainingRefused("Cette session a commencé, ou n’est plus programmée\u00a0: elle ne change plus.")
    check_version(locked, version, {name: getattr(plan, name) for name in PLANNED})
    counts = Counter(locked.enrolments.values_list("state", flat=True))
    seated, standing = (sum(counts[state] for state in states) for states in (SEATED, STANDING))
    if standing and (plan.module, plan.part) != (locked.module, locked.part):
        raise TrainingRefused("Des référents sont inscrits\u00a0: le module ne change plus.", field="module")
    if plan.capacity < seated:
        raise TrainingRefused(
            f"{seated} référent{plural(seated)} {plural(seated, 'a,ont')} déjà une place.", field="capacity"
        )
    before = _whereabouts(locked)
    _write(locked, plan, rulebook=rulebook, actor=actor, now=now)
    tell_seated(seat_waiting(locked, now=now), now=now)
    if _whereabouts(locked) != before:
        tell_moved(locked, now=now)
    return locked


@transaction.atomic
def cancel_session(
    *, session: TrainingSession, reason: SessionCancelReason, note: str = "", actor: User, now: datetime
) -> TrainingSession:
    """Nobody goes any more; every structure that had somebody there is told why. The journal keeps the category alone,
    `note` is in the message and nowhere else."""
    comment = reason.label
    with transition(SESSION["cancel"], session, actor=actor, now=now, comment=comment) as locked:
        standing = list(locked.enrolments.filter(state__in=STANDING).order_by("rank"))
        for enrolment in standing:
            with transition(ENROLMENT["session_cancelled"], enrolment, actor=actor, now=now, comment=comment):
                pass
        tell_cancelled(
            locked, [enrolment.pk for enrolment in standing], reason=reason_words(reason.label, note), now=now
        )
    return locked


def _write(session: TrainingSession, plan: SessionPlan, *, rulebook: Rulebook, actor: User, now: datetime) -> None:
    if not may_run_plan(actor):
        raise TrainingRefused("Le plan de formation est tenu par la DPID.")
    today = clock.civil_date(now)
    module = _checked_module(plan, rulebook)
    slots = _checked_slots(plan, module, today)
    for name in PLANNED:
        setattr(session, name, getattr(plan, name))
    if session.starts_on != slots[0].day:  # sinon, une correction rouvrirait les inscriptions
        days = rulebook.integer("training.change_days")
        session.closes_on = enrolment_closing(slots[0].day, days=days, today=today)
    session.starts_on, session.ends_on = slots[0].day, slots[-1].day
    rows = _half_days(session, slots)
    try:
        session.full_clean(validate_unique=False)
        for row in rows:
            row.full_clean(exclude=["session"], validate_unique=False)
    except ValidationError as error:
        raise TrainingRefused(error.messages[0]) from error
    session.save()
    session.half_days.exclude(pk__in=[row.pk for row in rows if row.pk]).delete()
    for row in rows:
        row.save()


def _half_days(session: TrainingSession, slots: list[Slot]) -> list[SessionHalfDay]:
    """Not saved yet. A half-day that stays is the same row: its room's code, perhaps printed, follows from it."""
    known = {(row.day, row.half): row for row in session.half_days.all()} if session.pk else {}
    rows = []
    for slot in slots:
        row = known.get((slot.day, slot.half)) or SessionHalfDay(session=session, day=slot.day, half=slot.half)
        row.starts_at, row.ends_at = slot.starts_at, slot.ends_at
        rows.append(row)
    return rows


def _checked_module(plan: SessionPlan, rulebook: Rulebook) -> Module:
    module = {module.id: module for module in rulebook.modules}.get(plan.module)
    if module is None:
        raise TrainingRefused("Ce module n’est pas au plan de formation.", field="module")
    hold_module(module.id)
    if plan.part is not None and (not module.parts or plan.part not in module.part_numbers):
        raise TrainingRefused("Ce module n’a pas cette partie.", field="module")
    return module


def _reference(module: Module) -> str:
    return module.section if module.territories is None else "catalogue du Département"


def _checked_slots(plan: SessionPlan, module: Module, today: date) -> list[Slot]:
    """In order; as many half-days as Annex 1 asks at least, the first one after today."""
    slots = sorted(plan.slots)
    if not slots or slots[0].day <= today:
        raise TrainingRefused("Une session se programme à l’avance, à partir de demain.", field="slots")
    if module.starts_on and slots[0].day < module.starts_on:
        raise TrainingRefused(f"Ce module est au catalogue à partir du {day_date(module.starts_on)}.", field="slots")
    if len({(slot.day, slot.half) for slot in slots}) != len(slots):
        raise TrainingRefused("Une même demi-journée est écrite deux fois.", field="slots")
    if any(one.day == other.day and other.starts_at < one.ends_at for one, other in pairwise(slots)):
        raise TrainingRefused("Deux demi-journées se chevauchent.", field="slots")
    if module.days is not None:
        needed = int(2 * module.days / (len(module.parts) if plan.part else 1))
        if len(slots) < needed:
            raise TrainingRefused(
                f"«\u00a0{module.short_title}\u00a0» demande {needed} demi-journée{plural(needed)} "
                f"({_reference(module)})\u00a0: il y en a {len(slots)}.",
                field="slots",
            )
    return slots


def _whereabouts(session: TrainingSession) -> tuple[object, ...]:
    """What somebody who comes needs to know."""
    slots = session.half_days.order_by("day", "starts_at").values_list("day", "half", "starts_at", "ends_at")
    return session.place, session.link, tuple(slots)
