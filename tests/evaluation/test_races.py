"""Two people on the same grid at the same second, on a database that locks; each with a control that must fail."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from accounts.enums import Role
from core import clock
from evaluation import draw, services
from evaluation.enums import EntryAct, PanelStage, RecusalCause, Round
from evaluation.errors import ClaimHeld, EvaluationRefused
from evaluation.models import CerClaim, DaySecret, PanelDraw, Scoring
from evaluation.services.claims import CLAIM_LASTS
from tests.evaluation.builders import NOW, declare_drawn, every_line, make_file, make_panel, make_scoring, member_of
from tests.factories import make_referent, make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 4
LISTED = [f"Dossier {number}" for number in range(1, 13)]


def at_once(actions):
    """Run every action(barrier) in a thread of its own; their results or what they raised, in order."""
    barrier = Barrier(len(actions))

    def run(action):
        try:
            return action(barrier)
        except EvaluationRefused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def cer():
    return make_panel(PanelStage.CONTROL, cers=1).cers.get()


def scorers(cer, version, lines):
    def scorer(actor, line):
        def save(barrier):
            barrier.wait()
            return services.save_ticks(
                cer=cer, round=Round.CONTROL, ticks=[line], comment="", actor=actor, now=NOW, version=version
            )

        return save

    return [scorer(make_user(Role.DPID_AGENT), line) for line in lines]


@pytest.mark.parametrize("version", [0, 1])
def test_of_several_saves_at_once_every_tick_is_kept(cer, version):
    if version:
        make_scoring(cer, ticks=[], validated=False)
    at_once(scorers(cer, version, every_line()[:THREADS]))
    scoring = cer.scorings.get()
    assert (scoring.ticks, scoring.version) == (every_line()[:THREADS], version + THREADS)
    kept = cer.scoring_entries.filter(act=EntryAct.SAVED)
    assert [entry.version for entry in kept] == list(range(1, version + THREADS + 1))


def test_two_people_who_tick_the_grid_at_once_from_the_same_blank_page_lose_nothing(cer):
    """Each ticks half of the lines one by one, and never hears of the other."""

    def person(actor, lines):
        def tick(barrier):
            barrier.wait()
            for count in range(1, len(lines) + 1):
                services.save_ticks(
                    cer=cer, round=Round.CONTROL, ticks=lines[:count], comment="", actor=actor, now=NOW, version=0
                )

        return tick

    people = [make_user(Role.DPID_AGENT) for _ in range(2)]
    lines = every_line()
    at_once([person(people[0], lines[::2]), person(people[1], lines[1::2])])
    assert cer.scorings.get().ticks == lines
    entries = list(cer.scoring_entries.filter(act=EntryAct.SAVED))
    assert [len(entry.ticks) for entry in entries] == list(range(1, len(lines) + 1)), "each tick is one line more"
    assert {entry.author for entry in entries} == set(people)


def test_control_saves_that_check_without_the_lock_overwrite_each_other(cer):
    scoring = make_scoring(cer, ticks=[], validated=False)

    def unlocked(line):
        def save(barrier):
            read = Scoring.objects.get(pk=scoring.pk)
            assert read.version == 1
            barrier.wait()
            Scoring.objects.filter(pk=read.pk).update(ticks=[line], version=read.version + 1)
            return line

        return save

    written = at_once([unlocked(line) for line in every_line()[:THREADS]])
    scoring.refresh_from_db()
    assert scoring.version == 2
    assert len(set(written) - set(scoring.ticks)) == THREADS - 1, "all believed to have saved, one did"


def test_no_grid_changes_once_the_panel_is_closed(cer):
    """The opinion closes the panel while somebody takes a validation back: one of the two gives way."""
    make_scoring(cer)
    agent = make_user(Role.DPID_AGENT)

    def close(barrier):
        barrier.wait()
        return services.close_panel(panel=cer.panel, finished=True)

    def reopen(barrier):
        barrier.wait()
        return services.reopen_control(cer=cer, reason="Relire.", actor=agent, now=NOW)

    for _ in range(5):
        closed, saved = at_once([close, reopen])
        assert [isinstance(result, EvaluationRefused) for result in (closed, saved)].count(True) == 1
        validated = cer.scorings.get().validated_at is not None
        assert validated is isinstance(saved, EvaluationRefused)
        type(cer.panel).objects.update(stage=PanelStage.CONTROL)
        Scoring.objects.update(validated_at=NOW)


def holders(cer, *, take_over=False):
    def holder(actor):
        def hold(barrier):
            barrier.wait()
            services.hold_cer(cer=cer, actor=actor, now=NOW, take_over=take_over)
            return actor

        return hold

    return [holder(make_user(Role.DPID_AGENT)) for _ in range(THREADS)]


@pytest.mark.parametrize("before", [None, NOW - CLAIM_LASTS])
def test_a_cer_opened_by_several_at_once_is_held_by_one_and_the_others_are_told(cer, before):
    if before:  # an old claim that has run out
        services.hold_cer(cer=cer, actor=make_user(Role.DPID_AGENT), now=before)
    for _ in range(5):
        results = at_once(holders(cer))
        [held] = [result for result in results if not isinstance(result, EvaluationRefused)]
        told = [result for result in results if isinstance(result, ClaimHeld)]
        assert (len(told), {refusal.claim.user for refusal in told}) == (THREADS - 1, {held})
        assert CerClaim.objects.get().user == held
        CerClaim.objects.update(since=NOW - 2 * CLAIM_LASTS, until=NOW)


def test_control_a_claim_read_then_written_is_held_by_all(cer):
    services.hold_cer(cer=cer, actor=make_user(Role.DPID_AGENT), now=NOW - CLAIM_LASTS)

    def unlocked(actor):
        def hold(barrier):
            free = CerClaim.objects.get(cer=cer).until <= NOW
            barrier.wait()
            return free and CerClaim.objects.filter(cer=cer).update(user=actor, since=NOW, until=NOW + CLAIM_LASTS)

        return hold

    assert at_once([unlocked(make_user(Role.DPID_AGENT)) for _ in range(THREADS)]) == [1] * THREADS


def test_people_who_swap_their_cers_never_wait_for_each_other():
    first, second = make_panel(PanelStage.CONTROL, cers=2).cers.all()
    one, two = make_user(Role.DPID_AGENT), make_user(Role.DPID_AGENT)

    def take(cer, actor):
        def hold(barrier):
            barrier.wait()
            services.hold_cer(cer=cer, actor=actor, now=NOW, take_over=True)

        return hold

    for _ in range(10):
        at_once([take(first, one), take(second, two)])
        at_once([take(second, one), take(first, two)])


def test_an_agent_leaves_a_panel_once(cer):
    actor = make_user(Role.DPID_AGENT)

    def leave(barrier):
        barrier.wait()
        return services.abstain(panel=cer.panel, cause=RecusalCause.FAMILY, words="", actor=actor, now=NOW)

    results = at_once([leave] * THREADS)
    assert sum(isinstance(result, EvaluationRefused) for result in results) == THREADS - 1
    assert cer.panel.recusals.count() == 1


def test_cers_added_at_once_take_different_numbers():
    panel = make_panel(cers=1)
    referent, member = panel.cers.get().referent, member_of(panel)
    declare_drawn(panel, referent)

    def add(barrier):
        file = make_file()
        barrier.wait()
        return services.add_cer(panel=panel, referent=referent, file=file, actor=member, now=NOW).number

    results = at_once([add] * 6)
    assert sorted(result for result in results if isinstance(result, int)) == [2, 3, 4, 5]
    assert sum(isinstance(result, EvaluationRefused) for result in results) == 2


def one_draw(panel, referent, member):
    def fix(barrier):
        barrier.wait()
        return services.draw_panels(panel=panel, lists={referent: LISTED}, actor=member, now=NOW)[0]

    return fix


def test_a_list_fixed_twice_at_once_is_drawn_once():
    panel = make_panel(cers=0)
    referent, member = make_referent(panel.structure), member_of(panel)
    results = at_once([one_draw(panel, referent, member)] * THREADS)
    (drawn,) = [result for result in results if isinstance(result, PanelDraw)]
    assert sum(isinstance(result, EvaluationRefused) for result in results) == THREADS - 1
    assert panel.draws.get() == drawn
    assert [cer.drawn_as for cer in panel.cers.order_by("number")] == drawn.drawn
    assert DaySecret.objects.get().drawn == 1


def test_structures_that_draw_at_once_never_share_a_secret():
    panels = [make_panel(cers=0) for _ in range(THREADS)]
    results = at_once([one_draw(panel, make_referent(panel.structure), member_of(panel)) for panel in panels])
    assert sorted(row.rank for row in results) == [1, 2, 3, 4]
    assert len({row.secret for row in results}) == THREADS


def test_control_a_secret_taken_without_the_lock_serves_twice():
    day = services.publish_secret(today=clock.civil_date(NOW), now=NOW)

    def unlocked(barrier):
        read = DaySecret.objects.get(pk=day.pk)
        barrier.wait()
        DaySecret.objects.filter(pk=read.pk).update(drawn=read.drawn + 1)
        return draw.secret_of(read.root, read.drawn + 1)

    assert len(set(at_once([unlocked] * THREADS))) == 1, "all believed to hold a secret of their own"


def test_the_day_is_published_once_by_several_beats():
    def publish(barrier):
        barrier.wait()
        return services.publish_secret(today=clock.civil_date(NOW), now=NOW)

    published = at_once([publish] * THREADS)
    assert {day.commitment for day in published} == {DaySecret.objects.get().commitment}


def test_control_beats_that_publish_without_asking_are_refused_by_the_database():
    def publish(barrier):
        root = draw.new_root()
        barrier.wait()
        try:
            return DaySecret.objects.create(
                day=clock.civil_date(NOW), root=root, commitment=draw.commitment(root), published_at=NOW
            )  # fmt: skip
        except IntegrityError as refusal:
            return refusal

    results = at_once([publish] * THREADS)
    assert sum(isinstance(result, IntegrityError) for result in results) == THREADS - 1
