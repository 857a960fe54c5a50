"""The journal of files: which file, what happened, never what it says."""

from datetime import datetime
from typing import Any

from documents.enums import FileAct, FileKind
from documents.models import FileEvent, StoredFile


def record(file: StoredFile, act: FileAct, *, at: datetime, detail: str = "", actor: Any = None) -> FileEvent:
    return FileEvent.objects.create(
        file=file, label=label_of(file), sha256=file.sha256, act=act, detail=detail[:300], actor=actor, at=at
    )


def label_of(file: StoredFile) -> str:
    """The journal outlives the file: a contract's own name, which may name somebody, is never in it."""
    return f"CER, fichier n° {file.pk}" if file.kind == FileKind.CER else file.original_name
