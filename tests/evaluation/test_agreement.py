"""Kappa and its interval against statsmodels; agreement, bias and gaps, by counting."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from evaluation.agreement import Compared, bias_words, by, compare
from evaluation.grid import ContractType, score
from evaluation.kappa import FLOOR, Kappa, band, kappa, weighted_kappa
from rulebook.book import current_rulebook

GRID = current_rulebook().grid
SCALE = [Fraction(half, 2) for half in range(21)]
points = st.sampled_from(SCALE)
two_scores = st.lists(st.tuples(points, points), min_size=2, max_size=60)
two_answers = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60)


def lines_of(contract_type):
    return GRID.lines_for(ContractType(contract_type))


some_lines = st.sets(st.sampled_from([line.id for line in lines_of("solidarity")]))


def compared(reference, ours, theirs, contract_type="socio_professional", **where):
    lines = lines_of(contract_type)
    return Compared(
        cer=hash(reference), reference=reference, referent=reference.split("-")[0], asked=lines,
        first=score(GRID, contract_type, [line.id for line in lines if line.id not in ours]),
        second=score(GRID, contract_type, [line.id for line in lines if line.id not in theirs]), **where,
    )  # fmt: skip


def table(pairs, levels):
    found = np.zeros((len(levels), len(levels)))
    for one, other in pairs:
        found[levels.index(one), levels.index(other)] += 1
    return found


def by_the_book(found, **how):
    """Rounding takes its zero variances below zero, where it warns."""
    with np.errstate(all="ignore"):
        return cohens_kappa(found, **how)


def same(mine: Kappa, theirs) -> None:
    assert float(mine.value) == pytest.approx(theirs.kappa, abs=1e-9)
    if mine.low is None:
        assert np.isnan(theirs.std_kappa) or theirs.std_kappa == pytest.approx(0, abs=1e-6)
    else:
        half = 1.959963984540054 * theirs.std_kappa
        assert mine.low == pytest.approx(max(-1, theirs.kappa - half), abs=1e-7)
        assert mine.high == pytest.approx(min(1, theirs.kappa + half), abs=1e-7)


@given(two_scores)
def test_the_weighted_kappa_and_its_interval_are_those_of_statsmodels(pairs):
    mine = weighted_kappa(pairs)
    if mine.value is not None:
        same(mine, by_the_book(table(pairs, SCALE), wt="linear"))


@given(two_answers)
def test_the_plain_kappa_and_its_interval_are_those_of_statsmodels(pairs):
    mine = kappa(pairs)
    if mine.value is not None:
        same(mine, by_the_book(table(pairs, [False, True])))


def test_a_panel_of_thirty_known_beforehand():
    """20 + 5 / 10 + 15: the example of every textbook, kappa 0.4."""
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found = kappa(pairs)
    assert found.value == Fraction(2, 5)
    assert (round(found.low, 4), round(found.high, 4)) == (0.1511, 0.6489)
    assert found.figure == "0,4"
    assert found.interval == "de 0,15 à 0,64"
    assert found.reading == "accord faible, entre très faible et fort si l’on tient compte du hasard"


@given(two_scores, st.randoms())
def test_neither_the_order_of_the_cers_nor_the_side_changes_the_kappa(pairs, random: Random):
    shuffled = random.sample(pairs, len(pairs))
    assert weighted_kappa(shuffled) == weighted_kappa(pairs)
    turned = weighted_kappa([(other, one) for one, other in pairs])
    assert turned.value == weighted_kappa(pairs).value
    assert turned.high == pytest.approx(weighted_kappa(pairs).high) if turned.high is not None else True


@given(st.lists(points, min_size=2, max_size=40))
def test_perfect_agreement_is_one_and_no_variation_is_no_kappa(scores):
    found = weighted_kappa((each, each) for each in scores)
    assert found.value == (1 if len(set(scores)) > 1 else None)
    assert (found.low, found.high) == (None, None)


@given(two_scores)
def test_a_kappa_stays_in_its_bounds_and_its_interval_around_it(pairs):
    found = weighted_kappa(pairs)
    if found.value is not None and found.low is not None and found.high is not None:
        assert -1 <= found.low <= float(found.value) + 1e-12
        assert float(found.value) - 1e-12 <= found.high <= 1


def test_a_kappa_does_not_depend_on_the_unit_of_the_points():
    random = Random(62)
    pairs = [(random.choice(SCALE), random.choice(SCALE)) for _ in range(40)]
    assert weighted_kappa((one * 7, other * 7) for one, other in pairs) == weighted_kappa(pairs)


def test_what_cannot_be_concluded_is_said():
    few = [(True, True), (False, False)] * (FLOOR // 2 - 1)
    assert kappa(few).reading == "trop peu de CER pour conclure"
    assert kappa(few).figure == "–"
    assert kappa([]).value is None
    flat = kappa([(True, True)] * FLOOR)
    assert flat.value is None
    assert "la réponse est partout la même" in flat.reading
    assert kappa([(True, True), (False, False)] * FLOOR).reading == "accord parfait"
    always_yes = kappa([(True, True), (True, False)] * FLOOR)
    assert (always_yes.value, always_yes.figure, always_yes.interval) == (0, "–", "")
    assert "l’un des deux répond partout la même chose" in always_yes.reading


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("-1/100", "moindre que le hasard"), ("0", "très faible"), ("1/5", "très faible"), ("21/100", "faible"),
        ("2/5", "faible"), ("3/5", "modéré"), ("61/100", "fort"), ("4/5", "fort"), ("81/100", "presque parfait"),
        ("1", "parfait"),
    ],
)  # fmt: skip
def test_bands(value, words):
    assert band(Fraction(value)) == words


def test_line_by_line_who_says_yes_and_what_it_costs():
    cers = [
        compared("R01-CER1", [], ["remark_positioning"]),
        compared("R01-CER2", [], ["remark_positioning"]),
        compared("R02-CER1", ["remark_positioning"], []),
        compared("R02-CER2", [], []),
    ]
    found = compare(cers, GRID.lines)
    row = next(row for row in found.lines if row.line.id == "remark_positioning")
    assert (row.both, row.neither, row.only_first, row.only_second) == (1, 0, 2, 1)
    assert (row.share, row.first_share, row.second_share) == (Fraction(1, 4), Fraction(3, 4), Fraction(1, 2))
    assert row.bias == Fraction(1, 2), "2 points, one CER in four more"
    assert found.widest == (row,)
    assert found.whole.bias == Fraction(1, 2)
    assert found.whole.share == Fraction(37, 40)
    assert "actions_one" not in [row.line.id for row in found.lines], "nobody was asked"


def test_a_tick_that_gives_nothing_is_no_difference():
    """Without the remark, its quality is worth nothing on either side."""
    found = compare([compared("R01-CER1", ["remark_present"], ["remark_present", "remark_situation"])], GRID.lines)
    assert found.gaps == ()


def test_the_widest_gaps_come_first_and_those_that_agree_are_left_out():
    cers = [
        compared("R01-CER1", [], ["duration_start"]),
        compared("R01-CER2", [], ["remark_positioning", "detail_complete"]),
        compared("R01-CER3", ["secrecy_respected"], []),
        compared("R01-CER4", [], []),
    ]
    found = compare(cers, GRID.lines)
    assert [each.reference for each in found.gaps] == ["R01-CER2", "R01-CER3", "R01-CER1"]
    assert [each.gap for each in found.gaps] == [3, Fraction(-3, 2), Fraction(1, 2)]


def test_by_referent():
    cers = [compared("R02-CER1", [], []), compared("R01-CER1", ["detail_complete"], []), compared("R01-CER2", [], [])]
    first, second = by(cers, lambda each: each.referent)
    assert (first.name, first.count, first.bias, first.first_mean) == ("R01", 2, Fraction(-1, 2), Fraction(19, 20))
    assert (second.name, second.share) == ("R02", 1)


def test_contracts_of_both_types_are_each_asked_their_own_lines():
    found = compare([compared("R01-CER1", [], [], "solidarity"), compared("R01-CER2", [], [])], GRID.lines)
    counts = {row.line.id: row.count for row in found.lines}
    assert (counts["actions_one"], counts["actions_three"], counts["detail_complete"]) == (1, 1, 2)
    assert list(counts) == [line.id for line in GRID.lines], "in the order of the grid"


@given(st.lists(st.tuples(some_lines, some_lines), min_size=1))
def test_the_bias_of_all_is_the_sum_of_the_biases_of_the_lines(missing):
    cers = [compared(f"R01-CER{n}", *each, "solidarity") for n, each in enumerate(missing)]
    found = compare(cers, GRID.lines)
    assert sum(row.bias for row in found.lines) == found.whole.bias
    assert compare(reversed(cers), GRID.lines) == found


def test_nothing_to_compare():
    found = compare([], GRID.lines)
    assert (found.count, found.lines, found.gaps, found.widest) == (0, (), (), ())


@pytest.mark.parametrize(
    ("bias", "words"),
    [
        ("2/5", "La structure donne en moyenne 0,4 point de plus que la DPID par CER."),
        ("-5/2", "La structure donne en moyenne 2,5 points de moins que la DPID par CER."),
        ("1/1000", "La structure donne en moyenne moins de 0,01 point de plus que la DPID par CER."),
        ("0", "La structure et la DPID donnent en moyenne autant de points par CER."),
    ],
)
def test_the_bias_in_words(bias, words):
    assert bias_words(Fraction(bias), "la structure", "la DPID") == words
