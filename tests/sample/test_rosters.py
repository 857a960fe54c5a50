"""The tables open in other hands than ours, with the cells that were put in."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from python_calamine import CalamineWorkbook

from label_portal.sample.people import structure
from label_portal.sample.rosters import COLUMNS, faulty_rows, roster_csv, roster_xlsx, rows_of

TODAY = date(2026, 3, 16)


def test_the_workbook_holds_the_referents_with_real_dates():
    header, first, *rest = CalamineWorkbook.from_filelike(
        BytesIO(roster_xlsx(rows_of(structure("marais"), TODAY)))
    ).get_sheet_by_name("Référents").to_python()  # fmt: skip
    assert header == list(COLUMNS)
    assert first == ["Vasselin", "Benoît", "benoit.vasselin@exemple.fr", date(2022, 10, 13), "", "oui"]
    assert len(rest) == 3
    assert rest[-1][4] == date(2026, 1, 15)


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ";"), ("utf-8", ","), ("cp1252", "\t")])
def test_the_csv_is_written_in_the_encoding_and_with_the_delimiter_asked(encoding, delimiter):
    content = roster_csv(rows_of(structure("marais"), TODAY), encoding=encoding, delimiter=delimiter)
    header, first, *rest = csv.reader(StringIO(content.decode(encoding), newline=""), delimiter=delimiter)
    assert header == list(COLUMNS)
    assert first == ["Vasselin", "Benoît", "benoit.vasselin@exemple.fr", "13/10/2022", "", "oui"]
    assert len(rest) == 3


def test_faulty_rows_name_columns_that_exist_and_fit_in_both_kinds_of_table():
    rows = [row for row, _ in faulty_rows()]
    assert {column for _, column in faulty_rows()} == {*COLUMNS, None}
    assert rows[0] == rows[-1]
    sheet = CalamineWorkbook.from_filelike(BytesIO(roster_xlsx(rows))).get_sheet_by_index(0)
    assert len(sheet.to_python()) == len(rows) + 1 == roster_csv(rows).count(b"\r\n")
