"""The reader of lists of référents: right and wrong files, every encoding, hostile archives."""

import contextlib
import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.roster import MAX_BYTES, MAX_ROWS, RosterUnreadable, folded, mark_known, read_roster
from label_portal.sample import files, people, rosters

TODAY = date(2026, 3, 23)
ROWS = rosters.rows_of(people.structures()[0], TODAY)
WORKBOOK = rosters.roster_xlsx(ROWS)  # une fois : un classeur porte l’heure de sa fabrication


def names(roster):
    return [(row.last_name, row.first_name) for row in roster.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_in_every_usual_dress(encoding, delimiter):
    columns = [column.replace("’", "'") for column in rosters.COLUMNS]
    roster = read_roster(rosters.roster_csv(ROWS, encoding=encoding, delimiter=delimiter, columns=columns))
    assert names(roster) == [(row[0], row[1]) for row in ROWS]
    assert [row.errors for row in roster.rows] == [()] * len(ROWS)
    assert [row.arrived_on for row in roster.rows] == [row[3] for row in ROWS]
    assert [row.funded for row in roster.rows] == [row[5] == "oui" for row in ROWS]


def test_workbook():
    roster = read_roster(rosters.roster_xlsx(ROWS))
    assert names(roster) == [(row[0], row[1]) for row in ROWS]
    assert [(row.arrived_on, row.left_on) for row in roster.rows] == [(row[3], row[4]) for row in ROWS]
    assert [row.line for row in roster.rows] == list(range(2, 2 + len(ROWS)))
    assert roster.good == roster.rows


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
    roster = read_roster(write([row for row, _ in rosters.faulty_rows()]))
    assert [row.errors for row in roster.rows] == expected
    assert [row.line for row in roster.good] == [2, 11]
    assert len(roster.wrong) == 9


def test_titles_may_stand_lower_in_another_order_and_in_capitals():
    text = "Référents de la structure;;\n;;\nPRÉNOM;ARRIVEE;NOM\nlou;2/9/2024;DE LA TOUR\n"
    (row,) = read_roster(text.encode()).rows
    assert (row.first_name, row.last_name, row.arrived_on, row.line) == ("Lou", "De La Tour", date(2024, 9, 2), 4)
    assert row.funded


def test_lines_are_counted_through_quoted_breaks_and_blanks():
    text = 'Nom;Prénom;Arrivée\n"Dupont\nDurand";Alix;02/09/2024\n\nMartin;;02/09/2024\n'
    assert [(row.line, row.last_name) for row in read_roster(text.encode()).rows] == [
        (2, "Dupont Durand"),
        (5, "Martin"),
    ]


def test_an_unformatted_spreadsheet_date_is_a_date():
    (row,) = read_roster(rosters.roster_xlsx([("Dupont", "Alix", "", 45537, None, "oui")])).rows
    assert row.arrived_on == date(2024, 9, 2)


def test_people_already_on_the_list_are_left_out_whatever_their_spelling():
    roster = mark_known(
        read_roster("Nom;Prénom;Arrivée\nLEFÈVRE;Élodie;02/09/2024\n".encode()), {("elodie", "lefevre")}
    )
    assert roster.good == ()
    assert [row.line for row in roster.known] == [2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"  \n", "vide"),
        (b"a" * (MAX_BYTES + 1), "dépasse 2 Mo"),
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
    with pytest.raises(RosterUnreadable, match=words):
        read_roster(content)


def test_too_many_lines():
    lines = [f"Nom{n};Alix;02/09/2024" for n in range(MAX_ROWS)]
    head = "Nom;Prénom;Arrivée\n"
    assert len(read_roster((head + "\n".join(lines)).encode()).rows) == MAX_ROWS
    with pytest.raises(RosterUnreadable, match="plus de 500 lignes"):
        read_roster((head + "\n".join([*lines, "Untel;Alix;02/09/2024"])).encode())


def archive(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in entries:
            book.writestr(name, content)
    return out.getvalue()


def test_a_bomb_is_refused_by_what_it_unpacks_to():
    bomb = archive([("xl/worksheets/sheet1.xml", b"\x00" * (100 * 1024 * 1024))])
    assert len(bomb) < MAX_BYTES
    with pytest.raises(RosterUnreadable, match="trop volumineux"):
        read_roster(bomb)


def test_an_archive_of_many_entries_is_refused():
    with pytest.raises(RosterUnreadable, match="trop d’éléments"):
        read_roster(archive([(f"{n}.xml", b"") for n in range(400)]))


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(content):
    for start in (b"", b"PK\x03\x04", "Nom;Prénom;Arrivée\n".encode()):
        with contextlib.suppress(RosterUnreadable):
            read_roster(start + content)


@settings(max_examples=100)
@given(st.data())
def test_no_damaged_workbook_breaks_the_reader(data):
    book = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        book[data.draw(st.integers(0, len(book) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(RosterUnreadable):
        read_roster(bytes(book))


def test_folded():
    assert folded("  Jean-François  d’Hondt ") == "jean francois d hondt"
