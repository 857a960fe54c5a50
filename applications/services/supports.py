"""A programme or a support asked for an attestation: each side is told in the transaction of the other's act."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from applications.models import Application
from applications.services.common import tell_department, tell_structure
from core.french import day_date
from documents.models import StoredFile
from training.enums import SupportKind
from training.models import AttendanceCertificate, SupportRequest
from training.services import supports as training


@transaction.atomic
def ask_support(
    *,
    application: Application,
    certificate: AttendanceCertificate,
    kind: SupportKind,
    words: str,
    due_on: date,
    actor: User,
    now: datetime,
) -> SupportRequest:
    """TrainingRefused says why not."""
    request = training.ask_support(certificate=certificate, kind=kind, words=words, due_on=due_on, actor=actor, now=now)
    tell_structure(
        application,
        cause=f"support-{request.pk}",
        subject=f"Dossier {application.number}\u00a0: une pièce est demandée",
        body=(
            f"Avant de juger une formation suivie hors du plan du Département, la DPID vous demande\u00a0: "
            f"{kind.label.lower()}. Envoyez ce fichier jusqu’au {day_date(due_on)}."
        ),
        path=reverse("filing_support", args=[request.pk]),
        now=now,
    )
    return request


@transaction.atomic
def answer_support(*, request: SupportRequest, file: StoredFile, actor: User, now: datetime) -> SupportRequest:
    """TransitionRefused says why the file is not taken."""
    answered = training.answer_support(request=request, file=file, actor=actor, now=now)
    application = _application_of(request)
    if application:
        tell_department(
            application,
            cause=f"support-{request.pk}-{file.pk}",
            subject=f"Dossier {application.number}\u00a0: une pièce demandée est arrivée",
            body=f"{application.structure} a envoyé la pièce demandée\u00a0: {request.get_kind_display().lower()}.",
            path=reverse("certificate_review", args=[application.pk, request.certificate_id]),
            now=now,
        )
    return answered


@transaction.atomic
def withdraw_support(*, application: Application, request: SupportRequest, actor: User, now: datetime) -> None:
    """TransitionRefused says why not."""
    training.withdraw_support(request=request, actor=actor, now=now)
    tell_structure(
        application,
        cause=f"support-{request.pk}-withdrawn",
        subject=f"Dossier {application.number}\u00a0: une pièce n’est plus demandée",
        body=f"La DPID n’a plus besoin de la pièce demandée\u00a0: {request.get_kind_display().lower()}.",
        path=reverse("filing_support", args=[request.pk]),
        now=now,
    )


def _application_of(request: SupportRequest) -> Application | None:
    """The file under which the attestation is being judged."""
    filed = Application.objects.filter(structure=request.certificate.structure_id, submitted_at__isnull=False)
    return filed.select_related("structure").order_by("-submitted_at").first()
