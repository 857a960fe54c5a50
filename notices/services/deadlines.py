"""Opening, closing and correcting deadlines. A date is computed once, by `rulebook.calendar`, and stored here."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from accounts.models import Structure, Territory
from notices import registry
from notices.models import Deadline
from rulebook.calendar import DueDate


@transaction.atomic
def open_deadline(
    *, kind: str, subject_id: int, structure: Structure, territory: Territory, due: DueDate, today: date
) -> Deadline:
    """Write the date that starts to run. Steps before `today` are never recalled.

    LookupError for a kind nobody registered, IntegrityError when the subject already has an open one of this kind.
    """
    deadline = Deadline(
        kind=kind,
        subject_id=subject_id,
        structure=structure,
        territory=territory,
        started_on=due.start,
        due_on=due.date,
        explanation=[{"date": step.date.isoformat(), "text": step.text} for step in due.explanation],
        basis=due.basis,
        opened_on=today,
    )
    deadline.next_step_on = registry.get(kind).next_step_on(deadline, since=today)
    deadline.save(force_insert=True)
    return deadline


@transaction.atomic
def close_deadline(*, kind: str, subject_id: int, reason: str, today: date) -> Deadline | None:
    """The matter is settled: nothing more goes out, not even what is queued. None when none was open."""
    deadline = Deadline.objects.open().lock().filter(kind=kind, subject_id=subject_id).first()
    if deadline is None:
        return None
    deadline.closed_on = today
    deadline.closing_reason = reason
    deadline.next_step_on = None
    deadline.save(update_fields=["closed_on", "closing_reason", "next_step_on"])
    return deadline


@transaction.atomic
def correct_deadline(*, kind: str, subject_id: int, due: DueDate, reason: str, today: date) -> Deadline:
    """Close the open row and open its successor at the right date; Deadline.DoesNotExist when none was open."""
    corrected = close_deadline(kind=kind, subject_id=subject_id, reason=reason, today=today)
    if corrected is None:
        raise Deadline.DoesNotExist(f"No open deadline {kind!r} for subject {subject_id}.")
    successor = open_deadline(
        kind=kind,
        subject_id=subject_id,
        structure=corrected.structure,
        territory=corrected.territory,
        due=due,
        today=today,
    )
    corrected.successor = successor
    corrected.save(update_fields=["successor"])
    return successor


@transaction.atomic
def reschedule(*, kinds: Iterable[str], today: date) -> int:
    """Recompute the next step of the open rows of `kinds`, after their steps changed; how many were read."""
    deadlines = list(Deadline.objects.open().lock().filter(kind__in=list(kinds)))
    for deadline in deadlines:
        deadline.next_step_on = registry.get(deadline.kind).next_step_on(deadline, since=today)
    Deadline.objects.bulk_update(deadlines, ["next_step_on"])
    return len(deadlines)
