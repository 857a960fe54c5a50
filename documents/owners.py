"""Who hears that a file has been read. The floors above say here, at start-up, what they make of it.

The owner is called within the transaction that settles the file, before the file is locked: it takes its own locks
first, as it does when a person acts. So it is when a person declares a held file harmless, without words this time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from documents.enums import FileKind
from documents.models import StoredFile


@dataclass(frozen=True, slots=True)
class Words:
    """The text of the first pages; a contract's as an eye reads it, what names somebody masked. `scanned`: some of it
    was read in a picture. Never kept."""

    text: str = ""
    scanned: bool = False


Hearer = Callable[[StoredFile, Words, bool, datetime], None]
"""Called with the file, its first words, whether it is ready, and the instant; never for a file that is refused.
FileRefused from it refuses the file."""
_hearers: dict[FileKind, Hearer] = {}


def hear(kind: FileKind, hearer: Hearer) -> None:
    _hearers[kind] = hearer


def tell(file: StoredFile, *, words: Words, ready: bool, now: datetime) -> None:
    if hearer := _hearers.get(FileKind(file.kind)):
        hearer(file, words, ready, now)
