"""The life of a session, an enrolment, a piece asked for (CdC 5-1): what may happen, from where to where, by whom."""

from datetime import datetime
from typing import Any

from accounts import roles
from core import clock
from core.french import plural
from core.transitions import Transition, Workflow
from documents.enums import FileState
from training.attendance import is_over
from training.enums import STANDING, EnrolmentState, RecordStage, SessionState, SupportState
from training.models import Enrolment, SupportRequest, TrainingRecord, TrainingSession
from training.rights import may_run_plan
from training.selectors.attendance import half_days_of, records_of

PRESENT, ABSENT = EnrolmentState.PRESENT, EnrolmentState.ABSENT
WAITING, ENROLLED, CANCELLED = EnrolmentState.WAITING, EnrolmentState.ENROLLED, EnrolmentState.CANCELLED


def runs_the_plan(user: Any, subject: Any) -> bool:
    """La DPID, qui tient le plan de formation."""
    return may_run_plan(user)


def own_structure(user: Any, enrolment: Enrolment) -> bool:
    """La structure du référent."""
    return roles.is_structure(user) and user.structure_id == enrolment.referent.structure_id


def the_portal(user: Any, subject: Any) -> bool:
    """Le portail : place libre, départ d’un référent, session close, dossier retiré."""
    return user is None


def session_ahead(session: TrainingSession, now: datetime) -> str | None:
    """La session n’a pas commencé."""
    if clock.civil_date(now) < session.starts_on:
        return None
    return "Cette session a commencé\u00a0: elle ne s’annule plus."


def attendance_open(enrolment: Enrolment, now: datetime) -> str | None:
    """Les présences ne sont pas confirmées."""
    if enrolment.session.state == SessionState.PLANNED:
        return None
    return "Les présences à cette session sont confirmées\u00a0: l’inscription ne s’annule plus."


def sheet_complete(session: TrainingSession, now: datetime) -> str | None:
    """La session est finie, et chaque présence notée."""
    if not is_over(half_days_of(session), now):
        return "La session n’est pas finie\u00a0: les présences se confirment après la dernière demi-journée."
    unknown = sum(len(record.unknown) for record in records_of(session).values())
    if unknown:
        left = f"Il reste {unknown} présence{plural(unknown)} à noter"
        return f"{left}\u00a0: cochez présent ou absent pour chacun, à chaque demi-journée."
    return None


def enrolment_open(enrolment: Enrolment, now: datetime) -> str | None:
    """Les inscriptions ne sont pas closes."""
    if clock.civil_date(now) <= enrolment.session.closes_on:
        return None
    return "Les inscriptions sont closes\u00a0: pour un empêchement, prévenez la DPID."


def gone_by_then(enrolment: Enrolment, now: datetime) -> str | None:
    """Le référent aura quitté la structure avant la session, qui n’a pas commencé."""
    left_on, starts_on = enrolment.referent.left_on, enrolment.session.starts_on
    if left_on and left_on < starts_on and clock.civil_date(now) < starts_on:
        return None
    return "Ce référent est encore en poste le jour de la session."


def checks_attestations(user: Any, subject: Any) -> bool:
    """La DPID, qui vérifie les attestations."""
    return roles.is_dpid(user)


def whose_attestation(user: Any, request: SupportRequest) -> bool:
    """La structure de l’attestation."""
    return roles.is_structure(user) and user.structure_id == request.certificate.structure_id


def control_open(request: SupportRequest, now: datetime) -> str | None:
    """Les attestations sont ouvertes à la vérification."""
    records = TrainingRecord.objects.filter(structure=request.certificate.structure_id, stage=RecordStage.CONTROL)
    return None if records.exists() else "La vérification des attestations de ce dossier est finie."


def file_refused(request: SupportRequest, now: datetime) -> str | None:
    """Le fichier envoyé a été refusé au contrôle."""
    if request.file and request.file.state == FileState.REFUSED:
        return None
    return "Cette pièce est déjà reçue."


def unread(request: SupportRequest, now: datetime) -> str | None:
    """Rien de lisible n’est arrivé."""
    return None if request.is_unread else "Cette pièce est déjà reçue."


SESSION = Workflow(
    "session de formation",
    SessionState,
    (
        Transition(
            "cancel", "Annuler la session", frozenset({SessionState.PLANNED}), SessionState.CANCELLED, runs_the_plan,
            guards=(session_ahead,), comment_required=True,
        ),
        Transition(
            "confirm", "Confirmer les présences", frozenset({SessionState.PLANNED}), SessionState.CONFIRMED,
            runs_the_plan, guards=(sheet_complete,),
        ),
        Transition(
            "resume", "Reprendre les présences", frozenset({SessionState.CONFIRMED}), SessionState.PLANNED,
            runs_the_plan,
        ),
        Transition(
            "close", "Clore et établir les attestations", frozenset({SessionState.CONFIRMED}), SessionState.CLOSED,
            runs_the_plan, document="attestations de présence",
        ),
    ),
)  # fmt: skip
ENROLMENT = Workflow(
    "inscription à une session",
    EnrolmentState,
    (
        Transition("seat", "Donner une place", frozenset({WAITING}), ENROLLED, the_portal),
        Transition(
            "cancel", "Annuler l’inscription", frozenset({WAITING, ENROLLED}), CANCELLED, own_structure,
            guards=(enrolment_open,),
        ),
        Transition(
            "cancel_for", "Annuler l’inscription pour la structure", frozenset({WAITING, ENROLLED}), CANCELLED,
            runs_the_plan, guards=(attendance_open,), comment_required=True,
        ),
        Transition("attend", "Constater la présence", frozenset({ENROLLED}), PRESENT, runs_the_plan),
        Transition("miss", "Constater une absence", frozenset({ENROLLED}), ABSENT, runs_the_plan),
        Transition("unseated", "Constater la fin de l’attente", frozenset({WAITING}), CANCELLED, the_portal),
        Transition(
            "correct_present", "Corriger en présence", frozenset({ABSENT}), PRESENT, runs_the_plan,
            comment_required=True, document="attestation de présence",
        ),
        Transition(
            "correct_absent", "Corriger en absence", frozenset({PRESENT}), ABSENT, runs_the_plan,
            comment_required=True,
        ),
        Transition(
            "leave", "Libérer la place de qui a quitté la structure", frozenset({WAITING, ENROLLED}), CANCELLED,
            the_portal, guards=(gone_by_then,),
        ),
        Transition(
            "session_cancelled", "Annuler avec la session", STANDING, CANCELLED, runs_the_plan, comment_required=True
        ),
    ),
)  # fmt: skip
ASKED, ANSWERED = SupportState.ASKED, SupportState.ANSWERED
SUPPORT = Workflow(
    "programme ou support demandé",
    SupportState,
    (
        Transition("answer", "Envoyer la pièce", frozenset({ASKED}), ANSWERED, whose_attestation, (control_open,)),
        Transition(
            "answer_again", "Renvoyer la pièce", frozenset({ANSWERED}), ANSWERED, whose_attestation,
            guards=(control_open, file_refused),
        ),
        Transition(
            "withdraw", "Retirer la demande", frozenset({ASKED, ANSWERED}), SupportState.WITHDRAWN,
            checks_attestations, guards=(unread,),
        ),
        Transition(
            "lapse", "Clore la demande avec le dossier", frozenset({ASKED, ANSWERED}), SupportState.WITHDRAWN,
            the_portal, guards=(unread,),
        ),
    ),
)  # fmt: skip
