"""Lists of référents as structures keep them: tables for the import, right and wrong."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO

from openpyxl import Workbook

from .people import Structure

COLUMNS = ("Nom", "Prénom", "E-mail", "Date d’arrivée", "Date de départ", "Financé par le Département")
Cell = str | date | None
Row = Sequence[Cell]


def rows_of(structure: Structure, today: date) -> list[Row]:
    """The référents of a structure, as its own table would hold them: real dates, « oui » or « non »."""
    return [
        (
            each.last_name, each.first_name, each.email, each.arrived_on(today), each.left_on(today),
            "oui" if each.funded else "non",
        )
        for each in structure.referents
    ]  # fmt: skip


def faulty_rows() -> list[tuple[Row, str | None]]:
    """Rows with the column at fault, None for those in which nothing is wrong. The last one repeats the first one."""
    good: Row = ("Delattre", "Nadia", "nadia.delattre@exemple.fr", date(2018, 3, 1), None, "oui")
    return [
        (good, None),
        (("", "Hugo", "hugo.leclercq@exemple.fr", date(2022, 1, 3), None, "oui"), "Nom"),
        (("Wallart", "", "sophie.wallart@exemple.fr", date(2017, 9, 4), None, "oui"), "Prénom"),
        (("Benali", "Karim", "karim.benali(at)exemple.fr", date(2021, 5, 3), None, "oui"), "E-mail"),
        (("Fournier", "Émilie", "emilie.fournier@exemple.fr", "31/02/2025", None, "oui"), "Date d’arrivée"),
        (("Pruvost", "Thomas", "thomas.pruvost@exemple.fr", None, None, "oui"), "Date d’arrivée"),
        (("Caron", "Lucie", "lucie.caron@exemple.fr", date(2020, 1, 6), date(2019, 1, 2), "oui"), "Date de départ"),
        (("Haddad", "Mehdi", "mehdi.haddad@exemple.fr", date(2020, 2, 3), None, "peut-être"), COLUMNS[-1]),
        (("N" * 200, "Agnès", "agnes.duflos@exemple.fr", date(2016, 6, 1), None, "non"), "Nom"),
        (("Duflos", "Agnès", "", "01/06/2016", "", "non"), None),
        (good, "E-mail"),
    ]


def roster_xlsx(rows: Iterable[Row], columns: Sequence[str] = COLUMNS) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Référents"
    sheet.append(list(columns))
    for row in rows:
        sheet.append(list(row))
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if cell.is_date:
                cell.number_format = "dd/mm/yyyy"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def roster_csv(
    rows: Iterable[Row], *, encoding: str = "utf-8-sig", delimiter: str = ";", columns: Sequence[str] = COLUMNS
) -> bytes:
    """As a spreadsheet set to French writes it; `encoding="cp1252"` and `delimiter=","` are met as well."""
    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row] for row in rows)
    return out.getvalue().encode(encoding)
