"""The one way in: scanned, read in the closed room, cleaned and (for a contract) checked. Knows no database.

Anything unknown, broken, late or down is a file that is not ready.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from core import tables
from core.sandbox import FileRefused, Sandbox, SandboxBroken
from documents.anonymity import OwnDetails
from documents.antivirus import ScannerDown, TooLong, find_virus
from documents.enums import FileKind, Outcome
from documents.intake import real_type

SECONDS = 480
"""Of the clock, however busy the machine; what a file may cost is counted in seconds of the processor."""
BROKEN = "Ce fichier n’a pas pu être lu jusqu’au bout. Enregistrez-le ou numérisez-le de nouveau, puis renvoyez-le."
INFECTED = "Ce fichier contient un programme dangereux. Il n’a pas été gardé ; vérifiez le poste qui l’a produit."
TOO_LONG = (
    "Ce fichier est trop lourd pour l’antivirus du portail. Numérisez-le en noir et blanc ou réduisez-le, "
    "puis renvoyez-le."
)
UNKNOWN = "Ce format n’est pas accepté. Formats possibles\u00a0: PDF, JPEG ou PNG."
TO_FIX = "Ce fichier contient {count} à masquer ou à confirmer avant le dépôt."
room = Sandbox("documents.jobs")
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`content`: what may be kept (cleaned), empty when refused; the rest as told by inspection."""

    outcome: Outcome
    reason: str
    findings: tuple[dict[str, Any], ...] = ()
    content: bytes = b""
    content_type: str = ""
    page_count: int = 0
    appearance: str = ""
    text: str = ""
    scanned: bool = False

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def examine(
    content: bytes,
    *,
    name: str,
    kind: FileKind,
    own: OwnDetails,
    today: date,
    scanner: str = "",
    passed: Step = lambda step: None,
) -> Verdict:
    """Take a file through the whole way. `scanner`: clamd's address, "" for none; `passed` hears each step done.

    ScannerDown goes through: it says nothing of the file, which waits for another try.
    """
    try:
        if scanner and find_virus(content, scanner):
            raise FileRefused(INFECTED)
        passed("scanned")
        if kind is FileKind.SPREADSHEET:
            return _table(content)
        verdict = _document(content, name=name, kind=kind, own=own, today=today)
        passed("checked")
        return verdict
    except FileRefused as refusal:
        return Verdict(Outcome.REFUSED, refusal.reason)
    except TooLong:
        return Verdict(Outcome.REFUSED, TOO_LONG)
    except SandboxBroken:
        return Verdict(Outcome.REFUSED, BROKEN)


def first_words(content: bytes, content_type: str) -> str:
    """The text of the first pages; nothing when it can't be read."""
    try:
        return str(room.run("words", content, content_type=content_type).value)
    except (FileRefused, SandboxBroken):
        return ""


def naming_somebody(texts: Sequence[str], own: OwnDetails, today: date) -> list[int]:
    """The ranks of those, among a few words typed of a contract, that seem to name somebody. SandboxBroken."""
    told = room.run("leaks", b"", texts=list(texts), own=_as_json(own), today=today.isoformat()).value
    return [int(rank) for rank in told]


def page_image(content: bytes, content_type: str, number: int, zoom: int) -> bytes:
    """Page `number` (from 1) as a PNG; SandboxBroken when it can't be drawn."""
    (image,) = room.run("render", content, content_type=content_type, number=number, zoom=zoom).blobs
    return image


def _document(content: bytes, *, name: str, kind: FileKind, own: OwnDetails, today: date) -> Verdict:
    content_type = real_type(content)
    if content_type is None:
        raise FileRefused(UNKNOWN)
    told, (kept,) = room.run(
        "inspect",
        content,
        seconds=SECONDS,
        name=PurePosixPath(name).name,
        content_type=content_type,
        checked=kind is FileKind.CER,
        own=_as_json(own),
        today=today.isoformat(),
    )
    findings = tuple(told["findings"])
    return Verdict(
        *judged(findings), findings, kept, content_type, told["page_count"], told["appearance"],
        told["text"], told["scanned"],
    )  # fmt: skip


def judged(findings: Iterable[dict[str, Any]]) -> tuple[Outcome, str]:
    """What signs as told by inspection make of a file, and why."""
    waiting = sum(finding["holds"] for finding in findings)
    signs = "1 signe" if waiting == 1 else f"{waiting} signes"
    return (Outcome.TO_FIX, TO_FIX.format(count=signs)) if waiting else (Outcome.READY, "")


def _table(content: bytes) -> Verdict:
    lines = tables.room.run("read", content).value
    if not lines:
        raise FileRefused("Ce fichier est vide.")
    return Verdict(Outcome.READY, "", content=content, page_count=1)


def _as_json(own: OwnDetails) -> dict[str, Any]:
    return {key: sorted(value) for key, value in asdict(own).items()}


__all__ = ["ScannerDown", "Verdict", "examine", "first_words", "judged", "naming_somebody", "page_image"]
