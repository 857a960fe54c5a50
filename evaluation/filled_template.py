"""The spreadsheet that a structure fills in to evaluate itself: its CERs already there, one column per line of the
grid, « oui » or « non » in a list. A second sheet says how these answers become the columns of Annex 2."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from core.french import NBSP, decimal_fr
from core.workbooks import write_text
from evaluation.filled import CONTRACT, CONTRACTS, NOT_ASKED, REFERENCE, SHEET, VERSION, KnownCer
from rulebook.clauses import Grid
from rulebook.enums import ContractType

GREY = PatternFill("solid", start_color="E6E0D4")
HELP = "Mode d’emploi"
RULES = (
    "Une ligne par CER. Répondez par oui ou non dans chaque colonne ; les points se calculent seuls.",
    "« sans objet » : cette ligne n’est pas demandée à ce type de contrat.",
    "Un CER laissé sans aucune réponse n’est pas changé ; un CER commencé se remplit en entier.",
    "Ne changez ni les titres, ni la colonne Version : elle dit si le CER a changé sur le portail entre-temps.",
    "Rien n’est écrit avant que vous ayez relu. Les coches importées restent à valider, CER par CER, sur le portail.",
    "N’écrivez ni nom ni N° CAF dans ce classeur.",
)


def filled_template(cers: Iterable[KnownCer], grid: Grid) -> bytes:
    book = Workbook()
    page: Any = book.active
    page.title = SHEET
    titles = [REFERENCE, CONTRACT, *(line.text for line in grid.lines), VERSION]
    for column, words in enumerate(titles, 1):
        cell = page.cell(row=1, column=column)
        write_text(cell, words)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="bottom")
        page.column_dimensions[get_column_letter(column)].width = 16
    last = 1
    for last, cer in enumerate(cers, 2):
        _row(page, last, cer, grid)
    _lists(page, max(last, 2), len(grid.lines))
    page.freeze_panes = "C2"
    _help(book.create_sheet(HELP), grid)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _row(page: Any, row: int, cer: KnownCer, grid: Grid) -> None:
    write_text(page.cell(row=row, column=1), cer.reference)
    if cer.contract_type:
        write_text(page.cell(row=row, column=2), CONTRACTS[ContractType(cer.contract_type)])
    for column, line in enumerate(grid.lines, 3):
        cell = page.cell(row=row, column=column)
        if cer.contract_type and cer.contract_type not in line.contract_types:
            write_text(cell, NOT_ASKED)
            cell.fill = GREY
        elif cer.version:
            write_text(cell, "oui" if line.id in cer.ticks else "non")
    version = page.cell(row=row, column=len(grid.lines) + 3)
    version.value, version.fill = cer.version, GREY


def _lists(page: Any, last: int, lines: int) -> None:
    """What a cell may hold, offered as a list."""
    answers = DataValidation(type="list", formula1=f'"oui,non,{NOT_ASKED}"', allow_blank=True)
    answers.error, answers.errorTitle = "Répondez par oui ou non.", "Réponse"
    contracts = DataValidation(type="list", formula1=f'"{",".join(CONTRACTS.values())}"', allow_blank=True)
    for found in (answers, contracts):
        page.add_data_validation(found)
    answers.add(f"C2:{get_column_letter(lines + 2)}{last}")
    contracts.add(f"B2:B{last}")


def _help(page: Any, grid: Grid) -> None:
    rows = [("Colonne de l’annexe 2", "Ligne à remplir", "Points", "Ce qu’elle demande")]
    rows += [
        (f"{part.title} /{decimal_fr(part.max)}", line.text, decimal_fr(line.points), line.guidance)
        for part in grid.criteria
        for line in part.lines
    ]
    rows += [("", "", "", ""), *(("À savoir", rule.replace(" :", f"{NBSP}:"), "", "") for rule in RULES)]
    for number, values in enumerate(rows, 1):
        for column, words in enumerate(values, 1):
            cell = page.cell(row=number, column=column)
            write_text(cell, words)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 1)
    for name, width in zip("ABCD", (26, 50, 8, 60), strict=True):
        page.column_dimensions[name].width = width
