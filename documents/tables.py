"""A spreadsheet that is read at once and never kept: the same antivirus and the same closed room as files that are."""

from typing import Any

from django.conf import settings

from core import tables
from core.sandbox import FileRefused, SandboxBroken
from documents.antivirus import ScannerDown, TooLong, find_virus
from documents.pipeline import BROKEN, INFECTED, TOO_LONG

NO_ANSWER = "L’antivirus ne répond pas\u00a0: ce fichier n’a pas été lu. Renvoyez-le dans un moment."


def read_table(content: bytes) -> list[tuple[int, list[Any]]]:
    """The numbered lines of the first sheet, or of a CSV. FileRefused says in French why it could not be read."""
    lines: list[tuple[int, list[Any]]] = _ask("read", content)
    return lines


def read_sheet(content: bytes, sheet: str) -> tuple[list[tuple[int, list[Any]]], set[tuple[int, int]]]:
    """The numbered lines of one sheet of an .xlsx, and where it has formulas: line from 1, column from 0."""
    told = _ask("read_sheet", content, sheet=sheet)
    return told["lines"], {(line, column) for line, column in told["formulas"]}


def _ask(job: str, content: bytes, **arguments: Any) -> Any:
    try:
        if settings.CLAMD_URL and find_virus(content, settings.CLAMD_URL):
            raise FileRefused(INFECTED)
        return tables.room.run(job, content, **arguments).value
    except ScannerDown as down:
        raise FileRefused(NO_ANSWER) from down
    except TooLong as refused:
        raise FileRefused(TOO_LONG) from refused
    except SandboxBroken as broken:
        raise FileRefused(BROKEN) from broken
