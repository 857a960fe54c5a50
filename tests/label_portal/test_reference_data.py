"""Django's admin: reference data only, behind our own sign-in, and every change leaves a trace."""

import re

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Territory
from accounts.services import members
from core.models import SiteText
from core.texts import ensure_site_texts
from tests import factories

pytestmark = pytest.mark.django_db


def test_only_reference_data_is_in_it():
    labels = {model._meta.label for model in admin.site._registry}
    assert labels == {"accounts.Territory", "accounts.Delegation", "core.SiteText", "auditlog.LogEntry"}


def test_it_has_no_sign_in_of_its_own(client):
    last, _ = client.get(reverse("admin:index"), follow=True).redirect_chain[-1]
    assert last == f"{reverse('account_login')}?next={reverse('admin:index')}"
    chief = factories.make_user(Role.ADMINISTRATOR)
    response = client.post(last, {"login": chief.email, "password": factories.PASSWORD})
    assert response["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:login"))["Location"] == reverse("admin:index")
    client.logout()
    response = client.post(reverse("admin:login"), {"username": "x", "password": "x"})
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_nobody_else_gets_in(client, role):
    client.force_login(factories.make_user(role))
    for name in ("admin:index", "admin:login", "admin:accounts_territory_changelist"):
        assert client.get(reverse(name), follow=True).status_code == 403


def test_the_administrator_edits_in_french(client):
    client.force_login(factories.make_user(Role.ADMINISTRATOR))
    ensure_site_texts()
    factories.make_user(Role.SIGNATORY)
    page = client.get(reverse("admin:index")).content.decode()
    assert "Données de référence" in page
    assert "territoires" in page.lower()
    assert client.get(reverse("admin:logout"))["Location"] == reverse("account_logout")
    assert client.get(reverse("admin:password_change"))["Location"] == reverse("account_change_password")
    for model in ("accounts_territory", "accounts_delegation", "core_sitetext", "auditlog_logentry"):
        assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200
    for model in ("accounts_territory", "accounts_delegation"):
        assert client.get(reverse(f"admin:{model}_add")).status_code == 200
    assert client.get(reverse("admin:core_sitetext_add")).status_code == 403


def test_changes_leave_a_trace(client):
    chief = factories.make_user(Role.ADMINISTRATOR)
    client.force_login(chief)
    client.post(
        reverse("admin:accounts_territory_add"), {"name": "Ternois", "slug": "ternois", "optional_modules": "[]"}
    )
    territory = Territory.objects.get(slug="ternois")
    entry = LogEntry.objects.get_for_object(territory).get()
    assert (entry.actor, entry.action) == (chief, LogEntry.Action.CREATE)


def test_the_journal_is_read_in_french_and_never_written(client):
    chief = factories.make_user(Role.ADMINISTRATOR)
    client.force_login(chief)
    ensure_site_texts()
    text = SiteText.objects.get(slug="modalites")
    client.post(reverse("admin:core_sitetext_change", args=[text.pk]), {"title": "Nos règles", "body": text.body})
    entry = LogEntry.objects.get_for_object(text).filter(action=LogEntry.Action.UPDATE).get()
    journal = client.get(reverse("admin:auditlog_logentry_changelist"), {"acte": LogEntry.Action.UPDATE})
    assert [shown.pk for shown in journal.context["cl"].result_list] == [entry.pk]
    page = journal.content.decode()
    assert "Modification" in page
    assert str(chief) in page
    one = client.get(reverse("admin:auditlog_logentry_change", args=[entry.pk])).content.decode()
    assert "<th>Titre</th><td>Modalités d’utilisation</td><td>Nos règles</td>" in one
    for english in ("Resource", "Changes", "update", "Correlation"):
        assert english not in re.sub(r"<[^>]*>", " ", page + one)
    assert client.post(reverse("admin:auditlog_logentry_delete", args=[entry.pk])).status_code == 403


def test_a_change_of_role_leaves_a_trace_and_a_password_none():
    chief, agent = factories.make_user(Role.ADMINISTRATOR), factories.make_user(Role.AUDITOR)
    members.change_role(member=agent, role=Role.DPID_AGENT, actor=chief)
    agent.set_password("autre mot de passe 62")
    agent.save()
    changes = [entry.changes for entry in LogEntry.objects.get_for_object(agent)]
    assert {"role": ["auditor", "dpid_agent"]} in changes
    assert all("password" not in change for change in changes)
