"""Who was there: the rules on half-days, the table of the DPID, the trainer's confirmation."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from core import clock
from core.transitions import StaleState, TransitionForbidden, TransitionRefused
from tests.factories import make_user
from tests.training.plans import NOW, make_session
from tests.training.rooms import AFTER, DURING, confirmed, fill, make_room
from training.attendance import HalfDay, Record, is_over, missed_words
from training.cards import stage_of
from training.enums import EnrolmentCancelReason, MarkWay, SessionState
from training.exceptions import TrainingRefused
from training.models import AttendanceMark
from training.selectors.attendance import half_days_of, last_marks, records_of
from training.services.attendance import confirm_attendance, record_attendance, resume_attendance
from training.services.enrolments import cancel_enrolment

MORNING = HalfDay(1, date(2026, 5, 12), "morning", time(9), time(12, 30))
AFTERNOON = HalfDay(2, date(2026, 5, 12), "afternoon", time(13, 30), time(17))
BOTH = (MORNING, AFTERNOON)


def at(hour, minute=0, day=12):
    """An hour in Arras, where May is two hours ahead."""
    return datetime(2026, 5, day, hour - 2, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opened"),
    [(at(8, 29), False), (at(8, 30), True), (at(13), True), (at(13, 1), False), (at(10, day=13), False)],
)
def test_a_half_day_is_open_half_an_hour_around_its_hours(now, opened):
    assert MORNING.is_open(now) is opened


def test_morning_and_afternoon_are_never_closed_together_around_a_meal_of_one_hour():
    assert MORNING.is_open(at(13))
    assert AFTERNOON.is_open(at(13))


@pytest.mark.parametrize(
    ("known", "full", "missed", "unknown"),
    [
        ({}, False, "", 2),
        ({1: True}, False, "", 1),
        ({1: True, 2: True}, True, "", 0),
        ({1: True, 2: False}, False, "après-midi du 12\u00a0mai 2026", 0),
        ({1: False, 2: False}, False, "matin du 12\u00a0mai 2026, après-midi du 12\u00a0mai 2026", 0),
    ],
)
def test_one_half_day_missed_or_not_known_gives_no_attestation(known, full, missed, unknown):
    record = Record(BOTH, known)
    assert (record.is_full, missed_words(record), len(record.unknown)) == (full, missed, unknown)
    assert not Record((), {}).is_full


def test_a_session_is_over_with_its_last_half_day():
    assert [is_over(BOTH, now) for now in (at(16, 59), at(17))] == [False, True]


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


@pytest.fixture
def signed_in(client, dpid, monkeypatch):
    """A DPID agent at a screen; the hour may be changed."""
    client.force_login(dpid)
    client.at = lambda now: monkeypatch.setattr(clock, "now", lambda: now)
    client.at(DURING)
    return client


@pytest.mark.django_db
def test_presence_is_written_once_and_corrections_keep_their_trace(dpid):
    session, (one, _) = make_room(dpid=dpid)
    morning = half_days_of(session)[0].id
    for present in (True, True, False):
        record_attendance(session=session, cells={(one.pk, morning): present}, seen=0, actor=dpid, now=DURING)
    assert list(one.marks.values_list("present", "way", "author")) == [
        (True, MarkWay.HAND, dpid.pk), (False, MarkWay.HAND, dpid.pk),
    ]  # fmt: skip
    assert last_marks([one.pk])[one.pk, morning].present is False


@pytest.mark.django_db
def test_what_somebody_else_has_noted_since_is_never_overwritten_unseen(dpid):
    session, (one, two) = make_room(dpid=dpid)
    morning, other = half_days_of(session)[0].id, make_user(Role.DPID_AGENT)
    record_attendance(session=session, cells={(one.pk, morning): True}, seen=0, actor=other, now=DURING)
    left = record_attendance(
        session=session, cells={(one.pk, morning): False, (two.pk, morning): True}, seen=0, actor=dpid, now=DURING
    )
    assert [mark.author for mark in left] == [other]
    records = records_of(session)
    assert records[one.pk].known == {morning: True}
    assert records[two.pk].known == {morning: True}
    seen = AttendanceMark.objects.latest("pk").pk
    assert not record_attendance(session=session, cells={(one.pk, morning): False}, seen=seen, actor=dpid, now=DURING)
    assert records_of(session)[one.pk].known == {morning: False}


@pytest.mark.django_db
def test_attendance_is_the_dpids_in_its_time_and_of_those_who_have_a_seat(dpid):
    session, (one, two) = make_room(dpid=dpid, module="M1", capacity=1)
    halves = half_days_of(session)
    for actor, enrolment, half_day, now in [
        (make_user(Role.SLAI), one, halves[0], DURING),
        (one.asked_by, one, halves[0], DURING),
        (dpid, two, halves[0], DURING),
        (dpid, one, halves[2], DURING),
        (dpid, one, halves[0], NOW),
    ]:
        with pytest.raises(TrainingRefused):
            record_attendance(session=session, cells={(enrolment.pk, half_day.id): True}, seen=0, actor=actor, now=now)
    assert not AttendanceMark.objects.exists()


@pytest.mark.django_db
def test_the_trainer_confirms_a_complete_list_once_the_session_is_over(dpid):
    session, (one, _) = make_room(dpid=dpid)
    sign = {"trainer": "Mme Lefèvre", "confirmed_on": date(2026, 5, 12), "actor": dpid}
    with pytest.raises(TransitionRefused, match="n’est pas finie"):
        confirm_attendance(session=session, **sign, now=DURING)
    with pytest.raises(TransitionRefused, match="Il reste 4 présences à noter"):
        confirm_attendance(session=session, **sign, now=AFTER)
    fill(session, dpid, absent=[(one, 1)])
    with pytest.raises(TransitionForbidden):
        confirm_attendance(session=session, **{**sign, "actor": make_user(Role.SLAI)}, now=AFTER)
    for wrong, field in [
        ({"confirmed_on": date(2026, 5, 11)}, "confirmed_on"),
        ({"confirmed_on": date(2026, 5, 19)}, "confirmed_on"),
        ({"trainer": " "}, "trainer"),
    ]:
        with pytest.raises(TrainingRefused) as refusal:
            confirm_attendance(session=session, **{**sign, **wrong}, now=AFTER)
        assert refusal.value.field == field
    done = confirm_attendance(session=session, **sign, now=AFTER)
    assert (done.state, done.confirmed_by, done.confirmed_on) == (
        SessionState.CONFIRMED, "Mme Lefèvre", date(2026, 5, 12),
    )  # fmt: skip
    with pytest.raises(StaleState):
        confirm_attendance(session=session, **sign, now=AFTER)
    with pytest.raises(TrainingRefused, match="ne se notent plus"):
        fill(session, dpid)
    with pytest.raises(TransitionRefused, match="sont confirmées"):
        cancel_enrolment(enrolment=one, actor=dpid, now=AFTER, reason=EnrolmentCancelReason.MISTAKE)


@pytest.mark.django_db
def test_a_confirmation_may_be_taken_back_before_the_session_closes(dpid):
    session, _ = make_room(dpid=dpid)
    confirmed(session, dpid)
    back = resume_attendance(session=session, actor=dpid, now=AFTER)
    assert (back.state, back.confirmed_by, back.confirmed_on) == (SessionState.PLANNED, "", None)
    assert list(session.log.values_list("transition", flat=True)) == ["confirm", "resume"]


@pytest.mark.django_db
def test_the_database_wants_a_trainer_and_an_author(dpid):
    session, (one, _) = make_room(dpid=dpid)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(session).objects.filter(pk=session.pk).update(state=SessionState.CONFIRMED)
    with pytest.raises(IntegrityError), transaction.atomic():
        one.marks.create(half_day=session.half_days.first(), present=True, way=MarkWay.HAND, at=NOW)


@pytest.mark.django_db
def test_a_past_session_does_not_read_as_one_to_come(dpid):
    session = make_session(actor=dpid, module="M1")
    days = [date(2026, 5, 11), date(2026, 5, 12), date(2026, 5, 13), date(2026, 5, 14)]
    told = [stage.label if (stage := stage_of(session, today=day)) else "" for day in days]
    assert told == ["", "En cours", "En cours", "Présences à confirmer"]


@pytest.mark.django_db
def test_the_table_saves_as_one_goes_then_leads_to_the_confirmation(signed_in, dpid):
    session, (one, two) = make_room(dpid=dpid)
    morning, afternoon = (each.id for each in half_days_of(session))
    address = reverse("session_attendance", args=[session.pk])
    page = signed_in.get(address).content.decode()
    assert page.count('type="radio"') == 4, "l’après-midi n’est pas venu"
    saved = signed_in.post(
        address, {"version": "0", f"p-{one.pk}-{morning}": "1", "p-x-1": "1", f"p-{two.pk}-{morning}": "2"},
        headers={"X-Autosave": "1"},
    )  # fmt: skip
    assert saved.status_code == 204
    assert records_of(session)[one.pk].known == {morning: True}
    assert not records_of(session)[two.pk].known
    refused = signed_in.post(address, {f"p-{one.pk}-999999": "1"}, headers={"X-Autosave": "1"})
    assert (refused.status_code, "rechargez" in refused.content.decode()) == (422, True)
    signed_in.at(AFTER)
    signed_in.post(address, {f"p-{seat.pk}-{half}": "1" for seat in (one, two) for half in (morning, afternoon)})
    assert "2 personnes sur 2 auront une attestation" in signed_in.get(
        reverse("session_confirm", args=[session.pk])
    ).content.decode().replace("\u00a0", " ")
    confirm = reverse("session_confirm", args=[session.pk])
    assert signed_in.post(confirm, {"trainer": "", "confirmed_on": "12/05/2026"}).status_code == 422
    assert signed_in.post(confirm, {"trainer": "Mme Lefèvre", "confirmed_on": "01/05/2026"}).status_code == 422
    signed_in.post(confirm, {"trainer": "Mme Lefèvre", "confirmed_on": "12/05/2026"})
    session.refresh_from_db()
    assert session.state == SessionState.CONFIRMED
    assert signed_in.get(address).status_code == 302
    assert "par Mme Lefèvre" in signed_in.get(reverse("session_detail", args=[session.pk])).content.decode()
    signed_in.post(reverse("session_resume", args=[session.pk]))
    assert signed_in.get(address).status_code == 200


@pytest.mark.django_db
def test_a_screen_left_open_is_told_what_it_did_not_see(signed_in, dpid):
    session, (one, _) = make_room(dpid=dpid)
    morning = half_days_of(session)[0].id
    record_attendance(
        session=session, cells={(one.pk, morning): True}, seen=0, actor=make_user(Role.DPID_AGENT), now=DURING
    )
    address = reverse("session_attendance", args=[session.pk])
    sent = {"version": "0", f"p-{one.pk}-{morning}": "0"}
    answer = signed_in.post(address, sent, headers={"X-Autosave": "1"})
    assert (answer.status_code, "Rien n’est écrasé" in answer.content.decode()) == (409, True)
    assert "Rien n’est écrasé" in signed_in.post(address, sent, follow=True).content.decode()


@pytest.mark.django_db
def test_a_session_over_waits_in_its_own_tab(signed_in, dpid):
    make_room(dpid=dpid)
    signed_in.at(AFTER)
    page = signed_in.get(reverse("training_plan"), {"vue": "a-clore"}).content.decode()
    assert "Présences à confirmer" in page
    assert "Programmée" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("seats", [1, 6])
def test_the_table_costs_the_same_whatever_its_length(signed_in, dpid, seats, django_assert_max_num_queries):
    session, _ = make_room(dpid=dpid, seats=seats)
    fill(session, dpid, now=AFTER)
    with django_assert_max_num_queries(11):
        signed_in.get(reverse("session_attendance", args=[session.pk]))
