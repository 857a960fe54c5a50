"""The sweep: from dates to messages. Missing a night, or a month of them, only makes it later."""

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from notices import registry
from notices.enums import Event, NoticeState
from notices.models import Deadline, Notice
from notices.registry import DeadlineKind, Recipient, Step
from notices.services.outbox import new_message_id, notice_key, wake_sender

logger = logging.getLogger(__name__)
BATCH = 200
NO_LONGER_DUE = "La démarche attendue est faite."


@dataclass(slots=True)
class Plan:
    """What one deadline calls for today, prepared without a lock."""

    deadline: Deadline
    notices: list[Notice] = field(default_factory=list)
    close: bool = False
    next_step_on: date | None = None


def sweep_due_notices(*, today: date, now: datetime) -> Counter[Event]:
    """Queue every reminder whose day has come, at most once per (deadline, step, recipient).

    After an outage only the latest step of a deadline goes out; the older ones are written as superseded. Running
    twice, or twice at once, changes nothing. A step without anybody to tell stays due until there is somebody.
    """
    tally: Counter[Event] = Counter()
    last = 0
    while batch := list(Deadline.objects.to_recall(today).filter(pk__gt=last).order_by("pk")[:BATCH]):
        _write(_prepare(batch, today, now, tally), today, tally)
        last = batch[-1].pk
    return tally


def _prepare(batch: Sequence[Deadline], today: date, now: datetime, tally: Counter[Event]) -> list[Plan]:
    """Ask the floors above, outside any transaction: one that fails spoils neither the batch nor the others."""
    written: defaultdict[int, set[str]] = defaultdict(set)
    for deadline_id, step in Notice.objects.filter(deadline__in=batch).values_list("deadline_id", "step").distinct():
        written[deadline_id].add(step)
    plans = []
    for deadline in batch:
        try:
            plan = _plan(deadline, written[deadline.pk], today, now)
        except Exception:
            logger.exception("Deadline %s (%s) can't be recalled; tried again later.", deadline.pk, deadline.kind)
            tally[Event.BROKEN] += 1
            continue
        if plan is None:
            logger.warning("Deadline %s (%s) has nobody to recall it to.", deadline.pk, deadline.kind)
            tally[Event.UNADDRESSED] += 1
        else:
            plans.append(plan)
    return plans


def _plan(deadline: Deadline, written: set[str], today: date, now: datetime) -> Plan | None:
    """None when a step is due and there is nobody to tell."""
    kind = registry.get(deadline.kind)
    plan = Plan(deadline, next_step_on=next((s.day for s in kind.steps(deadline) if s.day > today), None))
    due = [s for s in kind.steps(deadline) if deadline.opened_on <= s.day <= today and s.name not in written]
    if not due:
        return plan
    if not kind.still_due(deadline.subject_id):
        plan.close = True
        return plan
    recipients = {
        address.lower(): Recipient(user, address) for user, address in kind.recipients(deadline.subject_id) if address
    }
    plan.notices = [
        _reminder(kind, deadline, step, recipient, superseded=step is not due[-1], now=now)
        for step in due
        for recipient in recipients.values()
    ]
    return plan if recipients else None


def _reminder(
    kind: DeadlineKind, deadline: Deadline, step: Step, recipient: Recipient, *, superseded: bool, now: datetime
) -> Notice:
    subject, body = kind.compose(deadline, step, recipient)
    return Notice(
        key=notice_key(f"deadline-{deadline.pk}-{step.name}", recipient.address),
        deadline=deadline,
        step=step.name,
        step_on=step.day,
        structure_id=deadline.structure_id,
        recipient=recipient.user,
        address=recipient.address,
        subject=subject,
        body=body,
        path=kind.path_for(deadline.subject_id, recipient.user),
        state=NoticeState.SUPERSEDED if superseded else NoticeState.QUEUED,
        created_at=now,
        message_id=new_message_id(),
    )


@transaction.atomic
def _write(plans: Sequence[Plan], today: date, tally: Counter[Event]) -> None:
    """One lock, one insert, one update for the whole batch. Rows held or closed by somebody else meanwhile are left."""
    mine = set(
        Deadline.objects.to_recall(today)
        .lock(skip_locked=True)
        .filter(pk__in=[plan.deadline.pk for plan in plans])
        .values_list("pk", flat=True)
    )
    held = [plan for plan in plans if plan.deadline.pk in mine]
    notices = [notice for plan in held for notice in plan.notices]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    for plan in held:
        plan.deadline.next_step_on = None if plan.close else plan.next_step_on
        if plan.close:
            plan.deadline.closed_on, plan.deadline.closing_reason = today, NO_LONGER_DUE
    Deadline.objects.bulk_update(
        [plan.deadline for plan in held], ["next_step_on", "closed_on", "closing_reason"], batch_size=BATCH
    )
    tally.update(Event(notice.state) for notice in notices)
    tally[Event.CLOSED] += sum(plan.close for plan in held)
    if notices:
        wake_sender()
