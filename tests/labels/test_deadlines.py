"""The kinds of deadlines that a decision opens."""

from datetime import date

import pytest

from notices import registry
from notices.models import Deadline


def days(kind, *, due):
    deadline = Deadline(kind=kind, due_on=due, opened_on=date(2020, 1, 1))
    return [(step.name, step.day) for step in registry.get(kind).steps(deadline)]


def test_moratorium_is_recalled_before_and_after_its_end():
    """Issue 2, point 7: J-60, J-30, J-7, J, then J+30 and J+60."""
    assert days("moratorium_end", due=date(2026, 11, 13)) == [
        ("J-60", date(2026, 9, 14)), ("J-30", date(2026, 10, 14)), ("J-7", date(2026, 11, 6)),
        ("J", date(2026, 11, 13)), ("J+30", date(2026, 12, 13)), ("J+60", date(2027, 1, 12)),
    ]  # fmt: skip


def test_label_is_recalled_before_its_last_valid_day():
    assert [name for name, _ in days("label_expiry", due=date(2031, 5, 10))] == ["J-90", "J-30", "J"]


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        (date(2030, 7, 31), ["2030-01-01", "2030-05-01", "2030-06-30", "2030-07-31"]),
        (date(2031, 5, 10), ["2031-01-01", "2031-05-01"]),
    ],
    ids=["whole window", "cut short by the end of the label"],
)
def test_renewal_is_recalled_from_the_opening_of_its_window(closes, expected):
    assert [day.isoformat() for _, day in days("renewal_window", due=closes)] == expected


def test_facts_are_recorded_before_each_sweep():
    from labels.services import record_facts

    assert record_facts in registry.fact_recorders()
