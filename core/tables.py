"""Spreadsheets and CSV files that people send, read in the closed room: bytes in, lines of plain cells out.

A cell is a text, a number, a boolean or None; a date comes as « 2026-11-23 ». A formula gives its last value: it is
never computed.
"""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineWorkbook

from core.sandbox import FileRefused, Sandbox

MAX_UNPACKED_BYTES = 40 * 1024 * 1024
MAX_ENTRIES = 300
MAX_LINES = 2000
MAX_COLUMNS = 50
SEPARATORS = ";,\t"
LINES_LOOKED_AT = 20
Line = tuple[int, list[Any]]

room = Sandbox("core.tables")


def read(content: bytes) -> tuple[list[Line], tuple[bytes, ...]]:
    """The numbered lines (from 1) of the first sheet, or of a CSV in any usual encoding and separator."""
    lines = _workbook_lines(content) if content.startswith(b"PK\x03\x04") else _text_lines(content)
    return [(number, [_plain(cell) for cell in cells]) for number, cells in lines], ()


def warm_up() -> None:
    """Nothing to load beforehand."""


JOBS: dict[str, Callable[..., Any]] = {"read": read}


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    return (
        cell.isoformat()
        if isinstance(cell, date | time)
        else cell
        if isinstance(cell, str | float | bool)
        else str(cell)
    )


def _workbook_lines(content: bytes) -> list[Line]:
    """The archive is measured by unpacking it in pieces first: what its headers say may lie."""
    try:
        _refuse_bomb(content)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        if sheet.total_width > MAX_COLUMNS:
            raise FileRefused(f"Ce tableau a plus de {MAX_COLUMNS} colonnes\u00a0: gardez celles du modèle.")
        table = sheet.to_python(skip_empty_area=False, nrows=MAX_LINES)
    except FileRefused:
        raise
    except BaseException as error:  # a panic of the reader, written in Rust, is no Exception
        raise FileRefused(
            "Ce classeur n’a pas pu être lu. Enregistrez-le de nouveau au format .xlsx, ou en CSV."
        ) from error
    return list(enumerate(table, start=1))


def _refuse_bomb(content: bytes) -> None:
    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise FileRefused("Ce classeur contient trop d’éléments\u00a0: gardez la seule feuille du modèle.")
        for entry in entries:
            with archive.open(entry) as stream:
                while piece := stream.read(1024 * 1024):
                    unpacked += len(piece)
                    if unpacked > MAX_UNPACKED_BYTES:
                        raise FileRefused("Ce classeur est trop volumineux\u00a0: gardez la seule feuille du modèle.")


def _text_lines(content: bytes) -> list[Line]:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("Ce fichier est à l’ancien format Excel (.xls). Enregistrez-le au format .xlsx ou CSV.")
    text = _decode(content)
    if "\x00" in text:
        raise FileRefused("Ce fichier n’est pas une liste\u00a0: choisissez un fichier .xlsx, .ods ou CSV.")
    readings = [_csv_lines(text, separator) for separator in SEPARATORS]
    return max(readings, key=_columns)


def _columns(lines: list[Line]) -> int:
    """How well a separator splits the first lines: their cells, lines of one cell counting for nothing."""
    return sum(len(cells) for _, cells in lines[:LINES_LOOKED_AT] if len(cells) > 1)


def _decode(content: bytes) -> str:
    """UTF-8 (with or without mark), UTF-16, and what is neither is Windows’ Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _csv_lines(text: str, separator: str) -> list[Line]:
    """Lines are counted as an editor shows them, line breaks inside quotes included."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines: list[Line] = []
    start = 1
    try:
        for cells in reader:
            lines.append((start, list(cells[:MAX_COLUMNS])))
            start = reader.line_num + 1
            if len(lines) >= MAX_LINES:
                break
    except csv.Error as error:
        raise FileRefused(f"La ligne {start} n’a pas pu être lue\u00a0: un guillemet manque peut-être.") from error
    return lines
