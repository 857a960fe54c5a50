"""Production refuses to start half configured, and says in a sentence what to set."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

COMPLETE = {
    "PATH": os.environ["PATH"],
    "DJANGO_SETTINGS_MODULE": "label_portal.settings.production",
    "SECRET_KEY": "x7Kq-9fTzL2mWv4RbN8cYd3HsJ6pGa5EuXo1iQtZ0kMnBvCxSdFgHjKl",
    "ENCRYPTION_KEYS": "b2JqZXQtZGVtb25zdHJhdGlmLWRlLTMyLW9jdGV0cyE=",
    "ALLOWED_HOSTS": "label.exemple.fr",
    "PORTAL_URL": "https://label.exemple.fr",
    "DATABASE_URL": "postgres://label:label@127.0.0.1:5432/label",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "CLAMD_URL": "tcp://127.0.0.1:3310",
}
REFUSALS = [
    ({"DEMO_MODE": "1"}, "DEMO_MODE est réservé à la démonstration"),
    ({"DEBUG": "1"}, "DEBUG est interdit en production"),
    ({"SECRET_KEY": ""}, "SECRET_KEY manque ou est trop faible"),
    ({"SECRET_KEY": "court"}, "SECRET_KEY manque ou est trop faible"),
    ({"SECRET_KEY": "demo-only-not-secret-demo-only-not-secret-demo-only"}, "SECRET_KEY manque ou est trop faible"),
    ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS manque"),
    ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS doit nommer"),
    ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS doit nommer"),
    ({"DATABASE_URL": "sqlite:///portal.sqlite3"}, "DATABASE_URL doit désigner une base PostgreSQL"),
    ({"PORTAL_URL": "http://label.exemple.fr"}, "PORTAL_URL doit commencer par https://"),
    ({"CELERY_BROKER_URL": "filesystem://"}, "CELERY_BROKER_URL doit désigner un Redis"),
    ({"EMAIL_URL": ""}, "EMAIL_URL manque"),
    ({"CLAMD_URL": ""}, "CLAMD_URL manque"),
    ({"AGENT_MFA_REQUIRED": "0"}, "AGENT_MFA_REQUIRED ne peut pas être désactivé"),
]


def python(*arguments, given=None, **changes):
    return subprocess.run(
        [sys.executable, *arguments],
        input=given,
        cwd=settings.BASE_DIR,
        env=COMPLETE | changes,
        capture_output=True,
        text=True,
        check=False,
    )


EACH_IN_TURN = """
import json, os, sys
from importlib import import_module
import label_portal
for changes in json.load(sys.stdin):
    child = os.fork()
    if child == 0:
        os.environ.update(changes)
        try:
            import_module("label_portal.settings.production")
        except Exception as error:
            print(" ".join(str(error).split()), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_unsafe_settings_are_refused_with_a_sentence():
    cases = [changes for changes, _ in REFUSALS]
    sentences = python("-c", EACH_IN_TURN, given=json.dumps(cases)).stdout.splitlines()
    assert len(sentences) == len(REFUSALS), sentences
    for said, (changes, sentence) in zip(sentences, REFUSALS, strict=True):
        assert sentence in said, changes


def test_a_refusal_stops_the_start_and_is_its_last_word():
    answer = python("-m", "label_portal.wsgi", DEMO_MODE="1")
    assert answer.returncode != 0
    assert "DEMO_MODE est réservé à la démonstration" in answer.stderr.strip().splitlines()[-1]


def test_every_refusal_is_tried():
    source = (settings.BASE_DIR / "label_portal" / "settings" / "production.py").read_text()
    assert source.count("\nrefuse_if(") == len({sentence for _, sentence in REFUSALS})


def test_a_complete_environment_passes_the_deployment_check():
    answer = python("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stderr


@pytest.mark.parametrize(
    ("changes", "identifier"),
    [
        ({"ENCRYPTION_KEYS": "trop-court"}, "label_portal.E001"),
        ({"SECURE_SSL_REDIRECT": "0"}, "security.W008"),
    ],
)
def test_the_deployment_check_sees_a_flaw(changes, identifier):
    answer = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **changes)
    assert answer.returncode == 1
    assert identifier in answer.stderr


def test_the_demo_refuses_to_serve_with_the_settings_of_production():
    answer = python("manage.py", "serve")
    assert answer.returncode == 1
    assert "« serve » démarre la démonstration" in answer.stderr
