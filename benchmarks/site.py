"""A site served for a measure: its own database, the settings of production, gunicorn on a port of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

SERVER = ["--threads", "4", "--keep-alive", "60", "--log-level", "warning"]


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    process: int


def database(name: str) -> dict[str, str]:
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        raise SystemExit("DATABASE_URL must name a PostgreSQL: call it through bin/with-postgresql.")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS benchmark_{name}")
        connection.execute(f"CREATE DATABASE benchmark_{name}")
    return os.environ | {"DATABASE_URL": urlsplit(server)._replace(path=f"/benchmark_{name}").geturl()}


def production(work: str) -> dict[str, str]:
    """The settings that a real portal runs with."""
    return {
        "DJANGO_SETTINGS_MODULE": "label_portal.settings.production",
        "SECRET_KEY": "b" * 60,
        "ENCRYPTION_KEYS": "YmVuY2htYXJrLW9ubHktYmVuY2htYXJrLW9ubHktMTI=",
        "ALLOWED_HOSTS": "127.0.0.1",
        "PORTAL_URL": "https://127.0.0.1",
        "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
        "CACHE_URL": "locmemcache://",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "CLAMD_URL": "tcp://127.0.0.1:1",
        "VAR_DIR": work,
    }


def run(arguments: list[str], environment: dict[str, str]) -> str:
    """What the command prints last."""
    done = subprocess.run([sys.executable, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip().rpartition("\n")[2]


@contextmanager
def served(application: str, environment: dict[str, str], *, workers: int = 2) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen([*command, "--workers", str(workers), *SERVER], env=environment)
    try:
        wait_for(port)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The server did not start.")
