"""Agendas, notifications, e-mails in failure: who sees what, and at what cost."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from core.french import NBSP
from notices import registry
from notices.enums import NoticeState
from notices.models import Notice
from notices.registry import DeadlineKind
from notices.services import close_deadline, queue_notice
from tests.factories import make_structure, make_territory, make_user
from tests.notices.conftest import noon

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def _on_that_day(time_machine):
    time_machine.move_to(noon(TODAY), tick=False)


@pytest.fixture
def elsewhere():
    return make_structure(lead_territory=make_territory("Calaisis"))


def shown(client, user, name="deadline_list", query=""):
    client.force_login(user)
    response = client.get(reverse(name) + query)
    assert response.status_code == 200
    return response


def subjects_of(response):
    return [row.deadline.subject_id for row in response.context["rows"]]


def queue(recipient=None, key="receipt-1", **fields):
    return queue_notice(
        key=key, recipient=recipient, subject="Dossier déposé", body="Bien reçu.", now=noon(TODAY), **fields
    )


# Deadlines ------------------------------------------------------------------------------------------------------


def test_the_nearest_date_comes_first_with_its_reason(client, open_test_end, structure):
    open_test_end(1, due=date(2026, 7, 20))
    open_test_end(2, due=date(2026, 7, 5))
    response = shown(client, make_user(structure=structure))
    assert subjects_of(response) == [2, 1]
    page = response.content.decode()
    for words in ("Fin de l’essai", "À faire par la structure", "Pourquoi cette date", "Vous recevez la décision.",
                  "Cahier des charges, point 7.1", f"dans 25{NBSP}jours", 'href="/essais/2/"'):  # fmt: skip
        assert words in page


def test_late_ones_have_their_tab(client, open_test_end, structure):
    open_test_end(1, due=TODAY - timedelta(days=1))
    open_test_end(2, due=TODAY)
    user = make_user(structure=structure)
    assert subjects_of(shown(client, user)) == [2]
    late = shown(client, user, query="?vue=retard")
    assert subjects_of(late) == [1]
    assert [(tab.label, tab.count, tab.current) for tab in late.context["tabs"]] == [
        ("En cours", 1, False),
        ("En retard", 1, True),
    ]
    assert "en retard d’un jour" in late.content.decode()


def test_a_reminder_that_had_nobody_to_go_to_is_said_to_agents(client, open_test_end, structure):
    open_test_end(due=TODAY + timedelta(days=29), opened=TODAY - timedelta(days=8))
    words = f"Le rappel du 9{NBSP}juin 2026 n’est pas parti"
    assert words in shown(client, make_user(Role.DPID_AGENT)).content.decode()
    assert words not in shown(client, make_user(structure=structure)).content.decode()


def test_closed_ones_are_gone(client, open_test_end, structure):
    open_test_end()
    close_deadline(kind="test_end", subject_id=1, reason="Dossier déposé", today=TODAY)
    assert subjects_of(shown(client, make_user(structure=structure))) == []


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.STRUCTURE_ADMIN, [1]),
        (Role.STRUCTURE_MEMBER, [1]),
        (Role.SLAI, [1]),
        (Role.DPID_AGENT, [1, 2]),
        (Role.DPID_MANAGER, [1, 2]),
        (Role.SIGNATORY, [1, 2]),
        (Role.ADMINISTRATOR, [1, 2]),
        (Role.AUDITOR, [1, 2]),
    ],
)
def test_each_sees_what_is_theirs(client, open_test_end, structure, elsewhere, role, seen):
    open_test_end(1)
    open_test_end(2, structure=elsewhere)
    fields = {"structure": structure} if role in (Role.STRUCTURE_ADMIN, Role.STRUCTURE_MEMBER) else {}
    territories = (structure.lead_territory,) if role == Role.SLAI else ()
    user = make_user(role, territories=territories, **fields)
    assert subjects_of(shown(client, user)) == seen


def test_a_structure_is_led_to_its_own_page(client, open_test_end, structure, monkeypatch):
    open_test_end()
    kind = registry.get("test_end")
    values = {name: getattr(kind, name) for name in DeadlineKind.__slots__}
    values["structure_link"] = lambda _: "/ma-structure/"
    monkeypatch.setitem(registry._kinds, "test_end", DeadlineKind(**values))
    assert 'href="/ma-structure/"' in shown(client, make_user(structure=structure)).content.decode()
    assert 'href="/essais/1/"' in shown(client, make_user(Role.DPID_AGENT)).content.decode()


@pytest.mark.parametrize("role", [Role.STRUCTURE_ADMIN, Role.SLAI, Role.DPID_AGENT])
def test_queries_of_the_list(client, open_test_end, structure, role):
    fields = {"structure": structure} if role == Role.STRUCTURE_ADMIN else {}
    user = make_user(role, territories=(structure.lead_territory,) if role == Role.SLAI else (), **fields)
    counts = []
    for subject_ids in ([1], [2, 3]):
        for subject_id in subject_ids:
            open_test_end(subject_id)
        client.force_login(user)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("deadline_list"))
        counts.append((len(response.context["rows"]), len(queries)))
    [(one, for_one), (three, for_three)] = counts
    assert (one, three) == (1, 3)
    assert for_one == for_three <= 7


def test_pages_of_twenty_five(client, open_test_end, structure):
    for subject_id in range(26):
        open_test_end(subject_id)
    user = make_user(structure=structure)
    assert len(subjects_of(shown(client, user))) == 25
    assert len(subjects_of(shown(client, user, query="?page=2"))) == 1


def test_nothing_to_show_is_said(client, structure):
    user = make_user(structure=structure)
    assert "Aucune échéance en cours" in shown(client, user).content.decode()
    assert "Rien n’est en retard" in shown(client, user, query="?vue=retard").content.decode()


# A person's notifications ---------------------------------------------------------------------------------------


def test_a_person_reads_their_own(client):
    claire, paul = make_user(), make_user()
    queue(claire), queue(paul, key="receipt-2")
    response = shown(client, claire, "notice_list")
    assert [notice.recipient for notice in response.context["page_obj"]] == [claire]
    assert "1 message à lire." in response.content.decode()


def test_what_was_superseded_or_cancelled_was_never_to_be_read(client):
    user = make_user()
    for number, state in enumerate(NoticeState):
        fields = {
            NoticeState.SENT: {"sent_at": noon(TODAY)},
            NoticeState.SENDING: {"lease_until": noon(TODAY)},
        }.get(state, {})
        Notice.objects.filter(pk=queue(user, key=f"n-{number}").pk).update(state=state, **fields)
    states = {notice.state for notice in shown(client, user, "notice_list").context["page_obj"]}
    assert states == {NoticeState.QUEUED, NoticeState.SENDING, NoticeState.SENT, NoticeState.FAILED}


def test_opening_marks_read_and_leads_to_the_page(client):
    user = make_user()
    notice = queue(user, path="/ma-structure/")
    client.force_login(user)
    response = client.post(reverse("notice_open", args=[notice.pk]))
    assert response.headers["Location"] == "/ma-structure/"
    notice.refresh_from_db()
    assert notice.read_at == noon(TODAY)
    assert "Tout est lu." in shown(client, user, "notice_list").content.decode()


def test_somebody_elses_notice_is_not_there(client):
    notice = queue(make_user())
    client.force_login(make_user())
    assert client.post(reverse("notice_open", args=[notice.pk])).status_code == 404
    client.post(reverse("notice_read_all"))
    assert Notice.objects.get().read_at is None


def test_all_may_be_marked_read_at_once(client):
    user = make_user()
    queue(user), queue(user, key="receipt-2")
    client.force_login(user)
    assert client.post(reverse("notice_read_all")).headers["Location"] == reverse("notice_list")
    assert not Notice.objects.filter(read_at=None).exists()


@pytest.mark.parametrize("name", ["notice_open", "notice_read_all", "notice_retry"])
def test_reading_the_address_writes_nothing(client, name):
    user = make_user(Role.DPID_AGENT)
    client.force_login(user)
    assert client.get(reverse(name, args=[] if name == "notice_read_all" else [1])).status_code == 405


def test_queries_of_the_notifications(client):
    user = make_user()
    counts = []
    for keys in (["a"], ["b", "c"]):
        for key in keys:
            queue(user, key=key)
        client.force_login(user)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("notice_list"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


# E-mails in failure ---------------------------------------------------------------------------------------------


def fail(notice):
    Notice.objects.filter(pk=notice.pk).update(state=NoticeState.FAILED, error="Adresse inconnue.", attempts=3)
    return notice


@pytest.mark.parametrize(
    ("role", "seen"),
    [(Role.SLAI, ["ici"]), (Role.DPID_AGENT, ["ici", "là-bas", "sans"]), (Role.AUDITOR, ["ici", "là-bas", "sans"])],
)
def test_agents_see_what_could_not_leave(client, structure, elsewhere, role, seen):
    fail(queue(key="ici", address="ici@exemple.fr", structure=structure))
    fail(queue(key="là-bas", address="la-bas@exemple.fr", structure=elsewhere))
    fail(queue(key="sans", address="sans@exemple.fr"))
    queue(key="en file", address="file@exemple.fr", structure=structure)
    user = make_user(role, territories=(structure.lead_territory,) if role == Role.SLAI else ())
    response = shown(client, user, "notice_failures")
    assert sorted(notice.key.split(":")[0] for notice in response.context["page_obj"]) == seen
    assert "Adresse inconnue." in response.content.decode()
    assert response.context["tabs"][-1].count == len(seen)


def test_a_structure_does_not(client, structure):
    client.force_login(make_user(structure=structure))
    assert client.get(reverse("notice_failures")).status_code == 404
    notice = fail(queue(address="ici@exemple.fr", structure=structure))
    assert client.post(reverse("notice_retry", args=[notice.pk])).status_code == 404


def test_an_agent_mends_the_address(client, structure):
    notice = fail(queue(address="clair@exemple.fr", structure=structure))
    client.force_login(make_user(Role.DPID_AGENT))
    url = reverse("notice_retry", args=[notice.pk])
    response = client.post(url, {"address": "pas une adresse"}, follow=True)
    assert "Le courriel n’est pas relancé." in response.content.decode()
    response = client.post(url, {"address": "claire@exemple.fr"}, follow=True)
    assert "Le courriel repart vers claire@exemple.fr." in response.content.decode()
    notice.refresh_from_db()
    assert (notice.state, notice.address, notice.attempts, notice.error) == ("queued", "claire@exemple.fr", 0, "")
    assert client.post(url, {"address": "claire@exemple.fr"}).status_code == 404, "it is queued again"


def test_the_auditor_reads_only(client, structure):
    notice = fail(queue(address="clair@exemple.fr", structure=structure))
    user = make_user(Role.AUDITOR)
    assert "Relancer" not in shown(client, user, "notice_failures").content.decode()
    assert client.post(reverse("notice_retry", args=[notice.pk]), {"address": "a@exemple.fr"}).status_code == 403


@pytest.mark.parametrize("name", ["deadline_list", "notice_list", "notice_failures"])
def test_signing_in_is_required(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert reverse("account_login") in response.headers["Location"]
