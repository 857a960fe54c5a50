"""What several writes on a file share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from accounts.models import User
from applications import selectors
from applications.deadlines import following_agents
from applications.models import Application
from applications.workflow import WORKFLOW
from core.transitions import TransitionRefused, refusal
from evaluation.errors import Recused
from evaluation.selectors import is_recused
from evaluation.services import hold_panel
from notices.services import close_deadline, queue_notice
from rulebook import calendar
from training.records import lock_record


def can(*, name: str, application: Application, actor: User, now: datetime) -> TransitionRefused | None:
    """Why the row `name` can't be applied now, or None; for buttons that explain themselves."""
    return refusal(WORKFLOW[name], application, actor=actor, now=now)


@contextmanager
def held(application: Application) -> Iterator[None]:
    """Lock the file, its CERs, then its attestations, always in this order: what the guards read no longer moves."""
    with transaction.atomic():
        locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        hold_panel(panel=locked.panel)
        lock_record(locked.structure_id)
        yield


def refuse_recused(application: Application, actor: User) -> None:
    """Recused for whoever has left the CERs to others: an opinion on them, a session, a proposal rest on them too. The
    CERs are held first, so that nobody leaves them meanwhile. The caller holds the file."""
    hold_panel(panel=application.panel)
    if is_recused(actor, application.panel):
        raise Recused


def instruction_due(application: Application, complete_on: date) -> calendar.DueDate:
    months = selectors.rulebook_of(application).integer("instruction.months")
    return calendar.instruction_limit(complete_on, months=months)


def close_instruction(application: Application, *, reason: str, today: date) -> None:
    close_deadline(kind="instruction", subject_id=application.pk, reason=reason, today=today)


def tell_structure(
    application: Application, *, cause: str, subject: str, body: str, now: datetime, path: str = ""
) -> None:
    """One notice per active member of the structure, written in the transaction of its cause."""
    for member in application.structure.members.filter(is_active=True):
        queue_notice(
            key=f"application-{application.pk}-{cause}-{member.pk}",
            recipient=member,
            subject=subject,
            body=body,
            structure=application.structure,
            path=path,
            now=now,
        )


def tell_department(
    application: Application, *, cause: str, subject: str, body: str, now: datetime, path: str = ""
) -> None:
    """The agent who follows the file, else the managers, else the DPID's own address: somebody always reads."""
    to: list[User | None] = [*following_agents(application.pk)] or [None]
    for agent in to:
        queue_notice(
            key=f"application-{application.pk}-{cause}",
            recipient=agent,
            address="" if agent else settings.CONTACT_EMAIL,
            subject=subject,
            body=body,
            structure=application.structure,
            path=path,
            now=now,
        )
