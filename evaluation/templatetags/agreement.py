"""Small drawings of two rounds, as SVG: each stands in a row of a table that says the same in figures."""

from fractions import Fraction
from typing import Any

from django import template

from core.french import NBSP, decimal_fr, percent
from evaluation.agreement import GroupAgreement, LineAgreement
from evaluation.sides import Sides

register = template.Library()
HALF = 100
"""Width of each side of the bar, in units of its drawing."""
LEFT, LENGTH = 6, 188
"""Where 0 % stands on the scale of means, and how long it is."""


@register.inclusion_tag("evaluation/_apart.html")
def apart(row: LineAgreement, most: int, sides: Sides) -> dict[str, Any]:
    """From the middle: to the right, full, the CERs where only the first says yes; to the left, hollow, only the
    second. `most`: the longest side of the table, which all its bars share as their scale."""
    first, second = (HALF * number // max(most, 1) for number in (row.only_first, row.only_second))
    words = f"{sides.first_title} seule{NBSP}: {row.only_first}, {sides.second_title} seule{NBSP}: {row.only_second}"
    return {"first": first, "second": second, "start": HALF - second, "words": words}


@register.inclusion_tag("evaluation/_means.html")
def means(group: GroupAgreement, threshold: Fraction | None, sides: Sides) -> dict[str, Any]:
    """Two marks on a scale from 0 to 100 %: a ring for the first round, a square for the second; a line at 80 %."""
    words = (
        f"{sides.first_title}{NBSP}: {percent(group.first_mean)}, "
        f"{sides.second_title}{NBSP}: {percent(group.second_mean)}"
    )
    return {
        "first": _place(group.first_mean),
        "second": _place(group.second_mean),
        "line": None if threshold is None else _place(threshold),
        "words": words,
    }


@register.filter
def signed(value: Fraction) -> str:
    """« +0,5 », « −1 », « 0 »: cut at two decimals, « moins de 0,01 » keeping its sign out."""
    if value and abs(value) < Fraction(1, 100):
        return "≈ 0"
    return f"+{decimal_fr(value)}" if value > 0 else decimal_fr(value)


def _place(share: Fraction) -> int:
    return LEFT + int(LENGTH * share)
