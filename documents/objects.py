"""What the private storage holds: objects under random names. The rows that point to them are written by services."""

import logging
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from core.sandbox import FileRefused

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


def read(key: str) -> bytes:
    with default_storage.open(key) as stream:
        content: bytes = stream.read()
    return content


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
