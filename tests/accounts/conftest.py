"""What the tests of this floor share."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import User
from core import clock
from tests import factories

NOW = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_former_tries() -> None:
    """Limits of tries are counted in the cache: each test starts its own count."""
    cache.clear()


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Callable[[], AbstractContextManager[Any]]:
    """`with commit():` what is written inside counts as committed at its end (e-mails leave then)."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def sign_in(client: Any) -> Callable[..., User]:
    """`sign_in(role)` or `sign_in(user)`: the test client is that person; returns the person."""

    def as_(who: Any = "structure_admin", **fields: Any) -> User:
        user = who if isinstance(who, User) else factories.make_user(who, **fields)
        client.force_login(user)
        return user

    return as_


@pytest.fixture
def now() -> datetime:
    return clock.now()
