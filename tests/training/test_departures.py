"""Who leaves before a session leaves the place to whoever waits; what they had promised is nobody's concern."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.services.referents import REFERENT_FIELDS, edit_referent, record_departure
from core import clock
from core.french import day_date
from notices.models import Notice
from tests.factories import make_referent, make_user
from tests.training.plans import NOW, RULEBOOK, TODAY, make_session
from tests.training.test_services import newcomer
from training.enums import EnrolmentState
from training.selectors import coverage_of
from training.services.departures import release_places
from training.services.enrolments import enrol
from training.services.promises import still_owed

ENROLLED, WAITING, CANCELLED = EnrolmentState.ENROLLED, EnrolmentState.WAITING, EnrolmentState.CANCELLED
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make_user(Role.STRUCTURE_ADMIN)


@pytest.fixture
def session():
    return make_session(capacity=1)


def states(session) -> list[str]:
    return list(session.enrolments.order_by("rank").values_list("state", flat=True))


def test_the_place_goes_to_the_next_and_both_structures_are_told(owner, session):
    other = make_user(Role.STRUCTURE_ADMIN)
    leaver, next_one = make_referent(owner.structure, email="partie@exemple.fr"), make_referent(other.structure)
    enrolment = enrol(session=session, referents=[leaver], actor=owner, now=NOW)[0]
    session.enrolments.update(convened_at=NOW)
    enrol(session=session, referents=[next_one], actor=other, now=NOW)
    record_departure(referent=leaver, actor=owner, left_on=session.starts_on - timedelta(days=1))
    release_places(today=TODAY, now=NOW)
    assert states(session) == [CANCELLED, ENROLLED]
    assert enrolment.log.latest("pk").actor is None
    told = {notice.recipient or notice.address: notice.subject for notice in Notice.objects.all()}
    assert told[owner].startswith(f"Place libérée\u00a0: {leaver}")
    assert told[other].startswith(f"{next_one} a une place")
    assert told["partie@exemple.fr"].startswith("Inscription annulée")
    release_places(today=TODAY, now=NOW)
    assert len(told) == Notice.objects.count() == 3


def test_the_sessions_given_up_are_named_before_the_departure_is_recorded(client, owner, time_machine):
    session = make_session(first=TODAY + timedelta(days=30))
    leaver, stays = make_referent(owner.structure), make_referent(owner.structure)
    enrol(session=session, referents=[leaver], actor=owner, now=NOW)
    time_machine.move_to(NOW)
    client.force_login(owner)
    for address in ("/structure/referents/{}/depart/", "/structure/referents/{}/"):
        pages = [client.get(address.format(each.pk)).text for each in (leaver, stays)]
        assert [day_date(session.starts_on) in page for page in pages] == [True, False]


def test_who_waited_and_leaves_moves_nobody(owner, session):
    stays, leaver = make_referent(owner.structure), make_referent(owner.structure)
    enrol(session=session, referents=[stays, leaver], actor=owner, now=NOW)
    record_departure(referent=leaver, actor=owner, left_on=TODAY)
    release_places(today=TODAY, now=NOW)
    assert states(session) == [ENROLLED, CANCELLED]


@pytest.mark.parametrize("shift", [0, 1])
def test_who_is_there_on_the_first_day_keeps_the_place(owner, session, shift):
    leaver = make_referent(owner.structure)
    enrol(session=session, referents=[leaver], actor=owner, now=NOW)
    record_departure(referent=leaver, actor=owner, left_on=session.starts_on + timedelta(days=shift))
    release_places(today=TODAY, now=NOW)
    assert states(session) == [ENROLLED]


def test_a_session_begun_is_for_the_trainer_to_note(owner, session):
    leaver = make_referent(owner.structure)
    enrol(session=session, referents=[leaver], actor=owner, now=NOW)
    record_departure(referent=leaver, actor=owner, left_on=session.starts_on - timedelta(days=1))
    release_places(today=session.starts_on, now=NOW)
    assert states(session) == [ENROLLED]


def test_who_is_no_longer_funded_keeps_the_place_and_counts_for_nothing(client, owner, session, time_machine):
    time_machine.move_to(NOW)
    referent, next_one = make_referent(owner.structure), make_referent(owner.structure)
    enrol(session=session, referents=[referent, next_one], actor=owner, now=NOW)
    said = {name: getattr(referent, name) for name in REFERENT_FIELDS}
    edit_referent(referent=referent, actor=owner, **{**said, "funded": False})
    release_places(today=TODAY, now=NOW)
    assert states(session) == [ENROLLED, WAITING]
    covered = coverage_of(owner.structure, rulebook=RULEBOOK, today=TODAY)
    assert [each.code for each in covered.counted] == [next_one.code]
    client.force_login(owner)
    page = client.get(reverse("session_enrol", args=[session.pk])).content.decode()
    assert page.count("Non financé par le Département\u00a0: garde sa place, n’est pas compté pour le label.") == 1


def test_nobody_leaving_costs_one_query(owner, session, django_assert_num_queries):
    enrol(session=session, referents=[make_referent(owner.structure)], actor=owner, now=NOW)
    with django_assert_num_queries(1):
        release_places(today=TODAY, now=NOW)


def test_the_home_page_promises_nothing_for_who_left_or_is_not_funded(client, owner):
    today = clock.today()
    stays, leaver, unfunded = (
        make_referent(owner.structure, last_name=name, arrived_on=today - timedelta(days=60))
        for name in ("Restante", "Partie", "Nonfinancée")
    )
    for each in (stays, leaver, unfunded):
        newcomer(each, owner, now=clock.now(), session_on=today + timedelta(days=30))
    leaver.left_on, unfunded.funded = today - timedelta(days=1), False
    leaver.save()
    unfunded.save()
    assert [each.referent for each in still_owed(owner.structure, today=today)] == [stays]
    client.force_login(owner)
    page = client.get("/").content.decode()
    assert f"{stays}, «" in page
    assert f"{leaver}, «" not in page
    assert f"{unfunded}, «" not in page
