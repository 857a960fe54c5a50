"""A session closed, then its attestations (CdC 5-1): what is due is a row, each is issued in a transaction of its own.

Drawing forty letters takes longer than a page may wait for: closing says who was there, a worker writes the letters.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import Structure, User
from core import clock
from core.models import RegisterNumber
from core.transitions import transition
from core.wakeup import wake
from documents.enums import LetterKind
from documents.models import Letter
from documents.services import erased_on_failure, write_letter
from training.attendance import Record, missed_words
from training.attestations import attestation_context
from training.cards import session_words
from training.enums import CertificateState, CorrectionReason, EnrolmentState, MarkWay, SessionState
from training.exceptions import TrainingRefused
from training.models import AttendanceCertificate, Attestation, Enrolment, TrainingSession
from training.records import lock_record
from training.rights import may_run_plan
from training.selectors.attendance import records_of, seats_of
from training.selectors.attestations import due_attestations
from training.selectors.catalogue import naming
from training.services.promises import settle_commitments
from training.services.seats import lock_session, tell_members
from training.workflow import ENROLMENT, SESSION

ISSUER_TASK = "training.tasks.issue_due_attestations"
WAKE_LIFETIME = 60  # seconds; after that the minute's own sweep has passed
logger = logging.getLogger(__name__)


@transaction.atomic
def close_session(*, session: TrainingSession, actor: User, now: datetime) -> TrainingSession:
    """Who was there all the time is present and has an attestation due; the others are absent, and told why. Those who
    still waited wait no more. StaleState the second time."""
    lock_session(session.pk)
    with transition(SESSION["close"], session, actor=actor, now=now) as locked:
        records, seats = records_of(locked), seats_of(locked)
        for enrolment in seats:
            row = ENROLMENT["attend" if records[enrolment.pk].is_full else "miss"]
            with transition(row, enrolment, actor=actor, now=now):
                pass
        for waiting in locked.enrolments.filter(state=EnrolmentState.WAITING).select_related("referent__structure"):
            with transition(ENROLMENT["unseated"], waiting, actor=None, now=now):
                pass
            _tell_unseated(waiting, now=now)
        _tell_closed(locked, seats, records, now=now)
    _wake_issuer()
    return locked


def issue_due(*, now: Callable[[], datetime]) -> int:
    """All the attestations that are due; how many were issued. One that fails is logged, and tried again."""
    issued = 0
    for pk in list(due_attestations().values_list("pk", flat=True)):
        try:
            issued += issue_attestation(enrolment_pk=pk, now=now()) is not None
        except Exception:
            logger.exception("The attestation of enrolment %s could not be issued.", pk)
    return issued


def issue_attestation(*, enrolment_pk: int, now: datetime) -> Attestation | None:
    """The letter, and the accepted certificate in the structure's file, whatever the stage of that file: it is the
    Département's own proof. None when nothing is due (any more)."""
    structure = Structure.objects.get(referents__enrolments=enrolment_pk)
    with erased_on_failure(), transaction.atomic():
        lock_record(structure.pk)
        rows = Enrolment.objects.select_for_update(of=("self",)).select_related("session", "referent__structure")
        enrolment = rows.get(pk=enrolment_pk)
        if not due_attestations().filter(pk=enrolment.pk).exists():
            return None
        year = clock.civil_date(now).year
        number = f"A62-{year}-{RegisterNumber.take(f'attestation-{year}'):05d}"
        closer = enrolment.log.filter(to_state=EnrolmentState.PRESENT).latest("pk").actor
        code = secrets.token_urlsafe(16)
        letter = write_letter(
            kind=LetterKind.ATTENDANCE,
            title=f"Attestation de présence {number}",
            structure=structure,
            template="letters/attestation.html",
            context=attestation_context(
                enrolment=enrolment,
                number=number,
                check_code=code,
                closer=closer,
                rulebook=naming(enrolment.session.module),
            ),
            now=now,
        )
        return Attestation.objects.create(
            number=number,
            enrolment=enrolment,
            certificate=_file(enrolment, letter, number=number, closer=closer, now=now),
            letter=letter,
            check_code=code,
            issued_at=now,
        )


def _file(enrolment: Enrolment, letter: Letter, *, number: str, closer: User, now: datetime) -> AttendanceCertificate:
    """Among the référent's attestations, accepted at once: nobody has to check what the Département has seen."""
    session, referent, file = enrolment.session, enrolment.referent, letter.pdf
    file.original_name = f"{number}.pdf"
    file.save(update_fields=["original_name"])
    certificate = AttendanceCertificate.objects.create(
        structure=referent.structure,
        referent=referent,
        module=session.module,
        part=session.part,
        file=file,
        followed_on=session.ends_on,
        provider=session.provider,
        state=CertificateState.ACCEPTED,
        ruled_by=closer,
        ruled_at=now,
        created_at=now,
    )
    certificate.rulings.create(state=CertificateState.ACCEPTED, author=closer, at=now)
    settle_commitments(structure=referent.structure, today=clock.civil_date(now))
    return certificate


@transaction.atomic
def correct_attendance(
    *, enrolment: Enrolment, known: Mapping[int, bool], reason: CorrectionReason, actor: User, now: datetime
) -> Enrolment:
    """Once the session is closed: what was wrong is said, why, and what follows. An attestation that should not have
    been is withdrawn, and counts no more; one that should have been is issued. `known`: half-day -> was there."""
    if not may_run_plan(actor):
        raise TrainingRefused("Les présences sont corrigées par la DPID.")
    lock_record(enrolment.referent.structure_id)
    session = lock_session(enrolment.session_id)
    if session.state != SessionState.CLOSED:
        raise TrainingRefused("Cette session n’est pas close\u00a0: les présences se notent dans sa table.")
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",)).select_related("referent__structure").get(pk=enrolment.pk)
    )
    record = records_of(session).get(enrolment.pk)
    if record is None:
        raise TrainingRefused("Cette personne n’avait pas de place dans cette session.")
    changed = {each.id: known[each.id] for each in record.half_days if known[each.id] != record.known.get(each.id)}
    if not changed:
        raise TrainingRefused("Rien ne change\u00a0: ces présences sont déjà celles qui sont notées.")
    for half_day, present in changed.items():
        enrolment.marks.create(half_day_id=half_day, present=present, way=MarkWay.HAND, author=actor, at=now)
    record = Record(record.half_days, {**record.known, **changed})
    target = EnrolmentState.PRESENT if record.is_full else EnrolmentState.ABSENT
    if target == enrolment.state:
        return enrolment
    row = ENROLMENT["correct_present" if record.is_full else "correct_absent"]
    with transition(row, enrolment, actor=actor, now=now, comment=reason.label) as locked:
        if not record.is_full:
            _withdraw(locked, record, actor=actor, now=now)
        _tell_corrected(locked, record, now=now)
    _wake_issuer()
    return locked


def _withdraw(enrolment: Enrolment, record: Record, *, actor: User, now: datetime) -> None:
    attestation = (
        Attestation.objects.filter(enrolment=enrolment, withdrawn_at=None).select_related("certificate").first()
    )
    if attestation is None:  # pas encore établie
        return
    attestation.withdrawn_at = now
    attestation.save(update_fields=["withdrawn_at"])
    certificate, reason = attestation.certificate, f"Présence corrigée, absence\u00a0: {missed_words(record)}."
    certificate.state, certificate.reason = CertificateState.REFUSED, reason
    certificate.ruled_by, certificate.ruled_at = actor, now
    certificate.save(update_fields=["state", "reason", "ruled_by", "ruled_at"])
    certificate.rulings.create(state=CertificateState.REFUSED, reason=reason, author=actor, at=now)
    settle_commitments(structure=certificate.structure, today=clock.civil_date(now))


def _tell_closed(
    session: TrainingSession, seats: list[Enrolment], records: Mapping[int, Record], *, now: datetime
) -> None:
    """Each structure, of its own people."""
    ours: dict[Structure, list[str]] = {}
    for seat in seats:
        record = records[seat.pk]
        fate = "attestation établie" if record.is_full else f"pas d’attestation, absence\u00a0: {missed_words(record)}"
        ours.setdefault(seat.referent.structure, []).append(f"{seat.referent}\u00a0: {fate}.")
    for structure, lines in ours.items():
        told = "\n".join(lines)
        tell_members(
            structure,
            key=f"session:{session.pk}:closed",
            subject=f"Session close\u00a0: {_words(session)}",
            body=f"Les présences sont confirmées par l’organisme. Les attestations entrent d’elles-mêmes dans votre "
            f"dossier, déjà acceptées.\n\n{told}\n\nUne absence se rattrape à une autre session du module.",
            session=session,
            now=now,
        )


def _tell_unseated(enrolment: Enrolment, *, now: datetime) -> None:
    tell_members(
        enrolment.referent.structure,
        key=f"enrolment:{enrolment.pk}:unseated",
        subject=f"Aucune place ne s’est libérée\u00a0: {enrolment.referent}",
        body=f"{enrolment.referent} attendait une place à la session {_words(enrolment.session)}, qui est close. "
        "Choisissez une autre session du module.",
        session=enrolment.session,
        now=now,
    )


def _tell_corrected(enrolment: Enrolment, record: Record, *, now: datetime) -> None:
    if record.is_full:
        body = "Sa présence est rétablie\u00a0: son attestation entre dans votre dossier, déjà acceptée."
    else:
        body = f"Absence\u00a0: {missed_words(record)}. Son attestation est retirée et ne compte plus."
    tell_members(
        enrolment.referent.structure,
        key=f"enrolment:{enrolment.pk}:corrected:{now.isoformat()}",
        subject=f"Présence corrigée\u00a0: {enrolment.referent}",
        body=f"La DPID a corrigé la présence de {enrolment.referent} à la session {_words(enrolment.session)}. {body}",
        session=enrolment.session,
        now=now,
    )


def _words(session: TrainingSession) -> str:
    return session_words(naming(session.module), session)


def _wake_issuer() -> None:
    transaction.on_commit(lambda: wake(ISSUER_TASK, lifetime=WAKE_LIFETIME), robust=True)
