"""The same letter is the same bytes (its numbers, days and names all come from the test): drawn once per process.

Tests of the drawing itself call `documents.letters.print_letter`, which draws each time.
"""

from collections.abc import Iterator
from functools import lru_cache

import pytest

from documents import services
from documents.letters import print_letter


@pytest.fixture(scope="session", autouse=True)
def _letters_are_drawn_once() -> Iterator[None]:
    services.print_letter = lru_cache(maxsize=256)(print_letter)
    yield
    services.print_letter = print_letter
