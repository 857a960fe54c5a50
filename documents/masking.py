"""Fixing a contract in the browser: each sign found is ruled on, then the file is made again without what it showed.

The order loses nothing: the new object is stored first, the row then points to it, and the former object goes once
that is committed. A crash before the commit leaves the file as it was; one between the commit and the erasure leaves
an object without a row, which nothing can open any more and which the sweep of the storage takes away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain
from pathlib import PurePosixPath

from django.db import transaction

from accounts.models import User
from core.errors import Interruption
from core.french import plural
from core.sandbox import FileRefused, SandboxBroken
from core.sealing import Unreadable
from documents import objects, owners
from documents.enums import FileAct, FileKind, FileState, Ruling
from documents.intake import PDF
from documents.journal import record
from documents.models import Finding, StoredFile
from documents.pipeline import room
from documents.receiving import wake_examiner
from documents.rulings import Place, open_findings

MOST_BOXES = 200
SECONDS = 60
NOT_REBUILT = "Le masquage n’a pas abouti. Vos choix sont toujours là et le fichier est inchangé\u00a0: recommencez."


class MaskingRefused(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The message is a French sentence; nothing was written."""


class FileChanged(MaskingRefused):
    """The file is no longer the one that was on screen: another tab, a second click, a replacement."""

    def __init__(self) -> None:
        super().__init__("Ce fichier a changé depuis l’ouverture de la page. Cet envoi n’a rien changé.")


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person says of one finding; `justification` when it is left as it is."""

    masked: bool
    justification: str = ""


def mask_file(
    *,
    file: StoredFile,
    seen: str,
    decisions: Mapping[int, Decision],
    boxes: Mapping[int, Sequence[Place]],
    actor: User,
    now: datetime,
) -> StoredFile:
    """Rule on every finding that holds the file (`decisions` by primary key) and burn in what is to be masked.

    `boxes`: the person's own, by page. `seen`: the hash of the file that was on screen. Without anything to mask the
    file is ready as it stands, its text kept. Otherwise a new file takes its place and goes through the check again.
    FileChanged, MaskingRefused with a sentence.
    """
    held = _checked(file, seen, decisions, boxes)
    masked = [finding for finding in held if decisions[finding.pk].masked]
    if not masked and not any(boxes.values()):
        with transaction.atomic():
            _tell(file, now)
            locked = _rule(file, seen, decisions, actor, now)
            locked.state, locked.reason, locked.checked_at = FileState.READY, "", now
            locked.save()
            record(locked, FileAct.READY, at=now, detail=_in_words(held, decisions, boxes), actor=actor)
        return locked
    content = _rebuilt(file, seen, _places(masked, boxes))
    key = _stored(content)
    try:
        with transaction.atomic():
            locked = _rule(file, seen, decisions, actor, now)
            former = locked.key
            _point_to(locked, key, content)
            record(locked, FileAct.MASKED, at=now, detail=_in_words(held, decisions, boxes), actor=actor)
            transaction.on_commit(lambda: objects.erase(former), robust=True)
            transaction.on_commit(lambda: wake_examiner(locked.pk), robust=True)
    except BaseException:
        objects.erase(key)
        raise
    return locked


def _tell(file: StoredFile, now: datetime) -> None:
    try:
        owners.tell(file, words=owners.Words(), ready=True, now=now)
    except FileRefused as refusal:
        raise MaskingRefused(refusal.reason) from refusal


def _checked(
    file: StoredFile, seen: str, decisions: Mapping[int, Decision], boxes: Mapping[int, Sequence[Place]]
) -> list[Finding]:
    """The findings to rule on, every one of them decided; every box on a page of the file."""
    fresh = StoredFile.objects.filter(pk=file.pk).first()
    _check_current(fresh, seen)
    held = open_findings(file)
    if {finding.pk for finding in held} != set(decisions):
        raise MaskingRefused("Décidez de chaque repérage avant de valider.")
    if any(not decision.masked and not decision.justification.strip() for decision in decisions.values()):
        raise MaskingRefused("Dites pourquoi ce n’est pas une donnée personnelle.")
    if sum(map(len, boxes.values())) > MOST_BOXES:
        raise MaskingRefused(f"{MOST_BOXES} cadres au plus sont possibles sur un fichier.")
    for page, places in boxes.items():
        if not 1 <= page <= file.page_count or not all(map(_is_box, places)):
            raise MaskingRefused("Un cadre est hors de la page.")
    return held


def _check_current(fresh: StoredFile | None, seen: str) -> None:
    if fresh is None or fresh.kind != FileKind.CER or fresh.state != FileState.TO_FIX or fresh.sha256 != seen:
        raise FileChanged
    if fresh.legal_hold:
        raise MaskingRefused("Ce fichier est conservé pour un contentieux en cours.")


def _is_box(box: Place) -> bool:
    return len(box) == 4 and 0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1


def _places(masked: Iterable[Finding], boxes: Mapping[int, Sequence[Place]]) -> dict[str, list[Place]]:
    """By page. A finding without a place (a form's value) is gone with the text layer: nothing to burn in."""
    places: dict[str, list[Place]] = {}
    found = ((finding.page, finding.boxes) for finding in masked if finding.page and finding.boxes)
    for page, drawn in chain(found, boxes.items()):
        places.setdefault(str(page), []).extend(drawn)
    return places


def _rebuilt(file: StoredFile, seen: str, places: dict[str, list[Place]]) -> bytes:
    try:
        original = objects.read(file.key, sha256_of=seen)
        content: bytes = room.run(
            "redact", original, seconds=SECONDS, content_type=file.content_type, boxes=places
        ).blobs[0]
    except Unreadable as error:
        _check_current(StoredFile.objects.filter(pk=file.pk).first(), seen)  # replaced or masked meanwhile
        raise MaskingRefused(NOT_REBUILT) from error
    except (FileRefused, SandboxBroken, Interruption) as error:
        raise MaskingRefused(NOT_REBUILT) from error
    return content


def _stored(content: bytes) -> str:
    try:
        return objects.put(content)
    except objects.StorageDown as error:
        raise MaskingRefused(NOT_REBUILT) from error


def _rule(file: StoredFile, seen: str, decisions: Mapping[int, Decision], actor: User, now: datetime) -> StoredFile:
    """Lock the file, check that it is still the one that was judged, and write each ruling."""
    locked = StoredFile.objects.select_for_update(of=("self",)).filter(pk=file.pk).first()
    _check_current(locked, seen)
    findings = list(Finding.objects.filter(pk__in=decisions, file=file, ruling=Ruling.OPEN))
    if locked is None or len(findings) != len(decisions):
        raise FileChanged
    for finding in findings:
        decision = decisions[finding.pk]
        finding.ruling = Ruling.MASKED if decision.masked else Ruling.NOT_PERSONAL
        finding.justification = "" if decision.masked else decision.justification.strip()
        finding.ruled_by, finding.ruled_at = actor, now
    Finding.objects.bulk_update(findings, ["ruling", "justification", "ruled_by", "ruled_at"])
    return locked


def _point_to(file: StoredFile, key: str, content: bytes) -> None:
    """The row of the new file: nothing of it is shown to an evaluator before it is checked in its turn."""
    file.key, file.sha256, file.size, file.content_type = key, sha256(content).hexdigest(), len(content), PDF
    file.original_name = f"{PurePosixPath(file.original_name).stem}.pdf"
    file.state, file.reason, file.tries, file.claimed_until = FileState.RECEIVED, "", 0, None
    file.save()


def _in_words(held: list[Finding], decisions: Mapping[int, Decision], boxes: Mapping[int, Sequence[Place]]) -> str:
    masked = sum(decisions[finding.pk].masked for finding in held)
    spared, drawn = len(held) - masked, sum(map(len, boxes.values()))
    parts = (
        masked and f"{masked} signe{plural(masked)} masqué{plural(masked)}",
        spared and f"{spared} écarté{plural(spared)}",
        drawn and f"{drawn} cadre{plural(drawn)} tracé{plural(drawn)}",
    )
    return ", ".join(part for part in parts if part)
