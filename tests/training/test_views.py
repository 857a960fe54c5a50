"""The pages of the training plan, as structures and the DPID use them."""

from datetime import UTC, date, datetime

import pypdfium2
import pytest
from django.urls import reverse

from accounts.enums import Role
from core import clock
from tests.factories import make_referent, make_territory, make_user
from tests.training.plans import NOW, TODAY, make_session
from training.enums import EnrolmentState, SessionCancelReason, SessionState
from training.models import CalendarLink, Enrolment, TrainingSession
from training.services.calendars import calendar_token, renew_calendar
from training.services.enrolments import cancel_enrolment, enrol
from training.services.planning import cancel_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def the_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def owner():
    return make_user(Role.STRUCTURE_ADMIN)


@pytest.fixture
def dpid(client):
    user = make_user(Role.DPID_AGENT)
    client.force_login(user)
    return user


def sent(**changes):
    return {
        "course": "M4", "day_1": "12/05/2026", "span_1": "day", "morning_from": "9h", "morning_to": "12h30",
        "afternoon_from": "13:30", "afternoon_to": "17 h", "provider": "CNFPT", "place": "Arras", "capacity": "12",
        "span_2": "day", "span_3": "day", "span_4": "day", **changes,
    }  # fmt: skip


def test_the_dpid_plans_a_session(client, dpid):
    response = client.post(reverse("session_add"), sent(is_catch_up="on"))
    session = TrainingSession.objects.get()
    assert response["Location"] == reverse("session_detail", args=[session.pk])
    assert [(half.half, half.starts_at.hour, half.ends_at.minute) for half in session.half_days.all()] == [
        ("morning", 9, 30), ("afternoon", 13, 0),
    ]  # fmt: skip
    assert (session.is_catch_up, session.territory, session.planned_by) == (True, None, dpid)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"course": ""}, "Choisissez une réponse."),
        ({"course": "M1"}, "demande 4 demi-journées (annexe 1)"),
        ({"day_1": ""}, "Indiquez une date."),
        ({"day_1": "31/02/2026"}, "Cette date n’existe pas"),
        ({"day_1": "16/03/2026"}, "à partir de demain"),
        ({"day_2": "12/05/2026", "span_2": "morning"}, "écrite deux fois"),
        ({"morning_from": "neuf heures"}, "Cette heure n’existe pas"),
        ({"morning_from": "25h"}, "Cette heure n’existe pas"),
        ({"morning_to": "8h"}, "finit après avoir commencé"),
        ({"place": ""}, "Indiquez un lieu, ou un lien de connexion."),
        ({"place": "", "link": "salle"}, "Cette adresse n’est pas complète"),
        ({"capacity": "0"}, "au moins une place"),
        ({"capacity": "douze"}, "Écrivez un nombre entier"),
        ({"provider": ""}, "Cette réponse est nécessaire."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_planned(client, dpid, changes, words):
    response = client.post(reverse("session_add"), sent(**changes))
    assert response.status_code == 422
    assert words in response.content.decode().replace("\u202f", " ")
    assert not TrainingSession.objects.exists()


def test_a_session_is_shown_as_it_was_typed_then_changed(client, dpid):
    client.post(reverse("session_add"), sent(course="M2.1", day_2="13/05/2026", span_2="day"))
    session = TrainingSession.objects.get()
    page = client.get(reverse("session_edit", args=[session.pk]))
    form = page.context["form"]
    assert [form[name].value() for name in ("course", "day_1", "span_2", "morning_to")] == [
        "M2.1", date(2026, 5, 12), "day", "12:30",
    ]  # fmt: skip
    changed = sent(course="M2.1", day_2="13/05/2026", span_2="day", capacity="20", version=form["version"].value())
    assert client.post(reverse("session_edit", args=[session.pk]), changed).status_code == 302
    session.refresh_from_db()
    assert session.capacity == 20
    again = client.post(reverse("session_edit", args=[session.pk]), {**changed, "capacity": "5"})
    assert again.status_code == 409
    assert "dans un autre onglet" in again.content.decode()


def test_the_dpid_cancels_a_session_with_a_reason(client, dpid):
    session = make_session(actor=dpid)
    address = reverse("session_cancel", args=[session.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "room", "note": "Le chauffage est en panne."})
    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED
    assert "Salle ou liaison indisponible." in client.get(reverse("session_detail", args=[session.pk])).content.decode()


def test_a_year_without_catch_up_is_an_alert(client, dpid):
    page = client.get(reverse("training_plan")).content.decode()
    assert "2026\u00a0: aucune session de rattrapage" in page
    for module in ("M1", "M2", "M3", "M4"):
        make_session(module, actor=dpid, is_catch_up=True)
    page = client.get(reverse("training_plan")).content.decode()
    assert "2026\u00a0: aucune session de rattrapage" not in page
    assert "2027\u00a0: aucune session de rattrapage" in page


@pytest.mark.parametrize("count", [1, 6])
def test_the_plan_costs_the_same_whatever_its_length(client, dpid, count, django_assert_max_num_queries):
    for rank in range(count):
        make_session(actor=dpid, first=date(2026, 5, 12 + rank), territory=make_territory(f"Territoire {rank}"))
    with django_assert_max_num_queries(13):
        assert client.get(reverse("training_plan")).status_code == 200


def test_the_structure_enrols_those_who_need_it(client, owner):
    session = make_session(capacity=1)
    first, second = (make_referent(owner.structure) for _ in range(2))
    client.force_login(owner)
    page = client.get(reverse("session_enrol", args=[session.pk]))
    assert page.context["form"]["referents"].value() == [first.pk, second.pk]
    response = client.post(
        reverse("session_enrol", args=[session.pk]), {"referents": [first.pk, second.pk]}, follow=True
    )
    assert list(session.enrolments.values_list("state", flat=True)) == [EnrolmentState.ENROLLED, EnrolmentState.WAITING]
    shown = response.content.decode()
    assert "Camille Référent01\u00a0: inscrit." in shown
    assert "Camille Référent02\u00a0: en liste d’attente." in shown
    assert client.post(reverse("session_enrol", args=[session.pk]), {}).status_code == 422


def test_the_structure_cancels_or_changes(client, owner):
    session, other = make_session(), make_session(first=date(2026, 6, 2))
    enrolment = enrol(session=session, referents=[make_referent(owner.structure)], actor=owner, now=NOW)[0]
    client.force_login(owner)
    address = reverse("enrolment_move", args=[enrolment.pk])
    assert [pk for pk, _ in client.get(address).context["form"].fields["to"].choices] == [other.pk]
    assert client.post(address, {}).status_code == 422
    client.post(address, {"to": other.pk})
    moved = Enrolment.objects.get(session=other)
    assert moved.state == EnrolmentState.ENROLLED
    client.post(reverse("enrolment_cancel", args=[moved.pk]))
    moved.refresh_from_db()
    assert moved.state == EnrolmentState.CANCELLED


def test_another_structures_people_are_nowhere_on_the_page(client, owner):
    session, other = make_session(), make_user(Role.STRUCTURE_ADMIN)
    theirs = make_referent(other.structure, last_name="Leclercq")
    enrolment = enrol(session=session, referents=[theirs], actor=other, now=NOW)[0]
    client.force_login(owner)
    assert "Leclercq" not in client.get(reverse("session_enrol", args=[session.pk])).content.decode()
    for name in ("enrolment_cancel", "enrolment_move"):
        assert client.get(reverse(name, args=[enrolment.pk])).status_code == 404
    smuggled = client.post(reverse("session_enrol", args=[session.pk]), {"referents": [theirs.pk]})
    assert smuggled.status_code == 422
    assert session.enrolments.count() == 1


def test_the_link_of_a_session_is_for_those_who_go(client, owner):
    session = make_session("O1", place="", link="https://visio.exemple.fr/retraite", days=1)
    client.force_login(owner)
    assert "visio.exemple.fr" not in client.get(reverse("session_enrol", args=[session.pk])).content.decode()
    enrol(session=session, referents=[make_referent(owner.structure)], actor=owner, now=NOW)
    assert "visio.exemple.fr" in client.get(reverse("session_enrol", args=[session.pk])).content.decode()


def test_the_offer_tells_the_shortest_way(client, owner):
    make_referent(owner.structure)
    session = make_session()
    client.force_login(owner)
    page = client.get(reverse("session_offer")).content.decode()
    assert "il manque une session ou une place" in page
    assert reverse("session_enrol", args=[session.pk]) in page
    assert "1 de vos référents en a besoin" in page


def test_who_waits_elsewhere_is_offered_to_move(client, owner):
    full = make_session(capacity=1)
    _, waiting = enrol(session=full, referents=[make_referent(owner.structure) for _ in "ab"], actor=owner, now=NOW)
    make_session(first=date(2026, 6, 2))
    client.force_login(owner)
    assert reverse("enrolment_move", args=[waiting.pk]) in client.get(reverse("session_offer")).content.decode()


def test_who_has_a_seat_elsewhere_is_moved_from_the_page_of_the_session(client, owner):
    here, far = make_session(first=date(2026, 6, 2)), make_session(capacity=1)
    seated, waiting = enrol(session=far, referents=[make_referent(owner.structure) for _ in "ab"], actor=owner, now=NOW)
    client.force_login(owner)
    page = client.get(reverse("session_enrol", args=[here.pk])).content.decode()
    assert "Déjà inscrit à la session du 12\u00a0mai 2026 de ce module." in page
    assert "En liste d’attente pour la session du 12\u00a0mai 2026 de ce module." in page
    for held in (seated, waiting):
        assert f'href="{reverse("enrolment_move", args=[held.pk])}"' in page
    TrainingSession.objects.filter(pk=far.pk).update(closes_on=date(2026, 3, 15))
    assert "/changer/" not in client.get(reverse("session_enrol", args=[here.pk])).content.decode()


def test_the_calendar_is_read_without_signing_in_until_it_is_taken_back(client, owner):
    session = make_session()
    enrol(session=session, referents=[make_referent(owner.structure)], actor=owner, now=NOW)
    make_session("M3", first=date(2026, 6, 2))
    client.force_login(owner)
    client.post(reverse("calendar_renew"))
    address = reverse("calendar_feed", args=[calendar_token(CalendarLink.objects.get(user=owner))])
    assert address in client.get(reverse("calendar_link")).content.decode()
    client.logout()
    response = client.get(address)
    text = response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.count("BEGIN:VEVENT") == 2  # matin et après-midi de la seule session où elle a quelqu’un
    assert "DTSTART:20260512T070000Z" in text
    assert "SUMMARY:Secret professionnel (1 inscrit)" in text
    assert "Référent01" not in text
    renew_calendar(user=owner, now=NOW)
    assert client.get(address).status_code == 404
    again = reverse("calendar_feed", args=[calendar_token(CalendarLink.objects.get(user=owner))])
    client.force_login(owner)
    client.post(reverse("calendar_revoke"))
    assert client.get(again).status_code == 404


def feed(client, user):
    token = calendar_token(renew_calendar(user=user, now=NOW))
    return client.get(reverse("calendar_feed", args=[token])).content.decode().replace("\r\n ", "")


def test_a_cancelled_session_stays_in_the_calendar_of_those_who_had_a_seat(client, owner, dpid, settings):
    session, other = make_session(actor=dpid, capacity=1), make_session("M3", actor=dpid, first=date(2026, 6, 2))
    kept, _ = enrol(session=session, referents=[make_referent(owner.structure) for _ in "ab"], actor=owner, now=NOW)
    (given_up,) = enrol(session=other, referents=[kept.referent], actor=owner, now=NOW)
    cancel_enrolment(enrolment=given_up, actor=owner, now=NOW)
    before = feed(client, owner)
    for each in (session, other):
        cancel_session(session=each, reason=SessionCancelReason.ROOM, actor=dpid, now=NOW)
    after = feed(client, owner)
    assert [line for line in before.split() if line.startswith("UID:")] == [
        line for line in after.split() if line.startswith("UID:")
    ]
    assert (before.count("STATUS:CONFIRMED"), after.count("STATUS:CANCELLED")) == (2, 2)
    assert "SUMMARY:Annulée\u00a0: Secret professionnel" in after
    assert f"URL:{settings.PORTAL_URL}{reverse('session_enrol', args=[session.pk])}" in after
    assert "BEGIN:VEVENT" not in feed(client, make_user(Role.STRUCTURE_ADMIN))
    assert feed(client, dpid).count("STATUS:CANCELLED") == 4


def test_a_session_that_is_over_stays_a_year_in_the_calendar(client, owner, dpid, monkeypatch):
    session = make_session(actor=dpid)
    enrol(session=session, referents=[make_referent(owner.structure)], actor=owner, now=NOW)
    for day, events in ((date(2027, 5, 13), 2), (date(2027, 5, 14), 0)):
        monkeypatch.setattr(clock, "today", lambda day=day: day)
        assert feed(client, owner).count("BEGIN:VEVENT") == events


def test_the_calendar_of_a_closed_account_answers_nothing(client, owner):
    token = calendar_token(renew_calendar(user=owner, now=NOW))
    owner.is_active = False
    owner.save()
    for invented in (token, "0-abc", "abc", f"{owner.pk}-", "²-abc"):
        assert client.get(reverse("calendar_feed", args=[invented])).status_code == 404


def test_the_dpid_sees_the_plan_in_its_calendar(client, dpid):
    make_session(actor=dpid)
    token = calendar_token(renew_calendar(user=dpid, now=datetime(2026, 3, 16, 9, tzinfo=UTC)))
    assert client.get(reverse("calendar_feed", args=[token])).content.decode().count("BEGIN:VEVENT") == 2
    assert clock.today() == TODAY


def pdf_words(content):
    with pypdfium2.PdfDocument(content) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_the_attendance_sheet_has_a_box_for_each_half_day_and_the_names_of_those_who_have_a_seat(client, dpid, owner):
    session = make_session("M2", part=1, capacity=1, actor=dpid, trainer="Mme Lefèvre")
    referents = [make_referent(owner.structure, last_name=name) for name in ("Delattre", "Leclercq")]
    enrol(session=session, referents=referents, actor=owner, now=NOW)
    response = client.get(reverse("session_sheet", args=[session.pk]))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="emargement-M2-2026-05-12.pdf"'
    words = pdf_words(response.content)
    for expected in ("première partie", "Delattre Camille", "Mme Lefèvre", "mar. 12 mai 2026 Matin 9 h à 12 h 30"):
        assert expected in words
    assert "Leclercq" not in words
    cancel_session(session=session, reason=SessionCancelReason.ROOM, actor=dpid, now=NOW)
    assert client.get(reverse("session_sheet", args=[session.pk])).status_code == 404
