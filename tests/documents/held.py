"""A contract held by the check, as the pipeline leaves it: stored, read in the closed room, its findings written."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from documents import objects
from documents.anonymity import OwnDetails
from documents.enums import FileKind, FileState, Outcome
from documents.models import Finding, StoredFile
from documents.pipeline import examine
from tests.documents.makers import text_pdf

NOW = datetime(2026, 3, 23, 20, 42, tzinfo=UTC)
LEAK = "Mme Odile Vandeputte"
PHONE = "06 12 34 56 42"


def held_cer(*lines: str, content: bytes = b"", **fields: Any) -> StoredFile:
    """By default a contract that names a person and gives a phone."""
    given = content or text_pdf(*(lines or (f"{LEAK} cherche un logement.", f"Joignable le matin au {PHONE}.")))
    verdict = examine(given, name="cer.pdf", kind=FileKind.CER, own=OwnDetails(), today=NOW.date())
    assert verdict.outcome is Outcome.TO_FIX, verdict
    digest = sha256(verdict.content).hexdigest()
    defaults = {
        "key": objects.put(verdict.content), "original_name": "cer.pdf", "content_type": verdict.content_type,
        "size": len(verdict.content), "sha256": digest, "received_sha256": sha256(given).hexdigest(),
        "page_count": verdict.page_count, "state": FileState.TO_FIX, "reason": verdict.reason, "kind": FileKind.CER,
        "uploaded_at": NOW,
    }  # fmt: skip
    file = StoredFile.objects.create(**{**defaults, **fields})
    Finding.objects.bulk_create([Finding(file=file, **finding) for finding in verdict.findings])
    return file
