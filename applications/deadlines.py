"""The clocks of a file under instruction, taught to `notices` when the portal starts."""

from collections.abc import Iterable
from datetime import timedelta

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from applications.enums import UNDER_REVIEW, ApplicationState
from applications.models import Application
from applications.selectors import current_application, rulebook_of
from core.french import day_date, day_long
from notices.models import Deadline
from notices.registry import DeadlineKind, Recipient, Step, register
from rulebook.calendar import previous_working_day
from rulebook.enums import SilenceRegime
from training.models import SupportRequest
from training.selectors.supports import is_to_answer
from training.services.supports import PIECE

ACKNOWLEDGEMENT, SILENCE = "acknowledgement", "silence"


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


def _silence_recipients(subject_id: int) -> Iterable[tuple[User | None, str]]:
    """Whoever follows the file, and those who answer for the service: nobody may learn of it too late."""
    managers = User.objects.filter(role=Role.DPID_MANAGER, is_active=True).order_by("pk")
    told = dict.fromkeys([*following_agents(subject_id), *managers])
    return [(agent, agent.email) for agent in told]


def _file(subject_id: int) -> Application:
    return Application.objects.select_related("structure").get(pk=subject_id)


def _acknowledgement_reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    file = _file(deadline.subject_id)
    return f"{file.number}\u00a0: accusé de réception à envoyer avant le {day_date(deadline.due_on)}", (
        f"L’accusé de réception de la demande de {file.structure} n’est pas encore parti. Dernier jour\u00a0: le "
        f"{day_long(deadline.due_on)}, dix jours ouvrés après le dépôt. Sans lui, les délais ne peuvent pas être "
        "opposés à la structure."
    )


def _silence_reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    """Nothing is ever granted nor refused by the clock: a person decides, and has the decision notified before."""
    file = _file(deadline.subject_id)
    accepts = rulebook_of(file).choice("silence.regime") == SilenceRegime.ACCEPTANCE
    meaning = "acceptation" if accepts else "rejet"
    act_by = previous_working_day(deadline.due_on - timedelta(days=1))
    return f"{file.number}\u00a0: le {day_date(deadline.due_on)}, le silence vaudra {meaning}", (
        f"Aucune décision n’est encore notifiée à {file.structure}. Le {day_long(deadline.due_on)}, le silence du "
        f"Département vaudra {meaning} de sa demande ({deadline.basis}), si le dossier est complet. Pour l’éviter, une "
        f"décision doit lui être notifiée le {day_long(act_by)} au plus tard. Le dossier en est à l’étape "
        f"«\u00a0{file.get_state_display()}\u00a0»."
    )


def _instruction_reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    application = Application.objects.select_related("structure").get(pk=deadline.subject_id)
    subject = f"{application.number}\u00a0: l’instruction prend fin le {deadline.due_on:%d/%m/%Y}"
    body = (
        f"Le dossier {application.number} de {application.structure} doit être instruit au plus tard le "
        f"{day_long(deadline.due_on)} (point 7.2 du cahier des charges). "
        f"Il en est à l’étape «\u00a0{application.get_state_display()}\u00a0»."
    )
    return subject, body


KINDS = (
    DeadlineKind(
        name="instruction",
        label="Fin de l’instruction",
        audience="la DPID",
        recipients=_instruction_recipients,
        compose=_instruction_reminder,
        link=lambda subject_id: reverse("file_detail", args=[subject_id]),
        still_due=lambda subject_id: Application.objects.filter(pk=subject_id, state__in=UNDER_REVIEW).exists(),
        offsets=(-60, -30, -15, -7, 0),
    ),
    DeadlineKind(
        name=ACKNOWLEDGEMENT,
        label="Accusé de réception à envoyer",
        audience="la DPID",
        recipients=_instruction_recipients,
        compose=_acknowledgement_reminder,
        link=lambda subject_id: reverse("file_detail", args=[subject_id]),
        structure_link=lambda subject_id: reverse("filing_filed", args=[subject_id]),
        still_due=lambda subject_id: _file(subject_id).awaits_acknowledgement,
        offsets=(-5, -2, 0),
    ),
    DeadlineKind(
        name=SILENCE,
        label="Décision implicite, faute de réponse",
        audience="la DPID",
        recipients=_silence_recipients,
        compose=_silence_reminder,
        link=lambda subject_id: reverse("file_detail", args=[subject_id]),
        structure_link=lambda subject_id: reverse("filing_filed", args=[subject_id]),
        still_due=lambda subject_id: _file(subject_id).state != ApplicationState.WITHDRAWN,
        offsets=(-30, -15, -7),
    ),
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
    ),
)


def register_deadlines() -> None:
    for kind in KINDS:
        register(kind)
