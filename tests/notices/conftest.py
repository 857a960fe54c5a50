"""A subject whose deadlines the tests can drive: what a floor above would register."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest

from core.clock import PARIS
from notices import registry
from notices.registry import DeadlineKind
from notices.services import open_deadline
from rulebook.calendar import DueDate, Step
from tests.factories import make_structure

OPENED = date(2026, 1, 5)
DUE = date(2026, 7, 5)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)


def due_on(day: date, *, start: date = OPENED) -> DueDate:
    steps = (Step(start, "Vous recevez la décision."), Step(day, "Fin du délai."))
    return DueDate(day, start, steps, "Cahier des charges, point 7.1")


@dataclass
class Subjects:
    """The floor above, reduced to what the tests move: who is told, and whether it still matters."""

    recipients: list[tuple[Any, str]] = field(default_factory=lambda: [(None, "structure@exemple.fr")])
    settled: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    def still_due(self, subject_id: int) -> bool:
        self.asked.append(subject_id)
        if subject_id in self.broken:
            raise RuntimeError("the floor above is broken")
        return subject_id not in self.settled


@pytest.fixture
def subjects(monkeypatch):
    """Registers the kind `test_end` (J-60, J-30, J-7, J, J+30 and 1 May) on an otherwise empty registry."""
    subjects = Subjects()
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_recorders", [])
    registry.register(
        DeadlineKind(
            name="test_end",
            label="Fin de l’essai",
            audience="la structure",
            offsets=(-60, -30, -7, 0, 30),
            civil_days=lambda deadline: [("1-mai", date(deadline.due_on.year, 5, 1))],
            recipients=lambda _: subjects.recipients,
            compose=lambda deadline, step, _: (f"Rappel {step.name}", f"Échéance le {deadline.due_on}."),
            link=lambda subject_id: f"/essais/{subject_id}/",
            still_due=subjects.still_due,
        )
    )
    return subjects


@pytest.fixture
def structure(db):
    return make_structure()


@pytest.fixture
def open_test_end(subjects, structure):
    def open_it(subject_id: int = 1, *, due: date = DUE, opened: date = OPENED, **fields: Any):
        return open_deadline(
            kind="test_end",
            subject_id=subject_id,
            structure=fields.pop("structure", structure),
            territory=structure.lead_territory,
            due=due_on(due, start=min(opened, due)),
            today=opened,
            **fields,
        )

    return open_it
