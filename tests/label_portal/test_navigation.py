"""Every person lands on their own work, and no link of the header leads to a closed door."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize("role", list(Role))
def test_every_link_of_the_header_opens(client, role):
    client.force_login(make_user(role))
    entries = client.get(reverse("help")).context["nav"]
    assert entries or role == Role.ADMINISTRATOR
    for entry in entries:
        response = client.get(entry.url, follow=True)
        assert response.status_code == 200, entry
        if "filing" not in entry.url and entry.url != "/":
            current = [shown.label for shown in response.context["nav"] if shown.current]
            assert current == [entry.label]


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.DPID_AGENT, "desk"), (Role.DPID_MANAGER, "desk"), (Role.SLAI, "desk"), (Role.AUDITOR, "desk"),
        (Role.SIGNATORY, "proposal_list"),
    ],
)  # fmt: skip
def test_home_is_the_daily_work(client, role, page):
    client.force_login(make_user(role))
    assert client.get("/")["Location"] == reverse(page)
