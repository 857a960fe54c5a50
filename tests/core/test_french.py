from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import french


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Fraction(4, 5), "80\u202f%"),
        (Fraction(2185, 2800), "78,03\u202f%"),
        (Fraction(799_999, 1_000_000), "79,99\u202f%"),
        (Fraction(800_001, 1_000_000), "80,00\u202f%"),
        (Decimal("0.835"), "83,50\u202f%"),
        (0, "0\u202f%"),
        (1, "100\u202f%"),
    ],
)
def test_percent_is_truncated_and_exact_only_when_it_is(share, expected):
    assert french.percent(share) == expected


@given(st.fractions(0, Fraction(4, 5)).filter(lambda share: share < Fraction(4, 5)))
def test_what_falls_short_of_80_never_reads_80(share):
    assert not french.percent(share).startswith("80")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("0.5"), "0,5"),
        (Fraction(7), "7"),
        (Fraction(2, 3), "0,66"),
        (Decimal("-1.25"), "−1,25"),
        (12345, "12\u202f345"),
    ],
)
def test_decimal(value, expected):
    assert french.decimal_fr(value) == expected


@pytest.mark.parametrize(
    ("count", "forms", "expected"),
    [(0, "s", ""), (1, "s", ""), (Decimal("1.5"), "s", ""), (2, "s", "s"), (-2, "s", "s"), (3, "al,aux", "aux")],
)
def test_plural_starts_at_two(count, forms, expected):
    assert french.plural(count, forms) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0\u00a0octet"),
        (2, "2\u00a0octets"),
        (1023, "1023\u00a0octets"),
        (1024, "1\u00a0Ko"),
        (1_153_434, "1,1\u00a0Mo"),
        (20 * 1024 * 1024, "20\u00a0Mo"),
    ],
)
def test_file_size(size, expected):
    assert french.file_size(size) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 16, 9, 0), "9\u00a0h"),  # noqa: DTZ001
        (datetime(2026, 3, 16, 9, 5), "9\u00a0h\u00a005"),  # noqa: DTZ001
    ],
)
def test_time(moment, expected):
    assert french.time_fr(moment) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-3, "en retard de 3\u00a0jours"),
        (-1, "en retard d’un jour"),
        (0, "aujourd’hui"),
        (1, "demain"),
        (2, "dans 2\u00a0jours"),
        (730, "dans 730\u00a0jours"),
        (731, "dans 2\u00a0ans"),
        (5 * 365, "dans 4\u00a0ans"),
    ],
)
def test_days_left(days, expected):
    assert french.days_left(date.fromordinal(date(2026, 3, 16).toordinal() + days), date(2026, 3, 16)) == expected


def test_every_month_and_weekday_has_its_name():
    assert french.day_long(date(2026, 8, 1)) == "samedi 1er\u00a0août 2026"
    assert [french.day_short(date(2026, month, 2)).split("\u00a0")[1] for month in range(1, 13)] == [
        f"{name} 2026" for name in french.SHORT_MONTHS
    ]
    assert french.month_year(date(2026, 12, 1)) == "décembre 2026"


def test_a_foreign_number_is_left_as_it_is():
    assert french.phone_fr("+3221234567") == "+3221234567"
    assert french.phone_link("+32 2 123 45 67") == "+3221234567"
