"""What a référent's departure gives up on the floors above, named before it is recorded: each floor enters its own
reading when the portal starts."""

from collections.abc import Callable, Iterable
from datetime import date

from accounts.models import Referent

Reading = Callable[[Referent, date], Iterable[str]]
"""Called with the référent and today: what would be given up, in words with its day."""
_readings: list[Reading] = []


def gives_up(reading: Reading) -> None:
    _readings.append(reading)


def given_up(referent: Referent, *, today: date) -> list[str]:
    return [words for reading in _readings for words in reading(referent, today)]
