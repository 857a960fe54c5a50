"""bin/setup on a machine where packages are missing and apt is not allowed: one message, which names them."""

import os
import shutil
import subprocess

import pytest
from django.conf import settings

NEEDED = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "libseccomp2", "tesseract-ocr-fra"]
APT_REFUSES = "echo \"$@\" >>asked; echo 'E: Could not get lock' >&2; echo 'E: Another line' >&2; exit 100"


@pytest.fixture
def machine(tmp_path):
    """A copy of bin/setup whose machine has none of the packages; `commands` stand before the real ones."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "commands").mkdir()
    shutil.copy(settings.BASE_DIR / "bin" / "setup", tmp_path / "bin")

    def run(*arguments, **commands):
        for name, body in ({"dpkg_query": "exit 1"} | commands).items():
            command = tmp_path / "commands" / name.replace("_", "-")
            command.write_text(f"#!/bin/sh\n{body}\n")
            command.chmod(0o755)
        return subprocess.run(
            [tmp_path / "bin" / "setup", *arguments],
            env=os.environ | {"PATH": f"{tmp_path / 'commands'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

    run.root = tmp_path
    return run


def test_someone_who_may_not_install_reads_which_packages_to_ask_for(machine):
    answer = machine(id="echo 1000", sudo="exit 1", apt_get=APT_REFUSES)
    assert answer.returncode == 1
    sentence, command = answer.stderr.splitlines()
    assert sentence == "Il manque des paquets système. Installez-les, puis relancez la commande :"
    assert command.startswith("    sudo apt-get install --no-install-recommends ")
    assert set(NEEDED) <= set(command.split())
    assert not (machine.root / "asked").exists()


def test_an_apt_that_refuses_says_why_and_the_same_message_follows(machine):
    answer = machine(id="echo 0", apt_get=APT_REFUSES)
    assert answer.returncode == 1
    why, sentence, command = answer.stderr.splitlines()
    assert why == "E: Could not get lock"
    assert sentence.startswith("Il manque des paquets système.")
    assert set(NEEDED) <= set(command.split())
    assert not (machine.root / ".venv").exists()


def test_a_list_that_could_not_be_refreshed_is_no_reason_to_stop(machine):
    apt = 'echo "$@" >>asked; case "$*" in *update*) exit 100;; esac'
    no_python = dict.fromkeys(["python3", "python3.11", "python3.12", "python3.13"], "exit 1")
    answer = machine(id="echo 0", apt_get=apt, **no_python)
    update, install = (machine.root / "asked").read_text().splitlines()
    assert "update" in update
    assert {*NEEDED, "python3-venv"} <= set(install.split())
    assert answer.stderr == "Il faut Python 3.11 ou plus récent, avec son module venv.\n"
