"""Real services for tests: Redis and Celery workers, started on private ports and ended with the test run.

A missing program fails the test: a service that is not there is never skipped (`bin/setup --tests` installs them).
PostgreSQL is not here: it must run before Django starts, see bin/with-postgresql.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from moto.server import ThreadedMotoServer

from label_portal.celery import app
from label_portal.settings.s3 import sealed_bucket

# The kernel ends our services with us, even when pytest is killed.
WITH_US = ["setpriv", "--pdeathsig", "KILL"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], Any], *, seconds: float = 20, what: str = "the condition") -> Any:
    """The first true value of `condition`; the test fails if it does not come in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    return pytest.fail(f"{what} did not come within {seconds} s")


@dataclass
class RedisServer:
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(7) == b"+PONG\r\n"
        except OSError:
            return False


def start_redis(home: Path, port: int = 0) -> RedisServer:
    """A Redis without persistence. To stop, freeze and restart one in a test, give it the same `port` again."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("redis-server is not installed: bin/setup --tests")
    port = port or free_port()
    command = [*WITH_US, program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(home)]
    command += ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
    server = RedisServer(port, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    wait_until(server.answers, what="Redis")
    return server


def stop(process: subprocess.Popen[bytes], *, seconds: float = 10) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = start_redis(tmp_path_factory.mktemp("redis"))
    yield server.url
    stop(server.process)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own, to be stopped or frozen (SIGSTOP) at will."""
    server = start_redis(tmp_path)
    yield server
    stop(server.process)


@pytest.fixture
def celery_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """`celery_broker(url)`: what this process publishes goes to that broker until the end of the test."""
    before = {name: getattr(app.conf, name) for name in ("broker_url", "broker_transport_options")}

    def use(url: str, **options: Any) -> None:
        app.conf.update(broker_url=url, broker_transport_options=options)
        app._pool = app.amqp._producer_pool = None

    yield lambda url, **options: use(url, **(options or settings.REDIS_TRANSPORT_OPTIONS))
    app.conf.update(before)
    app._pool = app.amqp._producer_pool = None


@dataclass
class Worker:
    process: subprocess.Popen[bytes]
    log: Path
    mailbox: Path

    @property
    def mails(self) -> list[str]:
        """The e-mails that the worker has sent, as text, in order."""
        return [path.read_text() for path in sorted(self.mailbox.glob("*"))]

    def ready(self) -> bool:
        if self.process.poll() is not None:
            pytest.fail(f"the worker ended: {self.log.read_text()}")
        return "ready." in self.log.read_text()

    def kill(self) -> None:
        """As an electricity cut: the worker and its children, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def database_url_of_tests() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


@pytest.fixture
def start_worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """`start_worker(broker_url, *arguments, **environment)`: a real Celery worker on the test database.

    Its e-mails are files (`worker.mails`). "filesystem://" is the embedded portal's broker, with its own folders.
    """
    started: list[Worker] = []

    def start(broker_url: str, *arguments: str, **environment: str) -> Worker:
        number = len(started) + 1
        worker_log, mailbox = tmp_path / f"worker-{number}.log", tmp_path / f"worker-{number}-mails"
        mailbox.mkdir()
        for folder in ("celery", "celery-control"):
            (tmp_path / folder).mkdir(exist_ok=True)
        command = [*WITH_US, sys.executable, "-m", "celery", "--app", "label_portal", "worker"]
        command += ["--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        with worker_log.open("wb") as output:
            process = subprocess.Popen(
                [*command, *arguments],
                cwd=settings.BASE_DIR,
                env=os.environ
                | {
                    "DJANGO_SETTINGS_MODULE": "label_portal.settings.test",
                    "DATABASE_URL": database_url_of_tests(),
                    "CELERY_BROKER_URL": broker_url,
                    "EMAIL_URL": f"filemail:///{mailbox}",
                    "VAR_DIR": str(tmp_path),
                }
                | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        worker = Worker(process, worker_log, mailbox)
        started.append(worker)
        wait_until(worker.ready, what="the Celery worker", seconds=60)
        return worker

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.kill()  # its goodbye takes five seconds, and is not what is tried here


@pytest.fixture
def celery_worker_process(
    start_worker: Callable[..., Worker], celery_broker: Callable[..., None], redis_url: str
) -> Worker:
    """A real worker behind a real Redis; this process publishes to the same one."""
    celery_broker(redis_url)
    return start_worker(redis_url)


@dataclass
class Antivirus:
    address: str
    process: subprocess.Popen[bytes]


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless string that every antivirus calls a virus, in two halves so that none calls this file one."""


def start_antivirus(home: Path, *options: str) -> Antivirus:
    """A real clamd that knows one virus, the test string; its own limits, as in the bundle, but for `options`."""
    program = shutil.which("clamd")
    if program is None:
        pytest.fail("clamd is not installed: bin/setup --tests")
    port = free_port()
    (home / "local.ndb").write_text(f"Local.Eicar.Str:0:*:{EICAR.hex()}\n")
    settings_file = home / "clamd.conf"
    lines = (f"DatabaseDirectory {home}", f"TCPSocket {port}", "TCPAddr 127.0.0.1", "Foreground yes")
    settings_file.write_text("\n".join((*lines, f"User {getpass.getuser()}", *options, "")))
    process = subprocess.Popen(
        [*WITH_US, program, "--config-file", str(settings_file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    server = Antivirus(f"tcp://127.0.0.1:{port}", process)
    wait_until(lambda: _accepts(port), seconds=60, what="clamd")
    return server


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def antivirus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Antivirus]:
    server = start_antivirus(tmp_path_factory.mktemp("clamd"))
    yield server
    stop(server.process)


BUCKET = "label-fichiers"


@dataclass
class S3Server:
    endpoint: str
    stop: Callable[[], None]
    start_again: Callable[[], None]


@pytest.fixture
def s3(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """A real S3 server, and the storage of production in front of it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "essai")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    urlopen(f"{endpoint}/moto-api/reset", data=b"")  # its buckets outlive it in this process
    bucket = sealed_bucket(BUCKET, endpoint=endpoint, region="us-east-1", access_key="essai", secret_key="essai")
    settings.STORAGES = settings.STORAGES | {"default": bucket}
    running = [server]

    def start_again() -> None:
        """On the same port, with what it kept."""
        running.append(ThreadedMotoServer(ip_address="127.0.0.1", port=int(endpoint.rpartition(":")[2]), verbose=False))
        running[-1].start()

    yield S3Server(endpoint, lambda: running[-1].stop(), start_again)
    running[-1].stop()
