"""Files in: checked, stored under a random name, then written in the database. Letters out: written once, kept.

The order matters (storage first, row second): a row always has its object. What a failure leaves in the storage
without a row is removed at once.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import Structure
from core import clock
from core.models import RegisterNumber
from core.sandbox import FileRefused
from documents.enums import FileKind, FileState, LetterKind
from documents.intake import CheckedFile, check_file
from documents.letters import print_letter, render_letter
from documents.models import Letter, StoredFile

__all__ = [
    "FileHeld",
    "FileRefused",
    "delete_file",
    "erased_on_failure",
    "kept_file",
    "store_content",
    "store_file",
    "write_letter",
]

logger = logging.getLogger(__name__)
PAGES = "pages"
_stored: ContextVar[list[str] | None] = ContextVar("stored_in_block", default=None)


class FileHeld(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The file is under legal hold: nothing may erase it."""


def store_file(
    *, upload: "File[bytes]", actor: Any, now: datetime, kind: FileKind = FileKind.ATTESTATION
) -> StoredFile:
    """Check an uploaded file and keep it; FileRefused(reason) with a French sentence when it is not let in."""
    return _keep(check_file(upload, max_size=settings.FILE_UPLOAD_MAX_SIZE), kind=kind, actor=actor, now=now)


def store_content(
    *, content: bytes, name: str, actor: Any, now: datetime, kind: FileKind = FileKind.MADE
) -> StoredFile:
    """Keep a file that the portal made itself, through the same door as the others."""
    return store_file(upload=ContentFile(content, name=name), kind=kind, actor=actor, now=now)


@contextmanager
def kept_file(
    *, upload: "File[bytes]", actor: Any, now: datetime, kind: FileKind = FileKind.ATTESTATION
) -> Iterator[StoredFile]:
    """Store a file for the time of a block that gives it an owner; nothing of it stays if the block fails.

    Used outside any transaction, so that the owner's failed transaction is over when the file is removed.
    """
    stored = store_file(upload=upload, kind=kind, actor=actor, now=now)
    try:
        yield stored
    except BaseException:
        delete_file(file=stored)
        raise


@contextmanager
def erased_on_failure() -> Iterator[None]:
    """Put around a transaction that stores several files: when it fails their rows go, and the objects with them."""
    keys: list[str] = []
    token = _stored.set(keys)
    try:
        yield
    except BaseException:
        for key in keys:
            _erase(key)
        raise
    finally:
        _stored.reset(token)


@transaction.atomic
def delete_file(*, file: StoredFile) -> None:
    """Erase the row now, the object and its page images once the transaction is committed. FileHeld if held."""
    locked = StoredFile.objects.select_for_update().filter(pk=file.pk).first()
    if locked is None:
        return
    if locked.legal_hold:
        raise FileHeld("Ce fichier est conservé pour un contentieux en cours.")
    key = locked.key
    locked.delete()
    transaction.on_commit(lambda: _erase(key), robust=True)


@transaction.atomic
def write_letter(
    *, kind: LetterKind, title: str, structure: Structure, template: str, context: dict[str, Any], now: datetime
) -> Letter:
    """Number, compose, print and keep a letter; called inside the transaction of the act it tells.

    The template gets `context` plus number, title, structure, today. The HTML kept is the accessible twin of the PDF.
    """
    day = clock.civil_date(now)
    number = f"L-{day.year}-{RegisterNumber.take(f'lettre-{day.year}'):05d}"
    html = render_letter(template, {**context, "number": number, "title": title, "structure": structure, "today": day})
    pdf = store_content(content=print_letter(html), name=f"{number}.pdf", actor=None, now=now)
    try:
        return Letter.objects.create(
            number=number, kind=kind, title=title, structure=structure, pdf=pdf, html=html, created_at=now
        )
    except BaseException:
        _erase(pdf.key)
        raise


def _keep(checked: CheckedFile, *, kind: FileKind, actor: Any, now: datetime) -> StoredFile:
    token = uuid4().hex
    key = default_storage.save(f"{token[:2]}/{token}", ContentFile(checked.content))
    if (keys := _stored.get()) is not None:
        keys.append(key)
    try:
        with transaction.atomic():
            return StoredFile.objects.create(
                key=key,
                original_name=checked.name,
                content_type=checked.content_type,
                size=checked.size,
                kind=kind,
                received_sha256=checked.sha256,
                sha256=checked.sha256,
                page_count=checked.page_count,
                state=FileState.READY,
                uploaded_by=actor,
                uploaded_at=now,
            )
    except BaseException:
        _erase(key)
        raise


def _erase(key: str) -> None:
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
