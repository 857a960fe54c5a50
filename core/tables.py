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

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from core.sandbox import FileRefused, Sandbox

MAX_UNPACKED_BYTES = 40 * 1024 * 1024
MAX_ENTRIES = 300
MAX_LINES = 2000
MAX_COLUMNS = 50
MACROS = (b"macroEnabled", b"vbaProject")
KINDS = "[Content_Types].xml"
LINKS = "xl/externalLinks/"
UNREADABLE = "Ce classeur n’a pas pu être lu. Enregistrez-le de nouveau au format .xlsx"
SEPARATORS = ";,\t"
LINES_LOOKED_AT = 20
Line = tuple[int, list[Any]]

room = Sandbox("core.tables")


def read(content: bytes) -> tuple[list[Line], tuple[bytes, ...]]:
    """The numbered lines (from 1) of the first sheet, or of a CSV in any usual encoding and separator."""
    lines = _workbook_lines(content) if content.startswith(b"PK\x03\x04") else _text_lines(content)
    return [(number, [_plain(cell) for cell in cells]) for number, cells in lines], ()


def read_sheet(content: bytes, sheet: str) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """`lines` of the sheet of that name in an .xlsx, and `formulas`: the (line, column) of those cells, lines from 1
    and columns from 0. A formula is left unread: its cell is empty."""
    if not content.startswith(b"PK\x03\x04"):
        raise FileRefused("Ce fichier n’est pas un classeur Excel (.xlsx)\u00a0: remplissez le modèle et renvoyez-le.")
    try:
        _refuse_bomb(content)
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        if sheet not in book.sheetnames:
            raise FileRefused(f"Ce classeur n’a pas de feuille «\u00a0{sheet}\u00a0»\u00a0: gardez celle du modèle.")
        rows = book[sheet].iter_rows(max_row=MAX_LINES + 1, max_col=MAX_COLUMNS)
        found = list(enumerate(rows, start=1))
    except FileRefused:
        raise
    except BaseException as error:  # a hostile file raises anything
        raise FileRefused(f"{UNREADABLE}.") from error
    filled = [number for number, cells in found if any(cell.value is not None for cell in cells)]
    if filled and filled[-1] > MAX_LINES:
        raise FileRefused(f"Cette feuille a plus de {MAX_LINES} lignes\u00a0: gardez celles du modèle.")
    formulas = [(number, at) for number, cells in found for at, cell in enumerate(cells) if cell.data_type == "f"]
    hidden = set(formulas)
    lines = [
        (number, ["" if (number, at) in hidden else _plain(_or_blank(cell.value)) for at, cell in enumerate(cells)])
        for number, cells in found[: filled[-1] if filled else 0]
    ]
    return {"lines": lines, "formulas": formulas}, ()


def _or_blank(value: Any) -> Any:
    return "" if value is None else float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def warm_up() -> None:
    """Nothing to load beforehand."""


JOBS: dict[str, Callable[..., Any]] = {"read": read, "read_sheet": read_sheet}


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
        raise FileRefused(f"{UNREADABLE}, ou en CSV.") from error
    return list(enumerate(table, start=1))


def _refuse_bomb(content: bytes) -> None:
    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise FileRefused("Ce classeur contient trop d’éléments\u00a0: gardez la seule feuille du modèle.")
        if any(entry.filename.startswith(LINKS) for entry in entries):
            raise FileRefused("Ce classeur renvoie à d’autres fichiers\u00a0: recopiez ses valeurs dans le modèle.")
        for entry in entries:
            with archive.open(entry) as stream:
                while piece := stream.read(1024 * 1024):
                    unpacked += len(piece)
                    if unpacked > MAX_UNPACKED_BYTES:
                        raise FileRefused("Ce classeur est trop volumineux\u00a0: gardez la seule feuille du modèle.")
        if KINDS in archive.namelist() and any(word in archive.read(KINDS) for word in MACROS):
            raise FileRefused("Ce classeur contient des macros\u00a0: enregistrez-le au format .xlsx, sans macro.")


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
