"""Presence by telephone: the room's code, one's own, and nothing said of anybody."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from core import clock
from notices.models import Notice
from tests.factories import make_user
from tests.training.plans import NOW, RULEBOOK, make_plan
from tests.training.rooms import AFTER, DURING, confirmed, fill, make_room
from tests.training.test_attendance import AFTERNOON, BOTH, MORNING, at
from tests.training.test_views import pdf_words
from training.attendance import shown_at
from training.codes import ALPHABET, personal_code, room_code, same_code, spaced
from training.enums import EnrolmentCancelReason, MarkWay, SessionCancelReason
from training.exceptions import TrainingRefused
from training.models import AttendanceMark, TrainingSession
from training.selectors.attendance import half_days_of, records_of
from training.services.attendance import record_attendance, sign_by_phone
from training.services.convocations import send_convocations
from training.services.enrolments import cancel_enrolment
from training.services.planning import cancel_session, change_session

CLOSED = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
"""The day after the last day to change an enrolment in the session of 12 May."""


@pytest.mark.parametrize(
    ("now", "shown"),
    [(at(7), MORNING), (at(9), MORNING), (at(13), AFTERNOON), (at(13, 15), AFTERNOON), (at(20), AFTERNOON)],
)
def test_the_room_shows_the_code_of_the_half_day_under_way_or_of_the_next(now, shown):
    assert shown_at(BOTH, now) == shown
    assert shown_at((), now) is None


def test_around_a_short_meal_the_room_shows_the_morning_until_the_afternoon_begins():
    close = replace(AFTERNOON, starts_at=time(13))
    shown = [shown_at((MORNING, close), at(*hour)) for hour in ((12, 15), (12, 45), (13, 0))]
    assert shown == [MORNING, MORNING, close]


def test_codes_are_read_without_a_mistake_and_never_alike():
    codes = {room_code(key) for key in range(300)} | {personal_code(key) for key in range(300)}
    assert len(codes) == 600
    assert set("".join(codes)) <= set(ALPHABET)
    assert same_code(personal_code(7), f" {spaced(personal_code(7)).lower()}-")
    assert not same_code(personal_code(7), personal_code(8))


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


@pytest.fixture
def hour(monkeypatch):
    """Sets the hour that the pages live in."""
    change = lambda now: monkeypatch.setattr(clock, "now", lambda: now)  # noqa: E731
    change(DURING)
    return change


def without(page, sent):
    """A page but for what was in its address and for the form's own token."""
    for value in sent.values():
        page = page.replace(value, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def codes(session, enrolment, rank=0):
    return {"room": room_code(half_days_of(session)[rank].id), "code": personal_code(enrolment.pk)}


@pytest.mark.django_db
def test_who_is_in_the_room_signs_once(dpid):
    session, (one, two) = make_room(dpid=dpid)
    first = sign_by_phone(**codes(session, one), now=DURING)
    assert sign_by_phone(**codes(session, one), now=DURING) == first
    assert list(one.marks.values_list("present", "way", "author")) == [(True, MarkWay.PHONE, None)]
    assert not two.marks.exists()
    morning = half_days_of(session)[0].id
    assert record_attendance(session=session, cells={(one.pk, morning): False}, seen=0, actor=dpid, now=DURING) == [
        first
    ], "la page ouverte avant ne l’efface pas"
    record_attendance(session=session, cells={(one.pk, morning): False}, seen=first.pk, actor=dpid, now=DURING)
    with pytest.raises(TrainingRefused, match="Voyez l’intervenant"):
        sign_by_phone(**codes(session, one), now=DURING)
    assert [mark.present for mark in one.marks.all()] == [True, False]


@pytest.mark.django_db
def test_what_the_room_refuses(dpid):
    session, (one, waiting) = make_room(dpid=dpid, capacity=1)
    _, (stranger, _) = make_room(module="M3")
    good, morning, afternoon = codes(session, one), DURING, datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
    elsewhere = good | {"code": personal_code(stranger.pk)}
    unknown = good | {"code": "ZZZZZZZZ"}
    for sent, now, field in [
        (elsewhere, morning, "code"),
        (unknown, morning, "code"),
        (good | {"code": personal_code(waiting.pk)}, morning, "code"),
        (good | {"room": "ZZZZZZ"}, morning, "room"),
        (codes(session, one, 1), morning, "room"),
        (good, afternoon, "room"),
        (good, morning - timedelta(1), "room"),
    ]:
        with pytest.raises(TrainingRefused) as refusal:
            sign_by_phone(**sent, now=now)
        assert refusal.value.field == field
    answers = []
    for sent in (elsewhere, unknown):
        with pytest.raises(TrainingRefused) as refusal:
            sign_by_phone(**sent, now=morning)
        answers.append(str(refusal.value))
    assert len(set(answers)) == 1
    cancel_enrolment(enrolment=one, actor=dpid, now=morning, reason=EnrolmentCancelReason.MISTAKE)
    with pytest.raises(TrainingRefused):
        sign_by_phone(**good, now=morning)
    assert not AttendanceMark.objects.exists()


@pytest.mark.django_db
def test_once_confirmed_nobody_signs_any_more(dpid):
    session, (one, _) = make_room(dpid=dpid)
    evening = datetime(2026, 5, 12, 15, 10, tzinfo=UTC)
    fill(session, dpid, now=evening)
    confirmed(session, dpid, now=AFTER)
    with pytest.raises(TrainingRefused, match="code de salle"):
        sign_by_phone(**codes(session, one, 1), now=evening)


@pytest.mark.django_db
def test_the_public_page_names_nobody_and_answers_alike(client, dpid, hour):
    session, (one, _) = make_room(dpid=dpid)
    address, sent = reverse("presence"), codes(session, one)
    opened = client.get(address, {"salle": sent["room"], "code": sent["code"]}).content.decode()
    assert sent["room"] in opened
    assert sent["code"] in opened
    invented = {"room": "ZZZZZZ", "code": "YYYYYYYY"}
    unknown = client.get(address, {"salle": invented["room"], "code": invented["code"]}).content.decode()
    assert without(opened, sent) == without(unknown, invented), "la page n’en dit pas plus d’un vrai code"
    assert client.post(address, {"room": "", "code": ""}).status_code == 422
    assert client.post(address, {**sent, "code": "ZZZZ ZZZZ"}).status_code == 422
    assert not AttendanceMark.objects.exists()
    done = client.post(address, {"room": sent["room"].lower(), "code": spaced(sent["code"])}, follow=True)
    assert "Votre présence est notée" in done.content.decode()
    for words in (one.referent.last_name, one.referent.structure.name):
        assert words not in opened + done.content.decode()
    assert records_of(session)[one.pk].known == {half_days_of(session)[0].id: True}


@pytest.mark.django_db
def test_tries_are_limited(client, settings, hour):
    settings.ACCOUNT_RATE_LIMITS = {"presence": "2/m/ip"}
    tries = [client.post(reverse("presence"), {"room": "A", "code": "B"}).status_code for _ in range(3)]
    assert tries == [422, 422, 429]


@pytest.mark.django_db
def test_the_room_page_changes_with_the_half_day_and_lists_nobody(client, dpid, hour):
    session, (one, _) = make_room(dpid=dpid)
    client.force_login(dpid)
    address = reverse("session_room", args=[session.pk])
    morning, afternoon = (spaced(room_code(each.id)) for each in half_days_of(session))
    page = client.get(address).content.decode()
    assert (morning in page, afternoon in page, "hx-get" in page) == (True, False, True)
    assert one.referent.last_name not in page
    hour(datetime(2026, 5, 12, 12, 0, tzinfo=UTC))
    assert afternoon in client.get(address).content.decode()
    printed = client.get(address, {"demi-journee": half_days_of(session)[0].id}).content.decode()
    assert (morning in printed, "hx-get" in printed, "Fermé" in printed) == (True, False, True)
    slips = pdf_words(client.get(reverse("session_codes", args=[session.pk])).content)
    assert spaced(personal_code(one.pk)) in slips
    assert one.referent.last_name in slips
    confirmed(session, dpid)
    for name in ("session_room", "session_codes"):
        assert client.get(reverse(name, args=[session.pk])).status_code == 404


@pytest.mark.django_db
def test_each_person_is_convened_once_by_themselves_or_by_their_structure(dpid):
    _, (one, two) = make_room(dpid=dpid)
    one.referent.email = "camille.referent@exemple.fr"
    one.referent.save()
    assert send_convocations(now=NOW) == 0, "la structure peut encore changer"
    assert send_convocations(now=CLOSED) == 2
    assert send_convocations(now=CLOSED + timedelta(minutes=5)) == 0
    mine, theirs = Notice.objects.order_by("-address")[1], Notice.objects.order_by("-address")[0]
    assert (mine.address, theirs.recipient) == ("camille.referent@exemple.fr", two.asked_by)
    assert spaced(personal_code(one.pk)) in mine.body
    assert mine.path == f"/presence/?code={personal_code(one.pk)}"
    assert "\n\nMardi 12\u00a0mai 2026, 9\u00a0h à 12\u00a0h\u00a030, 13\u00a0h\u00a030 à 17\u00a0h" in mine.body
    assert spaced(personal_code(two.pk)) in theirs.body
    assert spaced(personal_code(one.pk)) not in theirs.body


@pytest.mark.django_db
def test_who_was_convened_is_told_when_it_no_longer_holds(dpid):
    session, (one, two) = make_room(dpid=dpid)
    for row in (one, two):
        row.referent.email = f"{row.referent.code}@exemple.fr"
        row.referent.save()
    send_convocations(now=CLOSED)
    cancel_enrolment(enrolment=one, actor=dpid, now=CLOSED, reason=EnrolmentCancelReason.OTHER)
    assert Notice.objects.filter(address="R01@exemple.fr").latest("pk").subject.startswith("Inscription annulée")
    change_session(session=session, plan=make_plan(first=date(2026, 5, 13)), rulebook=RULEBOOK, actor=dpid, now=CLOSED)
    assert Notice.objects.filter(address="R02@exemple.fr").latest("pk").subject.startswith("Session déplacée")
    later = CLOSED + timedelta(1)
    assert send_convocations(now=later) == 1
    cancel_session(session=session, reason=SessionCancelReason.ROOM, actor=dpid, now=later + timedelta(hours=1))
    told = Notice.objects.filter(address="R02@exemple.fr").order_by("pk")
    assert [notice.subject.split("\u00a0")[0] for notice in told] == [
        "Convocation", "Session déplacée", "Convocation", "Session annulée",
    ]  # fmt: skip


@pytest.mark.django_db
def test_another_room_keeps_the_printed_codes_the_closing_and_convenes_again_at_once(dpid):
    session, _ = make_room(dpid=dpid)
    send_convocations(now=CLOSED)
    before, closes_on = half_days_of(session), session.closes_on
    later = CLOSED + timedelta(days=1)
    change_session(session=session, plan=make_plan(place="Salle B"), rulebook=RULEBOOK, actor=dpid, now=later)
    session.refresh_from_db()
    assert (half_days_of(session), session.closes_on) == (before, closes_on)
    assert send_convocations(now=later) == 2
    assert "Salle B" in Notice.objects.latest("pk").body


@pytest.mark.django_db
def test_a_session_planned_late_convenes_two_days_before_and_who_has_left_is_not(dpid):
    session, (one, gone) = make_room(dpid=dpid)
    TrainingSession.objects.filter(pk=session.pk).update(closes_on=date(2026, 5, 11))
    gone.referent.left_on = date(2026, 5, 2)
    gone.referent.save()
    assert send_convocations(now=datetime(2026, 5, 9, 8, tzinfo=UTC)) == 0
    assert send_convocations(now=datetime(2026, 5, 10, 8, tzinfo=UTC)) == 1
    one.refresh_from_db()
    assert one.convened_at
