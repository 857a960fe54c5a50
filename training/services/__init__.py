"""Writes on training records: attestations put forward and sorted, commitments taken. Ruling is the DPID's."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts import roles
from accounts.models import Referent, Structure, User
from core import clock
from core.french import day_date
from core.versions import check_version
from documents.enums import FileState
from documents.models import StoredFile
from documents.services import delete_file
from rulebook import calendar
from rulebook.clauses import Rulebook
from rulebook.enums import NewcomerRule
from training.courses import course_key
from training.coverage import OPTIONAL
from training.enums import RULED, AbsenceReason, CertificateState, CommitmentKind, RecordStage, SupportState
from training.exceptions import TrainingRefused
from training.models import AttendanceCertificate, Attestation, TrainingCommitment
from training.records import lock_record
from training.services.promises import settle_commitments
from training.sorting import Guess


class SameFile(TrainingRefused):
    """The very same file is already among the structure's attestations."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Where an attestation goes: whose it is, which module or part of it, when and with whom it was followed."""

    referent: Referent
    module: str
    part: int | None = None
    followed_on: date | None = None
    provider: str = ""
    is_equivalence: bool = False
    course: str = ""
    edition: str = ""
    hours: int | None = None


COURSE = ("provider", "course", "hours")
PLACED = tuple(each.name for each in fields(Placing))


@transaction.atomic
def add_certificate(
    *, structure: Structure, file: StoredFile, guess: Guess, actor: User, now: datetime
) -> AttendanceCertificate:
    """Keep a file that came in among the attestations to sort, with the proposal read in it.

    SameFile when the structure already has it: nothing is kept twice.
    """
    _lock_own(actor, structure)
    same = structure.certificates.filter(file__received_sha256=file.received_sha256)
    if twins := list(same.select_related("file", "referent")):
        sorted_for = {f"{twin.referent}": None for twin in twins if twin.state != CertificateState.TO_SORT}
        where = f"rangé pour {', '.join(sorted_for)}" if sorted_for else "à ranger"
        more = not all(also_objection(twin) for twin in twins)
        hint = (
            " S’il prouve autre chose encore, ouvrez-le\u00a0: «\u00a0Ce fichier prouve aussi\u00a0»." if more else ""
        )
        raise SameFile(f"Ce fichier est déjà là, sous le nom «\u00a0{twins[0].file}\u00a0», {where}.{hint}")
    return AttendanceCertificate.objects.create(
        structure=structure,
        file=file,
        referent=structure.referents.filter(code=guess.code).first() if guess.code else None,
        module=guess.module,
        part=guess.part,
        followed_on=guess.followed_on,
        created_at=now,
    )


@transaction.atomic
def propose_place(*, certificate: AttendanceCertificate, guess: Guess, actor: User) -> None:
    """What was read in a file that nobody has sorted meanwhile: a proposal in the place of the former one."""
    _lock_own(actor, certificate.structure)
    certificate.structure.certificates.filter(pk=certificate.pk, state=CertificateState.TO_SORT).update(
        referent=certificate.structure.referents.filter(code=guess.code).first() if guess.code else None,
        module=guess.module,
        part=guess.part,
        followed_on=guess.followed_on,
    )


@transaction.atomic
def assign_certificate(
    *,
    certificate: AttendanceCertificate,
    placing: Placing,
    rulebook: Rulebook,
    actor: User,
    today: date,
    version: str = "",
) -> AttendanceCertificate:
    """Sort an attestation, or sort it anew while nobody has ruled on it. Overtaken when it is no longer that of
    `version`."""
    _lock_own(actor, certificate.structure)
    locked = AttendanceCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    _check_unruled(locked)
    check_version(locked, version, {name: getattr(placing, name) for name in PLACED})
    if locked.state == CertificateState.TO_SORT:
        placing = _completed(placing)
    _check_placing(locked, placing, rulebook, today)
    _check_pieces(locked, placing)
    _place(locked, placing)
    return locked


@transaction.atomic
def prove_also(
    *,
    certificate: AttendanceCertificate,
    referents: Collection[Referent],
    module: str,
    part: int | None,
    rulebook: Rulebook,
    actor: User,
    now: datetime,
) -> list[AttendanceCertificate]:
    """The file of an attestation put forward for others too, or for another module: each is one more attestation of
    the same course, ruled on by itself. All or none."""
    _lock_own(actor, certificate.structure)
    known = AttendanceCertificate.objects.select_related("structure", "file").get(pk=certificate.pk)
    if objection := also_objection(known):
        raise TrainingRefused(objection)
    said = Placing(**{name: getattr(known, name) for name in PLACED})
    rows = []
    for referent in referents:
        placing = replace(said, referent=referent, module=module, part=part)
        row = AttendanceCertificate(structure=known.structure, file=known.file, created_at=now)
        _check_placing(row, placing, rulebook, clock.civil_date(now))
        _place(row, placing)
        rows.append(row)
    return rows


def also_objection(certificate: AttendanceCertificate) -> str:
    """Why the file of an attestation can prove nothing else; empty when it can. What the DPID refused for one may hold
    for another."""
    if certificate.state == CertificateState.TO_SORT:
        return "Dites d’abord de qui et de quel module est ce fichier."
    if certificate.file.state == FileState.REFUSED:
        return "Ce fichier est refusé\u00a0: ajoutez-en un autre."
    if Attestation.objects.filter(certificate=certificate).exists():
        return "Cette attestation est délivrée par le Département à une seule personne."
    return ""


def _check_placing(certificate: AttendanceCertificate, placing: Placing, rulebook: Rulebook, today: date) -> None:
    if placing.referent.structure_id != certificate.structure_id:
        raise TrainingRefused("Ce référent n’est pas de votre structure.", field="referent")
    modules = {module.id: module for module in rulebook.modules}
    module = modules.get(placing.module)
    if module is None:
        raise TrainingRefused("Ce module n’est pas au plan de formation.", field="module")
    if placing.part is not None and (not module.parts or placing.part not in module.part_numbers):
        raise TrainingRefused("Ce module n’a pas cette partie.", field="module")
    if not module.counts:
        raise TrainingRefused("Ce module n’est pas au catalogue qui vaut pour ce dossier.", field="module")
    if module.withdrawn_on and placing.followed_on and placing.followed_on > module.withdrawn_on:
        raise TrainingRefused(
            f"Ce module est retiré du catalogue depuis le {day_date(module.withdrawn_on)}\u00a0: il compte "
            "pour qui l’a suivi jusque-là.",
            field="module",
        )
    if placing.followed_on and placing.followed_on > today:
        raise TrainingRefused("La formation ne peut pas avoir été suivie dans l’avenir.", field="followed_on")
    if placing.is_equivalence and not placing.provider:
        raise TrainingRefused("Indiquez l’organisme qui a assuré cette formation.", field="provider")
    if placing.is_equivalence and not placing.course:
        raise TrainingRefused("Indiquez l’intitulé de cette formation.", field="course")
    same = AttendanceCertificate.objects.filter(
        file=certificate.file_id, referent=placing.referent, module=placing.module
    ).exclude(pk=certificate.pk)
    if same.filter(Q(part=placing.part) | Q(part=None) if placing.part else Q()).exists():
        raise TrainingRefused(f"Ce fichier prouve déjà ce module pour {placing.referent}.", field="module")


def _check_pieces(certificate: AttendanceCertificate, placing: Placing) -> None:
    """A piece that was sent tells of one course: it follows the attestation to another référent or module, not to
    another course."""
    same = course_key(placing.provider, placing.course, placing.edition) == certificate.course_key
    if same and placing.is_equivalence == certificate.is_equivalence:
        return
    if certificate.support_requests.filter(state=SupportState.ANSWERED).exists():
        raise TrainingRefused(
            f"La DPID a reçu une pièce pour «\u00a0{certificate.course}\u00a0»\u00a0: l’organisme, l’intitulé et la "
            "version de cette formation restent. Pour une autre formation, ajoutez son attestation.",
            field="course",
        )


def _place(certificate: AttendanceCertificate, placing: Placing) -> None:
    for name in PLACED:
        setattr(certificate, name, getattr(placing, name))
    certificate.course_key = course_key(placing.provider, placing.course, placing.edition)
    certificate.state = CertificateState.EQUIVALENCE if placing.is_equivalence else CertificateState.TO_CHECK
    certificate.save()


def _completed(placing: Placing) -> Placing:
    """What is not said of a training takes what was noted of it before its attestation came, if one alone fits."""
    noted = placing.referent.past_trainings.filter(module=placing.module, part=placing.part)
    if placing.followed_on:
        noted = noted.filter(followed_on=placing.followed_on)
    fitting = list(noted[:2])
    if len(fitting) != 1:
        return placing
    said = {name: getattr(placing, name) or getattr(fitting[0], name) for name in ("followed_on", *COURSE)}
    return replace(placing, **said)


@transaction.atomic
def remove_certificate(*, certificate: AttendanceCertificate, actor: User) -> None:
    """Take back an attestation that nobody has ruled on; its file goes too, unless it proves something else."""
    _lock_own(actor, certificate.structure)
    locked = AttendanceCertificate.objects.select_for_update(of=("self",)).select_related("file").get(pk=certificate.pk)
    _check_unruled(locked)
    if locked.support_requests.exists():
        raise TrainingRefused("La DPID a demandé une pièce pour cette attestation\u00a0: elle reste au dossier.")
    file = locked.file
    locked.delete()
    if not AttendanceCertificate.objects.filter(file=file).exists():
        delete_file(file=file)


@transaction.atomic
def commit_newcomer(
    *,
    referent: Referent,
    obligation: str,
    session_on: date | None,
    session_place: str = "",
    plan: StoredFile | None = None,
    rulebook: Rulebook,
    actor: User,
    now: datetime,
) -> TrainingCommitment:
    """A new arrival will be trained within the year of arrival (CdC 5-1 b, R24): a session, or a plan as a file."""
    due = newcomer_due(referent, rulebook)
    if due < clock.civil_date(now):
        raise TrainingRefused(
            f"L’année d’arrivée de {referent} est finie depuis le {calendar.day_words(due)}\u00a0: "
            "la formation est due."
        )
    if session_on is None and plan is None:
        raise TrainingRefused("Indiquez la session prévue, ou joignez le plan de formation.", field="session_on")
    return _commit(
        referent,
        obligation,
        CommitmentKind.NEWCOMER,
        due,
        rulebook=rulebook,
        actor=actor,
        now=now,
        session_on=session_on,
        session_place=session_place,
        proof=plan,
    )


@transaction.atomic
def commit_absence(
    *,
    referent: Referent,
    obligation: str,
    reason: AbsenceReason,
    session_on: date,
    session_place: str = "",
    proof: StoredFile | None,
    rulebook: Rulebook,
    actor: User,
    now: datetime,
) -> TrainingCommitment:
    """An absence that is proven, with a place in a new session (CdC 5-1 b, R23)."""
    if proof is None:
        raise TrainingRefused("Joignez le justificatif d’absence.", field="proof")
    return _commit(
        referent,
        obligation,
        CommitmentKind.ABSENCE,
        absence_due(rulebook, clock.civil_date(now)),
        rulebook=rulebook,
        actor=actor,
        now=now,
        absence_reason=reason,
        session_on=session_on,
        session_place=session_place,
        proof=proof,
    )


def newcomer_due(referent: Referent, rulebook: Rulebook) -> date:
    """Last day for a newcomer to be trained (E47)."""
    rule = NewcomerRule(rulebook.choice("training.newcomer_rule"))
    months = rulebook.integer("training.commitment_months")
    return calendar.newcomer_limit(referent.arrived_on, rule=rule, months=months).date


def absence_due(rulebook: Rulebook, today: date) -> date:
    """Last day for a session missed to be made up for (A8)."""
    return calendar.add_months(today, rulebook.integer("training.commitment_months"))


@transaction.atomic
def remove_commitment(*, commitment: TrainingCommitment, actor: User, today: date) -> None:
    """Give up a commitment, with its proof."""
    _lock_own(actor, commitment.structure)
    locked = TrainingCommitment.objects.select_for_update(of=("self",)).select_related("proof").get(pk=commitment.pk)
    proof = locked.proof
    if proof and proof.legal_hold:
        raise TrainingRefused("Le justificatif est conservé pour un contentieux en cours\u00a0: l’engagement reste.")
    locked.delete()
    settle_commitments(structure=commitment.structure, today=today)
    if proof:
        delete_file(file=proof)


def _commit(
    referent: Referent,
    obligation: str,
    kind: CommitmentKind,
    due_on: date,
    *,
    rulebook: Rulebook,
    actor: User,
    now: datetime,
    **fields: object,
) -> TrainingCommitment:
    _lock_own(actor, referent.structure)
    if obligation not in {*(module.id for module in rulebook.compulsory_modules), OPTIONAL}:
        raise TrainingRefused("Ce module n’est pas une obligation.")
    session_on = fields.get("session_on")
    if isinstance(session_on, date) and session_on < clock.civil_date(now):
        raise TrainingRefused("La session prévue est déjà passée.", field="session_on")
    commitment = TrainingCommitment(
        structure=referent.structure,
        referent=referent,
        obligation=obligation,
        kind=kind,
        due_on=due_on,
        created_at=now,
        **fields,
    )
    try:
        commitment.full_clean()
    except ValidationError as error:
        field = "session_on" if "échéance" in str(error) else ""
        raise TrainingRefused(error.messages[0], field=field) from error
    commitment.save()
    settle_commitments(structure=referent.structure, today=clock.civil_date(now))
    return commitment


def _lock_own(actor: User, structure: Structure) -> None:
    """Whoever writes holds the structure's record: what is filed does not change while it is judged."""
    if not (roles.is_structure(actor) and actor.structure_id == structure.pk):
        raise TrainingRefused("Ces attestations ne sont pas celles de votre structure.")
    if lock_record(structure.pk).stage != RecordStage.DRAFT:
        raise TrainingRefused(
            "Votre dossier est déposé\u00a0: ses attestations et ses engagements ne changent plus jusqu’à la décision."
        )


def _check_unruled(certificate: AttendanceCertificate) -> None:
    if certificate.state in RULED:
        raise TrainingRefused("La DPID s’est déjà prononcée sur cette attestation\u00a0: elle ne change plus.")
