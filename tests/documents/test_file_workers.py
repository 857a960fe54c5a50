"""With a real worker behind a real Redis: a file is read at once, and a worker that dies in the middle loses none."""

import signal
import socket
from datetime import timedelta

import pytest
from celery import current_app

from core import clock
from documents.enums import FileAct, FileKind, FileState
from documents.models import FileEvent, StoredFile
from documents.receiving import examine_all, receive_file, waiting_files
from documents.serving import read_content
from label_portal.celery import app
from tests.documents.samples import pdf, upload
from tests.plugins.services import wait_until

FILES = ("--queues", "files")


def received():
    return receive_file(upload=upload(pdf("page")), kind=FileKind.CER, structure=None, actor=None, now=clock.now())


def is_ready(file):
    return StoredFile.objects.filter(pk=file.pk, state=FileState.READY).exists()


@pytest.mark.postgres
@pytest.mark.redis
def test_a_worker_killed_in_the_middle_loses_no_file(start_worker, celery_broker, redis_url):
    celery_broker(redis_url)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        scanner = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        worker = start_worker(redis_url, *FILES, CLAMD_URL=scanner)
        file = received()
        silent.settimeout(30)
        asked, _ = silent.accept()
        with asked:
            worker.kill()
    file.refresh_from_db()
    assert (file.state, file.tries, file.claimed_until > clock.now()) == (FileState.RECEIVED, 1, True)
    # What six minutes of waiting would do: the claim of the dead runs out.
    StoredFile.objects.update(claimed_until=clock.now() - timedelta(seconds=1))
    start_worker(redis_url, *FILES)
    current_app.send_task("documents.tasks.examine_waiting_files")  # ce que fait la minuterie chaque minute
    wait_until(lambda: is_ready(file), what="the file")
    file.refresh_from_db()
    assert read_content(file).startswith(b"%PDF-")
    assert FileEvent.objects.filter(file=file, act=FileAct.READY).count() == 1


@pytest.mark.postgres
@pytest.mark.redis
def test_fifty_files_wait_once_for_a_broker_that_hangs_and_the_sweep_reads_them(
    redis_server, celery_broker, transactional_db, caplog
):
    celery_broker(redis_server.url)
    redis_server.process.send_signal(signal.SIGSTOP)
    files = [received() for _ in range(50)]
    waits = [record for record in caplog.records if "on_commit" in record.getMessage()]
    assert len(waits) == 1, "one short wait for the fifty"
    assert waiting_files(clock.now()).count() == 50
    keep, others = files[0], files[1:]
    StoredFile.objects.filter(pk__in=[file.pk for file in others]).delete()
    examine_all(now=clock.now)
    assert is_ready(keep)


def test_beat_asks_for_the_waiting_files_each_minute():
    app.loader.import_default_modules()
    entry = app.conf.beat_schedule["examine-files"]
    assert (entry["task"] in app.tasks, entry["schedule"]) == (True, 60.0)
    for task in ("examine_file", "examine_waiting_files"):
        assert app.amqp.router.route({}, f"documents.tasks.{task}")["queue"].name == "files"
    assert app.amqp.router.route({}, "notices.tasks.send_due_notices")["queue"].name == "celery"
