"""The journal of files: which file, what happened, never what it says."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from documents.enums import FileAct, FileKind
from documents.models import FileEvent, StoredFile

UNNAMED = frozenset({FileKind.CER, FileKind.ABSENCE})


def record(file: StoredFile, act: FileAct, *, at: datetime, detail: str = "", actor: Any = None) -> FileEvent:
    return FileEvent.objects.create(
        file=file, label=label_of(file), sha256=file.sha256, act=act, detail=detail[:300], actor=actor, at=at
    )


def label_of(file: StoredFile) -> str:
    """The journal outlives the file: the own name of a contract, which may name somebody, or of a proof of absence,
    which may tell why, is never in it."""
    kind = FileKind(file.kind)
    return f"{kind.label}, fichier n° {file.pk}" if kind in UNNAMED else file.original_name


def erased_at(files: Iterable[int]) -> dict[int, datetime]:
    """When each of these files was erased, for those that were."""
    rows = FileEvent.objects.filter(file__in=list(files), act=FileAct.DELETED).order_by("at")
    return dict(rows.values_list("file", "at"))
