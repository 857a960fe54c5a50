"""The demo: a day that moves, a mailbox on a page; neither exists in production."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.mail import send_mail
from django.urls import reverse

from accounts.enums import Role
from core import clock, demo
from core.clock import PARIS
from core.models import DemoDay
from notices.models import DemoMail, Notice
from notices.services import deliver_queued, queue_notice
from tests.factories import make_user
from tests.notices.conftest import noon

pytestmark = [pytest.mark.django_db, pytest.mark.once]
REAL = date(2026, 1, 5)


@pytest.fixture(autouse=True)
def _real_day(time_machine):
    time_machine.move_to(noon(REAL), tick=False)


@pytest.fixture
def demo_mode(settings):
    settings.DEMO_MODE = True
    settings.EMAIL_BACKEND = "notices.mail.DemoMailbox"


@pytest.fixture
def agent(client, demo_mode):
    user = make_user(Role.DPID_AGENT)
    client.force_login(user)
    return user


def go(client, **fields):
    return client.post(reverse("demo_day"), {"next": reverse("deadline_list"), **fields}, follow=True)


def test_going_to_a_day_sends_what_the_nights_would_have_sent(client, agent, open_test_end):
    open_test_end()
    response = go(client, day="2026-06-05")
    assert response.redirect_chain == [(reverse("deadline_list"), 302)]
    page = response.content.decode()
    assert "Nous sommes le vendredi 5" in page
    assert "1 courriel envoyé." in page
    assert response.context["today"] == date(2026, 6, 5)
    [mail] = DemoMail.objects.all()
    assert (mail.subject, mail.recipients) == ("Rappel J-30", "structure@exemple.fr")
    assert clock.civil_date(mail.sent_at) == date(2026, 6, 5)
    assert clock.today() == date(2026, 6, 5), "every process follows"


@pytest.mark.parametrize(
    ("by", "day"),
    [("day", date(2026, 2, 1)), ("month", date(2026, 2, 28)), ("back", REAL)],
)
def test_steps_from_the_day_where_one_is(client, agent, by, day):
    go(client, day="31/01/2026")
    go(client, by=by, day="2026-01-31")
    assert clock.today() == day


def test_months_walked_one_by_one_send_the_latest_step_of_each(client, agent, open_test_end):
    open_test_end()
    for _ in range(7):
        go(client, by="month")
    assert list(Notice.objects.order_by("step_on").values_list("step", "state")) == [
        ("1-mai", "sent"),
        ("J-60", "superseded"),
        ("J-30", "sent"),
        ("J-7", "superseded"),
        ("J", "sent"),
        ("J+30", "sent"),
    ]


def test_going_back_sends_nothing_again(client, agent, open_test_end):
    open_test_end()
    go(client, day="2026-06-05")
    go(client, day="2026-05-06")
    assert "Aucun courriel à envoyer." in go(client, day="2026-06-06").content.decode()
    assert DemoMail.objects.count() == 1


@pytest.mark.parametrize("day", ["", "n’importe quoi", "2024-09-30", "2099-01-01"])
def test_a_wrong_day_changes_nothing(client, agent, day):
    response = go(client, day=day)
    assert "La date n’a pas changé." in response.content.decode()
    assert clock.today() == REAL


def test_the_way_back_stays_on_the_portal(client, agent):
    response = client.post(reverse("demo_day"), {"day": "2026-02-01", "next": "https://ailleurs.exemple.fr/"})
    assert response.headers["Location"] == "/"


def test_the_control_is_in_the_agents_footer(client, agent, open_test_end):
    page = client.get(reverse("deadline_list")).content.decode()
    assert f'action="{reverse("demo_day")}"' in page
    assert 'value="05/01/2026"' in page


def test_none_of_it_exists_outside_the_demo(client):
    client.force_login(make_user(Role.ADMINISTRATOR))
    DemoDay.objects.create(shift_days=100)
    DemoMail.objects.create(sent_at=clock.now(), sender="a", recipients="b", subject="c", body="d")
    assert client.post(reverse("demo_day"), {"day": "2026-02-01"}).status_code == 404
    assert client.get(reverse("demo_mailbox")).status_code == 404
    assert client.get(reverse("demo_mail", args=[DemoMail.objects.get().pk])).status_code == 404
    assert clock.today() == REAL
    with pytest.raises(demo.DemoDayRefused):
        demo.move_to(date(2026, 2, 1))
    assert DemoDay.objects.get().shift_days == 100


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 1, 5, 23, 30, tzinfo=PARIS),  # winter, towards summer time
        datetime(2026, 7, 5, 0, 30, tzinfo=PARIS),  # summer, towards winter time
        datetime(2026, 3, 28, 23, 59, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize("shift", [1, 90, 180, 365])
def test_the_demo_day_is_the_wanted_one_at_every_hour(demo_mode, time_machine, instant, shift):
    time_machine.move_to(instant, tick=False)
    wanted = clock.today() + timedelta(days=shift)
    demo.move_to(wanted)
    assert clock.today() == wanted
    assert clock.now().hour in (instant.astimezone(PARIS).hour, instant.astimezone(PARIS).hour + 1)


def test_the_mailbox_shows_every_email_and_its_links(client, demo_mode):
    send_mail("Bienvenue", "Ouvrez http://127.0.0.1:8000/invitation/abc/ <b>", None, ["claire@exemple.fr"])
    queue_notice(key="n", address="paul@exemple.fr", subject="Dossier déposé", body="Bien reçu.", now=clock.now())
    deliver_queued(now=clock.now())
    response = client.get(reverse("demo_mailbox"))
    assert [mail.subject for mail in response.context["page_obj"]] == ["Dossier déposé", "Bienvenue"]
    page = client.get(reverse("demo_mail", args=[DemoMail.objects.get(subject="Bienvenue").pk])).content.decode()
    assert '<a href="http://127.0.0.1:8000/invitation/abc/"' in page
    assert "&lt;b&gt;" in page


def test_the_mailbox_is_one_click_away_from_every_page(client, demo_mode):
    link = f'href="{reverse("demo_mailbox")}"'
    assert link in client.get(reverse("home")).content.decode()
    client.force_login(make_user(Role.DPID_AGENT))
    assert link in client.get(reverse("deadline_list")).content.decode()


def test_the_empty_mailbox_says_so(client, demo_mode):
    assert "Aucun courriel envoyé" in client.get(reverse("demo_mailbox")).content.decode()
