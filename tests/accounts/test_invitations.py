"""Invitations: seven days, once, for one address."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.urls import reverse

from accounts.enums import AGENT_ROLES, STRUCTURE_ROLES, Role
from accounts.exceptions import InvitationUnusable, Refused
from accounts.models import Invitation, User
from accounts.services import invitations
from tests import factories
from tests.accounts.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PERSON = {"first_name": "Alix", "last_name": "Delattre"}


@pytest.fixture
def admin():
    return factories.make_user(Role.STRUCTURE_ADMIN)


def invite(admin, email="nouvelle@exemple.fr", now=NOW):
    invitation, token = invitations.open_invitation(
        email=email, role=Role.STRUCTURE_MEMBER, structure=admin.structure, invited_by=admin, now=now
    )
    return invitation, token


def accept(token, now=NOW):
    return invitations.accept_invitation(token=token, password=factories.PASSWORD, now=now, **PERSON)


def test_a_colleague_is_invited_and_comes_in(admin, commit, mailoutbox):
    with commit():
        invitation = invitations.invite_member(
            email="Nouvelle@Exemple.fr", role=Role.STRUCTURE_MEMBER, invited_by=admin, now=NOW
        )
    (mail,) = mailoutbox
    assert mail.to == ["nouvelle@exemple.fr"]
    assert mail.subject == "Votre accès au portail Référent 62"
    token = re.search(rf"{settings.PORTAL_URL}/invitation/(\S+)/", mail.body).group(1)
    invitation.refresh_from_db()
    assert invitation.sent_at
    assert token not in str(vars(invitation))
    user = accept(token)
    assert (user.email, user.role, user.structure) == ("nouvelle@exemple.fr", Role.STRUCTURE_MEMBER, admin.structure)
    assert user.check_password(factories.PASSWORD)


def test_nothing_leaves_when_the_transaction_fails(admin, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Refused):
        invitations.invite_member(email=admin.email, role=Role.STRUCTURE_MEMBER, invited_by=admin, now=NOW)
    assert mailoutbox == []


def test_a_dead_mail_server_shows_on_the_list(admin, commit, settings, client):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with commit():
        invitation = invitations.invite_member(
            email="a@exemple.fr", role=Role.STRUCTURE_MEMBER, invited_by=admin, now=NOW
        )
    invitation.refresh_from_db()
    assert invitation.sent_at is None
    client.force_login(admin)
    Invitation.objects.update(expires_at=NOW + timedelta(days=3650))
    assert "Courriel non parti" in client.get(reverse("member_list")).content.decode()


def test_a_link_serves_once(admin):
    _, token = invite(admin)
    accept(token)
    with pytest.raises(InvitationUnusable):
        accept(token)
    assert User.objects.filter(email="nouvelle@exemple.fr").count() == 1


@pytest.mark.parametrize(("days", "usable"), [(0, True), (6.99, True), (7, False), (8, False)])
def test_a_link_lasts_seven_days(admin, days, usable):
    _, token = invite(admin)
    then = NOW + timedelta(days=days)
    if usable:
        assert invitations.find_invitation(token=token, now=then).email == "nouvelle@exemple.fr"
        assert accept(token, then)
    else:
        with pytest.raises(InvitationUnusable):
            accept(token, then)


def test_a_revoked_or_replaced_link_is_dead(admin):
    invitation, token = invite(admin)
    invitations.revoke_invitation(invitation=invitation, actor=admin, now=NOW)
    with pytest.raises(InvitationUnusable):
        accept(token)
    _, second = invite(admin)
    third, _ = invite(admin)
    with pytest.raises(InvitationUnusable):
        accept(second)
    assert third.is_open_at(NOW)


def test_a_link_sent_again_is_another_link(admin, commit, mailoutbox):
    invitation, token = invite(admin)
    later = NOW + timedelta(days=30)
    with commit():
        successor = invitations.resend_invitation(invitation=invitation, actor=admin, now=later)
    with pytest.raises(InvitationUnusable):
        accept(token)
    assert successor.expires_at == later + settings.INVITATION_LIFETIME
    assert (successor.email, successor.role, successor.structure) == (
        invitation.email,
        invitation.role,
        invitation.structure,
    )
    assert len(mailoutbox) == 1


def test_what_is_done_is_not_undone(admin):
    invitation, token = invite(admin)
    accept(token)
    with pytest.raises(Refused, match="déjà été acceptée"):
        invitations.revoke_invitation(invitation=invitation, actor=admin, now=NOW)
    with pytest.raises(Refused, match="déjà été acceptée"):
        invitations.resend_invitation(invitation=invitation, actor=admin, now=NOW)


@pytest.mark.parametrize("role", Role)
def test_only_those_who_could_send_it_send_it_again_or_revoke_it(admin, role):
    """Of the same structure for its administrator, of agents for the portal's: never the other way round."""
    chief = factories.make_user(Role.ADMINISTRATOR)
    ours, theirs = invite(admin)[0], invite(factories.make_user(), email="ailleurs@exemple.fr")[0]
    agents = invitations.invite_agent(invited_by=chief, email="agent@exemple.fr", role=Role.AUDITOR, now=NOW)
    actor = factories.make_user(role, **({"structure": admin.structure} if role in STRUCTURE_ROLES else {}))
    allowed = {Role.STRUCTURE_ADMIN: ours, Role.ADMINISTRATOR: agents}.get(role)
    for invitation in {ours, theirs, agents} - {allowed}:
        with pytest.raises(Refused, match="celle de votre équipe"):
            invitations.resend_invitation(invitation=invitation, actor=actor, now=NOW)
        with pytest.raises(Refused, match="celle de votre équipe"):
            invitations.revoke_invitation(invitation=invitation, actor=actor, now=NOW)
        assert Invitation.objects.get(pk=invitation.pk).is_open_at(NOW)
    if allowed:
        invitations.revoke_invitation(
            invitation=invitations.resend_invitation(invitation=allowed, actor=actor, now=NOW), actor=actor, now=NOW
        )


@pytest.mark.parametrize("role", Role)
def test_who_invites_members(role):
    inviter = factories.make_user(role)

    def act():
        return invitations.invite_member(email="x@exemple.fr", role=Role.STRUCTURE_MEMBER, invited_by=inviter, now=NOW)

    if role == Role.STRUCTURE_ADMIN:
        assert act().structure == inviter.structure
    else:
        with pytest.raises(Refused):
            act()


@pytest.mark.parametrize("role", Role)
def test_who_invites_agents(role):
    inviter = factories.make_user(role)

    def act():
        return invitations.invite_agent(email="x@exemple.fr", role=Role.DPID_AGENT, invited_by=inviter, now=NOW)

    if role == Role.ADMINISTRATOR:
        assert act().structure is None
    else:
        with pytest.raises(Refused):
            act()


def test_nobody_invites_outside_one_s_own_house():
    admin, chief = factories.make_user(Role.STRUCTURE_ADMIN), factories.make_user(Role.ADMINISTRATOR)
    for role in AGENT_ROLES:
        with pytest.raises(Refused):
            invitations.invite_member(email="x@exemple.fr", role=role, invited_by=admin, now=NOW)
    for role in STRUCTURE_ROLES:
        with pytest.raises(Refused):
            invitations.invite_agent(email="x@exemple.fr", role=role, invited_by=chief, now=NOW)


def test_a_facilitator_has_territories_and_nobody_else_has():
    chief, territory = factories.make_user(Role.ADMINISTRATOR), factories.make_territory()
    with pytest.raises(Refused, match="au moins un territoire"):
        invitations.invite_agent(email="x@exemple.fr", role=Role.SLAI, invited_by=chief, now=NOW)
    with pytest.raises(Refused, match="ne concernent que"):
        invitations.invite_agent(
            email="x@exemple.fr", role=Role.AUDITOR, territories=[territory], invited_by=chief, now=NOW
        )
    _, token = invitations.open_invitation(
        email="x@exemple.fr", role=Role.SLAI, territories=[territory], invited_by=chief, now=NOW
    )
    assert list(accept(token).territories.all()) == [territory]


# Pages --------------------------------------------------------------------------------------------------------


def form_of(**changes):
    return {
        **PERSON,
        "job_title": "",
        "phone": "",
        "password1": factories.PASSWORD,
        "password2": factories.PASSWORD,
    } | changes


def test_the_whole_way_from_the_link(client, admin, now):
    _, token = invite(admin, now=now)
    response = client.get(reverse("invitation_open", args=[token]))
    assert response["Location"] == reverse("invitation_accept")
    before = client.session.session_key
    page = client.get(response["Location"])
    assert "nouvelle@exemple.fr" in page.content.decode()
    assert token not in page.content.decode()
    response = client.post(reverse("invitation_accept"), form_of())
    assert response["Location"] == reverse("home")
    assert get_user(client).email == "nouvelle@exemple.fr"
    assert client.session.session_key != before
    assert client.get(reverse("invitation_accept")).status_code == 410


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password2": "autre chose 62"}, "Les deux mots de passe diffèrent."),
        ({"password1": "court", "password2": "court"}, "trop court"),
        ({"password1": "alix.delattre", "password2": "alix.delattre"}, "trop semblable"),
        ({"first_name": ""}, "Cette réponse est nécessaire."),
        ({"phone": "12"}, "pas complet"),
    ],
)
def test_a_wrong_form_opens_nothing(client, admin, now, changes, words):
    _, token = invite(admin, now=now)
    client.get(reverse("invitation_open", args=[token]))
    response = client.post(reverse("invitation_accept"), form_of(**changes))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not User.objects.filter(email="nouvelle@exemple.fr").exists()


@pytest.mark.parametrize("token", ["inconnu", "x" * 300])
def test_an_unknown_link_says_no_more_than_an_expired_one(client, admin, now, token):
    _, expired = invite(admin, now=now - timedelta(days=8))
    pages = []
    for each in (token, expired):
        client.get(reverse("invitation_open", args=[each]))
        response = client.get(reverse("invitation_accept"))
        assert response.status_code == 410
        pages.append(re.sub(r'value="\w{64}"', "", response.content.decode()))
    assert pages[0] == pages[1]


def test_somebody_else_s_session_is_not_taken_over(client, admin, now, sign_in):
    _, token = invite(admin, now=now)
    other = sign_in()
    client.get(reverse("invitation_open", args=[token]))
    response = client.post(reverse("invitation_accept"), form_of())
    assert "Vous êtes déjà connecté" in response.content.decode()
    assert get_user(client) == other
    assert not User.objects.filter(email="nouvelle@exemple.fr").exists()


def test_inviting_from_the_page(client, sign_in, commit, mailoutbox):
    admin = sign_in()
    with commit():
        response = client.post(reverse("member_invite"), {"email": "b@exemple.fr", "role": Role.STRUCTURE_ADMIN})
    assert response["Location"] == reverse("member_list")
    assert "b@exemple.fr" in client.get(reverse("member_list")).content.decode()
    invitation = Invitation.objects.get()
    assert (invitation.structure, invitation.role) == (admin.structure, Role.STRUCTURE_ADMIN)
    client.post(reverse("invitation_resend", args=[invitation.pk]))
    successor = Invitation.objects.get(revoked_at=None)
    client.post(reverse("invitation_revoke", args=[successor.pk]))
    assert not Invitation.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("role", [Role.DPID_AGENT, "inconnu", ""])
def test_a_member_s_role_is_one_of_a_structure(client, sign_in, role):
    sign_in()
    response = client.post(reverse("member_invite"), {"email": "b@exemple.fr", "role": role})
    assert response.status_code == 200
    assert not Invitation.objects.exists()


def test_an_address_with_an_account_is_said_at_the_field(client, sign_in):
    sign_in()
    other = factories.make_user()
    response = client.post(reverse("member_invite"), {"email": other.email, "role": Role.STRUCTURE_MEMBER})
    assert "Ce courriel a déjà un compte" in response.content.decode()


def test_inviting_an_agent_from_the_page(client, sign_in):
    sign_in(Role.ADMINISTRATOR)
    territory = factories.make_territory()
    response = client.post(reverse("agent_invite"), {"email": "s@exemple.fr", "role": Role.SLAI})
    assert "Choisissez au moins un territoire." in response.content.decode()
    client.post(reverse("agent_invite"), {"email": "s@exemple.fr", "role": Role.SLAI, "territories": [territory.pk]})
    assert list(Invitation.objects.get().territories.all()) == [territory]


def test_another_structure_s_invitation_is_not_found(client, sign_in, admin):
    invitation, _ = invite(admin)
    sign_in()
    for name in ("invitation_resend", "invitation_revoke"):
        assert client.post(reverse(name, args=[invitation.pk])).status_code == 404
    sign_in(Role.ADMINISTRATOR)
    assert client.post(reverse("invitation_revoke", args=[invitation.pk])).status_code == 404
