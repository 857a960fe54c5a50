"""Help by role, menus that lead where one may go, and the sign-in page of the demonstration."""

import re

import pytest
from django.urls import reverse

from accounts.enums import Role
from label_portal.demo.accounts import SHOWS, accounts
from label_portal.demo.story import STORIES
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TITLES = {
    Role.STRUCTURE_ADMIN: "Demander le label pas à pas",
    Role.STRUCTURE_MEMBER: "Demander le label pas à pas",
    Role.SLAI: "Suivre les structures de votre territoire",
    Role.DPID_AGENT: "Instruire une demande",
    Role.DPID_MANAGER: "Instruire une demande",
    Role.SIGNATORY: "Signer les décisions",
    Role.ADMINISTRATOR: "Administrer le portail",
    Role.AUDITOR: "Consulter sans modifier",
}


@pytest.mark.parametrize("role", Role)
def test_each_role_has_its_help(client, role):
    client.force_login(factories.make_user(role))
    assert f"<h1>{TITLES[role]}</h1>" in client.get(reverse("help")).content.decode()


@pytest.mark.parametrize("role", Role)
def test_menus_and_help_lead_where_one_may_go(client, role):
    client.force_login(factories.make_user(role))
    page = client.get(reverse("help"))
    links = set(re.findall(r'href="(/[^"#]*)"', page.content.decode())) - {"/"}
    links = {link for link in links if not link.startswith("/static/")}
    assert reverse("profile") in links
    assert {
        link: client.get(link).status_code for link in links if client.get(link).status_code not in (200, 302)
    } == {}


def test_the_demo_s_accounts_are_listed_in_the_demo_only(client, settings):
    known = accounts()
    assert [story.key for story in STORIES] == list(SHOWS)
    assert {"DPID", "SLAI"} <= {word for each in known for word in re.findall(r"\w+", each.about)}
    page = client.get(reverse("account_login")).content.decode()
    assert known[0].email not in page
    settings.DEMO_MODE = True
    page = client.get(reverse("account_login")).content.decode()
    assert all(each.email in page for each in known)
    assert "demonstration-62" in page
