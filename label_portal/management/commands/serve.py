"""`manage.py serve`: the embedded portal of `make run`, in one command that Ctrl-C ends whole."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

# The kernel ends them with us, even if we are killed without a chance to stop them.
PYTHON = ["setpriv", "--pdeathsig", "TERM", sys.executable, "-W", "ignore:You're running the worker with superuser"]
WORKER = [*PYTHON, "-m", "celery", "--quiet", "--app", "label_portal", "worker", "--concurrency", "1"]
WORKER += ["--loglevel", "WARNING"]
MESSAGES = [*WORKER, "--beat", "--queues", "celery", "--hostname", "messages@%h"]
FILES = [*WORKER, "--queues", "files", "--hostname", "fichiers@%h"]
WEB = [*PYTHON, "-m", "gunicorn", "label_portal.wsgi", "--preload", "--workers", "2", "--threads", "4"]
WEB += ["--log-level", "warning"]
PATIENCE = 10  # secondes laissées à un processus pour finir son travail


class Command(BaseCommand):
    help = "Démarre le portail embarqué : base à jour, données de démonstration, serveur web, ouvrier et minuterie."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("« serve » démarre la démonstration. En production, voir docs/exploitation.md.")
        if port_is_taken(port):
            raise CommandError(f"Le port {port} est déjà pris. Choisissez-en un autre : make run PORT={port + 1}")
        address = settings.PORTAL_URL = f"http://127.0.0.1:{port}"
        call_command("build_assets", verbosity=0)
        self.check(fail_level=checks.ERROR)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_demo", if_empty=True)
        self.stdout.write(f"Portail de démonstration : {address} (Ctrl-C pour arrêter)")
        self.stdout.flush()
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
            "PORTAL_URL": address,
        }
        failed = run_together(
            {
                "Le serveur web": [*WEB, "--bind", f"127.0.0.1:{port}"],
                "L’ouvrier des messages": MESSAGES,
                "L’ouvrier des fichiers": FILES,
            },
            environment,
            first_is_ready=lambda: port_is_taken(port),
        )
        if failed:
            raise CommandError(f"{failed} s’est arrêté de lui-même : tout est arrêté, rien n’est relancé en silence.")
        self.stdout.write("Portail arrêté.")


def port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def run_together(
    commands: dict[str, list[str]], environment: dict[str, str], first_is_ready: Callable[[], bool] = lambda: True
) -> str:
    """Run the named commands until a signal asks to stop (returns "") or until one ends (returns its name).

    The others start once the first one is ready: on two processors they would slow down what somebody waits for.
    Each gets its own process group: the terminal's Ctrl-C reaches us alone, and we end them in good order.
    """
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: asked.append(received))
    waiting = list(commands)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        while not asked:
            while waiting and (not running or first_is_ready()):
                name = waiting.pop(0)
                running[name] = subprocess.Popen(
                    commands[name], cwd=settings.BASE_DIR, env=environment, start_new_session=True
                )
            for name, process in running.items():
                if process.poll() is not None:
                    return name
            time.sleep(0.2)
        return ""
    finally:
        stop(list(running.values()))


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask each process to finish, PATIENCE seconds for all; then end what is left of its group.

    A worker that is killed leaves its pool and its beat behind: they are of its group.
    """
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
