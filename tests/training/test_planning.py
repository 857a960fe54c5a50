"""The Département's sessions (CdC 5-1): planned, changed, cancelled; what a year owes; what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from core.transitions import TransitionRefused
from core.versions import Overtaken, version_of
from notices.models import Notice
from tests.factories import make_referent, make_structure, make_territory, make_user
from tests.training.plans import NOW, RULEBOOK, TODAY, make_plan, make_session, slots
from training.enums import EnrolmentState, Half, SessionCancelReason, SessionState
from training.exceptions import TrainingRefused
from training.models import SessionHalfDay, TrainingSession
from training.selectors.sessions import missing_catch_ups, sessions_visible_to
from training.services.enrolments import enrol
from training.services.planning import PLANNED, Slot, cancel_session, change_session, plan_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


@pytest.fixture
def owner():
    return make_user(Role.STRUCTURE_ADMIN)


def planned(dpid, **fields):
    return plan_session(plan=make_plan(**fields), rulebook=RULEBOOK, actor=dpid, now=NOW)


def test_a_session_keeps_its_half_days_and_the_last_day_to_enrol(dpid):
    session = planned(dpid, module="M2", part=1)
    assert (session.starts_on, session.ends_on) == (date(2026, 5, 12), date(2026, 5, 13))
    assert session.closes_on == date(2026, 5, 5)
    assert session.state == SessionState.PLANNED
    assert [str(half) for half in session.half_days.all()] == [
        "12/05/2026, matin", "12/05/2026, après-midi", "13/05/2026, matin", "13/05/2026, après-midi",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ahead", "closes"), [(1, 0), (6, 5), (7, 0), (8, 1)], ids=["tomorrow", "six days", "seven days", "eight days"]
)
def test_late_planning_leaves_the_eve(dpid, ahead, closes):
    session = planned(dpid, first=TODAY + timedelta(ahead))
    assert session.closes_on == TODAY + timedelta(closes)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"module": "M9"}, "module", "n’est pas au plan"),
        ({"module": "M4", "part": 1}, "module", "n’a pas cette partie"),
        ({"first": TODAY}, "slots", "à partir de demain"),
        ({"module": "M1", "days": 1}, "slots", "demande 4 demi-journées (annexe 1)\u00a0: il y en a 2"),
        ({"module": "M2", "days": 2}, "slots", "demande 8 demi-journées"),
        ({"capacity": 0}, "", "au moins une place"),
        ({"place": ""}, "", "un lieu, ou un lien"),
        ({"place": "", "link": "javascript:alert(1)"}, "", "URL"),
    ],
)
def test_what_is_not_planned(dpid, fields, field, words):
    with pytest.raises(TrainingRefused) as refusal:
        planned(dpid, **fields)
    assert words in str(refusal.value)
    assert refusal.value.field == field
    assert not TrainingSession.objects.exists()


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ((), "à l’avance"),
        ((*slots(), *slots()), "écrite deux fois"),
        ((Slot(date(2026, 5, 12), time(9), time(13), Half.MORNING),
          Slot(date(2026, 5, 12), time(12), time(17), Half.AFTERNOON)), "se chevauchent"),
        ((Slot(date(2026, 5, 12), time(12), time(9), Half.MORNING),
          Slot(date(2026, 5, 12), time(13), time(17), Half.AFTERNOON)), "après avoir commencé"),
    ],
)  # fmt: skip
def test_half_days_that_do_not_hold(dpid, broken, words):
    with pytest.raises(TrainingRefused, match=words):
        plan_session(plan=replace(make_plan(), slots=broken), rulebook=RULEBOOK, actor=dpid, now=NOW)


@pytest.mark.parametrize("role", [Role.STRUCTURE_ADMIN, Role.SLAI, Role.AUDITOR, Role.SIGNATORY, Role.ADMINISTRATOR])
def test_the_plan_is_the_dpids(role):
    with pytest.raises(TrainingRefused, match="tenu par la DPID"):
        make_session(actor=make_user(role))


def test_a_change_moves_everything_and_tells_those_who_were_to_come(dpid, owner):
    session = planned(dpid)
    enrol(session=session, referents=[make_referent(owner.structure)], actor=owner, now=NOW)
    changed = change_session(
        session=session, plan=make_plan(first=date(2026, 6, 2)), rulebook=RULEBOOK, actor=dpid, now=NOW
    )
    assert (changed.starts_on, changed.closes_on) == (date(2026, 6, 2), date(2026, 5, 26))
    assert set(changed.half_days.values_list("day", flat=True)) == {date(2026, 6, 2)}
    notice = Notice.objects.get(recipient=owner)
    assert notice.subject == "La session a changé\u00a0: «\u00a0Secret professionnel\u00a0», le 2\u00a0juin 2026"
    assert "Camille Référent01" in notice.body


def test_a_change_of_words_tells_nobody(dpid, owner):
    session = planned(dpid)
    enrol(session=session, referents=[make_referent(owner.structure)], actor=owner, now=NOW)
    change_session(session=session, plan=make_plan(trainer="Mme Lefèvre"), rulebook=RULEBOOK, actor=dpid, now=NOW)
    assert not Notice.objects.exists()


def test_more_seats_go_to_those_who_wait(dpid, owner):
    session = planned(dpid, capacity=1)
    referents = [make_referent(owner.structure) for _ in range(3)]
    enrol(session=session, referents=referents, actor=owner, now=NOW)
    change_session(session=session, plan=make_plan(capacity=2), rulebook=RULEBOOK, actor=dpid, now=NOW)
    assert list(session.enrolments.order_by("rank").values_list("state", flat=True)) == [
        EnrolmentState.ENROLLED, EnrolmentState.ENROLLED, EnrolmentState.WAITING,
    ]  # fmt: skip
    assert Notice.objects.get(recipient=owner).subject.startswith("Camille Référent02 a une place")
    with pytest.raises(TrainingRefused, match="2 référents ont déjà une place") as refusal:
        change_session(session=session, plan=make_plan(capacity=1), rulebook=RULEBOOK, actor=dpid, now=NOW)
    assert refusal.value.field == "capacity"
    with pytest.raises(TrainingRefused, match="le module ne change plus"):
        change_session(session=session, plan=make_plan("M3", capacity=2), rulebook=RULEBOOK, actor=dpid, now=NOW)


def test_two_agents_on_the_same_session(dpid):
    session = planned(dpid)
    seen = version_of(session, PLANNED)
    change_session(session=session, plan=make_plan(capacity=5), rulebook=RULEBOOK, actor=dpid, now=NOW, version=seen)
    with pytest.raises(Overtaken):
        change_session(
            session=session, plan=make_plan(capacity=9), rulebook=RULEBOOK, actor=dpid, now=NOW, version=seen
        )
    session.refresh_from_db()
    assert session.capacity == 5


def test_a_session_under_way_stays_as_it_is(dpid):
    session = planned(dpid)
    that_day = datetime(2026, 5, 12, 7, 0, tzinfo=UTC)
    with pytest.raises(TrainingRefused, match="ne change plus"):
        change_session(session=session, plan=make_plan(first=date(2026, 6, 2)), rulebook=RULEBOOK, actor=dpid,
                       now=that_day)  # fmt: skip
    with pytest.raises(TransitionRefused, match="ne s’annule plus"):
        cancel_session(session=session, reason=SessionCancelReason.ROOM, actor=dpid, now=that_day)


def test_a_session_cancelled_frees_everybody_and_says_why(dpid, owner):
    session = planned(dpid, capacity=1)
    referents = [make_referent(owner.structure) for _ in range(2)]
    enrol(session=session, referents=referents, actor=owner, now=NOW)
    cancelled = cancel_session(
        session=session, reason=SessionCancelReason.ROOM, note="Le chauffage est en panne.", actor=dpid, now=NOW
    )
    assert cancelled.state == SessionState.CANCELLED
    assert set(session.enrolments.values_list("state", flat=True)) == {EnrolmentState.CANCELLED}
    comments = [cancelled.log.get().comment, *(each.log.last().comment for each in cancelled.enrolments.all())]
    assert set(comments) == {"Salle ou liaison indisponible"}, "le journal ne garde pas le texte libre"
    body = Notice.objects.get(recipient=owner).body
    assert "Salle ou liaison indisponible. Le chauffage est en panne. Une autre" in body
    assert all(str(referent) in body for referent in referents)


def test_each_structure_is_told_of_its_own_people_only(dpid, owner):
    session, other = planned(dpid), make_user(Role.STRUCTURE_ADMIN)
    ours = make_referent(owner.structure, last_name="Delattre")
    theirs = make_referent(other.structure, last_name="Leclercq")
    enrol(session=session, referents=[ours], actor=owner, now=NOW)
    enrol(session=session, referents=[theirs], actor=other, now=NOW)
    cancel_session(session=session, reason=SessionCancelReason.ROOM, actor=dpid, now=NOW)
    assert "Leclercq" not in Notice.objects.get(recipient=owner).body
    assert "Delattre" not in Notice.objects.get(recipient=other).body


def test_what_each_role_sees_of_the_plan(dpid):
    here, elsewhere = make_territory("Boulonnais"), make_territory("Artois")
    everywhere, local, far = make_session(), make_session(territory=here), make_session(territory=elsewhere)
    structure = make_structure(lead_territory=here)
    owner = make_user(Role.STRUCTURE_ADMIN, structure=structure)
    assert set(sessions_visible_to(owner)) == {everywhere, local}
    structure.territories.add(elsewhere)
    assert set(sessions_visible_to(owner)) == {everywhere, local, far}
    for role in (Role.DPID_AGENT, Role.DPID_MANAGER, Role.SLAI, Role.AUDITOR):
        assert set(sessions_visible_to(make_user(role))) == {everywhere, local, far}
    for role in (Role.SIGNATORY, Role.ADMINISTRATOR):
        assert not sessions_visible_to(make_user(role))


def test_what_a_year_owes_to_those_who_were_absent():
    def missing(year):
        return [(each.module.id, each.part) for each in missing_catch_ups(RULEBOOK, year)]

    everything = [("M1", None), ("M2", 1), ("M2", 2), ("M3", None), ("M4", None)]
    assert missing(2024) == []
    assert missing(2026) == everything
    make_session("M4", is_catch_up=True)
    make_session("M2", part=1, is_catch_up=True)
    assert missing(2026) == [("M1", None), ("M2", 2), ("M3", None)]
    make_session("M2", is_catch_up=True)
    make_session("M3")
    make_session("M3", is_catch_up=True, territory=make_territory("Boulonnais"))
    dropped = make_session("M1", is_catch_up=True)
    cancel_session(session=dropped, reason=SessionCancelReason.ROOM, actor=make_user(Role.DPID_AGENT), now=NOW)
    assert missing(2026) == [("M1", None), ("M3", None)]
    assert missing(2027) == everything


@pytest.mark.parametrize(
    "broken",
    [
        {"capacity": 0},
        {"place": "", "link": ""},
        {"closes_on": date(2026, 5, 13)},
        {"ends_on": date(2026, 5, 11)},
    ],
)
def test_the_database_holds_the_plan_together(broken):
    session = make_session()
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingSession.objects.filter(pk=session.pk).update(**broken)


def test_the_database_holds_the_half_days_together():
    session = make_session()
    morning = session.half_days.first()
    for broken in ({"ends_at": time(8)}, {"half": Half.AFTERNOON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionHalfDay.objects.filter(pk=morning.pk).update(**broken)
