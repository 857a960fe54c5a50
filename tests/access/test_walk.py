"""Every address, every role: what each may open and do, and what strangers never learn."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from accounts.middleware import WITHOUT_SECOND_FACTOR
from tests.access import table
from tests.access.table import LIBRARY, PUBLIC_LIBRARY, SIGNED_IN_LIBRARY, TABLE
from tests.access.walk import Visitor, addresses, is_public, walk
from tests.access.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADMIN_ARGS = {"object_id": "1", "app_label": "accounts", "content_type_id": "1", "url": "x"}


@pytest.fixture
def leaky(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.access.leaky_urls"


def ours() -> Iterator[tuple[str, Any]]:
    return ((name, pattern) for name, pattern in addresses() if not name.startswith(LIBRARY))


def public() -> set[str]:
    return {name for name, pattern in addresses() if is_public(pattern)}


PUBLIC = {rule.name for rule in TABLE if rule.public} | PUBLIC_LIBRARY


def test_every_address_answers_each_role_as_the_table_says(world: World) -> None:
    assert walk(TABLE, world) == []


def test_every_address_is_in_the_table_and_no_other() -> None:
    assert {name for name, _ in ours()} == {rule.name for rule in TABLE}


def test_public_addresses_are_those_of_the_table() -> None:
    """A view opened to who is not signed in is a decision, written in the table."""
    assert public() == PUBLIC


def test_the_librarys_addresses(world: World) -> None:
    """Those that django-allauth serves: none but these exist, and none but the public ones opens without signing in."""
    given = {"account_reset_password_from_key": ["1", "x"], "account_confirm_email": ["x"]}
    names = {name for name, _ in addresses() if name.startswith(LIBRARY) and not name.startswith("admin:")}
    assert names == (PUBLIC_LIBRARY | SIGNED_IN_LIBRARY) - {"admin:login"}
    for visitor in (Visitor(world, "anonymous"), Visitor(world, "owner"), Visitor(world, "dpid_agent")):
        for name in sorted(names):
            for method in ("get", "post"):
                answer = visitor.go(reverse(name, args=given.get(name)), method)
                closed = visitor.role == "anonymous" and name in SIGNED_IN_LIBRARY
                # who has not typed the password yet may not be asked for a code: back to the sign-in too
                waits = visitor.role == "anonymous" and name == "mfa_authenticate"
                assert answer.status < 500, (name, method)
                assert answer.asks_to_sign_in == (closed or waits), (name, method, visitor.role)


def test_the_reference_data_are_the_administrators_alone(world: World) -> None:
    names = {name: pattern for name, pattern in addresses() if name.startswith("admin:") and pattern.name}
    visitors = [Visitor(world, role) for role in sorted(table.EVERYBODY - table.CHIEF)]
    for name in sorted(names.keys() - {"admin:login", "admin:logout", "admin:password_change"}):
        given = {key: ADMIN_ARGS[key] for key in names[name].pattern.regex.groupindex}
        for visitor in visitors:
            answer = visitor.go(reverse(name, kwargs=given))
            sent_away = answer.location.startswith((reverse("account_login"), reverse("admin:login")))
            assert sent_away or answer.status == 403, (name, visitor.role, answer.status)


def test_without_a_second_factor_agents_open_nothing(world: World, settings: Any) -> None:
    settings.AGENT_MFA_REQUIRED = True
    closed = reverse("mfa_activate_totp")
    chief = Visitor(world, "administrator")
    for rule in TABLE:
        for method in ("get", "post"):
            answer = chief.visit(rule, method)
            assert (answer.location == closed) == (rule.name not in WITHOUT_SECOND_FACTOR), (rule.name, method)
    assert chief.go(reverse("admin:index")).location == closed
    for role in sorted(table.AGENTS):
        assert Visitor(world, role).go(reverse("desk")).location == closed
    assert Visitor(world, "owner").go(reverse("home")).status == 200, "a structure's factor is its own choice"


@pytest.mark.usefixtures("leaky")
def test_control_a_view_that_shows_any_file_is_found(world: World) -> None:
    rule = table.page("any_file", table.READERS, "running")
    found = walk([rule], world, ["stranger", "slai_elsewhere", "dpid_agent", "anonymous"])
    faults = {fault.split(" by ")[1] for fault in found if " GET " in fault}
    assert faults == {
        f"{role}: {fault}"
        for role in ("stranger", "slai_elsewhere")
        for fault in (
            "200 , not 404",
            "reads the name of somebody else's structure",
            "tells somebody else's object from one that does not exist",
        )
    }


@pytest.mark.usefixtures("leaky")
def test_control_a_door_left_open_is_found(world: World) -> None:
    assert {name for name, _ in ours()} - {rule.name for rule in TABLE} == {"any_file", "every_file"}
    assert public() - PUBLIC == {"every_file"}
    found = walk([table.page("every_file", table.DESKS)], world, ["anonymous"])
    assert found[0] == "every_file() GET by anonymous: 200 , not sign in"
    assert found[1].endswith("reads the name of somebody else's structure")
