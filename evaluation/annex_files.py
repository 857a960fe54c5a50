"""The document of Annex 2, printed and as a spreadsheet, from one and the same reading (`evaluation.annex`)."""

from datetime import date
from io import BytesIO
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from core.french import day_date, decimal_fr, percent, plural, siret
from core.workbooks import write_text
from documents.letters import print_letter, render_letter
from evaluation.annex import Annex, AnnexGroup, AnnexRow

FIRST_COLUMNS = ("N° CAF", "Solidarité/ sociopro")
WIDTHS = (16, 20)
CRITERION_WIDTH = 15
EDGE = Border(*(Side(style="thin", color="857B6B"),) * 4)
BOLD = Font(bold=True)
NOT_THE_NUMBER = (
    "La colonne «\u00a0N° CAF\u00a0» porte la référence neutre du contrat. Le numéro ne figure dans aucun document."
)


def annex_pdf(annex: Annex, *, today: date) -> bytes:
    context = {"annex": annex, "panel": annex.panel, "today": today, "about": about(annex, today)}
    return print_letter(render_letter("letters/annex.html", context))


def annex_workbook(annex: Annex, *, today: date) -> bytes:
    """Points are numbers; means are texts, cut and never rounded up."""
    book = Workbook()
    page: Any = book.active
    page.title = "Annexe 2"
    heading = "Annexe 2\u00a0: grille d’évaluation de la qualité des CER"
    head = [heading, annex.title, annex.panel.structure.name, annex.mark, *about(annex, today)]
    for row, words in enumerate(filter(None, [*head, annex.verdict, NOT_THE_NUMBER]), 1):
        write_text(page.cell(row=row, column=1), words)
    page["A1"].font = Font(bold=True, size=14)
    top = page.max_row + 2
    _titles(page, annex, top)
    for group in annex.groups:
        _group(page, group, len(annex.criteria))
    _legend(page, annex)
    for column in range(1, len(annex.criteria) + len(FIRST_COLUMNS) + 3):
        width = WIDTHS[column - 1] if column <= len(WIDTHS) else CRITERION_WIDTH
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = page.cell(row=top + 2, column=1)
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{top}:{top + 1}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def about(annex: Annex, today: date) -> list[str]:
    """File, rulebook, version and day, in words."""
    panel = annex.panel
    saved = f", enregistrée le {day_date(timezone.localtime(annex.updated_at).date())}" if annex.updated_at else ""
    lines = [
        f"{annex.file_words}. SIRET {siret(panel.structure.siret)}.",
        f"Cahier des charges {panel.rulebook_version}. Version {annex.version}{saved}. Établi le {day_date(today)}.",
    ]
    if annex.hidden:
        number = annex.hidden
        lines.append(
            f"{number} CER n’{'apparaissent' if number > 1 else 'apparaît'} pas encore\u00a0: l’auto-évaluation d’un "
            "CER se lit après sa cotation par la DPID."
        )
    return lines


def _titles(page: Any, annex: Annex, top: int) -> None:
    titles = [*FIRST_COLUMNS, *(part.title for part in annex.criteria), "Total", "Observation"]
    maxima = ["", "", *(f"/{decimal_fr(part.max)}" for part in annex.criteria), f"/{decimal_fr(annex.maximum)}", ""]
    for row, values in ((top, titles), (top + 1, maxima)):
        for column, words in enumerate(values, 1):
            cell = page.cell(row=row, column=column)
            write_text(cell, words)
            cell.font, cell.border = BOLD, EDGE
            cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")


def _group(page: Any, group: AnnexGroup, criteria: int) -> None:
    for row in group.rows:
        _line(page, row, criteria)
    last = page.max_row + 1
    mean = percent(group.mean) if group.mean is not None else "non coté"
    words = f"{group.code}\u00a0: moyenne {mean}"
    for column in range(1, criteria + 5):
        cell = page.cell(row=last, column=column)
        cell.border, cell.font = EDGE, BOLD
    write_text(page.cell(row=last, column=1), words)
    page.merge_cells(start_row=last, start_column=1, end_row=last, end_column=criteria + 2)
    page.cell(row=last, column=criteria + 3).value = float(group.total)
    write_text(page.cell(row=last, column=criteria + 4), f"sur {decimal_fr(group.maximum)}")


def _line(page: Any, row: AnnexRow, criteria: int) -> None:
    number = page.max_row + 1
    scored = row.total is not None
    values = [row.reference, row.contract, *(row.points if scored else [None] * criteria), row.total]
    for column, value in enumerate([*values, row.note if scored else "non coté"], 1):
        cell = page.cell(row=number, column=column)
        if isinstance(value, str):
            write_text(cell, value)
        elif value is not None:
            cell.value = float(value)
        cell.border = EDGE


def _legend(page: Any, annex: Annex) -> None:
    row = page.max_row + 2
    for part in annex.criteria:
        cell = page.cell(row=row, column=1)
        write_text(cell, f"{part.title}\u00a0: {decimal_fr(part.max)} point{plural(part.max)}")
        cell.font = BOLD
        for line in part.lines:
            row += 1
            write_text(page.cell(row=row, column=1), f"{line.text}\u00a0: {decimal_fr(line.points)}")
        row += 2
