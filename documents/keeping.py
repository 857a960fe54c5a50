"""How long files are kept, and what must not be left behind in the storage.

What is erased leaves its row, without a name, and a line in the journal: what it was, its hash, when and why it went.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction

from core.encryption import renew_fields
from core.sealing import Unreadable
from documents import objects
from documents.enums import FileAct, FileState
from documents.journal import record
from documents.models import StoredFile

__all__ = ["Swept", "erase_due_files", "keep_until", "renew_seals", "sweep_storage"]

logger = logging.getLogger(__name__)
FRESH = timedelta(days=1)
"""An object this young may belong to a transaction that is not committed yet."""
OVER = "Durée de conservation écoulée."
WITHOUT_OBJECT = (FileState.REFUSED, FileState.ERASED)


@dataclass(frozen=True, slots=True)
class Swept:
    """`orphans`: objects removed, that no file claimed; `missing`: files whose object is gone, which is a fault."""

    orphans: int
    missing: tuple[int, ...]


def keep_until(*, files: list[int], day: date | None) -> int:
    """Say the last day on which these files are kept, None for no end; how many were told something new."""
    rows = StoredFile.objects.filter(pk__in=files).exclude(state=FileState.ERASED)
    return rows.exclude(purge_after=day).update(purge_after=day) if day else rows.update(purge_after=None)


def erase_due_files(*, today: date, now: datetime) -> int:
    """Erase the files whose last day is over, except those that a litigation holds; how many went."""
    due = StoredFile.objects.filter(purge_after__lt=today, legal_hold=False).exclude(state=FileState.ERASED)
    return sum(_erase(pk, today=today, now=now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _erase(pk: int, *, today: date, now: datetime) -> bool:
    file = StoredFile.objects.select_for_update().get(pk=pk)
    if file.legal_hold or file.purge_after is None or file.purge_after >= today or file.state == FileState.ERASED:
        return False
    record(file, FileAct.DELETED, at=now, detail=f"{OVER} Conservé jusqu’au {file.purge_after:%d/%m/%Y}.")
    file.findings.all().delete()
    file.state, file.reason, file.original_name, file.claimed_until = FileState.ERASED, OVER, "fichier effacé", None
    file.save()
    transaction.on_commit(lambda: objects.erase(file.key), robust=True)
    return True


def sweep_storage(*, now: datetime) -> Swept:
    """Remove what no file claims (left by a machine that stopped in the middle), and tell which files lost theirs."""
    found = set(objects.everything())
    kept = dict(StoredFile.objects.exclude(state__in=WITHOUT_OBJECT).values_list("key", "pk"))
    lost = [name for name in found if _owner(name) not in kept]
    old = [name for name in lost if default_storage.get_modified_time(name) <= now - FRESH]
    for name in old:
        default_storage.delete(name)
    missing = tuple(sorted(pk for key, pk in kept.items() if key not in found and _is_still_missing(key, pk)))
    for pk in missing:
        logger.error("fichier %s : son objet n’est plus dans le stockage", pk)
    return Swept(len(old), missing)


def renew_seals() -> int:
    """Seal again, with the key in use today, what an older key sealed: fields and files; how many there were."""
    files = StoredFile.objects.exclude(state__in=WITHOUT_OBJECT)
    return renew_fields() + sum(_renew(pk) for pk in files.values_list("pk", flat=True))


def _renew(pk: int) -> bool:
    """The new object first, then the row, then the old object goes: a stop in between leaves an orphan at most."""
    file = StoredFile.objects.get(pk=pk)
    try:
        if objects.is_sealed_anew(file.key):
            return False
    except FileNotFoundError as error:
        raise Unreadable(f"fichier {pk}\u00a0: son objet n’est plus dans le stockage") from error
    former, key = file.key, objects.put(objects.read(file.key))
    if StoredFile.objects.filter(pk=pk, key=former).update(key=key):
        objects.erase(former)
        return True
    objects.erase(key)
    return False


def _owner(name: str) -> str:
    """The key of the file that an object belongs to: its own name, or the middle of « pages/KEY/1-100.png »."""
    return name.removeprefix(f"{objects.PAGES}/").rpartition("/")[0] if name.startswith(f"{objects.PAGES}/") else name


def _is_still_missing(key: str, pk: int) -> bool:
    """Not a file that arrived, or got another object, while the storage was listed."""
    return StoredFile.objects.filter(pk=pk, key=key).exists() and not default_storage.exists(key)
