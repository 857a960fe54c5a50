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
from notices.services import close_deadline, open_deadline
from rulebook.calendar import DueDate, Step, day_words
from rulebook.clauses import section_words
from training.enums import RULED, RecordStage, SupportKind, SupportState
from training.exceptions import TrainingRefused
from training.models import AttendanceCertificate, SupportRequest
from training.records import lock_record
from training.workflow import SUPPORT, checks_attestations

PIECE = "asked_piece"
"""The nature of the deadline that runs from the request until the piece can be read."""
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
    request = SupportRequest.objects.create(
        certificate=locked, kind=kind, words=words.strip(), due_on=due_on, asked_by=actor, asked_at=now
    )
    _start_clock(request, now)
    return request


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
        _stop_clock(request, "La demande est retirée.", now)


@transaction.atomic
def read_support(*, file: StoredFile, now: datetime) -> None:
    """The piece sent has been examined: the DPID can read it, the clock stops."""
    for request in SupportRequest.objects.filter(file=file, state=SupportState.ANSWERED):
        _stop_clock(request, "La pièce est reçue.", now)


def awaited_support(certificate: AttendanceCertificate) -> SupportRequest | None:
    """What the structure has been asked for and nobody can read yet."""
    return certificate.support_requests.filter(UNREAD).last()


def close_supports(*, certificate: AttendanceCertificate, actor: User, now: datetime) -> None:
    """The attestation is ruled on: nothing is asked any more. Within the transaction of the ruling."""
    for request in certificate.support_requests.filter(UNREAD):
        _stop_clock(request, "L’attestation est vérifiée.", now)
        if request.state == SupportState.ASKED:
            with transition(SUPPORT["withdraw"], request, actor=actor, now=now, comment="Attestation vérifiée."):
                pass


def lapse_supports(*, structure: Structure, now: datetime) -> None:
    """The structure withdraws its file: nothing is asked any more. Within the transaction of the withdrawal."""
    for request in SupportRequest.objects.filter(UNREAD, certificate__structure=structure):
        with transition(SUPPORT["lapse"], request, actor=None, now=now, comment="Demande de label retirée."):
            _stop_clock(request, "La demande de label est retirée.", now)


def _start_clock(request: SupportRequest, now: datetime) -> None:
    """`applications` says how it is recalled: it knows the file that the page shows."""
    structure, today = request.certificate.structure, clock.civil_date(now)
    kind = request.get_kind_display().lower()
    steps = (
        Step(today, f"La DPID demande une pièce avant de juger une formation hors plan\u00a0: {kind}."),
        Step(request.due_on, f"Dernier jour laissé à la structure, {day_words(request.due_on)}."),
    )
    due = DueDate(request.due_on, today, steps, section_words("5-1"))
    territory = structure.lead_territory
    open_deadline(kind=PIECE, subject_id=request.pk, structure=structure, territory=territory, due=due, today=today)


def _stop_clock(request: SupportRequest, reason: str, now: datetime) -> None:
    close_deadline(kind=PIECE, subject_id=request.pk, reason=reason, today=clock.civil_date(now))
