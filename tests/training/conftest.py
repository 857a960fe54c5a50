"""A structure, somebody of it, and one of its référents."""

from datetime import date

import pytest

from accounts.enums import Role
from tests.factories import make_referent, make_structure, make_user


@pytest.fixture
def structure():
    return make_structure()


@pytest.fixture
def actor(structure):
    return make_user(Role.STRUCTURE_MEMBER, structure=structure)


@pytest.fixture
def arrived_on():
    return date(2024, 9, 2)


@pytest.fixture
def referent(structure, arrived_on):
    return make_referent(structure, arrived_on=arrived_on)
