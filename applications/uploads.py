"""Files that a structure adds to its draft: each is received and given an owner, or refused with a sentence; and what
its owner makes of its words once it is read.

Nothing here runs inside a transaction of the caller: a refused file leaves neither object nor row.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.files.base import File
from django.db.models import Q

from accounts.models import Referent, Structure, User
from applications import selectors, services
from applications.models import Application
from core import clock
from core.sandbox import FileRefused
from core.transitions import TransitionRefused
from documents import owners
from documents.enums import FileKind
from documents.models import StoredFile
from documents.objects import StorageDown
from documents.owners import Words
from documents.receiving import received_file
from evaluation import services as evaluation
from evaluation.enums import CerType
from evaluation.errors import EvaluationRefused
from evaluation.lists import named_in
from evaluation.models import Cer, CerToSort, Panel
from rulebook.book import Rulebook, get_rulebook
from training import services as training
from training.enums import AbsenceReason, CertificateState
from training.models import AttendanceCertificate, SupportRequest, TrainingCommitment
from training.services import Placing, SameFile, TrainingRefused
from training.services.supports import read_support
from training.sorting import Guess, Person, guess, plain

Owner = TypeVar("Owner")
MOST_WAITS = 2
"""How many files in a row the storage may fail to keep before it is asked no more: each may wait for its time-outs."""
REFERENCE = re.compile(r"\b(r\d\d)[ _-]*cer[ _-]*(\d+)", re.IGNORECASE)


class UploadRefused(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The file is not kept; the message is a French sentence without the file's name. `field` names the culprit."""

    def __init__(self, message: str, *, field: str = "file"):
        super().__init__(message)
        self.field = field


def receive_each(
    files: "Iterable[File[bytes]]", receive: "Callable[[File[bytes]], Owner]"
) -> tuple[list[Owner], list[tuple[str, str]]]:
    """Take many files in, one after another: what is kept, and the name of each that is not with the reason."""
    kept: list[Owner] = []
    refused: list[tuple[str, str]] = []
    waits = 0
    for file in files:
        if waits == MOST_WAITS:
            refused.append((str(file.name), str(StorageDown())))
            continue
        try:
            kept.append(receive(file))
            waits = 0
        except UploadRefused as error:
            refused.append((str(file.name), str(error)))
            waits = waits + 1 if isinstance(error.__cause__, StorageDown) else 0
    return kept, refused


def receive_certificate(
    *, application: Application, upload: "File[bytes]", actor: User, now: datetime, today: date
) -> AttendanceCertificate:
    """Take an attestation in, with what its name tells; its words are heard once they are read."""
    rulebook = selectors.catalogue_of(application, today=today)
    try:
        with _received(application, upload, FileKind.ATTESTATION, actor, now) as stored:
            read = _guess(application, "", name=stored.original_name, rulebook=rulebook, today=today)
            return training.add_certificate(
                structure=application.structure, file=stored, guess=read, actor=actor, now=now
            )
    except (FileRefused, TrainingRefused) as error:
        raise _refusal(error) from error


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
    rulebook = selectors.catalogue_of(application, today=today)
    try:
        with _received(application, upload, FileKind.ATTESTATION, actor, now) as stored:
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
        with _received(application, proof, FileKind.ABSENCE, actor, now) as stored:
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
    given = _received(application, plan, FileKind.ATTESTATION, actor, now) if plan else nullcontext(None)
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
) -> Cer | CerToSort:
    """Take a CER in for `referent`, or for the one that the file's name refers to: R03-CER2, or the reference of the
    list that was drawn, which give its place too. For nobody known, it waits to be sorted: its words may still tell."""
    panel = application.panel
    try:
        with _received(application, upload, FileKind.CER, actor, now) as stored:
            _refuse_twin(panel, stored)
            owner, number = _place(application, stored.original_name, referent=referent, today=today)
            if owner is None:
                return evaluation.keep_to_sort(panel=panel, file=stored, actor=actor, now=now)
            return evaluation.add_cer(panel=panel, referent=owner, number=number, file=stored, actor=actor, now=now)
    except (FileRefused, EvaluationRefused) as error:
        raise UploadRefused(str(error)) from error


def replace_cer(*, application: Application, cer: Cer, upload: "File[bytes]", actor: User, now: datetime) -> Cer:
    try:
        with _received(application, upload, FileKind.CER, actor, now) as stored:
            _refuse_twin(cer.panel, stored)
            return evaluation.replace_cer_file(cer=cer, file=stored, actor=actor, now=now)
    except (FileRefused, EvaluationRefused) as error:
        raise UploadRefused(str(error)) from error


def answer_withdrawal(*, cer: Cer, upload: "File[bytes]", actor: User, now: datetime) -> Cer:
    """The structure's new file for a contract withdrawn: through the same way in as the others."""
    try:
        with received_file(
            upload=upload, kind=FileKind.CER, structure=cer.panel.structure, actor=actor, now=now
        ) as stored:
            return services.answer_withdrawal(cer=cer, file=stored, actor=actor, now=now)
    except (FileRefused, EvaluationRefused) as error:
        raise UploadRefused(str(error)) from error


def answer_support(*, request: SupportRequest, upload: "File[bytes]", actor: User, now: datetime) -> SupportRequest:
    """The programme or the support that the DPID asked for."""
    structure = request.certificate.structure
    try:
        with received_file(
            upload=upload, kind=FileKind.ATTESTATION, structure=structure, actor=actor, now=now
        ) as stored:
            return services.answer_support(request=request, file=stored, actor=actor, now=now)
    except (FileRefused, TransitionRefused) as error:
        raise UploadRefused(str(error)) from error


def hear_certificate(file: StoredFile, words: Words, ready: bool, now: datetime) -> None:
    """An attestation has been read: sorted when its own words say whose and which it is, unless somebody has."""
    if ready:
        read_support(file=file, now=now)
    certificate = (
        AttendanceCertificate.objects.filter(file=file, state=CertificateState.TO_SORT)
        .select_related("structure")
        .first()
    )
    draft = selectors.draft_of(file.structure_id or 0)
    if certificate is None or draft is None or file.uploaded_by is None:
        return
    actor, today = file.uploaded_by, clock.civil_date(now)
    rulebook = selectors.catalogue_of(draft, today=today)
    read = _guess(draft, words.text, name=file.original_name, rulebook=rulebook, today=today)
    with suppress(TrainingRefused):
        if _is_certain(read, _guess(draft, words.text, name="", rulebook=rulebook, today=today), rulebook):
            training.assign_certificate(
                certificate=certificate,
                placing=_placing(draft.structure, read),
                rulebook=rulebook,
                actor=actor,
                today=today,
            )
        else:
            training.propose_place(certificate=certificate, guess=read, actor=actor)


def hear_cer(file: StoredFile, words: Words, ready: bool, now: datetime) -> None:
    """A CER has been read: its facts, its type when it names one, its référent when nobody knew; the file it replaces
    goes."""
    if ready:
        evaluation.refuse_same_pages(file=file)
    evaluation.keep_read_facts(file=file, text=words.text, scanned=words.scanned, now=now)
    draft, actor = selectors.draft_of(file.structure_id or 0), file.uploaded_by
    if draft is None or actor is None:
        return
    evaluation.hold_panel(panel=draft.panel)
    if ready and (replaced := draft.panel.cers.filter(file=file, former__isnull=False).first()):
        evaluation.drop_former_file(cer=replaced, now=now)
    contract_type = _contract_type(words.text)
    with suppress(EvaluationRefused):
        if cer := draft.panel.cers.filter(file=file, contract_type="").first():
            evaluation.set_contract_type(cer=cer, contract_type=contract_type, actor=actor, now=now)
        elif waiting := draft.panel.to_sort.filter(file=file).first():
            owner, number = _referred(draft, words.text, today=clock.civil_date(now))
            if owner:
                evaluation.sort_cer(
                    waiting=waiting, referent=owner, number=number, contract_type=contract_type, actor=actor, now=now
                )  # fmt: skip


def register_owners() -> None:
    owners.hear(FileKind.ATTESTATION, hear_certificate)
    owners.hear(FileKind.CER, hear_cer)


def _received(
    application: Application, upload: "File[bytes]", kind: FileKind, actor: User, now: datetime
) -> AbstractContextManager[StoredFile]:
    return received_file(upload=upload, kind=kind, structure=application.structure, actor=actor, now=now)


def _guess(application: Application, words: str, *, name: str, rulebook: Rulebook, today: date) -> Guess:
    referents = application.structure.referents.order_by("code")
    people = [Person(r.code, r.first_name, r.last_name) for r in referents]
    return guess(words, name=name, people=people, rulebook=rulebook, today=today)


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


def _place(
    application: Application, name: str, *, referent: Referent | None, today: date
) -> tuple[Referent | None, int | None]:
    """Whose contract a file's name says it is, and which place: the drawn reference in full, R03-CER2, or a name that
    bears the drawn reference. `referent`: the one that the person chose."""
    empty = application.panel.cers.filter(file=None).exclude(drawn_as="").select_related("referent")
    places = [cer for cer in empty if referent in {None, cer.referent}]
    stem = name.rpartition(".")[0] or name
    if cer := _drawn_place(stem, places, whole=True):
        return cer.referent, cer.number
    owner, number = _referred(application, name, today=today)
    if owner and referent in {None, owner}:
        return owner, number
    if cer := _drawn_place(stem, places):
        return cer.referent, cer.number
    return referent, None


def _drawn_place(stem: str, places: list[Cer], *, whole: bool = False) -> Cer | None:
    """The one place whose drawn reference the name gives; two référents may have listed the same."""
    named = named_in(stem, (cer.drawn_as for cer in places), whole=whole)
    found = [cer for cer in places if cer.drawn_as == named]
    return found[0] if len(found) == 1 else None


def _referred(application: Application, text: str, *, today: date) -> tuple[Referent | None, int | None]:
    """The one référent that counts whose contract the text says it is, and its number when it gives one alone."""
    counted = {r.code: r for r in selectors.counted_referents(application, today=today)}
    given = {(code.upper(), int(number)) for code, number in REFERENCE.findall(text) if code.upper() in counted}
    codes = {code for code, _ in given}
    if len(codes) != 1:
        return None, None
    return counted[codes.pop()], next(iter(given))[1] if len(given) == 1 else None


def _refuse_twin(panel: Panel, stored: StoredFile) -> None:
    """Under the panel's lock: the very same file can't be two CERs."""
    evaluation.hold_panel(panel=panel)
    same = stored.received_sha256
    known = Q(file__received_sha256=same) | Q(former__received_sha256=same)
    if twin := panel.cers.filter(known).select_related("referent").first():
        raise UploadRefused(f"Ce fichier est déjà déposé\u00a0: c’est {twin.reference}.")
    if panel.to_sort.filter(file__received_sha256=same).exists():
        raise UploadRefused("Ce fichier est déjà déposé\u00a0: il est parmi les CER à ranger.")


def _contract_type(words: str) -> str:
    """The type that the contract names, when it names only one."""
    text = plain(words)
    social = "contrat de solidarite" in text
    professional = any(f"contrat {word}" in text for word in ("socioprofessionnel", "socio professionnel", "sociopro"))
    if social == professional:
        return ""
    return CerType.SOLIDARITY if social else CerType.SOCIO_PROFESSIONAL
