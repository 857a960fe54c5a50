"""The desk lives on Monday 23 March 2026, a week after the files of the builders were filed."""

import pytest

from tests.applications.desk.builders import NOW


@pytest.fixture(autouse=True)
def _day(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in
