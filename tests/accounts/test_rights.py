"""Who opens which page of this floor: every address, every role."""

import pytest
from django.urls import get_resolver, reverse

from accounts import urls
from accounts.enums import STRUCTURE_ROLES, Role
from tests import factories

pytestmark = pytest.mark.django_db
EVERYBODY = frozenset(Role)
DPID = frozenset({Role.DPID_AGENT, Role.DPID_MANAGER})
CHIEF = frozenset({Role.ADMINISTRATOR})
HEAD = frozenset({Role.STRUCTURE_ADMIN})
READERS = DPID | CHIEF | {Role.AUDITOR}
PUBLIC = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_email_verification_sent", "account_confirm_email", "mfa_authenticate", "access_request",
    "access_request_thanks", "invitation_open", "invitation_accept",
}  # fmt: skip
RIGHTS = {
    **dict.fromkeys(
        ["account_reauthenticate", "account_change_password", "account_set_password", "account_email", "mfa_index",
         "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
         "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "profile", "security", "end_sessions", "leave"],
        EVERYBODY,
    ),
    **dict.fromkeys(["access_request_list", "access_request_detail"], READERS),
    **dict.fromkeys(["access_request_accept", "access_request_refuse", "structure_correct"], DPID),
    **dict.fromkeys(["agent_list", "agent_invite", "member_reset_factor"], CHIEF),
    "member_invite": HEAD,
    **dict.fromkeys(
        ["member_role", "member_deactivate", "member_reactivate", "invitation_resend", "invitation_revoke"],
        HEAD | CHIEF,
    ),
    **dict.fromkeys(
        ["member_list", "structure_edit", "referent_list", "referent_add", "referent_edit", "referent_leave",
         "referent_import", "referent_import_check", "referent_import_confirm"],
        STRUCTURE_ROLES,
    ),
}  # fmt: skip


def address(name):
    """An address of that page, for objects that don't exist."""
    args = {
        "account_reset_password_from_key": ["1", "x"],
        "account_confirm_email": ["x"],
        "invitation_open": ["x"],
    }.get(name)
    if args is None:
        takes = next(iter(get_resolver().reverse_dict.getlist(name)))[0][0][1]
        args = [0] * len(takes)
    return reverse(name, args=args)


def test_every_address_is_in_the_table():
    names = {pattern.name for pattern in urls.urlpatterns}
    assert names == PUBLIC | set(RIGHTS)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_pages(client, name):
    response = client.get(address(name))
    assert response.status_code in (200, 302, 405, 410)
    if response.status_code == 302 and name != "mfa_authenticate":
        assert not response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_nobody_gets_in_without_signing_in(client, name):
    for method in (client.get, client.post):
        assert method(address(name))["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", sorted(RIGHTS))
def test_each_role_has_its_pages_and_no_other(client, name, role):
    client.force_login(factories.make_user(role))
    statuses = {client.get(address(name)).status_code, client.post(address(name)).status_code}
    if role in RIGHTS[name]:
        assert 403 not in statuses
        assert 500 not in statuses
    else:
        assert statuses == {403}
