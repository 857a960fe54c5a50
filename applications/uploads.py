"""Files that a structure adds to its draft: each is checked, kept and given an owner, or refused with a sentence.

Nothing here runs inside a transaction of the caller: a refused file leaves neither object nor row.
"""

import logging
import re
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from accounts.models import Referent, Structure, User
from applications import selectors
from applications.models import Application
from documents.enums import FileKind
from documents.models import StoredFile
from documents.pages import first_words
from documents.services import FileRefused, kept_file
from documents.serving import read_content
from evaluation import services as evaluation
from evaluation.enums import CerType
from evaluation.errors import EvaluationRefused
from evaluation.models import Cer, Panel
from rulebook.book import Rulebook, get_rulebook
from training import services as training
from training.enums import AbsenceReason
from training.models import AttendanceCertificate, TrainingCommitment
from training.services import Placing, SameFile, TrainingRefused
from training.sorting import Guess, Person, guess, plain

logger = logging.getLogger(__name__)
REFERENCE = re.compile(r"\b(r\d\d)[ _-]*cer[ _-]*\d", re.IGNORECASE)


class UploadRefused(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The file is not kept; the message is a French sentence without the file's name. `field` names the culprit."""

    def __init__(self, message: str, *, field: str = "file"):
        super().__init__(message)
        self.field = field


def receive_certificate(
    *, application: Application, upload: "File[bytes]", actor: User, now: datetime, today: date
) -> AttendanceCertificate:
    """Take an attestation in, and sort it at once when its own words say whose and which it is."""
    structure, rulebook = application.structure, get_rulebook(application.rulebook_version)
    try:
        with kept_file(upload=upload, actor=actor, now=now) as stored:
            words = read_words(stored)
            people = [Person(r.code, r.first_name, r.last_name) for r in structure.referents.order_by("code")]
            read = guess(words, name=stored.original_name, people=people, rulebook=rulebook, today=today)
            alone = guess(words, name="", people=people, rulebook=rulebook, today=today)
            certificate = training.add_certificate(structure=structure, file=stored, guess=read, actor=actor, now=now)
    except (FileRefused, TrainingRefused) as error:
        raise _refusal(error) from error
    if not _is_certain(read, alone, rulebook):
        return certificate
    return training.assign_certificate(
        certificate=certificate, placing=_placing(structure, read), rulebook=rulebook, actor=actor, today=today
    )


def receive_certificate_for(
    *,
    application: Application,
    upload: "File[bytes]",
    placing: Placing,
    actor: User,
    now: datetime,
    today: date,
) -> AttendanceCertificate:
    """Take in an attestation whose place the person gives."""
    rulebook = get_rulebook(application.rulebook_version)
    try:
        with kept_file(upload=upload, actor=actor, now=now) as stored, transaction.atomic():
            certificate = training.add_certificate(
                structure=application.structure, file=stored, guess=Guess(), actor=actor, now=now
            )
            return training.assign_certificate(
                certificate=certificate, placing=placing, rulebook=rulebook, actor=actor, today=today
            )
    except (FileRefused, TrainingRefused) as error:
        raise _refusal(error) from error


def commit_absence(
    *, application: Application, proof: "File[bytes]", actor: User, now: datetime, reason: str, **fields: Any
) -> TrainingCommitment:
    """A commitment in the place of a training missed, with its proof (R23)."""
    try:
        with kept_file(upload=proof, actor=actor, now=now) as stored:
            return training.commit_absence(
                proof=stored,
                reason=AbsenceReason(reason),
                rulebook=get_rulebook(application.rulebook_version),
                actor=actor,
                now=now,
                **fields,
            )
    except (FileRefused, TrainingRefused) as error:
        raise _refusal(error, file_field="proof") from error


def commit_newcomer(
    *, application: Application, plan: "File[bytes] | None", actor: User, now: datetime, **fields: Any
) -> TrainingCommitment:
    """The training plan of a new arrival, as a session or as a file (R24)."""
    given = kept_file(upload=plan, actor=actor, now=now) if plan else nullcontext(None)
    try:
        with given as stored:
            return training.commit_newcomer(
                plan=stored, rulebook=get_rulebook(application.rulebook_version), actor=actor, now=now, **fields
            )
    except (FileRefused, TrainingRefused) as error:
        raise _refusal(error, file_field="plan") from error


def receive_cer(
    *,
    application: Application,
    upload: "File[bytes]",
    referent: Referent | None,
    actor: User,
    now: datetime,
    today: date,
) -> Cer:
    """Take a CER in for `referent`, or for the one that the file's name or its words refer to (R03-CER2)."""
    try:
        with kept_file(upload=upload, kind=FileKind.CER, actor=actor, now=now) as stored:
            words = read_words(stored)
            owner = referent or _referred(application, stored.original_name, words, today)
            with transaction.atomic():
                _refuse_twin(application.panel, stored)
                return evaluation.add_cer(
                    panel=application.panel,
                    referent=owner,
                    file=stored,
                    contract_type=_contract_type(words),
                    actor=actor,
                    now=now,
                )
    except (FileRefused, EvaluationRefused) as error:
        raise UploadRefused(str(error)) from error


def replace_cer(*, cer: Cer, upload: "File[bytes]", actor: User, now: datetime) -> Cer:
    try:
        with kept_file(upload=upload, kind=FileKind.CER, actor=actor, now=now) as stored, transaction.atomic():
            _refuse_twin(cer.panel, stored)
            return evaluation.replace_cer_file(cer=cer, file=stored, actor=actor, now=now)
    except (FileRefused, EvaluationRefused) as error:
        raise UploadRefused(str(error)) from error


def read_words(stored: StoredFile) -> str:
    """The words of a file that was let in; nothing when they can't be read."""
    try:
        return first_words(read_content(stored), stored.content_type)
    except Exception:  # les lecteurs de PDF lèvent bien plus que leurs propres erreurs
        logger.info("texte illisible dans %s", stored.key)
        return ""


def _refusal(error: FileRefused | TrainingRefused, *, file_field: str = "file") -> UploadRefused:
    if isinstance(error, TrainingRefused) and not isinstance(error, SameFile):
        return UploadRefused(str(error), field=error.field)
    return UploadRefused(str(error), field=file_field)


def _is_certain(read: Guess, words_alone: Guess, rulebook: Rulebook) -> bool:
    """Whose and which were read in the file's own words, and the part where there are several."""
    if read != words_alone or not (read.code and read.module):
        return False
    return read.part is not None or not rulebook.module(read.module).parts


def _placing(structure: Structure, read: Guess) -> Placing:
    return Placing(
        referent=structure.referents.get(code=read.code),
        module=read.module,
        part=read.part,
        followed_on=read.followed_on,
    )


def _referred(application: Application, name: str, words: str, today: date) -> Referent:
    counted = {r.code: r for r in selectors.counted_referents(application, today=today)}
    for text in (name, words):
        codes = {code.upper() for code in REFERENCE.findall(text)} & set(counted)
        if len(codes) == 1:
            return counted[codes.pop()]
    raise UploadRefused(
        "Ce fichier ne dit pas pour quel référent il est. Choisissez le référent dans la liste, "
        "ou nommez le fichier comme R03-CER2.pdf."
    )


def _refuse_twin(panel: Panel, stored: StoredFile) -> None:
    """Under the panel's lock: the very same file can't be two CERs."""
    Panel.objects.select_for_update().get(pk=panel.pk)
    twin = panel.cers.filter(file__sha256=stored.sha256).select_related("referent").first()
    if twin:
        raise UploadRefused(f"Ce fichier est déjà déposé\u00a0: c’est {twin.reference}.")


def _contract_type(words: str) -> str:
    """The type that the contract names, when it names only one."""
    text = plain(words)
    social = "contrat de solidarite" in text
    professional = any(f"contrat {word}" in text for word in ("socioprofessionnel", "socio professionnel", "sociopro"))
    if social == professional:
        return ""
    return CerType.SOLIDARITY if social else CerType.SOCIO_PROFESSIONAL
