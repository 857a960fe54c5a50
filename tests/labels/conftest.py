"""Pages are read on 20 May 2026, a week after the notifications of the builders."""

from datetime import date

import pytest

from core import clock
from tests.factories import make_user
from tests.labels.builders import noon

TODAY = date(2026, 5, 20)


@pytest.fixture
def on_day(monkeypatch):
    """Move the portal's clock to noon of a day."""

    def move(day):
        monkeypatch.setattr(clock, "now", lambda: noon(day))

    move(TODAY)
    return move


@pytest.fixture
def enter(client, on_day):
    """The client signed in as a person, or as a new one of this role."""

    def enter(person, **fields):
        client.force_login(person if hasattr(person, "pk") else make_user(person, **fields))
        return client

    return enter
