"""The walk of the whole demonstration: `make screenshots` says what is wrong on any page, and finds nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.browser
@pytest.mark.long
def test_every_page_of_the_demonstration_is_sound(tmp_path):
    embedded = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SUITE_DATABASE"}}
    walk = subprocess.run(
        [sys.executable, "bin/screenshots", "--print", "--out", tmp_path],
        cwd=ROOT, env=embedded | {"DJANGO_SETTINGS_MODULE": "label_portal.settings.demo"},
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert walk.returncode == 0, walk.stdout
    assert any(tmp_path.rglob("*-imprime.png"))
