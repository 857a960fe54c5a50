"""The way in of every file that somebody sends: received, examined in the background, settled once.

At the door only what costs nothing is looked at. The rest is a worker’s: it claims the file for a while (a dead one
loses its claim), examines it outside any transaction, then settles it under lock, once. Storage first, row second: a
row always has its object, and nothing but a settled READY file is served.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import Structure
from core import clock
from core.errors import Interruption
from core.sandbox import FileRefused
from core.sealing import Unreadable
from core.wakeup import wake
from documents import objects, owners, pipeline
from documents.anonymity import OwnDetails
from documents.enums import WAITING, FileAct, FileKind, FileState, Outcome, Ruling, Scan
from documents.intake import check_arrival
from documents.journal import record
from documents.models import Finding, StoredFile
from documents.owners import Words
from documents.pipeline import ScannerDown, Verdict
from documents.rulings import raised_again

__all__ = ["examine", "examine_all", "own_details", "receive_file", "received_file", "waiting_files", "wake_examiner"]

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
LEASE = timedelta(minutes=10)
"""How long a claim holds: a little more than the longest examination."""
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=15)
MOST_TRIES = 3
IN_NAME = "nom du fichier"
EXAMINER_TASK = "documents.tasks.examine_file"
WAKE_LIFETIME = 3600  # secondes
NO_ANSWER = "Antivirus indisponible, nouvel essai automatique. Le fichier est gardé."
NO_STORAGE = "Stockage indisponible, nouvel essai automatique."
DAMAGED = "Ce fichier a été abîmé après son arrivée. Renvoyez-le."


def receive_file(
    *, upload: "File[Any]", kind: FileKind, structure: Structure | None, actor: Any, now: datetime
) -> StoredFile:
    """Keep a file that came in, and have it examined; FileRefused with a French sentence for what is seen at once."""
    with received_file(upload=upload, kind=kind, structure=structure, actor=actor, now=now) as file:
        return file


@contextmanager
def received_file(
    *, upload: "File[Any]", kind: FileKind, structure: Structure | None, actor: Any, now: datetime
) -> Iterator[StoredFile]:
    """The same around a block that gives the file its owner: one transaction, nothing stays if the block fails.

    The object is stored before the transaction begins, and no examination starts before it is committed.
    """
    arrival = check_arrival(upload, max_size=settings.FILE_UPLOAD_MAX_SIZE)
    key = objects.put(upload)
    try:
        with transaction.atomic():
            file = StoredFile.objects.create(
                key=key,
                original_name=arrival.name,
                content_type=arrival.content_type,
                size=arrival.size,
                kind=kind,
                received_sha256=arrival.sha256,
                sha256=arrival.sha256,
                structure=structure,
                uploaded_by=actor,
                uploaded_at=now,
            )
            record(file, FileAct.RECEIVED, at=now, actor=actor)
            transaction.on_commit(lambda: wake_examiner(file.pk), robust=True)
            yield file
    except BaseException:
        objects.erase(key)
        raise


def waiting_files(now: datetime) -> QuerySet[StoredFile]:
    """The files that nobody is examining, the oldest first.

    A claim further away than any try could have set one is no claim: the day of the demonstration was moved back.
    """
    free = Q(claimed_until=None) | Q(claimed_until__lte=now) | Q(claimed_until__gt=now + LONGEST_WAIT)
    return StoredFile.objects.filter(free, state__in=WAITING).order_by("uploaded_at", "pk")


def examine(*, file_pk: int, now: Clock) -> None:
    """Take a waiting file to its end. Does nothing for one that is settled, gone, or in other hands."""
    file = _claim(file_pk, now())
    if file is None:
        return
    try:
        verdict = _examined(file, now)
        _settle(file, verdict, words=_words(file, verdict), now=now())
    except ScannerDown:
        logger.warning("antivirus indisponible, fichier %s à revoir", file.pk)
        _put_off(file, NO_ANSWER, now=now())
    except (objects.StorageDown, Interruption):
        logger.warning("stockage indisponible, fichier %s à revoir", file.pk)
        _put_off(file, NO_STORAGE, now=now())
    except Unreadable:
        logger.exception("fichier %s perdu ou abîmé dans le stockage", file.pk)
        _settle(file, Verdict(Outcome.REFUSED, DAMAGED), words=Words(), now=now())
    except FileRefused as refusal:
        _settle(file, Verdict(Outcome.REFUSED, refusal.reason), words=Words(), now=now())
    except _Overtaken:
        logger.info("fichier %s réglé ou retiré entre-temps", file.pk)


def examine_all(*, now: Clock) -> None:
    """Every file that waits now, the oldest first."""
    for pk in list(waiting_files(now()).values_list("pk", flat=True)):
        examine(file_pk=pk, now=now)


def own_details(structure: Structure | None) -> OwnDetails:
    """What is no leak in a contract of this structure: its own telephones, e-mails, address and professionals."""
    if structure is None:
        return OwnDetails()
    referents, members = structure.referents.all(), structure.members.all()
    phones = {structure.phone, *(member.phone for member in members)}
    emails = {structure.email, *(one.email for one in referents), *(one.email for one in members)}
    address = " ".join(part for part in (structure.address, structure.postal_code, structure.city) if part)
    return OwnDetails(
        phones=frozenset(phones - {""}),
        emails=frozenset(emails - {""}),
        addresses=frozenset({structure.address, address} - {""}),
        professionals=tuple(dict.fromkeys(str(one) for one in (*referents, *members))),
    )


class _Overtaken(Exception):  # noqa: N818 — une course perdue n’est pas une panne
    """Somebody else has settled the file, taken over the claim or removed the file."""


def _claim(file_pk: int, now: datetime) -> StoredFile | None:
    """Take a waiting file for the time of a lease: one statement, so that one of two wins. None for the other.

    A file that has seen its worker die MOST_TRIES times is refused: it would kill the next one too.
    """
    lease = now + LEASE
    if not waiting_files(now).filter(pk=file_pk).update(claimed_until=lease, tries=F("tries") + 1):
        return None
    file = StoredFile.objects.select_related("structure").filter(pk=file_pk, claimed_until=lease).first()
    if file is None or file.tries <= MOST_TRIES:
        return file
    _settle(file, Verdict(Outcome.REFUSED, pipeline.BROKEN), words=Words(), now=now)
    return None


def _examined(file: StoredFile, now: Clock) -> Verdict:
    scanner = settings.CLAMD_URL

    def passed(step: str) -> None:
        if step == "scanned" and scanner:
            _note_scan(file, now=now())

    verdict = pipeline.examine(
        objects.read(file.key, sha256_of=file.sha256),
        name=file.original_name,
        kind=FileKind(file.kind),
        own=own_details(file.structure) if file.kind == FileKind.CER else OwnDetails(),
        today=clock.civil_date(now()),
        scanner=scanner,
        passed=passed,
    )
    found = raised_again(verdict.findings, file)
    if len(found) == len(verdict.findings):
        return verdict
    outcome, reason = pipeline.judged(found)
    return replace(verdict, outcome=outcome, reason=reason, findings=found)


@transaction.atomic
def _note_scan(file: StoredFile, *, now: datetime) -> None:
    """The uploader sees how far the file is."""
    if _ours(file).filter(state=FileState.RECEIVED).update(state=FileState.SCANNED, scan=Scan.CLEAN, reason=""):
        record(file, FileAct.SCANNED, at=now)


def _words(file: StoredFile, verdict: Verdict) -> Words:
    """A contract's are those of its check; the others are read for what they are about."""
    if not verdict.content:
        return Words()
    if file.kind == FileKind.CER:
        return Words(verdict.text, verdict.scanned)
    return Words(pipeline.first_words(verdict.content, verdict.content_type))


def _settle(file: StoredFile, verdict: Verdict, *, words: Words, now: datetime) -> None:
    """Write the verdict, once: what is kept replaces what came, whose object is erased after the commit.

    The file's owner is told before, and may still refuse it.
    """
    former, key = file.key, objects.put(verdict.content) if verdict.content else objects.new_name()
    try:
        with transaction.atomic():
            if verdict.outcome != Outcome.REFUSED:
                file.appearance = verdict.appearance
                owners.tell(file, words=words, ready=verdict.outcome == Outcome.READY, now=now)
            locked = _ours(file).select_for_update().first()
            if locked is None:
                raise _Overtaken
            _write(locked, verdict, key=key, now=now)
            transaction.on_commit(lambda: objects.erase(former), robust=True)
    except BaseException:
        if verdict.content:
            objects.erase(key)
        raise


def _write(file: StoredFile, verdict: Verdict, *, key: str, now: datetime) -> None:
    file.key, file.state, file.reason = key, FileState(verdict.outcome.value), verdict.reason
    file.checked_at, file.claimed_until = now, None
    if verdict.content:
        file.content_type, file.page_count = verdict.content_type, verdict.page_count
        file.size, file.sha256, file.appearance = len(verdict.content), verdict.sha256, verdict.appearance
    if any(finding["page"] is None and finding["where"] == IN_NAME for finding in verdict.findings):
        file.original_name = f"contrat-{file.pk}.{file.original_name.rpartition('.')[2]}"
    file.save()
    file.findings.filter(ruling=Ruling.OPEN).delete()
    Finding.objects.bulk_create(Finding(file=file, **finding) for finding in verdict.findings)
    if verdict.content and file.sha256 != file.received_sha256:
        record(file, FileAct.CLEANED, at=now)
    record(file, FileAct(verdict.outcome.value), at=now, detail=verdict.reason)


@transaction.atomic
def _put_off(file: StoredFile, reason: str, *, now: datetime) -> None:
    """Give the file back, for another try after as long a wait again as it has waited so far."""
    wait = min(max(now - file.uploaded_at, SHORTEST_WAIT), LONGEST_WAIT)
    _ours(file).update(claimed_until=now + wait, tries=F("tries") - 1, reason=reason)


def _ours(file: StoredFile) -> QuerySet[StoredFile]:
    """The row while it waits and our claim on it holds."""
    return StoredFile.objects.filter(pk=file.pk, claimed_until=file.claimed_until, state__in=WAITING)


def wake_examiner(file_pk: int) -> None:
    """Losing this call loses nothing: the sweep of each minute takes the file up."""
    wake(EXAMINER_TASK, file_pk, lifetime=WAKE_LIFETIME)
