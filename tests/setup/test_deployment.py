"""docker-compose.yml, Dockerfile and .env.example agree with each other and with the settings."""

import re
import subprocess

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from label_portal.management.commands import serve
from tests.setup.test_production import COMPLETE, python

ROOT = settings.BASE_DIR
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
REFUSED_IN_PRODUCTION = {"DEMO_MODE", "DEBUG", "AGENT_MFA_REQUIRED"}


def documented():
    """Variable -> value in .env.example, the commented ones included."""
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", text, re.MULTILINE))


def read_by_settings():
    sources = [(ROOT / "label_portal" / "settings" / name).read_text() for name in ("base.py", "production.py")]
    return {name for source in sources for name in re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', source)}


def test_every_variable_is_documented_and_every_documented_variable_is_read():
    used_by_compose = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert "SECRET_KEY" in read_by_settings()
    assert set(documented()) == read_by_settings() - REFUSED_IN_PRODUCTION | used_by_compose


def test_the_example_holds_no_secret_and_starts_nothing_as_it_is():
    empty = {name for name, value in documented().items() if not value}
    assert {"SECRET_KEY", "ENCRYPTION_KEYS", "POSTGRES_PASSWORD", "S3_SECRET_KEY", "EMAIL_URL"} <= empty
    answer = python("-m", "label_portal.wsgi", **dict.fromkeys(COMPLETE.keys() & empty, ""))
    assert answer.returncode != 0


def test_the_example_filled_in_passes_the_deployment_check():
    filled = {name: value for name, value in documented().items() if value and not name.startswith("VAR")}
    filled |= {"S3_ACCESS_KEY": "cle", "S3_SECRET_KEY": "secret", "CACHE_URL": "redis://127.0.0.1:6379/1"}
    answer = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **(filled | COMPLETE))
    assert (answer.returncode, answer.stderr) == (0, "")


def test_compose_has_the_whole_portal():
    assert set(SERVICES) == {
        "web",
        "worker",
        "files",
        "beat",
        "prepare",
        "database",
        "queue",
        "cache",
        "storage",
        "antivirus",
    }
    assert set(COMPOSE["volumes"]) == {"antivirus", "database", "queue", "storage"}
    for name in ("web", "worker", "files", "beat", "prepare"):
        assert SERVICES[name]["env_file"] == ".env"
        assert {"DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"} <= set(SERVICES[name]["environment"])
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)


def test_every_queue_has_its_worker():
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {"celery"}
    in_compose = [" ".join(SERVICES[name]["command"]) for name in ("worker", "files")]
    embedded = [" ".join(command) for command in (serve.MESSAGES, serve.FILES)]
    for commands in (in_compose, embedded):
        assert {re.search(r"--queues (\S+)", command)[1] for command in commands} == routed


def test_the_queue_forgets_nothing_and_is_not_the_cache():
    queue = " ".join(SERVICES["queue"]["command"])
    assert "--appendonly yes" in queue
    assert "--maxmemory-policy noeviction" in queue
    environment = SERVICES["web"]["environment"]
    assert environment["CELERY_BROKER_URL"] != environment["CACHE_URL"]


def test_only_the_proxy_of_this_machine_reaches_the_portal():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("name", ["web", "worker", "files", "beat", "prepare"])
def test_commands_of_compose_exist(name):
    command = SERVICES[name].get("command", ["gunicorn"])
    if name == "prepare":
        assert set(re.findall(r"manage\.py (\w+)", " ".join(command))) <= get_commands().keys()
    else:
        answer = python("-m", command[0], "--help")
        assert answer.returncode == 0, answer.stderr


def test_the_image_is_locked_and_not_run_by_root():
    assert "--require-hashes" in DOCKERFILE
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["label"]
    setup = (ROOT / "bin" / "setup").read_text()
    packages = re.search(r"^packages=\((.*)\)$", setup, re.MULTILINE).group(1).split()
    assert all(package in DOCKERFILE for package in packages)


@pytest.mark.parametrize("script", ["setup", "test", "with-postgresql", "with-sample-env"])
def test_scripts_are_sound_bash(script):
    subprocess.run(["bash", "-n", ROOT / "bin" / script], check=True)
    assert (ROOT / "bin" / script).stat().st_mode & 0o111
