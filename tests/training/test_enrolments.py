"""Seats and waiting lists (CdC 5-1): who goes, who waits, who takes the place of whom."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from core.transitions import TransitionForbidden, TransitionRefused
from notices.models import Notice
from tests.applications.builders import make_certificate
from tests.factories import make_referent, make_structure, make_territory, make_user
from tests.training.plans import NOW, RULEBOOK, TODAY, make_session
from training.enums import CertificateState, EnrolmentCancelReason, EnrolmentState
from training.exceptions import TrainingRefused
from training.models import Enrolment
from training.selectors import coverage_of
from training.selectors.sessions import candidates, enrolments_in, session_facts
from training.services.enrolments import cancel_enrolment, enrol, move_enrolment
from training.ways import Remedy, shortest_way

pytestmark = pytest.mark.django_db
ENROLLED, WAITING, CANCELLED = EnrolmentState.ENROLLED, EnrolmentState.WAITING, EnrolmentState.CANCELLED
CLOSED = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
"""The day after the last day to enrol in the session of 12 May."""


@pytest.fixture
def owner():
    return make_user(Role.STRUCTURE_ADMIN)


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


def people(owner, count):
    return [make_referent(owner.structure) for _ in range(count)]


def states(session):
    return list(session.enrolments.order_by("rank").values_list("state", flat=True))


def test_seats_first_then_the_queue_in_order(owner):
    session = make_session(capacity=2)
    made = enrol(session=session, referents=people(owner, 4), actor=owner, now=NOW)
    assert [each.state for each in made] == [ENROLLED, ENROLLED, WAITING, WAITING]
    assert [each.rank for each in made] == [1, 2, 3, 4]
    assert [each.log.count() for each in made] == [1, 1, 0, 0]
    assert not Notice.objects.exists()


def test_a_seat_given_back_goes_to_the_first_who_waits_and_the_structure_is_told(owner):
    session, other = make_session(capacity=1), make_user(Role.STRUCTURE_ADMIN)
    first = enrol(session=session, referents=people(owner, 1), actor=owner, now=NOW)[0]
    enrol(session=session, referents=people(other, 2), actor=other, now=NOW)
    cancel_enrolment(enrolment=first, actor=owner, now=NOW)
    assert states(session) == [CANCELLED, ENROLLED, WAITING]
    notice = Notice.objects.get()
    assert notice.recipient == other
    assert "jusqu’au 5\u00a0mai 2026" in notice.body


def test_who_gives_up_waiting_frees_no_seat(owner):
    session = make_session(capacity=1)
    made = enrol(session=session, referents=people(owner, 3), actor=owner, now=NOW)
    cancel_enrolment(enrolment=made[1], actor=owner, now=NOW)
    assert states(session) == [ENROLLED, CANCELLED, WAITING]


def test_who_will_have_left_waits_in_vain(owner):
    session = make_session(capacity=1)
    referents = people(owner, 3)
    made = enrol(session=session, referents=referents, actor=owner, now=NOW)
    referents[1].left_on = date(2026, 5, 11)
    referents[1].save()
    cancel_enrolment(enrolment=made[0], actor=owner, now=NOW)
    assert states(session) == [CANCELLED, WAITING, ENROLLED]


def test_until_the_last_day_the_structure_cancels_alone_then_the_dpid_with_a_reason(owner, dpid):
    session = make_session(capacity=1)
    made = enrol(session=session, referents=people(owner, 2), actor=owner, now=NOW)
    last_day = datetime(2026, 5, 5, 21, 0, tzinfo=UTC)
    with pytest.raises(TransitionRefused, match="prévenez la DPID"):
        cancel_enrolment(enrolment=made[0], actor=owner, now=CLOSED)
    with pytest.raises(TransitionRefused, match="demande un motif"):
        cancel_enrolment(enrolment=made[0], actor=dpid, now=CLOSED)
    cancel_enrolment(
        enrolment=made[0], actor=dpid, now=CLOSED, reason=EnrolmentCancelReason.PREVENTED, note="Place rendue."
    )
    assert states(session) == [CANCELLED, ENROLLED]
    assert (
        "La personne ne pourra pas venir. Place rendue."
        in Notice.objects.get(key__contains=f"{made[0].pk}:cancelled").body
    )
    cancel_enrolment(enrolment=made[1], actor=owner, now=last_day)
    assert states(session) == [CANCELLED, CANCELLED]


def test_somebody_elses_enrolment_is_not_ours_to_cancel(owner):
    enrolment = enrol(session=make_session(), referents=people(owner, 1), actor=owner, now=NOW)[0]
    for other in (make_user(Role.STRUCTURE_ADMIN), make_user(Role.SLAI), make_user(Role.AUDITOR)):
        with pytest.raises(TransitionForbidden):
            cancel_enrolment(enrolment=enrolment, actor=other, now=NOW, reason=EnrolmentCancelReason.OTHER)


def test_all_or_none(owner):
    session = make_session()
    gone = make_referent(owner.structure, left_on=date(2026, 5, 11))
    with pytest.raises(TrainingRefused, match="pas en poste le jour de la session"):
        enrol(session=session, referents=[*people(owner, 1), gone], actor=owner, now=NOW)
    assert not Enrolment.objects.exists()


def test_what_is_refused(owner):
    session, referent = make_session(), make_referent(owner.structure)
    far = make_session(territory=make_territory("Artois"))
    stranger = make_referent(make_structure())
    for target, who, now, words in [
        (session, [stranger], NOW, "pas de votre structure"),
        (session, [], NOW, "au moins un référent"),
        (session, [referent], CLOSED, "closes"),
        (far, [referent], NOW, "votre territoire"),
    ]:
        with pytest.raises(TrainingRefused, match=words):
            enrol(session=target, referents=who, actor=owner, now=now)
    enrol(session=session, referents=[referent], actor=owner, now=NOW)
    same_module, same_day = make_session(first=date(2026, 6, 2)), make_session("M3")
    for target, words in [(session, "de ce module"), (same_module, "de ce module"), (same_day, "à ces dates")]:
        with pytest.raises(TrainingRefused, match=words):
            enrol(session=target, referents=[referent], actor=owner, now=NOW)
    enrol(session=make_session("M3", first=date(2026, 6, 2)), referents=[referent], actor=owner, now=NOW)


def test_who_is_trained_leaves_the_seat_to_others(owner):
    trained, half = people(owner, 2)
    for referent, module, part in ((trained, "M4", None), (half, "M2", 1)):
        certificate = make_certificate(referent, module, part=part)
        certificate.state = CertificateState.ACCEPTED
        certificate.ruled_by, certificate.ruled_at = make_user(Role.DPID_AGENT), NOW
        certificate.save()
    with pytest.raises(TrainingRefused, match="déjà une attestation acceptée"):
        enrol(session=make_session(), referents=[trained], actor=owner, now=NOW)
    with pytest.raises(TrainingRefused, match="déjà une attestation acceptée"):
        enrol(session=make_session("M2", part=1), referents=[half], actor=owner, now=NOW)
    enrol(session=make_session("M2", part=2), referents=[half], actor=owner, now=NOW)
    offered = candidates(make_session(), owner.structure, rulebook=RULEBOOK, today=TODAY)
    assert [(each.referent, each.needs, bool(each.barred)) for each in offered] == [
        (half, True, False), (trained, False, True),
    ]  # fmt: skip


def test_another_date_of_the_same_module(owner):
    full, later = make_session(capacity=1), make_session(capacity=1, first=date(2026, 6, 2))
    first, second = enrol(session=full, referents=people(owner, 2), actor=owner, now=NOW)
    moved = move_enrolment(enrolment=first, to=later, actor=owner, now=NOW)
    assert (moved.session, moved.state) == (later, ENROLLED)
    assert states(full) == [CANCELLED, ENROLLED]
    waiting = move_enrolment(enrolment=second, to=later, actor=owner, now=NOW)
    assert waiting.state == WAITING
    for target in (make_session("M3"), later):
        with pytest.raises(TrainingRefused, match="une autre session du même module"):
            move_enrolment(enrolment=moved, to=target, actor=owner, now=NOW)


def test_a_move_that_is_refused_keeps_the_seat(owner):
    kept = enrol(session=make_session(), referents=people(owner, 1), actor=owner, now=NOW)[0]
    far = make_session(territory=make_territory("Artois"))
    with pytest.raises(TrainingRefused, match="votre territoire"):
        move_enrolment(enrolment=kept, to=far, actor=owner, now=NOW)
    kept.refresh_from_db()
    assert kept.state == ENROLLED


def test_each_sees_the_names_of_their_own_people(owner, dpid):
    session = make_session()
    ours = enrol(session=session, referents=people(owner, 1), actor=owner, now=NOW)
    other = make_user(Role.STRUCTURE_ADMIN, structure=make_structure(lead_territory=make_territory("Artois")))
    theirs = enrol(session=session, referents=people(other, 1), actor=other, now=NOW)
    here = make_user(Role.SLAI, territories=(owner.structure.lead_territory,))
    assert list(enrolments_in(session, owner)) == ours
    assert list(enrolments_in(session, here)) == ours
    assert list(enrolments_in(session, dpid)) == [*ours, *theirs]
    assert not enrolments_in(session, make_user(Role.SLAI))


def test_the_plan_shows_the_shortest_way(owner):
    referent = make_referent(owner.structure)
    session = make_session()
    enrol(session=session, referents=[referent], actor=owner, now=NOW)
    make_session("M3", first=date(2026, 6, 2))
    covered = coverage_of(owner.structure, rulebook=RULEBOOK, today=TODAY)
    way = shortest_way(RULEBOOK, covered, session_facts(owner.structure, today=TODAY), today=TODAY)
    told = {step.obligation: step.remedy for step in way.steps}
    assert told == {
        "M1": Remedy.ASK, "M2": Remedy.ASK, "M3": Remedy.ENROL, "M4": Remedy.ATTEND, "OPT": Remedy.ASK,
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, 4])
def test_the_facts_of_the_plan_cost_three_queries(owner, count, django_assert_num_queries):
    for rank in range(count):
        session = make_session(first=date(2026, 5, 12 + rank))
        enrol(session=session, referents=people(owner, 1), actor=owner, now=NOW)
    with django_assert_num_queries(4):  # et les territoires de la structure
        assert len(session_facts(owner.structure, today=TODAY)) == count


def test_the_database_refuses_two_ranks_and_two_standing_enrolments(owner):
    session, referent = make_session(), make_referent(owner.structure)
    made = enrol(session=session, referents=[referent], actor=owner, now=NOW)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        session.enrolments.create(referent=referent, rank=2, asked_by=owner, asked_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        session.enrolments.create(referent=make_referent(owner.structure), rank=1, asked_by=owner, asked_at=NOW)
    cancel_enrolment(enrolment=made, actor=owner, now=NOW)
    enrol(session=session, referents=[referent], actor=owner, now=NOW)
    assert states(session) == [CANCELLED, ENROLLED]
