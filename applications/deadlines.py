"""The clock of a file under instruction, taught to `notices` when the portal starts."""

from collections.abc import Iterable

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from applications.enums import UNDER_REVIEW
from applications.models import Application
from core.french import day_long
from notices.models import Deadline
from notices.registry import DeadlineKind, Recipient, Step, register


def register_deadlines() -> None:
    register(
        DeadlineKind(
            name="instruction",
            label="Fin de l’instruction",
            audience="la DPID",
            recipients=_instruction_recipients,
            compose=_instruction_reminder,
            link=lambda subject_id: reverse("file_detail", args=[subject_id]),
            still_due=lambda subject_id: Application.objects.filter(pk=subject_id, state__in=UNDER_REVIEW).exists(),
            offsets=(-60, -30, -15, -7, 0),
        )
    )


def following_agents(application_id: int) -> list[User]:
    """The agent who follows the file, else the DPID managers."""
    assigned = User.objects.filter(pk__in=Application.objects.filter(pk=application_id).values("assigned_to"))
    return list(assigned.filter(is_active=True) or User.objects.filter(role=Role.DPID_MANAGER, is_active=True))


def _instruction_recipients(subject_id: int) -> Iterable[tuple[User | None, str]]:
    return [(agent, agent.email) for agent in following_agents(subject_id)]


def _instruction_reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    application = Application.objects.select_related("structure").get(pk=deadline.subject_id)
    subject = f"{application.number}\u00a0: l’instruction prend fin le {deadline.due_on:%d/%m/%Y}"
    body = (
        f"Le dossier {application.number} de {application.structure} doit être instruit au plus tard le "
        f"{day_long(deadline.due_on)} (point 7.2 du cahier des charges). "
        f"Il en est à l’étape «\u00a0{application.get_state_display()}\u00a0»."
    )
    return subject, body
