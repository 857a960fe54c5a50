"""The sweep: every step once, late rather than never, the latest only after an outage."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from core.clock import PARIS, civil_date
from notices import registry
from notices.enums import Event, NoticeState
from notices.models import Deadline, Notice
from notices.services import close_deadline, correct_deadline, send_due_notices, sweep_due_notices
from tests.factories import make_user
from tests.notices.conftest import DUE, due_on, noon

QUEUED, SUPERSEDED = NoticeState.QUEUED, NoticeState.SUPERSEDED
STEPS = {
    "1-mai": date(2026, 5, 1),
    "J-60": date(2026, 5, 6),
    "J-30": date(2026, 6, 5),
    "J-7": date(2026, 6, 28),
    "J": date(2026, 7, 5),
    "J+30": date(2026, 8, 4),
}


def sweep(day: date):
    return sweep_due_notices(today=day, now=noon(day))


def written() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("step_on", "pk").values_list("step", "state"))


def test_each_step_is_queued_on_its_day_and_once(open_test_end):
    open_test_end()
    for offset in range(-190, 60):
        day = DUE + timedelta(days=offset)
        before = Notice.objects.count()
        for _ in range(3):
            sweep(day)
        assert Notice.objects.count() - before == (day in STEPS.values()), day
    assert dict(Notice.objects.values_list("step", "step_on")) == STEPS
    assert Deadline.objects.get().next_step_on is None


def test_a_reminder_says_what_to_whom_and_leads_to_the_page(open_test_end, structure):
    deadline = open_test_end(7)
    sweep(STEPS["1-mai"])
    notice = Notice.objects.get()
    assert (notice.subject, notice.body) == ("Rappel 1-mai", "Échéance le 2026-07-05.")
    assert (notice.address, notice.recipient, notice.structure) == ("structure@exemple.fr", None, structure)
    assert (notice.deadline, notice.step_on, notice.path) == (deadline, STEPS["1-mai"], "/essais/7/")
    assert notice.created_at == noon(STEPS["1-mai"])
    assert notice.message_id.endswith("@127.0.0.1>")


def test_missed_nights_are_caught_up(open_test_end):
    open_test_end()
    sweep(STEPS["J-60"] - timedelta(days=1))
    sweep(STEPS["J-60"] + timedelta(days=3))
    assert written() == [("1-mai", QUEUED), ("J-60", QUEUED)]


def test_after_an_outage_only_the_latest_step_goes_out(open_test_end):
    open_test_end()
    tally = sweep(date(2026, 7, 1))
    assert written() == [("1-mai", SUPERSEDED), ("J-60", SUPERSEDED), ("J-30", SUPERSEDED), ("J-7", QUEUED)]
    assert tally == {Event.QUEUED: 1, Event.SUPERSEDED: 3, Event.CLOSED: 0}


def test_a_superseded_step_never_comes_back(open_test_end):
    open_test_end()
    sweep(date(2026, 7, 1))
    sweep(date(2026, 5, 7))  # the demo day may go back
    sweep(date(2026, 7, 2))
    assert Notice.objects.filter(state=QUEUED).count() == 1


def test_a_step_before_the_opening_is_never_sent(open_test_end):
    open_test_end(opened=date(2026, 6, 10))
    sweep(date(2026, 6, 10))
    assert written() == []
    sweep(date(2026, 7, 5))
    assert written() == [("J-7", SUPERSEDED), ("J", QUEUED)]


def test_the_day_of_the_opening_counts(open_test_end):
    open_test_end(opened=STEPS["J-30"])
    sweep(STEPS["J-30"])
    assert written() == [("J-30", QUEUED)]


def test_everybody_is_told_once_whatever_the_case_of_the_address(open_test_end, subjects):
    user = make_user(email="claire@exemple.fr")
    subjects.recipients = [(user, user.email), (None, "Claire@exemple.fr"), (None, ""), (None, "slai@exemple.fr")]
    open_test_end()
    sweep(STEPS["1-mai"])
    assert sorted(Notice.objects.values_list("address", flat=True)) == ["Claire@exemple.fr", "slai@exemple.fr"]


def test_who_arrives_later_is_told_of_the_next_step_only(open_test_end, subjects):
    open_test_end()
    sweep(STEPS["1-mai"])
    subjects.recipients = [(None, "structure@exemple.fr"), (None, "nouvelle@exemple.fr")]
    sweep(STEPS["1-mai"] + timedelta(days=1))
    sweep(STEPS["J-60"])
    assert sorted(Notice.objects.values_list("address", "step")) == [
        ("nouvelle@exemple.fr", "J-60"),
        ("structure@exemple.fr", "1-mai"),
        ("structure@exemple.fr", "J-60"),
    ]


def test_a_step_without_recipient_waits_for_one(open_test_end, subjects, caplog):
    subjects.recipients = []
    open_test_end()
    assert sweep(STEPS["1-mai"])[Event.UNADDRESSED] == 1
    assert "nobody to recall" in caplog.text
    subjects.recipients = [(None, "enfin@exemple.fr")]
    sweep(STEPS["1-mai"] + timedelta(days=2))
    assert written() == [("1-mai", QUEUED)]


def test_what_is_done_closes_by_itself(open_test_end, subjects):
    open_test_end()
    subjects.settled = {1}
    tally = sweep(STEPS["J-30"])
    deadline = Deadline.objects.get()
    assert written() == []
    assert (deadline.closed_on, deadline.closing_reason) == (STEPS["J-30"], "La démarche attendue est faite.")
    assert tally[Event.CLOSED] == 1


def test_a_closed_deadline_recalls_nothing(open_test_end):
    open_test_end()
    close_deadline(kind="test_end", subject_id=1, reason="Dossier déposé", today=date(2026, 4, 1))
    sweep(date(2026, 8, 30))
    assert written() == []


def test_a_corrected_date_recalls_its_own_steps(open_test_end):
    open_test_end()
    sweep(STEPS["J-30"])
    correct_deadline(
        kind="test_end",
        subject_id=1,
        due=due_on(date(2026, 7, 15)),
        reason="Réception corrigée",
        today=date(2026, 6, 6),
    )
    sweep(date(2026, 6, 14))
    assert written()[-1] == ("J-30", QUEUED)
    sweep(date(2026, 6, 15))
    assert list(Notice.objects.filter(step="J-30").values_list("deadline__due_on", "step_on").order_by("pk")) == [
        (DUE, date(2026, 6, 5)),
        (date(2026, 7, 15), date(2026, 6, 15)),
    ]


def test_a_floor_that_fails_holds_up_nobody_else(open_test_end, subjects, caplog):
    subjects.broken = {1}
    open_test_end(1)
    open_test_end(2)
    assert sweep(STEPS["1-mai"])[Event.BROKEN] == 1
    assert list(Notice.objects.values_list("deadline__subject_id", flat=True)) == [2]
    assert "can't be recalled" in caplog.text
    subjects.broken = set()
    sweep(STEPS["1-mai"])
    assert Notice.objects.count() == 2


def test_an_unregistered_kind_holds_up_nobody_else(open_test_end):
    Deadline.objects.filter(pk=open_test_end(1).pk).update(kind="forgotten")
    open_test_end(2)
    assert sweep(STEPS["1-mai"]) == {Event.QUEUED: 1, Event.BROKEN: 1, Event.CLOSED: 0}


def test_the_floor_above_is_asked_only_when_a_step_is_due(open_test_end, subjects):
    for subject_id in range(5):
        open_test_end(subject_id)
    open_test_end(9, due=date(2026, 7, 1))
    sweep(date(2026, 4, 30))
    assert subjects.asked == []
    sweep(date(2026, 5, 1))
    assert sorted(subjects.asked) == [0, 1, 2, 3, 4, 9]
    sweep(date(2026, 5, 2))
    assert len(subjects.asked) == 7, "9 alone: its J-60 is today"


@pytest.mark.parametrize("count", [1, 3, 10])
def test_queries_do_not_grow_with_the_batch(open_test_end, count):
    for subject_id in range(count):
        open_test_end(subject_id)
    with CaptureQueriesContext(connection) as queries:
        sweep(date(2026, 7, 1))
    verbs = [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]]
    # the batch, its written steps; lock, insert, update; no further batch
    assert verbs == ["SELECT", "SELECT", "SELECT", "INSERT", "UPDATE", "SELECT"]
    with CaptureQueriesContext(connection) as queries:
        sweep(date(2026, 7, 1))
    assert len(queries) == 1, "nothing due costs one query"


def test_more_than_one_batch(open_test_end, monkeypatch):
    monkeypatch.setattr("notices.services.sweep.BATCH", 2)
    for subject_id in range(5):
        open_test_end(subject_id)
    assert sweep(STEPS["1-mai"])[Event.QUEUED] == 5


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31)])
def test_every_minute_of_a_strange_day_sends_once_on_the_right_civil_day(open_test_end, change):
    """Clock changes, leap day, end of the year: the day is that of Pas-de-Calais, each of its minutes or none."""
    open_test_end(due=change, opened=change - timedelta(days=20))
    midnight = datetime(change.year, change.month, change.day, tzinfo=PARIS)
    queued_at = {}
    for minutes in range(-3 * 60, 28 * 60, 5):
        now = (midnight.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(PARIS)  # elapsed, not on the wall
        if sweep_due_notices(today=civil_date(now), now=now)[Event.QUEUED]:
            queued_at[Notice.objects.latest("pk").step] = now
    assert list(queued_at) == ["J-7", "J"], "the overdue one at once, then the day's"
    assert queued_at["J"] == midnight


def test_the_database_refuses_a_second_row_for_the_same_step_and_recipient(open_test_end):
    open_test_end()
    sweep(STEPS["1-mai"])
    notice = Notice.objects.get()
    notice.pk, notice.message_id = None, "<other@exemple.fr>"
    with pytest.raises(IntegrityError):
        notice.save(force_insert=True)


def test_facts_are_recorded_before_the_sweep(open_test_end, subjects, caplog):
    open_test_end()

    def settle(*, today, now):
        subjects.settled = {1}

    def stumble(*, today, now):
        raise RuntimeError("a fact that can't be recorded")

    registry.record_before_sweep(stumble)
    registry.record_before_sweep(settle)
    registry.record_before_sweep(settle)
    assert registry.fact_recorders() == (stumble, settle)
    tally = send_due_notices(clock=lambda: noon(STEPS["1-mai"]))
    assert (tally[Event.CLOSED], tally[Event.BROKEN]) == (1, 1)
    assert not Notice.objects.exists()
