"""What is seen of a file at the door: its size and its real type by its first bytes. Nothing here parses it."""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath

from django.core.files.base import File

from core.sandbox import FileRefused

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
KNOWN_ENDINGS = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}
MAX_NAME = 120
HEAD = 1024
BLANK = b"\xef\xbb\xbf \t\r\n\0"  # ce qu’un PDF peut porter devant son en-tête


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a file before anything has read it."""

    name: str
    content_type: str
    size: int
    sha256: str


def check_arrival(upload: "File[bytes]", *, max_size: int) -> Arrival:
    """Look at an uploaded file of `max_size` bytes at most without reading it whole; FileRefused says what is wrong."""
    name = clean_name(upload.name or "")
    size = upload.size
    if size == 0:
        raise FileRefused("Ce fichier est vide.")
    if size > max_size:
        raise FileRefused(
            f"Ce fichier dépasse {max_size // (1024 * 1024)}\u00a0Mo. Réduisez-le ou numérisez-le en noir et blanc."
        )
    upload.seek(0)
    content_type = real_type(upload.read(HEAD))
    if content_type is None:
        raise FileRefused(_wrong_type(name))
    upload.seek(0)
    digest, arrived = sha256(), 0
    for chunk in upload.chunks():
        digest.update(chunk)
        arrived += len(chunk)
    if arrived != size:
        raise FileRefused("Ce fichier n’est pas arrivé en entier. Envoyez-le de nouveau.")
    upload.seek(0)
    return Arrival(_with_ending(name, content_type), content_type, size, digest.hexdigest())


def real_type(content: bytes) -> str | None:
    """PDF, JPEG or PNG as the first bytes tell, whatever the name says; None for anything else."""
    if content[:HEAD].lstrip(BLANK).startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return None


def clean_name(raw: str) -> str:
    """The last part of a name, without path, control or bidirectional characters, at most 120 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    visible = "".join(
        " " if ch.isspace() else ch for ch in last if unicodedata.category(ch) not in {"Cc", "Cf", "Cs"} or ch.isspace()
    )
    name = " ".join(visible.split()).strip(". ") or "fichier"
    path = PurePosixPath(name)
    return name if len(name) <= MAX_NAME else path.stem[: MAX_NAME - len(path.suffix[:8])] + path.suffix[:8]


def _with_ending(name: str, content_type: str) -> str:
    """The name with the ending of its real type, so that the person who downloads it can open it."""
    if KNOWN_ENDINGS.get(PurePosixPath(name).suffix.lower()) == content_type:
        return name
    stem = PurePosixPath(name).stem if PurePosixPath(name).suffix.lower() in KNOWN_ENDINGS else name
    return stem + EXTENSIONS[content_type]


def _wrong_type(name: str) -> str:
    claimed = {PDF: "un PDF", JPEG: "une image JPEG", PNG: "une image PNG"}
    kind = KNOWN_ENDINGS.get(PurePosixPath(name).suffix.lower())
    if kind:
        return (
            f"Ce fichier porte l’extension d’{claimed[kind]}, mais son contenu n’en est pas {claimed[kind].split()[0]}."
        )
    return "Ce format n’est pas accepté. Formats possibles\u00a0: PDF, JPEG ou PNG."
