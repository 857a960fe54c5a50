"""What the portal makes itself is kept here, letters out are written once, files are deleted. Files that come from
people take the other way in: `documents.receiving`.

The order matters (storage first, row second): a row always has its object. What a failure leaves in the storage
without a row is removed at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import pikepdf
from django.db import transaction

from accounts.models import Structure
from core import clock
from core.models import RegisterNumber
from documents import objects
from documents.enums import FileKind, FileState, LetterKind
from documents.intake import PDF, clean_name, real_type
from documents.letters import print_letter, render_letter
from documents.models import Letter, StoredFile

_stored: ContextVar[list[str] | None] = ContextVar("stored_in_block", default=None)


class FileHeld(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The file is under legal hold: nothing may erase it."""


def store_content(
    *,
    content: bytes,
    name: str,
    actor: Any,
    now: datetime,
    kind: FileKind = FileKind.MADE,
    structure: Structure | None = None,
) -> StoredFile:
    """Keep a file that the portal made itself: nobody else's bytes, ready at once."""
    content_type = real_type(content)
    if content_type is None:
        raise ValueError(f"{name} is neither PDF nor picture")
    digest = sha256(content).hexdigest()
    key = objects.put(content)
    if (keys := _stored.get()) is not None:
        keys.append(key)
    try:
        with transaction.atomic():
            return StoredFile.objects.create(
                key=key,
                original_name=clean_name(name),
                content_type=content_type,
                size=len(content),
                kind=kind,
                received_sha256=digest,
                sha256=digest,
                page_count=_pages(content) if content_type == PDF else 1,
                state=FileState.READY,
                structure=structure,
                uploaded_by=actor,
                uploaded_at=now,
            )
    except BaseException:
        objects.erase(key)
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
            objects.erase(key)
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
    transaction.on_commit(lambda: objects.erase(key), robust=True)


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
        objects.erase(pdf.key)
        raise


def _pages(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as pdf:
        return len(pdf.pages)
