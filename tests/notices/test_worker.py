"""With real workers, a real Redis and a real mail server: nothing is lost, and nobody waits for it."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction

from core import clock
from label_portal.celery import app
from notices.enums import NoticeState
from notices.models import Notice
from notices.services import queue_notice, wake_sender
from notices.services.outbox import SENDER_TASK
from tests.notices.mail_server import MailServer
from tests.plugins.services import WITH_US, database_url_of_tests, start_redis, stop, wait_until


def queue(number=1):
    return queue_notice(
        key=f"receipt-{number}",
        address=f"p{number}@exemple.fr",
        subject=f"Dossier {number}",
        body="Bien reçu.",
        now=clock.now(),
    )


def all_sent():
    return not Notice.objects.exclude(state=NoticeState.SENT).exists()


@pytest.mark.postgres
@pytest.mark.redis
def test_a_committed_notice_leaves_at_once(celery_worker_process):
    with transaction.atomic():
        notice = queue()
        time.sleep(0.3)
        assert celery_worker_process.mails == [], "not before its cause is committed"
    wait_until(all_sent, what="the delivery")
    [mail] = celery_worker_process.mails
    assert notice.message_id in mail


@pytest.mark.once
def test_without_redis_as_in_the_embedded_portal(start_worker, celery_broker, tmp_path):
    worker = start_worker("filesystem://", "--beat", "--schedule", str(tmp_path / "schedule"))
    folder, control = str(tmp_path / "celery"), str(tmp_path / "celery-control")
    celery_broker("filesystem://", data_folder_in=folder, data_folder_out=folder, control_folder=control)
    queue()
    wait_until(all_sent, what="the delivery")
    assert len(worker.mails) == 1


def test_beat_asks_for_a_round_each_minute():
    app.loader.import_default_modules()
    entry = app.conf.beat_schedule["send-due-notices"]
    assert (entry["task"] in app.tasks, entry["schedule"]) == (True, 60.0)
    assert entry["options"]["expires"] < 60, "rounds that nobody ran don't pile up"
    assert (app.conf.enable_utc, app.conf.timezone) == (True, "UTC")


def test_the_threads_of_a_web_server_know_the_broker():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: current_app.main).result() == "label_portal"


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", [signal.SIGSTOP, signal.SIGKILL])
def test_a_broker_in_trouble_costs_neither_the_notice_nor_the_request(redis_server, celery_broker, trouble, caplog):
    celery_broker(redis_server.url)
    redis_server.process.send_signal(trouble)
    if trouble == signal.SIGKILL:
        redis_server.process.wait()
    with transaction.atomic():
        for number in range(10):
            queue(number)
    assert Notice.objects.filter(state=NoticeState.QUEUED).count() == 10
    assert sum("_wake" in record.getMessage() for record in caplog.records) == 1, "one short wait for the ten"


@pytest.mark.postgres
@pytest.mark.redis
def test_a_worker_takes_up_its_work_when_the_broker_comes_back_empty(
    redis_server, celery_broker, start_worker, tmp_path
):
    celery_broker(redis_server.url)
    start_worker(redis_server.url)
    stop(redis_server.process)  # without persistence: whatever it held is gone
    for number in range(5):
        queue(number)
    restarted = start_redis(tmp_path, redis_server.port)
    try:
        assert not all_sent()
        current_app.send_task(SENDER_TASK)  # what beat does each minute
        wait_until(all_sent, what="the delivery", seconds=30)
    finally:
        stop(restarted.process)


def kill_mid_send(start, server, waits):
    """Start a sender, let a message begin, wait, kill; once for each wait (in times of the server's pace)."""
    for wait in waits:
        server.arriving.clear()
        sender = start()
        assert server.arriving.wait(30), "the sender never sent"
        time.sleep(server.seconds * wait)
        os.killpg(sender.pid, signal.SIGKILL)
        sender.wait()
        # What ten minutes of waiting would do: the leases of the dead run out.
        Notice.objects.filter(state=NoticeState.SENDING).update(lease_until=clock.now() - timedelta(seconds=1))


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.long)])
def test_a_worker_killed_while_sending_loses_nothing(start_worker, celery_broker, redis_url, kills):
    celery_broker(redis_url)
    count = 4 * kills
    for number in range(count):
        queue(number)

    with MailServer(seconds=0.3) as server:

        def start():
            worker = start_worker(redis_url, EMAIL_URL=server.url)
            wake_sender()
            return worker.process

        kill_mid_send(start, server, waits=[0.5 + number % 3 for number in range(kills)])
        server.seconds = 0
        start()
        wait_until(all_sent, what="the delivery", seconds=60)
        assert set(server.accepted) == set(Notice.objects.values_list("message_id", flat=True)), "nothing lost"
        assert server.accepted.total() - count <= kills, "at most one double for each kill, with the same Message-ID"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_a_sender_that_marks_before_sending_loses():
    for number in range(8):
        queue(number)
    environment = os.environ | {
        "DATABASE_URL": database_url_of_tests(),
        "DJANGO_SETTINGS_MODULE": "label_portal.settings.test",
    }
    with MailServer(seconds=0.3) as server:

        def start():
            return subprocess.Popen(
                [*WITH_US, sys.executable, "-m", "tests.notices.naive_sender"],
                cwd=settings.BASE_DIR,
                env=environment | {"EMAIL_URL": server.url},
                start_new_session=True,
            )

        kill_mid_send(start, server, waits=[0.5, 0.5])
    sent = set(Notice.objects.filter(state=NoticeState.SENT).values_list("message_id", flat=True))
    assert sent - set(server.accepted), "if nothing is lost here, the test above proves nothing"
