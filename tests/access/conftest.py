"""One world for the whole module: it signs letters, which takes a few seconds."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from core import clock
from tests.access.world import NOW, World, build_world


@pytest.fixture(scope="module", autouse=True)
def private_storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The files of the world, for every test of the module."""
    folder = tmp_path_factory.mktemp("files")
    with override_settings(MEDIA_ROOT=folder):
        yield folder


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, private_storage: Path) -> Iterator[World]:
    """Its rows live in a transaction around those of the tests, undone at the end of the module."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(clock, "now", lambda: NOW)
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def names_start_again() -> None:
    """Not here: the world outlives a test."""


@pytest.fixture(autouse=True)
def _only_answers_count(settings: Any) -> None:
    """The markup is read by each page's own tests; reading it again here would take as long as the pages."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("HtmlDetector")]


@pytest.fixture(autouse=True)
def _refusals_are_expected(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of them, each logged with its trace otherwise."""
    caplog.set_level(logging.CRITICAL, "django.request")
