"""A programme or a support, asked before a training outside the plan is judged (CdC 5-1, R19). Under the record's lock,
as the rulings are: a refusal and the answer that it should have waited for never cross."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import Structure, User
from core import clock
from core.french import day_date
from core.transitions import transition
from documents.enums import FileState
from documents.models import StoredFile
from training.enums import RULED, RecordStage, SupportKind, SupportState
from training.exceptions import TrainingRefused
from training.models import AttendanceCertificate, SupportRequest
from training.records import lock_record
from training.workflow import SUPPORT, checks_attestations

UNREAD = Q(state=SupportState.ASKED) | (Q(state=SupportState.ANSWERED) & ~Q(file__state=FileState.READY))
"""As `SupportRequest.is_unread` says."""


@transaction.atomic
def ask_support(
    *, certificate: AttendanceCertificate, kind: SupportKind, words: str, due_on: date, actor: User, now: datetime
) -> SupportRequest:
    """The structure has until the end of `due_on` to answer; no refusal before then."""
    if not checks_attestations(actor, certificate):
        raise TrainingRefused("Les pièces sont demandées par la DPID.")
    if lock_record(certificate.structure_id).stage != RecordStage.CONTROL:
        raise TrainingRefused("Le dossier de cette structure n’est pas ouvert à la vérification des attestations.")
    locked = AttendanceCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if not locked.is_equivalence or locked.state in RULED:
        raise TrainingRefused("Une pièce se demande pour une formation hors plan qui n’est pas encore jugée.")
    if awaited := awaited_support(locked):
        raise TrainingRefused(f"Une pièce est déjà attendue jusqu’au {day_date(awaited.due_on)}.")
    if due_on <= clock.civil_date(now):
        raise TrainingRefused("Laissez au moins un jour à la structure.", field="due_on")
    return SupportRequest.objects.create(
        certificate=locked, kind=kind, words=words.strip(), due_on=due_on, asked_by=actor, asked_at=now
    )


@transaction.atomic
def answer_support(*, request: SupportRequest, file: StoredFile, actor: User, now: datetime) -> SupportRequest:
    """The piece, while it is asked for; anew when its file was refused."""
    lock_record(request.certificate.structure_id)
    row = "answer_again" if SupportRequest.objects.filter(pk=request.pk, state=SupportState.ANSWERED) else "answer"
    with transition(SUPPORT[row], request, actor=actor, now=now) as locked:
        locked.file = file
    return locked


@transaction.atomic
def withdraw_support(*, request: SupportRequest, actor: User, now: datetime) -> None:
    """The attestation can be ruled on without the piece."""
    lock_record(request.certificate.structure_id)
    with transition(SUPPORT["withdraw"], request, actor=actor, now=now):
        pass


def awaited_support(certificate: AttendanceCertificate) -> SupportRequest | None:
    """What the structure has been asked for and nobody can read yet."""
    return certificate.support_requests.filter(UNREAD).last()


def close_supports(*, certificate: AttendanceCertificate, actor: User, now: datetime) -> None:
    """The attestation is ruled on: nothing is asked any more. Within the transaction of the ruling."""
    for request in certificate.support_requests.filter(state=SupportState.ASKED):
        with transition(SUPPORT["withdraw"], request, actor=actor, now=now, comment="Attestation vérifiée."):
            pass


def lapse_supports(*, structure: Structure, now: datetime) -> None:
    """The structure withdraws its file: nothing is asked any more. Within the transaction of the withdrawal."""
    for request in SupportRequest.objects.filter(UNREAD, certificate__structure=structure):
        with transition(SUPPORT["lapse"], request, actor=None, now=now, comment="Demande de label retirée."):
            pass
