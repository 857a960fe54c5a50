"""Annex 2 and the mean of section 5-2, case by case: two tables, worked out apart from the code."""

from fractions import Fraction
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.french import decimal_fr
from evaluation.grid import CerScore, ContractType, reaches, score, structure_score
from rulebook.book import get_rulebook
from rulebook.enums import MeanScope

RULEBOOK = get_rulebook("2024-10")
GRID = RULEBOOK.grid
TYPES = {"solidarité": ContractType.SOLIDARITY, "sociopro": ContractType.SOCIO_PROFESSIONAL}
NONE = "–"


def table(name: str) -> list[tuple[str, ...]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


SCORES, MEANS = table("scoring_table.tsv"), table("mean_table.tsv")


def test_the_tables_are_long_enough():
    assert len({case[:2] for case in SCORES}) >= 120
    assert len({case[0] for case in MEANS}) >= 30


@pytest.mark.parametrize(("kind", "keys", "expected"), [(kind, keys, rest) for kind, keys, *rest in SCORES])
def test_points_of_every_column(kind, keys, expected):
    lines = GRID.lines_for(TYPES[kind])
    cer = score(GRID, TYPES[kind], [line.id for line in lines if line.key in keys])
    assert [decimal_fr(part.points) for part in cer.criteria] + [decimal_fr(cer.points)] == expected


@pytest.mark.parametrize(("panel", "expected"), [(panel, rest) for panel, *rest in MEANS])
def test_the_mean_under_each_reading_of_the_text(panel, expected):
    cers = {f"R{rank:02}": worth_each(words) for rank, words in enumerate(panel.split(" | "), 1)}
    scopes = (MeanScope.STRUCTURE_ALL, MeanScope.MEAN_OF_REFERENTS, MeanScope.EACH_REFERENT)
    found = [structure_score(cers, scope).decisive for scope in scopes]
    assert [
        NONE if rate is None else f"{rate} {'oui' if reaches(rate, RULEBOOK.threshold) else 'non'}" for rate in found
    ] == expected


@given(st.randoms(), st.sampled_from(MeanScope))
def test_the_order_of_contracts_and_of_referents_changes_nothing(chance, scope):
    points = [Fraction(half, 2) for half in range(21)]
    panel = {f"R{n:02}": [worth()[chance.choice(points)] for _ in range(chance.randint(0, 5))] for n in range(4)}
    shuffled = [(code, chance.sample(cers, len(cers))) for code, cers in panel.items()]
    chance.shuffle(shuffled)
    assert structure_score(dict(shuffled), scope) == structure_score(panel, scope)


@cache
def worth() -> dict[Fraction, CerScore]:
    """A contract worth each number of points, by half points, from real ticks."""
    lines = [line.id for line in GRID.lines_for(ContractType.SOCIO_PROFESSIONAL)]
    ticked = (ticks for count in range(len(lines) + 1) for ticks in combinations(lines, count))
    return {cer.points: cer for cer in (score(GRID, ContractType.SOCIO_PROFESSIONAL, ticks) for ticks in ticked)}


def worth_each(words: str) -> list[CerScore]:
    return [] if words == NONE else [worth()[Fraction(word.replace(",", "."))] for word in words.split()]
