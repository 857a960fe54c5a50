"""The services that other tests stand on are real."""

import pytest
from django.db import connection

from label_portal.celery import app
from tests.plugins.services import wait_until


@pytest.mark.django_db
def test_the_suite_runs_on_the_database_it_was_meant_for(wanted_database):
    assert connection.vendor == wanted_database
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if wanted_database == "sqlite" else "SHOW server_version")
        assert cursor.fetchone()[0]


@pytest.mark.postgres
@pytest.mark.django_db
def test_tests_of_locks_have_a_database_that_locks():
    assert connection.features.has_select_for_update


@pytest.mark.postgres
@pytest.mark.redis
def test_a_worker_behind_a_real_redis_answers(celery_worker_process):
    [answer] = wait_until(lambda: app.control.ping(timeout=1), what="the worker's answer")
    assert list(answer.values()) == [{"ok": "pong"}]
    celery_worker_process.kill()
    assert app.control.ping(timeout=0.5) == []


@pytest.mark.once
def test_a_worker_runs_without_redis_as_in_the_embedded_portal(start_worker, celery_broker, tmp_path):
    worker = start_worker("filesystem://", "--beat", "--schedule", str(tmp_path / "schedule"))
    wait_until(lambda: "beat: Starting" in worker.log.read_text(), what="beat")
    assert (tmp_path / "celery").is_dir()
