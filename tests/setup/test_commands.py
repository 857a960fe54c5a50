"""The commands that start and fill a portal, run for real."""

import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import boto3
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from accounts.models import Structure, Territory
from core.sealing import MAGIC
from label_portal import health, territories
from label_portal.management.commands import serve
from label_portal.sample import people
from tests.plugins.services import free_port, stop, wait_until


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The var/ of a portal that already has a structure: its start loads no demo data."""
    home = tmp_path_factory.mktemp("portal")
    create = "from tests.factories import make_structure; make_structure()"
    for command in (["migrate", "--verbosity", "0"], ["shell", "--command", create]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, env=environment(home), check=True
        )
    return home


def environment(home):
    return {"PATH": os.environ["PATH"], "VAR_DIR": str(home)}


@contextmanager
def served(home, port):
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "serve", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=environment(home),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        stop(process, seconds=20)


def wait_for_portal(process, port, home):
    wait_until(lambda: process.poll() is not None or answer(port), seconds=240, what="the portal")
    assert process.poll() is None, (home / "log").read_text()


def answer(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/") as response:
            return response.status
    except OSError:
        return None


def processes_of(var_dir):
    """The command lines of the processes that live in `var_dir`."""
    found = subprocess.run(["grep", "-lsz", f"VAR_DIR={var_dir}", *environments()], capture_output=True, check=False)
    return found.stdout.split()


def environments():
    return [f"/proc/{process}/environ" for process in os.listdir("/proc") if process.isdigit()]  # noqa: PTH208


def test_one_command_serves_and_ctrl_c_ends_it_whole(home):
    port = free_port()
    with served(home, port) as process:
        wait_for_portal(process, port, home)
        wait_until(lambda: list(home.glob("celerybeat-schedule*")), what="beat", seconds=60)
        with served(home.parent, port) as second:
            assert second.wait(60) == 1
        assert f"Le port {port} est déjà pris" in (home.parent / "log").read_text()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    wait_until(lambda: processes_of(home) == [], what="the end of every process", seconds=10)
    log = (home / "log").read_text()
    assert log.endswith("Portail arrêté.\n")
    assert "Traceback" not in log


def test_a_part_that_ends_by_itself_ends_the_whole_and_says_so(home):
    port = free_port()
    with served(home, port) as process:
        wait_for_portal(process, port, home)
        pgrep = ["pgrep", "--parent", str(process.pid), "--full", "queues celery"]
        [worker] = subprocess.run(pgrep, capture_output=True, check=True).stdout.split()
        os.kill(int(worker), signal.SIGKILL)
        assert process.wait(30) == 1
    assert "L’ouvrier des messages s’est arrêté de lui-même" in (home / "log").read_text()
    wait_until(lambda: processes_of(home) == [], what="the end of every process", seconds=10)


def test_what_a_dead_part_left_behind_is_ended_too():
    part = subprocess.Popen(["sh", "-c", "sleep 617 & wait"], start_new_session=True)
    left = ["pgrep", "--pgroup", str(part.pid), "--exact", "sleep"]
    wait_until(lambda: subprocess.run(left, capture_output=True, check=False).stdout, what="the child of the part")
    part.kill()
    part.wait()
    serve.stop([part])
    wait_until(lambda: subprocess.run(left, check=False).returncode == 1, what="the end of the child", seconds=5)


@pytest.mark.django_db
def test_demo_data_never_enter_a_real_portal():
    with pytest.raises(CommandError, match="n’entrent pas dans un vrai portail"):
        call_command("load_demo", verbosity=0)
    assert not Structure.objects.exists()


@pytest.mark.django_db
def test_territories_are_the_seven_of_the_departement_and_stay_as_edited():
    assert set(territories.TERRITORIES) == set(people.TERRITORIES)
    territories.ensure_territories()
    Territory.objects.filter(slug="lens-henin").update(name="Lens-Liévin-Hénin")
    assert territories.ensure_territories() == []
    assert Territory.objects.count() == 7
    assert Territory.objects.get(slug="lens-henin").name == "Lens-Liévin-Hénin"


def test_the_bucket_is_created_once_and_takes_files(s3, capsys):
    call_command("prepare_storage")
    call_command("prepare_storage")
    assert capsys.readouterr().out.splitlines() == [
        "Espace « label-fichiers » créé.",
        "Espace « label-fichiers » : déjà là.",
    ]
    name = default_storage.save("aa/essai", ContentFile(b"contenu"))
    with default_storage.open(name) as file:
        assert file.read() == b"contenu"
    keys = {"aws_access_key_id": "essai", "aws_secret_access_key": "essai", "region_name": "us-east-1"}
    bucket = boto3.resource("s3", endpoint_url=s3.endpoint, **keys).Bucket("label-fichiers")
    (lying,) = bucket.objects.all()
    assert lying.key == "aa/essai"
    assert lying.get()["Body"].read().startswith(MAGIC), "sealed there too"


def test_files_on_disk_need_no_bucket(capsys):
    call_command("prepare_storage")
    assert "rien à préparer" in capsys.readouterr().out


@pytest.mark.django_db
def test_health_is_public_and_tells_a_dead_database(client, monkeypatch):
    assert client.get("/sante/").status_code == 200

    class Dead:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Dead())
    answer = client.get("/sante/")
    assert (answer.status_code, answer.content.decode()) == (503, "base de données injoignable\n")
