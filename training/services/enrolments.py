"""Référents enrolled in the Département's sessions by their structure (CdC 5-1): a seat, or a place in the queue."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts import roles
from accounts.models import Referent, User
from core import clock
from core.transitions import transition
from training.enums import CertificateState, EnrolmentCancelReason, EnrolmentState, SessionState
from training.exceptions import TrainingRefused
from training.models import AttendanceCertificate, Enrolment, TrainingSession
from training.records import lock_record
from training.services.seats import lock_session, reason_words, seat_waiting, tell_seated, tell_withdrawn
from training.workflow import ENROLMENT

RUNNING = (EnrolmentState.WAITING, EnrolmentState.ENROLLED)


@transaction.atomic
def enrol(*, session: TrainingSession, referents: Sequence[Referent], actor: User, now: datetime) -> list[Enrolment]:
    """All of these référents or none: seated while there are seats, then waiting, in this order. Their states are
    those of the enrolments returned."""
    _lock_own(actor, referents)
    locked = lock_session(session.pk)
    return _enrol(locked, referents, actor=actor, now=now)


@transaction.atomic
def cancel_enrolment(
    *,
    enrolment: Enrolment,
    actor: User,
    now: datetime,
    reason: EnrolmentCancelReason | None = None,
    note: str = "",
) -> None:
    """By the structure while enrolments are open, by the DPID with a reason at any time before attendance is confirmed.
    The seat goes to whoever waits first. The journal keeps the category alone, `note` is in the message and nowhere
    else."""
    session = lock_session(enrolment.session_id)
    own = roles.is_structure(actor)
    row = ENROLMENT["cancel" if own else "cancel_for"]
    with transition(row, enrolment, actor=actor, now=now, comment=reason.label if reason else "") as locked:
        pass
    if reason and not own:
        tell_withdrawn(locked, reason=reason_words(reason.label, note), now=now)
    hand_on(session, now)


@transaction.atomic
def move_enrolment(*, enrolment: Enrolment, to: TrainingSession, actor: User, now: datetime) -> Enrolment:
    """Another date of the same module: the seat is given back only if a seat, or a place in the queue, is got."""
    _lock_own(actor, [enrolment.referent])
    sessions = {pk: lock_session(pk) for pk in sorted({enrolment.session_id, to.pk})}
    left, joined = sessions[enrolment.session_id], sessions[to.pk]
    if (left.module, left.part) != (joined.module, joined.part) or left.pk == joined.pk:
        raise TrainingRefused("Choisissez une autre session du même module.", field="to")
    with transition(ENROLMENT["cancel"], enrolment, actor=actor, now=now, comment="Changement de session."):
        pass
    moved = _enrol(joined, [enrolment.referent], actor=actor, now=now)[0]
    hand_on(left, now)
    return moved


def _enrol(session: TrainingSession, referents: Sequence[Referent], *, actor: User, now: datetime) -> list[Enrolment]:
    """On a locked session."""
    if not TrainingSession.objects.visible_to(actor).filter(pk=session.pk).exists():
        raise TrainingRefused("Cette session n’est pas ouverte à votre territoire.")
    if session.state != SessionState.PLANNED or clock.civil_date(now) > session.closes_on:
        raise TrainingRefused("Les inscriptions à cette session sont closes.")
    if not referents:
        raise TrainingRefused("Choisissez au moins un référent.", field="referents")
    for referent in referents:
        _check_may_go(referent, session)
    rank = session.enrolments.aggregate(last=Max("rank"))["last"] or 0
    made = [
        session.enrolments.create(referent=referent, rank=rank + place, asked_by=actor, asked_at=now)
        for place, referent in enumerate(referents, 1)
    ]
    new = {enrolment.pk for enrolment in made}
    tell_seated([seated for seated in seat_waiting(session, now=now) if seated.pk not in new], now=now)
    return list(Enrolment.objects.filter(pk__in=new).select_related("referent").order_by("rank"))


def hand_on(session: TrainingSession, now: datetime) -> None:
    """The seat given back goes to the first who waits, as long as somebody can still be told to come. On a locked
    session."""
    if session.state == SessionState.PLANNED and clock.civil_date(now) < session.starts_on:
        tell_seated(seat_waiting(session, now=now), now=now)


def _check_may_go(referent: Referent, session: TrainingSession) -> None:
    """In post that day, not trained already, not in two rooms, not twice in the queue."""
    if not referent.is_active_on(session.starts_on):
        raise TrainingRefused(f"{referent} n’est pas en poste le jour de la session.", field="referents")
    proven = AttendanceCertificate.objects.filter(
        referent=referent, module=session.module, state=CertificateState.ACCEPTED
    )
    if any(proof.part in {None, session.part} for proof in proven):
        raise TrainingRefused(f"{referent} a déjà une attestation acceptée pour ce module.", field="referents")
    running = referent.enrolments.filter(state__in=RUNNING, session__state=SessionState.PLANNED)
    for other in running.select_related("session"):
        same_part = None in {other.session.part, session.part} or other.session.part == session.part
        if other.session.module == session.module and same_part:
            raise TrainingRefused(f"{referent} est déjà inscrit à une session de ce module.", field="referents")
    places = set(session.half_days.values_list("day", "half"))
    if places & set(running.values_list("session__half_days__day", "session__half_days__half")):
        raise TrainingRefused(f"{referent} est déjà inscrit à une autre session à ces dates.", field="referents")


def _lock_own(actor: User, referents: Sequence[Referent]) -> None:
    """The structure's record is the lock of its référents: two enrolments of one person wait for each other."""
    if not roles.is_structure(actor) or any(each.structure_id != actor.structure_id for each in referents):
        raise TrainingRefused("Ce référent n’est pas de votre structure.", field="referents")
    if actor.structure_id is not None:
        lock_record(actor.structure_id)
