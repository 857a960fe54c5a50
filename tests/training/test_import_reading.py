"""The reader of référents and their past trainings: right and wrong files, every encoding, hostile archives."""

import contextlib
import io
import json
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.identifiers import folded
from label_portal.sample import files, people, rosters
from rulebook.book import current_rulebook
from training.imports.packing import pack, unpack
from training.imports.reading import MAX_BYTES, MAX_ROWS, ImportUnreadable, TrainingLine, read_import

TODAY = date(2026, 3, 23)
ROWS = rosters.rows_of(people.structures()[0], TODAY)
WORKBOOK = rosters.roster_xlsx(ROWS)  # une fois : un classeur porte l’heure de sa fabrication


def read(content):
    return read_import(content, rulebook=current_rulebook(), today=TODAY)


def names(rows):
    return [(row.last_name, row.first_name) for row in rows]


def said(row):
    return tuple(fault.words for fault in row.faults)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_in_every_usual_dress(encoding, delimiter):
    columns = [column.replace("’", "'") for column in rosters.COLUMNS]
    rows = read(rosters.roster_csv(ROWS, encoding=encoding, delimiter=delimiter, columns=columns))
    assert names(rows) == [(row[0], row[1]) for row in ROWS]
    assert [row.faults for row in rows] == [()] * len(ROWS)
    assert [row.arrived_on for row in rows] == [row[3] for row in ROWS]
    assert [row.funded for row in rows] == [row[5] == "oui" for row in ROWS]


def test_workbook():
    rows = read(rosters.roster_xlsx(ROWS))
    assert names(rows) == [(row[0], row[1]) for row in ROWS]
    assert [(row.arrived_on, row.left_on) for row in rows] == [(row[3], row[4]) for row in ROWS]
    assert [row.line for row in rows] == list(range(2, 2 + len(ROWS)))
    assert not any(row.faults for row in rows)


@pytest.mark.parametrize("write", [rosters.roster_xlsx, rosters.roster_csv])
def test_errors_are_told_by_line(write):
    expected = [
        (),
        ("Le nom manque.",),
        ("Le prénom manque.",),
        ("L’adresse «\u00a0karim.benali(at)exemple.fr\u00a0» est incomplète.",),
        ("La date d’arrivée «\u00a031/02/2025\u00a0» n’existe pas. Exemple\u00a0: 15/09/2025.",),
        ("La date d’arrivée manque.",),
        ("Le départ ne peut pas précéder l’arrivée.",),
        ("«\u00a0peut-être\u00a0»\u00a0: répondez par oui ou non au financement.",),
        ("Le nom dépasse 80 caractères.",),
        (),
        ("Même personne qu’à la ligne 2.",),
    ]
    rows = read(write([row for row, _ in rosters.faulty_rows()]))
    assert [said(row) for row in rows] == expected
    assert [row.line for row in rows if not row.faults] == [2, 11]
    assert [fault.column for row in rows for fault in row.faults] == ["A", "B", "C", "D", "D", "E", "F", "A", ""]


def test_the_faults_of_a_line_are_told_from_left_to_right():
    (row,) = read("Nom;Prénom;Arrivée;E-mail;Module;Dernier jour\nHaddad;;31/02/2025;zoé@exemple.fr;M9;\n".encode())
    assert [fault.column for fault in row.faults] == ["B", "C", "D", "E", "F"]
    assert (
        row.faults[2].words == "L’adresse «\u00a0zoé@exemple.fr\u00a0» a un accent, ou un signe qu’une adresse n’a pas."
    )


def test_titles_may_stand_lower_in_another_order_and_in_capitals():
    text = "Référents de la structure;;\n;;\nPRÉNOM;ARRIVEE;NOM\nlou;2/9/2024;DE LA TOUR\n"
    (row,) = read(text.encode())
    assert (row.first_name, row.last_name, row.arrived_on, row.line) == ("Lou", "De La Tour", date(2024, 9, 2), 4)
    assert row.funded


def test_lines_are_counted_through_quoted_breaks_and_blanks():
    text = 'Nom;Prénom;Arrivée\n"Dupont\nDurand";Alix;02/09/2024\n\nMartin;;02/09/2024\n'
    assert [(row.line, row.last_name) for row in read(text.encode())] == [
        (2, "Dupont Durand"),
        (5, "Martin"),
    ]


def test_an_unformatted_spreadsheet_date_is_a_date():
    (row,) = read(rosters.roster_xlsx([("Dupont", "Alix", "", 45537, None, "oui")]))
    assert row.arrived_on == date(2024, 9, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"  \n", "vide"),
        (b"a" * (MAX_BYTES + 1), "dépasse 2\u00a0Mo"),
        (b"Nom;Ville\nDupont;Arras\n", "titres de colonnes"),
        (b"Nom;Arriv\xe9e\nDupont;02/09/2024\n", "«\u00a0Prénom\u00a0»"),
        ("Nom;Prénom;Arrivée\n".encode(), "aucun référent"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "ancien format"),
        (b"PK\x03\x04garbage", "pas pu être lu"),
        (b"\x00\x01\x02\x03" * 40, "pas une liste"),
        (files.executable_as_pdf()[1], "pas une liste"),
        (files.zip_as_pdf()[1], "pas pu être lu"),
    ],
)
def test_unreadable_files_say_why(content, words):
    with pytest.raises(ImportUnreadable, match=words):
        read(content)


def test_too_many_lines():
    lines = [f"Nom{n};Alix;02/09/2024" for n in range(MAX_ROWS)]
    head = "Nom;Prénom;Arrivée\n"
    assert len(read((head + "\n".join(lines)).encode())) == MAX_ROWS
    with pytest.raises(ImportUnreadable, match="plus de 500 lignes"):
        read((head + "\n".join([*lines, "Untel;Alix;02/09/2024"])).encode())


def test_five_thousand_lines_are_refused_before_any_is_looked_at():
    lines = "\n".join(f"Nom{n};Alix;02/09/2024" for n in range(5000))
    with pytest.raises(ImportUnreadable, match="plus de 500 lignes"):
        read(f"Nom;Prénom;Arrivée\n{lines}".encode())


def archive(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in entries:
            book.writestr(name, content)
    return out.getvalue()


def test_a_bomb_is_refused_by_what_it_unpacks_to():
    bomb = archive([("xl/worksheets/sheet1.xml", b"\x00" * (100 * 1024 * 1024))])
    assert len(bomb) < MAX_BYTES
    with pytest.raises(ImportUnreadable, match="trop volumineux"):
        read(bomb)


def test_an_archive_of_many_entries_is_refused():
    with pytest.raises(ImportUnreadable, match="trop d’éléments"):
        read(archive([(f"{n}.xml", b"") for n in range(400)]))


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(content):
    for start in (b"", b"PK\x03\x04", "Nom;Prénom;Arrivée\n".encode()):
        with contextlib.suppress(ImportUnreadable):
            read(start + content)


@settings(max_examples=100)
@given(st.data())
def test_no_damaged_workbook_breaks_the_reader(data):
    book = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        book[data.draw(st.integers(0, len(book) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ImportUnreadable):
        read(bytes(book))


def test_folded():
    assert folded("  Jean-François  d’Hondt ") == "jean francois d hondt"


# Formations passées ----------------------------------------------------------------------------------------------

HEAD = "Nom;Prénom;Arrivée;Module;Partie;Premier jour;Dernier jour;Organisme;Intitulé;Durée en heures\n"


def lines(*each):
    return read((HEAD + "\n".join(each)).encode())


@pytest.mark.parametrize("module", ["M4", "m4", "Secret professionnel", "SECRET  PROFESSIONNEL"])
def test_a_training_is_read_whatever_its_module_is_called(module):
    (row,) = lines(f"Benali;Karim;;{module};;11/03/2024;12/03/24;IRTS;Le secret;7 h")
    assert (row.faults, row.arrived_on) == ((), None)
    assert row.training == TrainingLine("M4", date(2024, 3, 12), None, date(2024, 3, 11), "IRTS", "Le secret", 7)


def test_dates_may_be_numbers_of_a_spreadsheet_and_formulas_give_their_last_value():
    columns = ("Nom", "Prénom", "Module", "Dernier jour", "Durée en heures")
    (row,) = read(rosters.roster_xlsx([("Benali", "Karim", "M2", 45363, 14)], columns))
    assert row.training == TrainingLine("M2", date(2024, 3, 12), hours=14)
    (row,) = read(rosters.roster_xlsx([("Benali", "Karim", "M2", "=TODAY()", "")], columns))
    assert said(row) == ("Le dernier jour manque.",)


@pytest.mark.parametrize(
    ("line", "words", "column"),
    [
        (
            "Benali;Karim;;M9;;;12/03/2024",
            "Le module «\u00a0M9\u00a0» n’est pas au catalogue. Codes\u00a0: M1, M2",
            "D",
        ),
        ("Benali;Karim;;;;;12/03/2024", "Le module manque.", "D"),
        ("Benali;Karim;;M4;;;", "Le dernier jour manque.", "G"),
        ("Benali;Karim;;M4;;;24/03/2026", "La formation finit le 24/03/2026, dans l’avenir.", "G"),
        ("Benali;Karim;;M4;;;31/02/2025", "Le dernier jour «\u00a031/02/2025\u00a0» n’existe pas.", "G"),
        ("Benali;Karim;;M4;;13/03/2024;12/03/2024", "Le dernier jour ne peut pas précéder le premier.", "G"),
        ("Benali;Karim;;M4;1;;12/03/2024", "La partie «\u00a01\u00a0» n’existe pas dans ce module", "E"),
        ("Benali;Karim;;M2;0010;;12/03/2024", "La partie «\u00a00010\u00a0» n’existe pas dans ce module", "E"),
        ("Benali;Karim;;M2;3;;12/03/2024", "La partie «\u00a03\u00a0» n’existe pas dans ce module", "E"),
        (
            "Benali;Karim;;M4;;;12/03/2024;IRTS;;sept",
            "La durée «\u00a0sept\u00a0» n’est pas un nombre entier d’heures.",
            "J",
        ),
        ("Benali;Karim;;M4;;;12/03/2024;IRTS;;0002000000", "n’est pas un nombre entier d’heures.", "J"),
        (f"Benali;Karim;;M4;;;12/03/2024;IRTS;;{'9' * 5000}", "n’est pas un nombre entier d’heures.", "J"),
        ("Benali;Karim;;M4;;;12/03/2024;IRTS;;0", "n’est pas un nombre entier d’heures.", "J"),
        (f"Benali;Karim;;M4;;;12/03/2024;{'x' * 161}", "L’organisme dépasse 160 caractères.", "H"),
    ],
)
def test_what_is_wrong_in_a_training_is_told_with_its_column(line, words, column):
    (row,) = lines(line)
    (fault,) = row.faults
    assert (words in fault.words, fault.column) == (True, column), fault


def test_a_person_may_have_several_lines_that_agree():
    rows = lines(
        "Benali;Karim;02/09/2024;M4;;;12/03/2025",
        "BENALI;karim;;M3;;;13/03/2025",
        "Benali;Karim;;M4;;;12/03/2025",
        "Benali;Karim;03/09/2024;M1;;;14/03/2025",
        "Benali;Karim;02/09/2024",
    )
    assert [said(row) for row in rows] == [
        (),
        (),
        ("Même formation qu’à la ligne 2.",),
        ("«\u00a0Date d’arrivée\u00a0» n’est pas comme à la ligne 2, pour la même personne.",),
        ("Même personne qu’à la ligne 2.",),
    ]


def test_lines_are_kept_from_a_page_to_the_next_as_they_are():
    rows = lines("Benali;Karim;02/09/2024;M4;;;12/03/2025", "Caron;;;M9;;;demain")
    assert unpack(json.loads(json.dumps(pack(rows)))) == rows
