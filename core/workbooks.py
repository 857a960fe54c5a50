"""Spreadsheets that the portal gives out. Pure: rows in, an .xlsx file out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 60
TO_FILL = 16
"""Least width of a column that somebody is to fill in: its title alone says nothing of what will stand there."""
Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """`title`: 31 characters at most, which is what spreadsheets allow."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write_workbook(*sheets: Sheet) -> bytes:
    """Each sheet with its header kept in view. A text stays a text whatever it begins with: nothing runs."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _write(book.create_sheet(sheet.title), sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def write_text(cell: Any, words: str) -> None:
    """In a cell of openpyxl: a text stays a text whatever it begins with."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", words)
    cell.data_type, cell.quotePrefix = "s", True


def _write(page: Any, sheet: Sheet) -> None:
    widths = [0] * len(sheet.header)
    for number, row in enumerate([sheet.header, *sheet.rows], 1):
        for column, value in enumerate(row, 1):
            cell = page.cell(row=number, column=column)
            if isinstance(value, str):
                write_text(cell, value)
            else:
                cell.value = value
            if isinstance(value, date):
                cell.number_format = "dd/mm/yyyy"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            longest = max((len(line) for line in str(value or "").splitlines()), default=0)
            widths[column - 1] = max(widths[column - 1], 10 if isinstance(value, date) else longest)
    for cell in page[1]:
        cell.font = Font(bold=True)
    for column, width in enumerate(widths, 1):
        least = TO_FILL if page.max_row == 1 else 0
        page.column_dimensions[get_column_letter(column)].width = min(max(width, least), WIDEST) + 2
    page.freeze_panes = "A2"
