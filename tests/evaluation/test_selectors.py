"""Scores derived from ticks, and the order in which CERs are taken."""

import json
from datetime import date
from fractions import Fraction

import pytest

from accounts.enums import Role
from evaluation import selectors, services
from evaluation.enums import CerType, PanelStage, Round
from evaluation.models import Panel, Scoring
from rulebook.book import current_rulebook
from tests.evaluation.builders import NOW, every_line, make_cer, make_panel, make_scoring, member_of
from tests.factories import make_referent, make_structure, make_territory, make_user

pytestmark = pytest.mark.django_db
ALL_BUT = {line.id: [other for other in every_line() if other != line.id] for line in current_rulebook().grid.lines}
EIGHT, SEVEN_AND_A_HALF = ALL_BUT["remark_positioning"], [
    line for line in ALL_BUT["remark_positioning"] if line != "duration_start"
]  # fmt: skip


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


def test_the_mean_of_the_structure_is_the_mean_of_its_cers_exactly():
    panel = make_panel(PanelStage.CONTROL, cers=0)
    alone, several = make_referent(panel.structure), make_referent(panel.structure)
    make_scoring(make_cer(panel, alone, 1))
    for number in (1, 2):
        make_scoring(make_cer(panel, several, number), ticks=SEVEN_AND_A_HALF)
    scores = selectors.panel_scores(panel, Round.CONTROL)
    assert scores.mean == Fraction(25, 30)
    assert scores.structure.per_referent == {alone.code: Fraction(1), several.code: Fraction(3, 4)}
    assert [(ref, len(results), mean) for ref, results, mean in scores.by_referent()] == [
        (alone, 1, Fraction(1)), (several, 2, Fraction(3, 4)),
    ]  # fmt: skip
    assert (scores.reached, scores.complete, scores.scored, scores.total) == (True, True, 3, 3)


@pytest.mark.parametrize(("last", "reached"), [(EIGHT, True), (SEVEN_AND_A_HALF, False)])
def test_the_threshold_is_reached_at_exactly_eighty_percent(last, reached):
    panel = make_panel(PanelStage.CONTROL, cers=28)
    *others, final = panel.cers.all()
    for cer in others:
        make_scoring(cer, ticks=EIGHT)
    make_scoring(final, ticks=last)
    assert selectors.effective_scores(panel).reached is reached


def test_only_validated_grids_count_and_the_one_under_the_eyes():
    panel = make_panel(PanelStage.CONTROL, cers=2)
    done, open_one = panel.cers.all()
    make_scoring(done)
    make_scoring(open_one, ticks=[], validated=False)
    assert selectors.panel_scores(panel, Round.CONTROL).mean == 1
    scores = selectors.panel_scores(panel, Round.CONTROL, including=open_one)
    assert (scores.mean, scores.scored, scores.of(open_one).score.points) == (Fraction(1, 2), 2, 0)
    assert selectors.panel_scores(panel, Round.SELF).mean is None


def test_the_working_session_decides_where_it_was_validated():
    panel = make_panel(PanelStage.SESSION, cers=3)
    revised, unfinished, untouched = panel.cers.all()
    for cer in (revised, unfinished, untouched):
        make_scoring(cer, ticks=EIGHT)
        make_scoring(cer, Round.SELF, ticks=[])
    make_scoring(revised, Round.SESSION)
    make_scoring(unfinished, Round.SESSION, validated=False)
    points = [result.score.points for result in selectors.effective_scores(panel).results]
    assert points == [10, 8, 8]
    assert selectors.panel_scores(panel, Round.CONTROL).mean == Fraction(8, 10), "both are kept"


def test_a_snapshot_is_json_with_exact_fractions_and_neutral_references():
    panel = make_panel(PanelStage.SESSION, cers=0)
    referent = make_referent(panel.structure, first_name="Nadia", last_name="Secrète")
    cer = make_cer(panel, referent, 1, caf_number="1234567")
    make_scoring(cer, ticks=EIGHT, comment="Positionnement absent")
    make_scoring(cer, Round.SESSION, validated=False)
    text = json.dumps(selectors.panel_snapshot(panel))
    assert json.loads(text)["cers"] == [
        {
            "reference": "R01-CER1", "type": "socio_professional", "file": cer.file.sha256, "points": "8",
            "rounds": {"control": {"ticks": EIGHT, "comment": "Positionnement absent"}},
        }
    ]  # fmt: skip
    assert json.loads(text)["decisive"] == "4/5"
    assert "1234567" not in text
    assert "Nadia" not in text


def test_the_snapshot_of_a_draft_has_no_score_yet():
    panel = make_panel(cers=1)
    referent = make_referent(panel.structure)
    services.set_short_panel_reason(panel=panel, referent=referent, reason="Arrivée récente", actor=member_of(panel))
    snapshot = selectors.panel_snapshot(panel)
    assert (snapshot["mean"], snapshot["reached"], snapshot["short_panels"]) == (
        None,
        False,
        {"R02": "Arrivée récente"},
    )


@pytest.mark.parametrize("size", [1, 5])
def test_scores_take_three_queries_whatever_the_panel(size, django_assert_num_queries):
    panel = make_panel(PanelStage.CONTROL, referents=size)
    for cer in panel.cers.all():
        make_scoring(cer)
        make_scoring(cer, Round.SELF)
    panel = Panel.objects.get(pk=panel.pk)
    with django_assert_num_queries(3):
        assert selectors.effective_scores(panel).scored == 5 * size


def test_the_queue_takes_the_most_urgent_file_first_and_never_a_validated_cer(dpid):
    late = make_panel(PanelStage.CONTROL, cers=1, due_on=date(2026, 9, 30))
    soon = make_panel(PanelStage.CONTROL, referents=2, cers=2, due_on=date(2026, 9, 1))
    make_panel(PanelStage.SESSION)
    make_panel()
    first, second, third, fourth = soon.cers.order_by("referent__code", "number")
    make_scoring(first)
    make_scoring(second, validated=False)
    make_scoring(third, Round.SELF)
    assert list(selectors.scoring_queue(dpid)) == [second, third, fourth, late.cers.get()]
    assert [(panel, panel.done, panel.total) for panel in selectors.open_panels(dpid)][:2] == [
        (soon, 1, 4), (Panel.objects.get(stage=PanelStage.SESSION), 0, 5),
    ]  # fmt: skip


def test_open_panels_count_the_round_of_their_stage(dpid):
    panel = make_panel(PanelStage.SESSION, cers=2)
    for cer in panel.cers.all():
        make_scoring(cer)
        make_scoring(cer, Round.SELF)
    make_scoring(panel.cers.first(), Round.SESSION)
    assert [(found.done, found.total) for found in selectors.open_panels(dpid)] == [(1, 2)]


def test_queues_stay_within_the_territory_and_the_role():
    here, elsewhere = make_territory("Boulonnais"), make_territory("Calaisis")
    panel = make_panel(PanelStage.CONTROL, structure=make_structure(lead_territory=here))
    slai, other = make_user(Role.SLAI, territories=(here,)), make_user(Role.SLAI, territories=(elsewhere,))
    assert list(selectors.open_panels(slai)) == [panel]
    for user in (other, make_user(Role.ADMINISTRATOR), make_user(Role.SIGNATORY), member_of(panel)):
        assert not selectors.open_panels(user)
        assert not selectors.scoring_queue(user)


def test_the_next_cer_is_further_in_the_panel_then_what_was_skipped():
    panel = make_panel(PanelStage.CONTROL, referents=2, cers=2, due_on=date(2026, 9, 1))
    make_panel(PanelStage.CONTROL, cers=1)
    first, second, third, fourth = panel.cers.order_by("referent__code", "number")
    make_scoring(third)
    assert selectors.next_unscored(panel, after=second, round=Round.CONTROL) == fourth
    make_scoring(fourth)
    assert selectors.next_unscored(panel, after=third, round=Round.CONTROL) == first
    make_scoring(first)
    make_scoring(second)
    assert selectors.next_unscored(panel, after=second, round=Round.CONTROL) is None


def test_one_resumes_where_one_stopped(dpid):
    urgent = make_panel(PanelStage.CONTROL, cers=1, due_on=date(2026, 8, 1))
    panel = make_panel(PanelStage.CONTROL, cers=3)
    first, second, third = panel.cers.all()
    assert selectors.resume(dpid, NOW) == urgent.cers.get(), "nothing begun: the most urgent"
    make_scoring(first, author=dpid)
    assert selectors.resume(dpid, NOW) == second, "the one after the last"
    make_scoring(third, author=dpid, validated=False)
    assert selectors.resume(dpid, NOW) == third, "the grid left open"
    assert selectors.resume(make_user(Role.DPID_AGENT), NOW) == urgent.cers.get()
    make_scoring(second)
    Scoring.objects.update(validated_at=NOW)
    assert selectors.resume(dpid, NOW) == urgent.cers.get(), "the panel is done: the queue"


def test_a_panel_is_entered_at_its_first_open_grid(dpid):
    panel = make_panel(PanelStage.CONTROL, cers=2)
    first, second = panel.cers.all()
    make_scoring(first)
    assert selectors.first_to_open(panel, Round.CONTROL, user=dpid, now=NOW) == second
    make_scoring(second)
    assert selectors.first_to_open(panel, Round.CONTROL, user=dpid, now=NOW) == first


def test_the_type_of_a_cer_chooses_its_lines():
    panel = make_panel(PanelStage.CONTROL, cers=0)
    cer = make_cer(panel, make_referent(panel.structure), 1, contract_type=CerType.SOLIDARITY)
    make_scoring(cer, ticks=["actions_one"])
    assert selectors.effective_scores(panel).mean == Fraction(2, 10)
