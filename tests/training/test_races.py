"""The last seats of a session, on a database that locks; with a control that must fail."""

from functools import partial

import pytest
from django.db import IntegrityError

from accounts.enums import Role
from tests.factories import make_referent, make_structure, make_user
from tests.racing import at_once
from tests.training.plans import NOW, TODAY, make_plan, make_session
from training.enums import EnrolmentState
from training.exceptions import TrainingRefused
from training.models import TrainingSession
from training.selectors.catalogue import catalogue
from training.services import enrolments
from training.services.catalogue import ModuleWording, add_module, withdraw_module
from training.services.enrolments import cancel_enrolment, enrol
from training.services.planning import plan_session

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
COUNT, SEATS = 50, 3


def applicants(count):
    """One person of each of `count` structures, with a référent."""
    people = [make_user(Role.STRUCTURE_ADMIN, structure=make_structure()) for _ in range(count)]
    return [(person, make_referent(person.structure)) for person in people]


def asking(session, count=COUNT):
    return [
        partial(enrol, session=session, referents=[referent], actor=person, now=NOW)
        for person, referent in applicants(count)
    ]


def test_fifty_for_the_last_three_seats():
    session = make_session(capacity=SEATS)
    answers = at_once(*asking(session), told=(TrainingRefused, IntegrityError))
    assert all(isinstance(answer, list) for answer in answers)
    rows = list(session.enrolments.order_by("rank").values_list("rank", "state"))
    assert [rank for rank, _ in rows] == list(range(1, COUNT + 1))
    assert [state for _, state in rows] == [EnrolmentState.ENROLLED] * SEATS + [EnrolmentState.WAITING] * (
        COUNT - SEATS
    )


def test_control_without_the_lock_more_are_seated_or_some_are_lost(monkeypatch):
    def unlocked(pk):
        return TrainingSession.objects.get(pk=pk)

    monkeypatch.setattr(enrolments, "lock_session", unlocked)
    session = make_session(capacity=SEATS)
    answers = at_once(*asking(session, 12), told=(TrainingRefused, IntegrityError))
    seated = session.enrolments.filter(state=EnrolmentState.ENROLLED).count()
    assert seated > SEATS or any(isinstance(answer, IntegrityError) for answer in answers)


def test_seats_given_back_at_once_go_to_the_first_who_wait():
    session = make_session(capacity=SEATS)
    made = [answer[0] for answer in (ask() for ask in asking(session, 9))]
    leaving = [partial(cancel_enrolment, enrolment=each, actor=each.asked_by, now=NOW) for each in made[:SEATS]]
    assert at_once(*leaving, told=TrainingRefused) == [None] * SEATS
    states = list(session.enrolments.order_by("rank").values_list("state", flat=True))
    assert states == [EnrolmentState.CANCELLED] * 3 + [EnrolmentState.ENROLLED] * 3 + [EnrolmentState.WAITING] * 3


def test_one_person_is_not_enrolled_in_two_rooms_at_once():
    (person, referent), *_ = applicants(1)
    sessions = [make_session("M3"), make_session("M4")]
    asks = [partial(enrol, session=each, referents=[referent], actor=person, now=NOW) for each in sessions]
    answers = at_once(*asks, told=TrainingRefused)
    assert {type(answer) for answer in answers} == {list, TrainingRefused}
    assert referent.enrolments.count() == 1


def test_a_module_is_withdrawn_or_planned_never_both():
    dpid = make_user(Role.DPID_AGENT)
    for rank in range(5):
        wording = ModuleWording(
            title=f"Mobilité, volet {rank}", short_title=f"Volet {rank}", category="information",
            objectives=["Connaître les aides"], territories=[], starts_on=TODAY,
        )  # fmt: skip
        module = add_module(wording=wording, actor=dpid, now=NOW).module
        plan = partial(plan_session, plan=make_plan(module.code), rulebook=catalogue(today=TODAY), actor=dpid, now=NOW)
        answers = at_once(plan, partial(withdraw_module, module=module, actor=dpid, now=NOW), told=(TrainingRefused,))
        assert sum(isinstance(answer, TrainingRefused) for answer in answers) == 1
        planned = TrainingSession.objects.filter(module=module.code).exists()
        assert planned != bool(module.editions.latest("pk").withdrawn_on)
