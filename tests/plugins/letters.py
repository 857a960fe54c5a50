"""The same letter is the same bytes (numbers, days, names and codes all come from the test): drawn once per process.

Tests of the drawing itself call `documents.letters.print_letter`, which draws each time.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from types import SimpleNamespace

import pytest

from documents import services
from documents.letters import print_letter
from labels import services as label_services
from training.services import closing


@pytest.fixture(scope="session", autouse=True)
def _letters_are_drawn_once() -> Iterator[None]:
    services.print_letter = lru_cache(maxsize=256)(print_letter)
    yield
    services.print_letter = print_letter


@pytest.fixture(autouse=True)
def _check_codes_start_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of a certificate is drawn at random: it would make each of them another picture."""
    numbers = count(1)
    codes = SimpleNamespace(token_urlsafe=lambda size: f"{next(numbers):0{size}d}")
    monkeypatch.setattr(label_services, "secrets", codes)
    monkeypatch.setattr(closing, "secrets", codes)
