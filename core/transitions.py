"""The transition engine: every life cycle of the portal is a table of rows, and this is what applies a row.

A row says from where, to where, who may, what must hold. `transition()` locks the subject, checks the row, lets the
service write, sets the state and logs it, in one database transaction. Nothing else may set a state.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction

from core.append_only import AppendOnly

Predicate = Callable[[Any, Any], bool]
"""(actor, subject) -> may the actor do this?"""
Guard = Callable[[Any, datetime], str | None]
"""(subject, now) -> the reason, in French, why the row can't be applied, or None."""


class TransitionRefused(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The row can't be applied; the message is a French sentence for the person who tried."""


class TransitionForbidden(TransitionRefused):
    """The actor has no right to this row."""


class StaleState(TransitionRefused):
    """The subject has left the state the row starts from: somebody else was faster."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a life cycle. `document`, `opens` and `closes` name what the service makes and which deadline
    kinds it opens and closes; they feed the documentation and are held against reality by the tests."""

    name: str
    label: str
    sources: frozenset[str]
    target: str
    may: Predicate
    guards: tuple[Guard, ...] = ()
    document: str = ""
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    comment_required: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """A named table of transitions over the states of one model."""

    name: str
    states: type[models.TextChoices]
    rows: tuple[Transition, ...]

    def __getitem__(self, name: str) -> Transition:
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"{self.name} has no transition {name!r}")

    def available(self, subject: Any, actor: Any, now: datetime) -> list[Transition]:
        """The rows that `actor` could apply now (rights, state and guards)."""
        return [row for row in self.rows if refusal(row, subject, actor=actor, now=now) is None]


def refusal(
    row: Transition, subject: Any, *, actor: Any, now: datetime, comment: str = " "
) -> TransitionRefused | None:
    """Why `row` can't be applied, or None. A blank `comment` is judged only when given."""
    if not row.may(actor, subject):
        return TransitionForbidden(f"« {row.label} » ne fait pas partie de vos droits.")
    if subject.state not in row.sources:
        return StaleState(f"« {row.label} » n’est plus possible : l’état est « {subject.get_state_display()} ».")
    if row.comment_required and not comment:
        return TransitionRefused(f"« {row.label} » demande un motif.")
    for guard in row.guards:
        if reason := guard(subject, now):
            return TransitionRefused(reason)
    return None


@contextmanager
def transition(row: Transition, subject: Any, *, actor: Any, now: datetime, comment: str = "") -> Iterator[Any]:
    """Apply `row`: yields the locked, fresh subject for the service to write on; state and log are written on exit.

    Raises TransitionRefused (or a subclass) with a French sentence when the row does not apply; nothing is written
    then. `actor` may be None for an objective fact recorded by the clock.
    """
    with transaction.atomic():
        locked = type(subject)._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)
        if reason := refusal(row, locked, actor=actor, now=now, comment=comment):
            raise reason
        source = locked.state
        yield locked
        locked.state = row.target
        locked.save()
        locked.log.create(
            transition=row.name,
            from_state=source,
            to_state=row.target,
            actor=actor,
            role=getattr(actor, "role", ""),
            at=now,
            comment=comment,
        )


class TransitionLog(AppendOnly):
    """Who changed what state, in which role, when and why. Concrete logs add `subject` (related_name "log")."""

    transition = models.CharField("transition", max_length=50)
    from_state = models.CharField("de", max_length=40)
    to_state = models.CharField("vers", max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", null=True, related_name="+"
    )
    role = models.CharField("qualité", max_length=30, blank=True)
    at = models.DateTimeField("le")
    comment = models.TextField("motif", blank=True)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.transition} ({self.from_state} → {self.to_state})"
