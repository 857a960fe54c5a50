"""What every test stands on: real services (plugins.services), a browser, and detectors of whole classes of bugs."""

import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.db.models.signals import post_migrate

from tests.factories import SERIAL

# The same examples every time, and no clock: a busy machine is no fault of the code.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("suite")

pytest_plugins = ("tests.plugins.services", "tests.plugins.browser", "tests.plugins.detectors", "tests.plugins.letters")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones first, so that no process waits for the last. Tests of locks and races mean something on
    PostgreSQL only: SQLite ignores `select_for_update`. Those without a database have nothing to say there, but for
    the long ones, which run nowhere else."""
    items.sort(key=lambda item: ("journeys" not in item.nodeid, item.get_closest_marker("browser") is None))
    if connection.vendor == "postgresql":
        apart = [item for item in items if not (_uses_database(item) or item.get_closest_marker("long"))]
    else:
        apart = [item for item in items if item.get_closest_marker("postgres")]
    if apart:
        config.hook.pytest_deselected(items=apart)
        items[:] = [item for item in items if item not in apart]


def _uses_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live_server", "wanted_database"}
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgres")
    return bool(marked) or not fixtures.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A set has no order: two processes would not collect the same tests."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        if isinstance(mark.args[1], set | frozenset):
            raise pytest.UsageError(f"{metafunc.definition.nodeid}: parametrize takes a list, not a set")


def pytest_report_header() -> str:
    return f"base de données : {connection.vendor}"


@pytest.fixture(autouse=True)
def private_storage(settings: Any, tmp_path: Path) -> Path:
    """Each test keeps its files in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture(scope="session")
def wanted_database() -> str:
    """The database this run is meant for, as bin/test says; SQLite when pytest is called by hand."""
    return os.environ.get("SUITE_DATABASE") or ("postgresql" if os.environ.get("DATABASE_URL") else "sqlite")


@pytest.fixture(scope="session", autouse=True)
def no_table_of_permissions() -> None:
    """The portal has its own rights (`accounts/roles.py`); Django would write hundreds after each emptied database."""
    assert post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture(autouse=True)
def names_start_again() -> None:
    SERIAL.last = 0
