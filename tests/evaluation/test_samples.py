"""A control drawn apart (`cer.control_sample`): who scores what, and what each mean is made of."""

from fractions import Fraction

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from evaluation import draw, selectors, services
from evaluation.annex import annex_of
from evaluation.enums import SAMPLES_OF_ROUND, CerType, PanelStage, Round, Sample
from evaluation.errors import EvaluationRefused
from evaluation.models import Cer, Panel, Scoring
from evaluation.samples import completed, shared_out
from tests.evaluation.builders import NOW, control_apart, every_line, make_file, make_panel, make_scoring, member_of
from tests.factories import make_referent, make_user

S, C, B = Sample.SELF, Sample.CONTROL, Sample.BOTH
LISTED = [f"Dossier {number}" for number in range(1, 13)]


@pytest.mark.parametrize(
    ("count", "shared"),
    [
        (0, []),
        (3, [B] * 3),
        (5, [B] * 5),
        (6, [B] * 4 + [S] + [C]),
        (8, [B, B, S, S, S, C, C, C]),
        (10, [S] * 5 + [C] * 5),
    ],
)
def test_the_first_are_for_the_self_evaluation_the_next_for_the_control_and_the_first_again_if_it_is_short(
    count, shared
):
    assert shared_out(count, 5) == shared


@given(st.lists(st.sampled_from(Sample), max_size=12), st.integers(1, 6))
def test_a_sample_is_short_only_when_everything_is_in_it(samples, wanted):
    found = completed(samples, wanted)
    for sides in SAMPLES_OF_ROUND.values():
        held = sum(each in sides for each in found)
        assert held >= wanted or held == len(found)
    assert all(after in (before, B) for before, after in zip(samples, found, strict=True))
    assert completed(found, wanted) == found


@pytest.fixture
def panel(monkeypatch):
    control_apart(monkeypatch)
    return make_panel(cers=0)


@pytest.fixture
def referent(panel):
    return make_referent(panel.structure)


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


def fix(panel, referent, references=LISTED, **fields):
    actor = member_of(panel)
    return services.draw_panels(panel=panel, lists={referent: references}, actor=actor, now=NOW, **fields)[0]


def samples(panel):
    return [cer.sample for cer in panel.cers.order_by("number")]


def filed(panel, referent, references=LISTED, stage=PanelStage.CONTROL):
    """Drawn, each place with its file and type, the self-evaluation done to the end, then filed."""
    fix(panel, referent, references)
    for cer in panel.cers.all():
        cer.file, cer.contract_type = make_file(), CerType.SOCIO_PROFESSIONAL
        cer.save()
        if cer.is_in(Round.SELF):
            make_scoring(cer, Round.SELF, author=member_of(panel))
    Panel.objects.filter(pk=panel.pk).update(stage=stage, label="D-2026-0001", due_on=NOW.date())
    return Panel.objects.get(pk=panel.pk)


@pytest.mark.django_db
class TestDraw:
    def test_one_draw_gives_both_samples_by_the_published_algorithm(self, panel, referent, capsys):
        row = fix(panel, referent)
        assert samples(panel) == [S] * 5 + [C] * 5
        assert [cer.drawn_as for cer in panel.cers.order_by("number")] == row.drawn
        again = draw.draw(
            referent.code, LISTED, 10, published=row.day.commitment, rank=row.rank, secret=row.secret
        )  # fmt: skip
        assert list(again.drawn) == row.drawn == row.for_self + row.for_control
        assert draw.check(row.told, row.list_hash).holds
        call_command("verify_draw", row.number)
        said = capsys.readouterr().out
        assert f"Pour l’auto-évaluation\u00a0: {', '.join(row.drawn[:5])}" in said
        assert f"Pour le contrôle de la DPID\u00a0: {', '.join(row.drawn[5:])}" in said

    def test_a_short_list_serves_twice_in_the_order_of_the_draw(self, panel, referent):
        row = fix(panel, referent, LISTED[:7])
        assert samples(panel) == [B] * 3 + [S] * 2 + [C] * 2
        assert (row.for_self, row.for_control) == (row.drawn[:5], row.drawn[:3] + row.drawn[5:])
        assert row.shared == row.drawn[:3]

    def test_a_replacement_takes_the_place_and_its_sample(self, panel, referent):
        fix(panel, referent)
        services.replace_drawn_cer(cer=panel.cers.get(number=8), reason="Perdu.", actor=member_of(panel), now=NOW)
        assert samples(panel) == [S] * 5 + [C] * 5

    def test_a_place_given_up_is_made_good_by_the_first_of_the_other_sample(self, panel, referent):
        fix(panel, referent, LISTED[:10])
        for number, left in ((7, [B] + [S] * 4 + [C] * 4), (2, [B, S, S, S] + [B] + [C] * 3)):
            services.remove_cer(cer=panel.cers.get(number=number), actor=member_of(panel), now=NOW)
            assert samples(panel) == left

    def test_a_draw_on_paper_is_for_both(self, panel, referent):
        actor = member_of(panel)
        services.declare_paper_draw(panel=panel, referents=[referent], reason="En équipe.", actor=actor, now=NOW)
        services.add_cer(panel=panel, referent=referent, file=make_file(), actor=actor, now=NOW)
        assert samples(panel) == [B]

    def test_the_database_knows_three_samples(self, panel, referent):
        fix(panel, referent)
        with pytest.raises(IntegrityError), transaction.atomic():
            Cer.objects.update(sample="none")


@pytest.mark.django_db
def test_by_default_the_same_are_drawn_for_both():
    panel = make_panel(cers=0)
    row = fix(panel, make_referent(panel.structure))
    assert (samples(panel), row.count, row.self_count, row.samples) == ([B] * 5, 5, 0, [])


@pytest.mark.django_db
class TestRounds:
    def test_each_side_writes_in_its_own_sample_only(self, panel, referent, agent):
        fix(panel, referent)
        panel.cers.update(contract_type=CerType.SOCIO_PROFESSIONAL)
        own, other = panel.cers.get(number=1), panel.cers.get(number=6)
        sent = {"ticks": every_line(), "comment": "", "now": NOW, "version": 0}
        services.save_ticks(cer=own, round=Round.SELF, actor=member_of(panel), **sent)
        with pytest.raises(EvaluationRefused, match="tiré pour le contrôle"):
            services.save_ticks(cer=other, round=Round.SELF, actor=member_of(panel), **sent)
        for cer in panel.cers.all():
            Cer.objects.filter(pk=cer.pk).update(file=make_file())
        Panel.objects.filter(pk=panel.pk).update(stage=PanelStage.CONTROL, label="D-2026-0001", due_on=NOW.date())
        own, other = Cer.objects.get(number=1), Cer.objects.get(number=6)
        services.save_ticks(cer=other, round=Round.CONTROL, actor=agent, **sent)
        with pytest.raises(EvaluationRefused, match="que pour l’auto-évaluation"):
            services.save_ticks(cer=own, round=Round.CONTROL, actor=agent, **sent)
        with pytest.raises(EvaluationRefused, match="que pour l’auto-évaluation"):
            services.hold_cer(cer=own, actor=agent, now=NOW)

    def test_each_mean_is_of_its_own_sample(self, panel, referent, agent):
        panel = filed(panel, referent)
        for cer in panel.cers.in_round(Round.CONTROL):
            make_scoring(cer, ticks=[], author=agent)
        own, control = (selectors.panel_scores(panel, round) for round in (Round.SELF, Round.CONTROL))
        assert (own.total, own.mean, own.complete) == (5, Fraction(1), True)
        assert (control.total, control.mean, control.complete) == (5, Fraction(0), True)
        assert selectors.effective_scores(panel).mean == 0
        assert selectors.own_mean(control) is None
        cer = panel.cers.in_round(Round.CONTROL).first()
        cer.panel = panel
        assert selectors.glance(selectors.with_scorings(cer), Round.CONTROL).mean == 0
        assert [selectors.place_of(cer).rank, selectors.place_of(cer).total] == [1, 5]

    def test_the_queue_counts_and_offers_the_control_alone(self, panel, referent, agent):
        panel = filed(panel, referent)
        (row,) = selectors.queue_rows(agent, list(selectors.open_panels(agent)), NOW)
        assert (row.panel.total, row.panel.done, row.left, row.following.number) == (5, 0, 5, 6)
        assert selectors.first_to_open(panel, Round.CONTROL, user=agent, now=NOW).number == 6
        for cer in panel.cers.in_round(Round.CONTROL).order_by("number"):
            following = selectors.next_unscored(panel, after=cer, round=Round.CONTROL)
            assert following is None or following.sample == C
            with pytest.raises(EvaluationRefused, match="à coter par la DPID"):
                services.open_session(panel=panel)
            make_scoring(cer, author=agent)
        assert selectors.next_unscored(panel, after=cer, round=Round.CONTROL) is None
        assert services.open_session(panel=panel).stage == PanelStage.SESSION

    def test_only_those_of_both_samples_are_compared(self, panel, referent, agent):
        panel = filed(panel, referent, LISTED[:7])
        for cer in panel.cers.in_round(Round.CONTROL):
            make_scoring(cer, ticks=[], author=agent)
        found = selectors.panel_compared(panel, agent, Round.SELF, Round.CONTROL)
        shared = [f"{referent.code}-CER{number}" for number in (1, 2, 3)]
        assert sorted(each.reference for each in found) == shared
        assert selectors.own_mean(selectors.panel_scores(panel, Round.CONTROL)) == 1

    def test_the_annex_of_each_round_has_its_own_sample(self, panel, referent, agent):
        panel = filed(panel, referent, stage=PanelStage.CLOSED)
        for cer in panel.cers.in_round(Round.CONTROL):
            make_scoring(cer, author=agent)
        numbers = {
            round: [
                row.reference.rpartition("CER")[2]
                for group in annex_of(panel, round, agent).groups
                for row in group.rows
            ]
            for round in (Round.SELF, Round.CONTROL)
        }
        assert sorted(numbers[Round.SELF]) == ["1", "2", "3", "4", "5"]
        assert sorted(numbers[Round.CONTROL], key=int) == ["6", "7", "8", "9", "10"]
        assert all(annex_of(panel, round, agent).mark == "" for round in numbers)

    @pytest.mark.parametrize(
        ("stage", "shown"), [(PanelStage.CONTROL, 0), (PanelStage.SESSION, 5), (PanelStage.CLOSED, 5)]
    )
    def test_what_is_not_controlled_stays_hidden_until_the_control_is_over(self, panel, referent, agent, stage, shown):
        panel = filed(panel, referent, stage=stage)
        seen = Scoring.objects.visible_to(agent).filter(round=Round.SELF, cer__panel=panel)
        assert seen.count() == shown
        assert selectors.seen_scores(panel, Round.SELF, agent).scored == shown
        cer = panel.cers.select_related("panel").get(number=1)
        assert bool(selectors.history(cer, agent)) is bool(shown)

    def test_the_frozen_panel_keeps_both_samples(self, panel, referent, agent):
        panel = filed(panel, referent)
        frozen = selectors.panel_snapshot(panel)
        assert [cer["sample"] for cer in frozen["cers"]] == [S] * 5 + [C] * 5
        assert all("self" in cer["rounds"] for cer in frozen["cers"][:5])


@pytest.mark.django_db
def test_the_frozen_panel_says_nothing_of_samples_where_there_is_but_one():
    frozen = selectors.panel_snapshot(make_panel(PanelStage.CONTROL))
    assert not any("sample" in cer for cer in frozen["cers"])
