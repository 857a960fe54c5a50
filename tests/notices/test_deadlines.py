"""Deadlines: opened once, closed with a reason, corrected by a successor."""

from datetime import date

import pytest
from django.db import IntegrityError

from notices import registry
from notices.models import Deadline
from notices.registry import DeadlineKind, Step
from notices.services import close_deadline, correct_deadline, open_deadline, reschedule
from tests.notices.conftest import DUE, OPENED, due_on


def test_a_deadline_keeps_how_its_date_was_found(open_test_end):
    deadline = Deadline.objects.get(pk=open_test_end().pk)
    assert (deadline.started_on, deadline.due_on, deadline.opened_on) == (OPENED, DUE, OPENED)
    assert deadline.explanation == [
        {"date": "2026-01-05", "text": "Vous recevez la décision."},
        {"date": "2026-07-05", "text": "Fin du délai."},
    ]
    assert deadline.basis == "Cahier des charges, point 7.1"
    assert deadline.label == "Fin de l’essai"


@pytest.mark.parametrize(
    ("opened", "first"),
    [
        (date(2026, 1, 5), date(2026, 5, 1)),  # 1 May comes before J-60
        (date(2026, 5, 2), date(2026, 5, 6)),
        (date(2026, 6, 5), date(2026, 6, 5)),  # the very day of J-30
        (date(2026, 6, 6), date(2026, 6, 28)),
        (date(2026, 8, 5), None),
    ],
)
def test_the_next_step_is_the_first_that_does_not_precede_the_opening(open_test_end, opened, first):
    assert open_test_end(opened=opened).next_step_on == first


def test_one_open_deadline_per_matter(open_test_end):
    open_test_end()
    with pytest.raises(IntegrityError):
        open_test_end()


def test_an_unknown_kind_is_refused(subjects, structure):
    with pytest.raises(LookupError, match="unheard"):
        open_deadline(
            kind="unheard",
            subject_id=1,
            structure=structure,
            territory=structure.lead_territory,
            due=due_on(DUE),
            today=OPENED,
        )
    assert not Deadline.objects.exists()


def test_closing_says_why_and_recalls_nothing_more(open_test_end):
    open_test_end()
    closed = close_deadline(kind="test_end", subject_id=1, reason="Dossier déposé", today=date(2026, 3, 1))
    closed.refresh_from_db()
    assert (closed.closed_on, closed.closing_reason, closed.next_step_on) == (
        date(2026, 3, 1),
        "Dossier déposé",
        None,
    )
    assert close_deadline(kind="test_end", subject_id=1, reason="Encore", today=date(2026, 3, 2)) is None


def test_a_closed_matter_may_open_again(open_test_end):
    open_test_end()
    close_deadline(kind="test_end", subject_id=1, reason="Dossier déposé", today=date(2026, 3, 1))
    assert open_test_end(opened=date(2026, 3, 2)).next_step_on == date(2026, 5, 1)


def test_a_corrected_date_closes_the_row_and_opens_its_successor(open_test_end):
    first = open_test_end()
    second = correct_deadline(
        kind="test_end",
        subject_id=1,
        due=due_on(date(2026, 7, 20)),
        reason="Date de réception corrigée",
        today=date(2026, 6, 1),
    )
    first.refresh_from_db()
    assert (first.closed_on, first.successor) == (date(2026, 6, 1), second)
    assert (first.closing_reason, first.due_on) == ("Date de réception corrigée", DUE)
    assert (second.due_on, second.opened_on, second.next_step_on) == (
        date(2026, 7, 20),
        date(2026, 6, 1),
        date(2026, 6, 20),
    )
    assert (second.structure, second.territory) == (first.structure, first.territory)


def test_correcting_what_is_not_open_is_an_error(subjects, db):
    with pytest.raises(Deadline.DoesNotExist):
        correct_deadline(kind="test_end", subject_id=1, due=due_on(DUE), reason="Erreur", today=OPENED)


def test_a_correction_that_fails_leaves_the_row_open(open_test_end):
    open_test_end()
    with pytest.raises(IntegrityError):
        correct_deadline(
            kind="test_end", subject_id=1, due=due_on(OPENED, start=DUE), reason="Dates inversées", today=OPENED
        )
    assert Deadline.objects.get().closed_on is None


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"due_on": date(2025, 1, 1)}, "notices_deadline_dates_in_order"),
        ({"closed_on": OPENED, "next_step_on": None}, "notices_closed_with_reason"),
        ({"closing_reason": "Sans date"}, "notices_closed_with_reason"),
        ({"closed_on": OPENED, "closing_reason": "Faite"}, "notices_closed_recalls_nothing"),
    ],
)
def test_the_database_holds_the_invariants(open_test_end, fields, constraint):
    deadline = open_test_end()
    with pytest.raises(IntegrityError, match=constraint):
        Deadline.objects.filter(pk=deadline.pk).update(**fields)


def test_steps_come_in_the_order_of_their_days(open_test_end):
    deadline = open_test_end()
    assert registry.get("test_end").steps(deadline) == [
        Step("1-mai", date(2026, 5, 1)),
        Step("J-60", date(2026, 5, 6)),
        Step("J-30", date(2026, 6, 5)),
        Step("J-7", date(2026, 6, 28)),
        Step("J", date(2026, 7, 5)),
        Step("J+30", date(2026, 8, 4)),
    ]


def test_a_kind_is_registered_once(subjects):
    kind = registry.get("test_end")
    with pytest.raises(ValueError, match="already"):
        registry.register(kind)
    assert registry.all_kinds() == (kind,)


def test_a_kind_whose_steps_changed_is_rescheduled(open_test_end, monkeypatch):
    deadline = open_test_end()
    old = registry.get("test_end")
    values = {name: getattr(old, name) for name in DeadlineKind.__slots__} | {"offsets": (-90,)}
    monkeypatch.setitem(registry._kinds, "test_end", DeadlineKind(**values))
    assert reschedule(kinds=["test_end"], today=date(2026, 2, 1)) == 1
    deadline.refresh_from_db()
    assert deadline.next_step_on == date(2026, 4, 6)
