"""What the private storage holds: objects under random names. The rows that point to them are written by services."""

import logging
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from core import sealing
from core.errors import Interruption
from core.sandbox import FileRefused
from core.sealing import Unreadable

logger = logging.getLogger(__name__)
PAGES = "pages"


class StorageDown(FileRefused):
    """The file was not kept, whatever is in it: the person may send it again."""

    def __init__(self) -> None:
        super().__init__(
            "Le stockage des fichiers ne répond pas\u00a0: ce fichier n’a pas été gardé. Renvoyez-le dans un moment."
        )


def new_name() -> str:
    """A name under which nothing is stored."""
    token = uuid4().hex
    return f"{token[:2]}/{token}"


def put(content: "bytes | File[Any]") -> str:
    """Store bytes, or a file without reading it whole; the name of the object. StorageDown when it is not kept."""
    try:
        return default_storage.save(new_name(), ContentFile(content) if isinstance(content, bytes) else content)
    except Exception as error:  # chaque stockage a ses propres pannes
        logger.exception("fichier non gardé")
        raise StorageDown from error


def read(key: str, *, sha256_of: str = "") -> bytes:
    """The bytes of an object, whose hash must be `sha256_of` when it is given.

    Unreadable when they are not what was stored (gone, damaged, sealed with a lost key), which is a fault;
    Interruption when the storage does not answer.
    """
    try:
        with default_storage.open(key) as stream:
            content: bytes = stream.read()
    except FileNotFoundError as error:
        raise Unreadable(f"l’objet {key} n’est plus dans le stockage") from error
    except Unreadable:
        raise
    except Exception as error:  # chaque stockage a ses propres pannes
        raise Interruption("Le stockage des fichiers ne répond pas.") from error
    if sha256_of and sha256(content).hexdigest() != sha256_of:
        raise Unreadable(f"l’objet {key} n’est plus celui qui a été gardé")
    return content


def is_sealed_anew(key: str) -> bool:
    """Whether the encryption key in use today sealed this object."""
    storage: Any = default_storage
    with storage.open_sealed(key) as stream:
        return sealing.is_sealed_anew(stream)


def everything(folder: str = "") -> Iterator[str]:
    """The name of each object in the storage."""
    folders, names = default_storage.listdir(folder)
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in names)
    for inside in folders:
        yield from everything(f"{prefix}{inside}")


def erase(key: str) -> None:
    """Remove the object and its page images; a storage that is down leaves an orphan, never an error page."""
    try:
        default_storage.delete(key)
        folder = f"{PAGES}/{key}"
        for name in _listed(folder):
            default_storage.delete(f"{folder}/{name}")
    except Exception:  # chaque stockage a ses propres pannes
        logger.exception("fichier %s non effacé du stockage", key)


def _listed(folder: str) -> list[str]:
    try:
        return list(default_storage.listdir(folder)[1])
    except FileNotFoundError:
        return []
