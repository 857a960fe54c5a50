"""The clocks of a file under instruction, taught to `notices` when the portal starts."""

from collections.abc import Iterable

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from applications.enums import UNDER_REVIEW
from applications.models import Application
from applications.selectors import current_application
from core.french import day_date, day_long
from notices.models import Deadline
from notices.registry import DeadlineKind, Recipient, Step, register
from training.models import SupportRequest
from training.selectors.supports import is_to_answer
from training.services.supports import PIECE


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
    register(
        DeadlineKind(
            name=PIECE,
            label="Pièce demandée pour une formation",
            audience="la structure",
            recipients=_piece_recipients,
            compose=_piece_reminder,
            link=_piece_review,
            structure_link=lambda subject_id: reverse("filing_support", args=[subject_id]),
            still_due=is_to_answer,
            offsets=(-3, 0),
        )
    )


def _piece_recipients(subject_id: int) -> Iterable[tuple[User | None, str]]:
    structure = _piece(subject_id).certificate.structure
    return [(person, person.email) for person in structure.members.filter(is_active=True).order_by("pk")]


def _piece_reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    asked = _piece(deadline.subject_id)
    kind = asked.get_kind_display().lower()
    return f"Pièce attendue jusqu’au {day_date(deadline.due_on)}", (
        f"La DPID attend une pièce pour l’attestation de {asked.certificate.referent}\u00a0: {kind}. "
        f"Dernier jour\u00a0: le {day_long(deadline.due_on)}. Ensuite, l’attestation peut être jugée sans elle."
    )


def _piece_review(subject_id: int) -> str:
    """Where the DPID reads the attestation, in the last file of the structure."""
    certificate = _piece(subject_id).certificate
    file = current_application(certificate.structure_id)
    return reverse("certificate_review", args=[file.pk, certificate.pk]) if file else reverse("desk")


def _piece(subject_id: int) -> SupportRequest:
    return SupportRequest.objects.select_related("certificate__structure", "certificate__referent").get(pk=subject_id)


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
