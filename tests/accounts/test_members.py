"""Roles, access and second factors of people; somebody can always let others in."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts.enums import AGENT_ROLES, STRUCTURE_ROLES, Role
from accounts.exceptions import Refused
from accounts.models import User
from accounts.services import members
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def admin():
    return factories.make_user(Role.STRUCTURE_ADMIN)


@pytest.fixture
def colleague(admin):
    return factories.make_user(Role.STRUCTURE_MEMBER, structure=admin.structure)


@pytest.fixture
def chief():
    return factories.make_user(Role.ADMINISTRATOR)


def test_the_last_administrator_stays(admin, colleague):
    for act in (
        lambda: members.deactivate_member(member=admin, actor=admin),
        lambda: members.leave_portal(user=admin),
        lambda: members.change_role(member=admin, role=Role.STRUCTURE_MEMBER, actor=admin),
    ):
        with pytest.raises(Refused, match="dernier administrateur"):
            act()
    admin.refresh_from_db()
    assert (admin.is_active, admin.role) == (True, Role.STRUCTURE_ADMIN)


def test_an_inactive_administrator_does_not_count(admin, colleague):
    factories.make_user(Role.STRUCTURE_ADMIN, structure=admin.structure, is_active=False)
    with pytest.raises(Refused, match="dernier administrateur"):
        members.leave_portal(user=admin)


def test_an_administrator_elsewhere_does_not_count(admin):
    factories.make_user(Role.STRUCTURE_ADMIN)
    with pytest.raises(Refused, match="dernier administrateur"):
        members.leave_portal(user=admin)


def test_one_of_two_administrators_may_leave(admin, colleague):
    members.change_role(member=colleague, role=Role.STRUCTURE_ADMIN, actor=admin)
    members.leave_portal(user=admin)
    admin.refresh_from_db()
    assert not admin.is_active
    with pytest.raises(Refused, match="dernier administrateur"):
        members.leave_portal(user=colleague)


def test_the_portal_keeps_an_administrator(chief):
    with pytest.raises(Refused, match="dernier administrateur"):
        members.change_role(member=chief, role=Role.AUDITOR, actor=chief)
    other = factories.make_user(Role.ADMINISTRATOR)
    members.deactivate_member(member=chief, actor=other)
    with pytest.raises(Refused, match="dernier administrateur"):
        members.leave_portal(user=other)


def test_a_confirmed_role_changes_nothing(admin):
    members.change_role(member=admin, role=Role.STRUCTURE_ADMIN, actor=admin)
    admin.refresh_from_db()
    assert admin.role == Role.STRUCTURE_ADMIN


@pytest.mark.parametrize("role", Role)
def test_a_role_stays_on_its_side(role, admin, colleague, chief):
    agent = factories.make_user(Role.AUDITOR)
    places = [factories.make_territory()] if role == Role.SLAI else []
    for member, actor, allowed in ((colleague, admin, STRUCTURE_ROLES), (agent, chief, AGENT_ROLES)):
        if role in allowed:
            members.change_role(member=member, role=role, territories=places, actor=actor)
            member.refresh_from_db()
            assert member.role == role
        else:
            with pytest.raises(Refused, match="ne convient pas"):
                members.change_role(member=member, role=role, territories=places, actor=actor)


def test_territories_follow_the_role(chief):
    agent, territory = factories.make_user(Role.AUDITOR), factories.make_territory()
    with pytest.raises(Refused, match="au moins un territoire"):
        members.change_role(member=agent, role=Role.SLAI, actor=chief)
    members.change_role(member=agent, role=Role.SLAI, territories=[territory], actor=chief)
    assert list(agent.territories.all()) == [territory]
    members.change_role(member=agent, role=Role.DPID_AGENT, actor=chief)
    assert list(agent.territories.all()) == []


@pytest.mark.parametrize("role", Role)
def test_nobody_acts_outside_one_s_team(role, colleague):
    actor = factories.make_user(role)
    for act in (members.deactivate_member, members.reactivate_member):
        with pytest.raises(Refused, match="votre équipe"):
            act(member=colleague, actor=actor)
    with pytest.raises(Refused, match="votre équipe"):
        members.change_role(member=colleague, role=Role.STRUCTURE_ADMIN, actor=actor)


def test_a_reopened_access_works_again(admin, colleague, client):
    members.deactivate_member(member=colleague, actor=admin)
    assert not client.login(email=colleague.email, password=factories.PASSWORD)
    members.reactivate_member(member=colleague, actor=admin)
    assert client.login(email=colleague.email, password=factories.PASSWORD)


def test_a_lost_factor_is_reset_by_the_administrator(chief, commit, mailoutbox, client, settings):
    agent = factories.make_user(Role.DPID_AGENT)
    factories.make_totp(agent)
    client.force_login(agent)
    with commit():
        members.reset_second_factor(member=agent, actor=chief)
    assert not Authenticator.objects.filter(user=agent).exists()
    assert [mail.to for mail in mailoutbox] == [[agent.email]]
    assert client.get(reverse("profile")).status_code == 302, "the session is over"
    with pytest.raises(Refused, match="n’a pas de second facteur"):
        members.reset_second_factor(member=agent, actor=chief)


def test_nobody_resets_one_s_own_factor(chief):
    factories.make_totp(chief)
    with pytest.raises(Refused, match="un autre administrateur"):
        members.reset_second_factor(member=chief, actor=chief)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_who_resets_a_factor(role, colleague):
    factories.make_totp(colleague)
    with pytest.raises(Refused, match="Seul l’administrateur"):
        members.reset_second_factor(member=colleague, actor=factories.make_user(role))
    assert Authenticator.objects.filter(user=colleague).exists()


# Pages --------------------------------------------------------------------------------------------------------


def test_the_team_page(client, sign_in, admin, colleague):
    sign_in(admin)
    page = client.get(reverse("member_list")).content.decode()
    assert colleague.email in page
    assert reverse("member_deactivate", args=[colleague.pk]) in page
    sign_in(colleague)
    page = client.get(reverse("member_list")).content.decode()
    assert admin.email in page
    assert reverse("member_deactivate", args=[admin.pk]) not in page


def test_closing_and_reopening_from_the_page(client, sign_in, admin, colleague):
    sign_in(admin)
    url = reverse("member_deactivate", args=[colleague.pk])
    assert str(colleague) in client.get(url).content.decode()
    assert f"L’accès de {colleague} est fermé." in client.post(url, follow=True).content.decode()
    colleague.refresh_from_db()
    assert not colleague.is_active
    client.post(reverse("member_reactivate", args=[colleague.pk]))
    colleague.refresh_from_db()
    assert colleague.is_active


def test_the_refusal_is_shown(client, sign_in, admin):
    sign_in(admin)
    for url in (reverse("member_deactivate", args=[admin.pk]), reverse("leave")):
        assert "dernier administrateur" in client.post(url, follow=True).content.decode()
    response = client.post(reverse("member_role", args=[admin.pk]), {"role": Role.STRUCTURE_MEMBER})
    assert "dernier administrateur" in response.content.decode()


def test_changing_a_role_from_the_page(client, sign_in, admin, colleague):
    sign_in(admin)
    url = reverse("member_role", args=[colleague.pk])
    assert "territories" not in client.get(url).context["form"].fields
    response = client.post(url, {"role": Role.STRUCTURE_ADMIN})
    assert response["Location"] == reverse("member_list")
    assert client.post(url, {"role": Role.ADMINISTRATOR}).status_code == 200
    colleague.refresh_from_db()
    assert colleague.role == Role.STRUCTURE_ADMIN
    response = client.post(reverse("member_role", args=[admin.pk]), {"role": Role.STRUCTURE_MEMBER}, follow=True)
    assert response.status_code == 200
    assert client.get(reverse("member_invite")).status_code == 403, "the new role holds at once"


def test_the_agents_pages(client, sign_in, chief):
    sign_in(chief)
    agent, territory = factories.make_user(Role.DPID_AGENT), factories.make_territory("Artois")
    factories.make_totp(agent)
    page = client.get(reverse("agent_list")).content.decode()
    assert agent.email in page
    assert reverse("member_reset_factor", args=[agent.pk]) in page
    client.post(reverse("member_role", args=[agent.pk]), {"role": Role.SLAI, "territories": [territory.pk]})
    assert "Artois" in client.get(reverse("agent_list")).content.decode()
    assert client.get(reverse("member_reset_factor", args=[agent.pk])).status_code == 200
    client.post(reverse("member_reset_factor", args=[agent.pk]))
    assert not Authenticator.objects.exists()


def test_the_administrator_helps_a_structure_s_people_with_their_factor(client, sign_in, chief, colleague):
    factories.make_totp(colleague)
    sign_in(chief)
    assert client.post(reverse("member_reset_factor", args=[colleague.pk])).status_code == 302
    assert not Authenticator.objects.exists()
    assert client.get(reverse("member_role", args=[colleague.pk])).status_code == 404


@pytest.mark.parametrize("name", ["member_role", "member_deactivate", "member_reactivate"])
def test_somebody_else_s_people_are_not_found(client, sign_in, colleague, name):
    for role in (Role.STRUCTURE_ADMIN, Role.ADMINISTRATOR):
        sign_in(role)
        assert client.post(reverse(name, args=[colleague.pk])).status_code == 404
    colleague.refresh_from_db()
    assert (colleague.is_active, colleague.role) == (True, Role.STRUCTURE_MEMBER)


def test_the_profile(client, sign_in):
    user = sign_in()
    data = {"first_name": "nadia", "last_name": "DE LA TOUR", "job_title": "Directrice", "phone": "03 00 00 00 01"}
    client.post(reverse("profile"), data)
    user.refresh_from_db()
    assert (user.first_name, user.last_name, user.job_title, user.phone) == (
        "Nadia",
        "De La Tour",
        "Directrice",
        "+33300000001",
    )
    response = client.post(reverse("profile"), data | {"first_name": "", "role": "administrator", "is_active": ""})
    assert "Cette réponse est nécessaire." in response.content.decode()
    client.post(reverse("profile"), data | {"role": "administrator", "email": "x@exemple.fr", "structure": ""})
    user.refresh_from_db()
    assert (user.role, user.email) == (Role.STRUCTURE_ADMIN, User.objects.get(pk=user.pk).email)


def test_leaving(client, sign_in, admin, colleague):
    sign_in(colleague)
    assert client.get(reverse("leave")).status_code == 200
    assert client.post(reverse("leave"))["Location"] == reverse("home")
    assert client.get(reverse("profile")).status_code == 302
    colleague.refresh_from_db()
    assert not colleague.is_active


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_queries_do_not_grow(client, sign_in, chief, admin, count, django_assert_num_queries):
    territory = factories.make_territory()
    for number in range(count):
        factories.make_user(Role.STRUCTURE_MEMBER, structure=admin.structure)
        factories.make_totp(factories.make_user(Role.SLAI, territories=(territory,)))
        sign_in(admin)
        client.post(reverse("member_invite"), {"email": f"m{number}@exemple.fr", "role": Role.STRUCTURE_MEMBER})
        sign_in(chief)
        client.post(
            reverse("agent_invite"), {"email": f"a{number}@exemple.fr", "role": Role.SLAI, "territories": territory.pk}
        )
    for who, name in ((admin, "member_list"), (chief, "agent_list")):
        sign_in(who)
        client.get(reverse(name))
        with django_assert_num_queries(8 if who == admin else 7):
            response = client.get(reverse(name))
        assert len(response.context["invitations"]) == count
