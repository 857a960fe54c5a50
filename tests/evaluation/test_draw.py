"""The random panel (CdC 5-2): uniform, drawn again by anybody, out of reach of both sides."""

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import draw as draws

ROOT = "5f" * 32
PUBLISHED = draws.commitment(ROOT)
LISTED = tuple(f"Dossier {number}" for number in range(1, 13))

texts = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=12)
lists = st.lists(texts, min_size=1, max_size=20, unique_by=str.casefold)
# Upper bounds of chi-square at one in a million, by degrees of freedom (scipy.stats.chi2.ppf(1 - 1e-6, k)).
ONE_IN_A_MILLION = {7: 40.52, 55: 119.91}


def drawn(references=LISTED, count=5, rank=1, referent="R01"):
    secret = draws.secret_of(ROOT, rank)
    return draws.draw(referent, references, count, published=PUBLISHED, rank=rank, secret=secret)


def test_anybody_draws_again_with_a_hash_alone():
    """The documented way, written again with nothing of ours."""

    def sha(text):
        return hashlib.sha256(text.encode()).hexdigest()

    told = drawn()
    assert sha(told.secret) == PUBLISHED
    seed = sha(sha("R01\n" + "\n".join(LISTED) + "\n") + told.secret)
    marks = sorted((sha(f"{seed}:{number}"), reference) for number, reference in enumerate(LISTED, 1))
    assert told.seed == seed
    assert told.drawn == tuple(reference for _, reference in marks[:5])


def test_each_draw_of_the_day_has_its_own_secret_that_leads_to_what_was_published():
    first, second, third = (draws.secret_of(ROOT, rank) for rank in (1, 2, 3))
    assert hashlib.sha256(second.encode()).hexdigest() == first
    assert len({first, second, third}) == 3
    assert draws.leads_to(third, 3, PUBLISHED)
    assert not draws.leads_to(third, 2, PUBLISHED)
    assert not draws.leads_to(third, 0, PUBLISHED)


@pytest.mark.parametrize("rank", [0, -1, draws.CHAIN_LENGTH + 1])
def test_a_chain_has_two_ends(rank):
    with pytest.raises(draws.ChainExhaustedError):
        draws.secret_of(ROOT, rank)


def test_the_last_secret_is_the_root():
    assert draws.secret_of(ROOT, draws.CHAIN_LENGTH) == ROOT


def test_two_days_share_nothing():
    assert draws.new_root() != draws.new_root()
    assert len(draws.new_root()) == 64


@given(lists, st.integers(0, 25))
def test_as_many_as_asked_never_twice_all_of_the_list(references, count):
    told = drawn(references, count)
    assert len(told.drawn) == min(count, len(references))
    assert len(set(told.drawn)) == len(told.drawn)
    assert set(told.drawn) <= set(told.references)
    assert draws.check(told, draws.list_hash("R01", told.references)).holds


@given(st.data())
def test_any_byte_of_the_list_changes_the_hash_and_the_seed(data):
    references = draws.checked_list(data.draw(lists))
    at = data.draw(st.integers(0, len(references) - 1))
    changed = list(references)
    changed[at] += "x"
    assert draws.list_hash("R01", changed) != draws.list_hash("R01", references)
    assert drawn(references).seed != drawn((*references, "one more" * 3)).seed


def test_neither_the_order_nor_the_referent_nor_a_line_break_can_be_moved():
    seeds = {
        drawn().seed,
        drawn(LISTED[::-1]).seed,
        drawn(referent="R02").seed,
        drawn(rank=2).seed,
        drawn((*LISTED[:-2], LISTED[-2] + LISTED[-1])).seed,
    }
    assert len(seeds) == 5


@pytest.mark.parametrize(
    ("references", "words"),
    [
        ([], "vide"),
        (["A", "  "], "vide"),
        (["A", "B", "A"], "deux fois : A"),
        (["Dossier 1", "dossier  1 "], "deux fois : Dossier 1, dossier 1"),
    ],
)
def test_a_list_that_cannot_be_drawn_from(references, words):
    with pytest.raises(draws.BadListError, match="(?s)" + words.replace(" : ", "\u00a0: ")):
        drawn(references)


@pytest.mark.parametrize(
    ("lie", "point"),
    [
        ({"references": (*LISTED, "ajoutée")}, "list_hash"),
        ({"secret": "00" * 32}, "secret"),
        ({"rank": 2}, "secret"),
        ({"commitment": "00" * 32}, "secret"),
        ({"seed": "00" * 32}, "seed"),
        ({"drawn": LISTED[:5]}, "result"),
    ],
)
def test_each_lie_is_seen_where_it_is(lie, point):
    told = drawn()
    checked = draws.check(replace(told, **lie), draws.list_hash("R01", LISTED))
    assert not getattr(checked, point)
    assert not checked.holds
    assert draws.check(told, draws.list_hash("R01", LISTED)).holds


def chi_square(counts, expected):
    return sum((count - expected) ** 2 / expected for count in counts)


def uniform(times, *, after=0):
    """Every set of 5 of 8, and every line in first place, as often as another. The secret moves, the list stays.
    `after`: of what comes out once so many did, as the sample of a control drawn apart."""
    listed = LISTED[:8]
    sets, firsts = Counter(), Counter()
    for number in range(times):
        told = draws.draw("R01", listed, 5 + after, published="", rank=1, secret=f"{number:064x}")
        sets[frozenset(told.drawn[after:])] += 1
        firsts[told.drawn[after]] += 1
    assert set(sets) == {frozenset(some) for some in combinations(listed, 5)}
    assert chi_square(sets.values(), times / comb(8, 5)) < ONE_IN_A_MILLION[55]
    assert chi_square(firsts.values(), times / 8) < ONE_IN_A_MILLION[7]
    return sets


def test_every_panel_comes_out_as_often_as_another():
    uniform(5_000)


def test_every_sample_of_a_control_drawn_apart_comes_out_as_often_as_another():
    uniform(5_000, after=3)


def test_a_control_drawn_apart_leaves_the_self_evaluation_what_it_would_have_drawn():
    assert drawn(count=10).drawn[:5] == drawn(count=5).drawn


@pytest.mark.long
@pytest.mark.parametrize("after", [0, 3])
def test_every_panel_comes_out_as_often_as_another_in_a_hundred_thousand_draws(after):
    uniform(100_000, after=after)


def test_control_a_draw_that_leans_is_seen():
    sets = uniform(5_000)
    favourite = next(iter(sets))
    sets[favourite] += 100
    assert chi_square(sets.values(), sum(sets.values()) / len(sets)) > ONE_IN_A_MILLION[55]
