"""A self-evaluation filled in a spreadsheet: every fault by cell, hostile files; what is written, or not."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import tables
from core.sandbox import FileRefused
from documents.tables import read_sheet
from evaluation import services
from evaluation.enums import CerType, Round
from evaluation.errors import EvaluationRefused
from evaluation.filled import SHEET, Effect, FilledTable, FilledUnreadable, KnownCer, plan_filled, read_filled
from evaluation.filled_template import filled_template
from evaluation.models import Scoring
from evaluation.views.self_import import known_cers
from rulebook.book import current_rulebook
from tests.applications.builders import make_draft
from tests.evaluation.builders import NOW, every_line, make_cer
from tests.said import text_of

GRID = current_rulebook().grid
SOCIAL, SOCIO = CerType.SOLIDARITY.value, CerType.SOCIO_PROFESSIONAL.value
KNOWN = [
    KnownCer("R01-CER1", SOCIO),
    KnownCer("R01-CER2", SOCIAL),
    KnownCer("R01-CER3", SOCIO, tuple(every_line()), 4, validated=True),
    KnownCer("R02-CER1", ""),
]
OPEN, SAVE, CHECK = "filing_self_import", "filing_self_import_confirm", "filing_self_import_check"


def sheet_of(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return book, book[SHEET]


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def answer(page, row, words, *, only=None):
    """Fill the line columns of a row that are asked of its CER."""
    for cell in page[row][2 : 2 + len(GRID.lines)]:
        if cell.value != "sans objet" and (only is None or page.cell(row=1, column=cell.column).value == only):
            cell.value = words


def filled(known=KNOWN, **rows):
    book, page = sheet_of(filled_template(known, GRID))
    for row, words in rows.items():
        answer(page, int(row[1:]), words)
    return book, page


def plan(content, known=KNOWN):
    table = read_filled(*read_sheet(content, SHEET), GRID)
    assert FilledTable.from_json(table.as_json()) == table
    return plan_filled(table, known, GRID)


def faults(content, known=KNOWN):
    return [str(fault).replace("\u00a0", " ") for fault in plan(content, known).faults]


def test_the_template_has_the_cers_their_lines_and_lists_to_choose_from():
    _, page = sheet_of(filled_template(KNOWN, GRID))
    assert [cell.value for cell in page[1]] == [
        "Référence", "Contrat", *(line.text for line in GRID.lines), "Version (ne pas modifier)",
    ]  # fmt: skip
    rows = {row[0]: row for row in page.iter_rows(min_row=2, values_only=True)}
    assert rows["R01-CER1"][2:5] == (None, None, None)
    assert rows["R01-CER1"][5] == "sans objet", "asked of the other type"
    assert set(rows["R01-CER3"][2:13]) == {"oui", "sans objet"}
    assert rows["R01-CER3"][13] == 4
    lists = {rule.formula1: str(rule.sqref) for rule in page.data_validations.dataValidation}
    assert lists == {'"oui,non,sans objet"': "C2:M5", '"Solidarité,Socioprofessionnel"': "B2:B5"}


def test_a_template_sent_back_as_it_is_changes_nothing():
    found = plan(filled_template(KNOWN, GRID))
    assert found.faults == ()
    assert [each.effect for each in found.entries] == [Effect.BLANK, Effect.BLANK, Effect.SAME, Effect.BLANK]


def test_what_is_filled_becomes_ticks():
    book, page = filled(r2="oui", r3="non", r4="Oui")
    answer(page, 4, "NON", only="Les actions sont détaillées")
    one, two, three = plan(saved(book)).to_write
    assert (one.reference, set(one.ticks), one.version, one.reopens) == ("R01-CER1", set(every_line()), 0, False)
    assert (two.reference, two.ticks) == ("R01-CER2", ())
    assert (three.reference, three.version, three.reopens) == ("R01-CER3", 4, True)
    assert set(every_line()) - set(three.ticks) == {"detail_complete"}


def test_a_row_may_give_the_type_that_the_portal_does_not_know():
    book, page = filled()
    page["B5"] = "solidarité"
    for cell, line in zip(page[5][2:13], GRID.lines, strict=True):
        cell.value = "oui" if SOCIAL in line.contract_types else None
    (entry,) = plan(saved(book)).to_write
    assert (entry.reference, entry.contract_type, entry.named) == ("R02-CER1", SOCIAL, True)


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("F3", "peut-être", "cellule F3 : « peut-être » ne se lit pas, écrivez oui ou non."),
        ("D2", None, "cellule D2 : la réponse manque, écrivez oui ou non."),
        ("F2", "oui", "cellule F2 : cette ligne n’est pas demandée à ce type de contrat, laissez-la vide."),
        ("A2", "R09-CER1", "cellule A2 : « R09-CER1 » n’est pas dans votre dossier."),
        ("A2", None, "cellule A2 : la référence manque."),
        ("A3", "R01-CER1", "cellule A3 : R01-CER1 est deux fois dans la feuille."),
        ("B2", "Solidarité", "cellule B2 : le portail connaît un autre type"),
        ("N4", 3, "cellule N4 : R01-CER3 a changé sur le portail depuis ce modèle"),
        ("N4", None, "cellule N4 : la version de R01-CER3 est effacée ou modifiée"),
        ("C2", '=IF(1,"oui","non")', "cellule C2 : une formule ne se lit pas, écrivez la réponse."),
        ("C5", "oui", "cellule B5 : écrivez Solidarité ou Socioprofessionnel."),
    ],
)
def test_every_fault_is_told_by_its_cell_and_nothing_may_then_be_written(cell, value, words):
    book, page = filled(r2="oui", r3="oui", r4="non")
    page[cell] = value
    found = plan(saved(book))
    assert any(f"Feuille « Grille », {words}" in each for each in faults(saved(book))), faults(saved(book))
    assert found.to_write == ()


def test_columns_may_change_their_order_and_not_their_titles():
    book, page = filled(r2="oui")
    page.move_range("C1:N5", cols=2)
    assert len(plan(saved(book)).to_write) == 1
    page["E1"] = "Autre chose"
    with pytest.raises(FilledUnreadable, match="Il manque la colonne"):
        plan(saved(book))


# Hostile files -------------------------------------------------------------------------------------------------------


def packed_with(content, name, extra):
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, extra)
    return out.getvalue()


def with_kinds(content, old, new):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new) if name == tables.KINDS else source.read(name))
    return out.getvalue()


def test_a_hostile_file_is_refused_with_a_sentence():
    good = filled_template(KNOWN, GRID)
    cases = {
        "macros": with_kinds(good, b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                             b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        "autres fichiers": packed_with(good, "xl/externalLinks/externalLink1.xml", "<x/>"),
        "trop volumineux": packed_with(good, "xl/media/big.bin", b"\x00" * (tables.MAX_UNPACKED_BYTES + 1)),
        "trop d’éléments": packed_many(good),
        "n’a pas pu être lu": good[: len(good) // 2],
        "n’est pas un classeur": b"R01-CER1;oui",
    }  # fmt: skip
    for words, content in cases.items():
        with pytest.raises(FileRefused) as refused:
            read_sheet(content, SHEET)
        assert words in refused.value.reason, words
    assert read_sheet(good, SHEET)[0], "the control: what they were made from is read"


def packed_many(content):
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(tables.MAX_ENTRIES):
            archive.writestr(f"xl/x{number}.xml", "")
    return out.getvalue()


def test_a_wrong_sheet_and_a_hundred_thousand_lines_are_refused():
    book = openpyxl.Workbook()
    with pytest.raises(FileRefused, match="n’a pas de feuille"):
        read_sheet(saved(book), SHEET)
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(SHEET)
    for _ in range(100_000):
        page.append(["R01-CER1"])
    with pytest.raises(FileRefused, match="lignes"):
        read_sheet(saved(book), SHEET)


def test_a_sheet_without_titles_or_without_rows_is_refused():
    book = openpyxl.Workbook()
    book.active.title = SHEET
    book.active["A1"] = "x"
    with pytest.raises(FilledUnreadable, match="titres"):
        plan(saved(book))
    with pytest.raises(FilledUnreadable, match="aucun CER"):
        plan(filled_template([], GRID))


# Written -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(client, db):
    draft = make_draft()
    self_scorings(draft).delete()
    client.force_login(draft.structure.members.first())
    return draft


def send(client, content, name="auto-evaluation.xlsx"):
    return client.post(reverse(OPEN), {"file": SimpleUploadedFile(name, content)})


def filled_draft(draft, words="oui"):
    book, page = sheet_of(filled_template(known_cers(draft.panel), draft.panel.rulebook.grid))
    for row in range(2, page.max_row + 1):
        answer(page, row, words)
    return saved(book)


def self_scorings(draft):
    return Scoring.objects.filter(cer__panel=draft.panel, round=Round.SELF)


def tick_one(cer):
    member = cer.panel.structure.members.first()
    services.save_ticks(
        cer=cer, round=Round.SELF, ticks=["detail_complete"], comment="", actor=member, now=NOW, version=0
    )


def test_one_reads_looks_then_writes_all_and_validates_nothing(client, draft):
    template = client.get(reverse("filing_self_template"))
    assert template["Content-Type"].endswith("sheet")
    assert client.get(reverse(CHECK)).url == reverse(OPEN), "nothing read yet"
    total = draft.panel.cers.count()
    assert send(client, filled_draft(draft)).url == reverse(CHECK)
    page = client.get(reverse(CHECK))
    assert f"{total} CER à remplir" in text_of(page)
    assert not self_scorings(draft).exists()
    written = client.post(reverse(SAVE), {"apercu": page.context["plan"].digest}, follow=True)
    assert f"{total} CER importés. Il reste à les valider un à un." in text_of(written)
    rows = self_scorings(draft)
    assert rows.count() == total
    assert not rows.filter(validated_at__isnull=False).exists()
    assert client.get(reverse(CHECK)).url == reverse(OPEN), "what was read is forgotten"


def test_a_wrong_cell_stops_everything_and_is_told(client, draft):
    book, page = sheet_of(filled_draft(draft))
    page["C2"] = "sans doute"
    send(client, saved(book))
    shown = client.get(reverse(CHECK))
    said = text_of(shown)
    assert "1 cellule à corriger" in said
    assert "Feuille « Grille », cellule C2 : « sans doute » ne se lit pas, écrivez oui ou non." in said
    client.post(reverse(SAVE), {"apercu": shown.context["plan"].digest})
    assert not self_scorings(draft).exists()


def test_a_cer_changed_meanwhile_stops_the_writing(client, draft):
    send(client, filled_draft(draft))
    digest = client.get(reverse(CHECK)).context["plan"].digest
    tick_one(draft.panel.cers.first())
    said = text_of(client.post(reverse(SAVE), {"apercu": digest}, follow=True))
    assert "Rien n’est écrit" in said
    assert "a changé sur le portail depuis ce modèle" in said
    assert self_scorings(draft).count() == 1


def test_the_service_itself_writes_all_or_nothing(draft):
    member = draft.structure.members.first()
    cers = list(draft.panel.cers.all())
    table = read_filled(*read_sheet(filled_draft(draft), SHEET), GRID)
    entries = plan_filled(table, known_cers(draft.panel), GRID).to_write
    tick_one(cers[-1])
    with pytest.raises(EvaluationRefused, match="a changé entre-temps"):
        services.import_self_scorings(panel=draft.panel, entries=entries, actor=member, now=NOW)
    assert self_scorings(draft).count() == 1, "the first ones are undone"


def test_the_type_given_by_the_file_is_kept(client, draft):
    cer = make_cer(draft.panel, draft.panel.cers.first().referent, 9, contract_type="")
    book, page = sheet_of(filled_template(known_cers(draft.panel), GRID))
    row = next(row for row in range(2, page.max_row + 1) if page.cell(row=row, column=1).value == cer.reference)
    page.cell(row=row, column=2).value = "Solidarité"
    for column, line in enumerate(GRID.lines, 3):
        page.cell(row=row, column=column).value = "oui" if SOCIAL in line.contract_types else "sans objet"
    send(client, saved(book))
    client.post(reverse(SAVE), {"apercu": client.get(reverse(CHECK)).context["plan"].digest})
    cer.refresh_from_db()
    assert cer.contract_type == SOCIAL
    assert set(cer.scorings.get().ticks) == set(every_line(SOCIAL))


def test_giving_up_forgets_what_was_read(client, draft):
    send(client, filled_draft(draft))
    said = text_of(client.post(reverse("filing_self_import_drop"), follow=True))
    assert "les lignes lues sont effacées" in said
    assert client.get(reverse(CHECK)).url == reverse(OPEN)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("auto.xlsm", b"PK\x03\x04", "sans macro"),
        ("auto.xlsx", b"x" * (2 * 1024 * 1024 + 1), "dépasse 2 Mo"),
        ("auto.xlsx", b"PK\x03\x04rien", "n’a pas pu être lu"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_beside_its_field(client, draft, name, content, words):
    response = send(client, content, name)
    assert response.status_code == 422
    assert words in text_of(response)


def test_another_panels_lines_are_not_kept_for_this_one(client, draft):
    session = client.session
    session["self_import"] = {"panel": draft.panel_id + 1, "table": {"columns": {}, "rows": []}}
    session.save()
    assert client.get(reverse(CHECK)).url == reverse(OPEN)


def test_neither_the_template_nor_the_session_has_the_caf_number(client, draft):
    draft.panel.cers.update(caf_number="7418529")
    with zipfile.ZipFile(io.BytesIO(client.get(reverse("filing_self_template")).content)) as archive:
        assert not any(b"7418529" in archive.read(name) for name in archive.namelist())
    send(client, filled_draft(draft))
    assert "7418529" not in str(client.session["self_import"])
