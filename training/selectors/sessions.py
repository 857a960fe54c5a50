"""Reads on the training plan: what is planned, who goes, what is missing, and what a structure may choose."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import Referent, Structure
from core.french import day_date
from rulebook.clauses import Module, Rulebook
from training.coverage import OPTIONAL, Coverage, Status
from training.enums import SEATED, STANDING, EnrolmentState, Half, SessionState
from training.models import Enrolment, TrainingSession
from training.selectors import coverage_of
from training.selectors.past import noted_trainings
from training.ways import Noted, SessionFacts, fixes

RUNNING = (EnrolmentState.WAITING, EnrolmentState.ENROLLED)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """A compulsory module, or one part of it, without a département-wide catch-up session that year (R22)."""

    year: int
    module: Module
    part: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A référent as the page of a session offers them. `needs`: this session would give what is missing, `noted`: it is
    said to be followed already; `barred` says in French why they can't be enrolled, `held` is the enrolment that may be
    moved here instead."""

    referent: Referent
    needs: bool
    barred: str = ""
    noted: bool = False
    held: Enrolment | None = None


def sessions_visible_to(user: Any) -> QuerySet[TrainingSession]:
    """With their counts (`seated`, `queued`), their territory and their half-days: two queries."""
    return _counted(TrainingSession.objects.visible_to(user))


def _counted(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    return (
        sessions.select_related("territory")
        .prefetch_related("half_days")
        .annotate(
            seated=Count("enrolments", Q(enrolments__state__in=SEATED)),
            queued=Count("enrolments", Q(enrolments__state=EnrolmentState.WAITING)),
        )
        .order_by("starts_on", "pk")
    )


def open_sessions(user: Any, *, today: date) -> QuerySet[TrainingSession]:
    """Those in which one may still enrol."""
    return sessions_visible_to(user).filter(state=SessionState.PLANNED, closes_on__gte=today)


def sessions_to_close(sessions: QuerySet[TrainingSession], *, today: date) -> QuerySet[TrainingSession]:
    """Over, and their attestations not issued yet."""
    over = Q(state=SessionState.PLANNED, ends_on__lt=today)
    return sessions.filter(over | Q(state=SessionState.CONFIRMED))


def enrolments_of(structure: Structure) -> QuerySet[Enrolment]:
    """Those of a structure's référents that still stand, the next session first."""
    rows = Enrolment.objects.filter(referent__structure=structure, state__in=STANDING)
    return rows.select_related("session", "referent").order_by("session__starts_on", "session", "rank")


def enrolments_in(session: TrainingSession, user: Any) -> QuerySet[Enrolment]:
    """Who goes, as far as `user` may know them: one's own people for a structure, one's territories for a SLAI."""
    rows: QuerySet[Enrolment] = Enrolment.objects.visible_to(user).filter(session=session)
    return rows.select_related("referent__structure").order_by("rank")


def missing_catch_ups(rulebook: Rulebook, year: int) -> list[CatchUp]:
    """What the Département owes that year: one catch-up session at least, open to all territories, for each compulsory
    module and each of its parts."""
    if year < rulebook.integer("training.catch_up_from"):
        return []
    planned = TrainingSession.objects.filter(is_catch_up=True, territory=None, starts_on__year=year)
    given = set(planned.exclude(state=SessionState.CANCELLED).order_by().values_list("module", "part").distinct())
    return [
        CatchUp(year, module, part)
        for module in rulebook.compulsory_modules
        for part in (module.part_numbers if module.parts else (None,))
        if not given & {(module.id, None), (module.id, part)}
    ]


def candidates(session: TrainingSession, structure: Structure, *, rulebook: Rulebook, today: date) -> list[Candidate]:
    """The structure's référents in post that day who are not in this session yet, those whom it would help first."""
    covered = coverage_of(structure, rulebook=rulebook, today=today, active_on=session.starts_on)
    running = Enrolment.objects.filter(referent__structure=structure, state__in=RUNNING)
    elsewhere = list(running.filter(session__state=SessionState.PLANNED).select_related("session"))
    here = {enrolment.referent_id for enrolment in elsewhere if enrolment.session_id == session.pk}
    booked = {enrolment.referent_id: enrolment for enrolment in elsewhere if _same_module(enrolment.session, session)}
    noted = noted_trainings(structure)
    found = []
    for referent in structure.referents.order_by("code"):
        if referent.pk in here or not referent.is_active_on(session.starts_on):
            continue
        needs, barred = _standing(covered, referent, session)
        held = booked.get(referent.pk)
        if held:
            needs, barred = False, _booked_words(held)
        followed = needs and _is_noted(noted, referent, session)
        movable = held if held and held.session.closes_on >= today and _same_course(held.session, session) else None
        found.append(Candidate(referent, needs and not followed, barred, followed, movable))
    return sorted(found, key=lambda each: (not each.needs, bool(each.barred), each.referent.code))


def session_facts(structure: Structure, *, today: date) -> list[SessionFacts]:
    """The sessions to come that the structure may take, as the rules know them: four queries."""
    ours = Enrolment.objects.filter(state__in=RUNNING, referent__structure=structure)
    open_ones = TrainingSession.objects.of_structure(structure)
    sessions = _counted(open_ones).filter(state=SessionState.PLANNED, ends_on__gte=today)
    mine = Prefetch("enrolments", queryset=ours.select_related("referent"), to_attr="ours")
    return [_facts(session) for session in sessions.prefetch_related(mine)]


def helped_by(
    covered: Coverage, facts: Iterable[SessionFacts], *, today: date, noted: Collection[Noted] = ()
) -> dict[int, int]:
    """Session's id -> how many counted référents it would give something that they lack."""
    helped: dict[int, set[str]] = {}
    facts = tuple(facts)
    leaves = {referent.code: referent.left_on for referent in covered.counted}
    for cell in covered.cells.values():
        for session in fixes(cell, facts, today=today, noted=noted, left_on=leaves[cell.referent_code]):
            if cell.referent_code not in session.enrolled:
                helped.setdefault(session.id, set()).add(cell.referent_code)
    return {session: len(codes) for session, codes in helped.items()}


def _same_module(one: TrainingSession, other: TrainingSession) -> bool:
    return one.module == other.module and (one.part == other.part or None in {one.part, other.part})


def _same_course(one: TrainingSession, other: TrainingSession) -> bool:
    return (one.module, one.part) == (other.module, other.part)


def _booked_words(held: Enrolment) -> str:
    seat = "En liste d’attente pour la" if held.state == EnrolmentState.WAITING else "Déjà inscrit à la"
    return f"{seat} session du {day_date(held.session.starts_on)} de ce module"


def _is_noted(noted: Collection[Noted], referent: Referent, session: TrainingSession) -> bool:
    return any((referent.code, session.module, part) in noted for part in {None, session.part})


def _standing(covered: Coverage, referent: Referent, session: TrainingSession) -> tuple[bool, str]:
    """Does the session give the référent something missing, and if not why."""
    cell = covered.cells.get((referent.code, session.module)) or covered.cells.get((referent.code, OPTIONAL))
    if cell is None:
        return False, ""
    part_left = any(session.module in need.module_ids and session.part in {None, need.part} for need in cell.needs)
    proven = [proof for proof in cell.proofs if proof.module_id == session.module]
    if cell.status is Status.MET and proven:
        return False, "Déjà formé, attestation acceptée"
    return part_left, ""


def _facts(session: Any) -> SessionFacts:
    return SessionFacts(
        id=session.pk,
        module_id=session.module,
        places=frozenset((each.day, Half(each.half)) for each in session.half_days.all()),
        closes_on=session.closes_on,
        seats=max(session.capacity - session.seated, 0),
        part=session.part,
        enrolled=frozenset(each.referent.code for each in session.ours if each.state == EnrolmentState.ENROLLED),
        waiting=frozenset(each.referent.code for each in session.ours if each.state == EnrolmentState.WAITING),
    )
