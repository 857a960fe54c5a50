"""Sessions: they grow old, they end when the person must go, agents need a second factor, caches keep nothing."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AGENT_ROLES, STRUCTURE_ROLES, Role
from accounts.services import members
from core.models import DemoDay
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def after(**delay):
    return time_machine.travel(timezone.now() + timedelta(**delay))


def is_in(client):
    return client.get(reverse("profile")).status_code == 200


@pytest.mark.parametrize("role", sorted(AGENT_ROLES))
def test_an_idle_agent_is_signed_out_and_told(client, role):
    client.force_login(factories.make_user(role))
    with after(minutes=29):
        assert is_in(client)
    with after(minutes=58):
        assert is_in(client), "each visit starts the half hour again"
    with after(minutes=89):
        response = client.get(f"{reverse('security')}?a=1")
        assert response["Location"] == f"{reverse('account_login')}?next=%2Fsecurite%2F%3Fa%3D1"
        page = client.get(response["Location"]).content.decode()
        assert "après 30\u00a0minutes sans activité" in page
        assert not is_in(client)


@pytest.mark.parametrize("role", sorted(STRUCTURE_ROLES))
def test_an_idle_structure_stays(client, role):
    client.force_login(factories.make_user(role))
    with after(hours=2):
        assert is_in(client)


@pytest.mark.parametrize("role", [Role.STRUCTURE_ADMIN, Role.DPID_AGENT])
def test_no_session_passes_twelve_hours(client, role):
    client.force_login(factories.make_user(role))
    for minutes in range(20, 720, 20):
        with after(minutes=minutes):
            assert is_in(client)
    with after(hours=12, seconds=1):
        assert not is_in(client)


def test_a_session_without_a_beginning_is_over(client):
    client.force_login(factories.make_user())
    session = client.session
    del session["signed_in_at"]
    session.save()
    assert not is_in(client)


def test_a_form_leads_back_to_its_page(client):
    client.force_login(factories.make_user(Role.DPID_AGENT))
    with after(minutes=31):
        response = client.post(
            reverse("end_sessions"), headers={"referer": f"http://testserver{reverse('profile')}?x=1"}
        )
    assert response["Location"] == f"{reverse('account_login')}?next=%2Fprofil%2F%3Fx%3D1"


@pytest.mark.parametrize("page", ["https://ailleurs.example/x", ""])
def test_a_form_from_elsewhere_leads_home(client, page):
    client.force_login(factories.make_user(Role.DPID_AGENT))
    with after(minutes=31):
        response = client.post(reverse("end_sessions"), headers={"referer": page})
    assert response["Location"] == f"{reverse('account_login')}?next=%2F"


def test_a_fragment_is_told_to_leave_the_page(client):
    headers = {"hx-request": "true", "hx-current-url": f"http://testserver{reverse('security')}"}
    client.force_login(factories.make_user(Role.DPID_AGENT))
    for _ in range(2):
        with after(minutes=31):
            response = client.get(reverse("profile"), headers=headers)
        assert response.status_code == 401
        assert response["HX-Redirect"] == f"{reverse('account_login')}?next=%2Fsecurite%2F"


def test_a_redirection_elsewhere_stays_what_it_is(client):
    client.force_login(factories.make_user())
    response = client.post(reverse("end_sessions"), headers={"hx-request": "true"})
    assert (response.status_code, response["Location"]) == (302, reverse("security"))


def test_the_demo_s_day_does_not_age_sessions(client, settings):
    settings.DEMO_MODE = True
    client.force_login(factories.make_user(Role.DPID_AGENT))
    DemoDay.objects.create(shift_days=200)
    assert is_in(client)


def test_presence_is_not_written_at_every_request(client):
    client.force_login(factories.make_user(Role.DPID_AGENT))
    before = client.session["seen_at"]
    with time_machine.travel(time.time() + 10):
        client.get(reverse("profile"))
        assert client.session["seen_at"] == before
    with time_machine.travel(time.time() + 40):
        client.get(reverse("profile"))
        assert client.session["seen_at"] > before


def test_a_closed_access_ends_at_the_very_next_request(client):
    admin = factories.make_user(Role.STRUCTURE_ADMIN)
    member = factories.make_user(Role.STRUCTURE_MEMBER, structure=admin.structure)
    client.force_login(member)
    assert is_in(client)
    members.deactivate_member(member=member, actor=admin)
    assert not is_in(client)
    members.reactivate_member(member=member, actor=admin)
    assert not is_in(client), "the old session stays dead"


def test_a_role_taken_away_holds_at_the_very_next_request(client):
    chief, agent = factories.make_user(Role.ADMINISTRATOR), factories.make_user(Role.DPID_AGENT)
    client.force_login(agent)
    assert client.get(reverse("access_request_list")).status_code == 200
    members.change_role(member=agent, role=Role.SIGNATORY, actor=chief)
    assert client.get(reverse("access_request_list")).status_code == 403


def test_ending_one_s_other_sessions(client):
    user = factories.make_user()
    other = type(client)()
    client.force_login(user)
    other.force_login(user)
    client.post(reverse("end_sessions"))
    assert is_in(client)
    assert not is_in(other)


# Second factor ------------------------------------------------------------------------------------------------


@pytest.fixture
def required(settings):
    settings.AGENT_MFA_REQUIRED = True


@pytest.mark.parametrize("role", sorted(AGENT_ROLES))
@pytest.mark.parametrize("name", ["home", "profile", "security", "help", "admin:index", "access_request_list"])
def test_an_agent_without_factor_reaches_nothing_but_its_set_up(client, required, role, name):
    client.force_login(factories.make_user(role))
    response = client.get(reverse(name))
    assert (response.status_code, response["Location"]) == (302, reverse("mfa_activate_totp"))


def test_the_set_up_itself_is_reachable(client, required):
    client.force_login(factories.make_user(Role.DPID_AGENT))
    response = client.get(reverse("mfa_activate_totp"))
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302


def test_an_agent_with_a_factor_works(client, required, django_assert_num_queries):
    agent = factories.make_user(Role.DPID_AGENT)
    factories.make_totp(agent)
    client.force_login(agent)
    assert is_in(client)
    with django_assert_num_queries(3):
        assert is_in(client), "the factor is looked up once a session"


def test_a_removed_factor_closes_the_door(client, required):
    agent = factories.make_user(Role.DPID_AGENT)
    factories.make_totp(agent)
    client.force_login(agent)
    client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get(reverse("profile"))["Location"] == reverse("mfa_activate_totp")


@pytest.mark.parametrize("role", sorted(STRUCTURE_ROLES))
def test_structures_may_do_without(client, required, role):
    client.force_login(factories.make_user(role))
    assert is_in(client)


# Caches -------------------------------------------------------------------------------------------------------


def test_no_cache_keeps_a_signed_in_page(client):
    client.force_login(factories.make_user())
    for url in (reverse("profile"), reverse("home"), "/rien/"):
        assert client.get(url)["Cache-Control"] == "private, no-store"


def test_public_pages_may_be_kept(client):
    assert "Cache-Control" not in client.get(reverse("access_request_thanks"))
