"""The grid of Annex 2: points, means and the threshold of section 5-2, in exact arithmetic."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.grid import (
    ContractType,
    UnknownLineError,
    display_percent,
    mean,
    reaches,
    score,
    structure_score,
)
from rulebook.book import get_rulebook
from rulebook.enums import MeanScope

RULEBOOK = get_rulebook("2024-10")
GRID = RULEBOOK.grid
SOLIDARITY, SOCIO_PROFESSIONAL = ContractType.SOLIDARITY, ContractType.SOCIO_PROFESSIONAL
EVERY_LINE = frozenset(line.id for line in GRID.lines)
NO_REMARK = EVERY_LINE - {"remark_present"}

contract_types = st.sampled_from(ContractType)
tick_sets = st.frozensets(st.sampled_from(sorted(EVERY_LINE)))
scores = st.builds(score, st.just(GRID), contract_types, tick_sets)


@pytest.mark.parametrize(
    ("contract_type", "ticks", "points"),
    [
        (SOLIDARITY, EVERY_LINE, "10"),
        (SOCIO_PROFESSIONAL, EVERY_LINE, "10"),
        (SOLIDARITY, [], "0"),
        (SOLIDARITY, ["duration_start", "duration_end"], "1"),
        (SOLIDARITY, ["duration_fit"], "1"),
        (SOLIDARITY, ["actions_one"], "2"),
        (SOCIO_PROFESSIONAL, ["actions_three"], "1"),
        (SOCIO_PROFESSIONAL, ["actions_vocational"], "1"),  # A27: fewer than three actions, one vocational
        (SOLIDARITY, ["detail_complete"], "1"),
        (SOLIDARITY, ["remark_present"], "0.5"),
        (SOLIDARITY, ["remark_present", "remark_situation"], "1.5"),
        (SOLIDARITY, ["remark_present", "remark_positioning"], "2.5"),
        (SOLIDARITY, ["remark_situation", "remark_positioning"], "0"),
        (SOLIDARITY, ["secrecy_respected"], "1.5"),
        (SOCIO_PROFESSIONAL, NO_REMARK, "6.5"),
        (SOLIDARITY, EVERY_LINE - {"secrecy_respected"}, "8.5"),
    ],
)
def test_points(contract_type, ticks, points):
    assert score(GRID, contract_type, ticks).points == Fraction(points)


def test_the_mock_up_of_the_scoring_page():
    cer = score(GRID, SOCIO_PROFESSIONAL, EVERY_LINE - {"duration_fit", "remark_positioning"})
    assert [(part.criterion.id, str(part.points)) for part in cer.criteria] == [
        ("duration", "1"),
        ("actions", "2"),
        ("detail", "1"),
        ("remark", "3/2"),
        ("secrecy", "3/2"),
    ]
    assert (cer.points, display_percent(cer.rate)) == (7, "70\u202f%")


def test_a_quality_of_an_absent_remark_is_ignored_and_said():
    cer = score(GRID, SOCIO_PROFESSIONAL, NO_REMARK)
    assert cer.ignored == {"remark_situation", "remark_positioning", "actions_one"}


def test_lines_of_the_other_contract_type_give_nothing():
    assert score(GRID, SOLIDARITY, ["actions_three", "actions_vocational"]).points == 0
    assert score(GRID, SOCIO_PROFESSIONAL, ["actions_one"]).points == 0


def test_an_unknown_line_is_refused():
    with pytest.raises(UnknownLineError, match="orthographe"):
        score(GRID, SOLIDARITY, ["orthographe"])


@pytest.mark.parametrize("contract_type", ContractType)
def test_a_breach_of_confidentiality_raises_an_alert_without_eliminating(contract_type):
    careful = score(GRID, contract_type, EVERY_LINE)
    careless = score(GRID, contract_type, EVERY_LINE - {"secrecy_respected"})
    assert (careful.alerts, careful.needs_comment) == ((), False)
    assert [line.id for line in careless.alerts] == ["secrecy_respected"]
    assert careless.needs_comment
    assert careless.points == Fraction("8.5")


def test_an_eliminatory_line_when_the_rulebook_has_one():
    strict = replace(GRID, eliminatory=frozenset({"secrecy_respected"}))
    assert score(strict, SOLIDARITY, EVERY_LINE).points == 10
    assert score(strict, SOLIDARITY, EVERY_LINE - {"secrecy_respected"}).points == 0


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (Fraction(8, 10), "80\u202f%"),
        (Fraction(1), "100\u202f%"),
        (Fraction(0), "0\u202f%"),
        (Fraction(2185, 2800), "78,03\u202f%"),
        (Fraction(5, 6), "83,33\u202f%"),
        (Fraction(785, 1000), "78,50\u202f%"),
        (Fraction(79999, 100000), "79,99\u202f%"),
        (Fraction(800001, 1000000), "80,00\u202f%"),
        (Fraction(1, 200000), "0,00\u202f%"),
    ],
)
def test_a_percentage_is_cut_never_rounded(rate, shown):
    assert display_percent(rate) == shown


def cers(*points: str):
    """CERs worth these points, built from real ticks."""
    worth = {
        score(GRID, SOLIDARITY, ticks).points: score(GRID, SOLIDARITY, ticks)
        for ticks in (
            EVERY_LINE,
            EVERY_LINE - {"duration_start"},
            EVERY_LINE - {"duration_fit"},
            EVERY_LINE - {"secrecy_respected"},
            EVERY_LINE - {"remark_positioning"},
            EVERY_LINE - {"remark_present", "duration_start"},
            EVERY_LINE - {"remark_positioning", "actions_one"},
        )
    }
    return [worth[Fraction(each)] for each in points]


def test_the_three_readings_of_the_mean():
    """Five CERs at 9 and one at 6 (A13: a short panel): the readings of A1 part."""
    panel = {"R01": cers("9", "9", "9", "9", "9"), "R02": cers("6"), "R03": []}
    readings = {scope: structure_score(panel, scope) for scope in MeanScope}
    assert {scope.value: each.decisive for scope, each in readings.items()} == {
        "structure_all": Fraction(51, 60),
        "mean_of_referents": Fraction(15, 20),
        "each_referent": Fraction(6, 10),
    }
    for each in readings.values():
        assert each.mean == Fraction(51, 60)
        assert each.per_referent == {"R01": Fraction(9, 10), "R02": Fraction(6, 10)}
        assert each.cer_count == 6


@pytest.mark.parametrize("scope", MeanScope)
def test_nothing_to_assess_reaches_nothing(scope):
    nothing = structure_score({"R01": []}, scope)
    assert (nothing.mean, nothing.decisive, nothing.per_referent) == (None, None, {})
    assert not reaches(nothing.decisive, RULEBOOK.threshold)
    assert mean([]) is None


def test_eighty_percent_exactly_is_enough_and_a_hair_less_is_not():
    assert reaches(mean(cers("8", "8.5", "9.5", "6", "8")), RULEBOOK.threshold) is True
    below = mean([*cers("10") * 159, *cers("6") * 161])
    assert below == Fraction("0.7987500")
    assert reaches(below, RULEBOOK.threshold) is False
    assert reaches(Fraction(799999999, 1000000000), RULEBOOK.threshold) is False


@given(contract_types)
def test_all_the_ticks_make_ten(contract_type):
    ticks = [line.id for line in GRID.lines_for(contract_type)]
    cer = score(GRID, contract_type, ticks)
    assert (cer.points, cer.maximum, cer.rate, cer.ignored) == (10, 10, 1, frozenset())


@given(contract_types, tick_sets, st.sampled_from(sorted(EVERY_LINE)))
def test_one_more_tick_never_costs_a_point(contract_type, ticks, more):
    before, after = score(GRID, contract_type, ticks), score(GRID, contract_type, ticks | {more})
    assert before.points <= after.points <= 10
    assert (after.points * 2).denominator == 1, "steps of half a point"


@given(scores)
def test_every_tick_is_either_granted_or_ignored_and_subtotals_add_up(cer):
    assert not cer.granted & cer.ignored
    assert sum(part.points for part in cer.criteria) == cer.points
    assert sum(GRID.line(line_id).points for line_id in cer.granted) == cer.points
    assert all(part.points <= part.criterion.max for part in cer.criteria)


@given(st.dictionaries(st.sampled_from(["R01", "R02", "R03"]), st.lists(scores, min_size=5, max_size=5), min_size=1))
def test_with_full_panels_the_two_means_agree(panel):
    overall = structure_score(panel, MeanScope.STRUCTURE_ALL)
    by_referent = structure_score(panel, MeanScope.MEAN_OF_REFERENTS)
    each = structure_score(panel, MeanScope.EACH_REFERENT)
    assert overall.decisive == by_referent.decisive
    assert each.decisive <= overall.decisive <= 1


@given(st.fractions(0, 1))
def test_what_shows_less_than_the_threshold_never_reaches_it(rate):
    shown = Fraction(display_percent(rate).removesuffix("\u202f%").replace(",", ".")) / 100
    assert shown <= rate < shown + Fraction(1, 10000)
    if shown < RULEBOOK.threshold:
        assert not reaches(rate, RULEBOOK.threshold)
    else:
        assert reaches(rate, RULEBOOK.threshold)
