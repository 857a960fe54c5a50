"""What is let in: the real type of a file by its content, its size, whether it can be read and how many pages it has.

Nothing here touches the database or the storage. Reading somebody else's file is never trusted: whatever a parser
raises becomes a refusal with a sentence, never a failure of the page.
"""

import logging
import re
import threading
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath

import pikepdf
import pypdfium2
from django.core.files.base import File
from PIL import Image, ImageFile, ImageOps

from core.sandbox import FileRefused

logger = logging.getLogger(__name__)

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
KNOWN_ENDINGS = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}
MAX_PAGES = 200
MAX_PIXELS = 60_000_000
MAX_NAME = 120
HEAD, TAIL = 1024, 2048
BLANK = b"\xef\xbb\xbf \t\r\n\0"  # ce qu’un PDF peut porter devant son en-tête
pdfium_lock = threading.Lock()
"""PDFium is not made for threads: every use of pypdfium2 in this process goes through this lock."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be stored."""

    name: str
    content_type: str
    content: bytes
    sha256: str
    page_count: int

    @property
    def size(self) -> int:
        return len(self.content)


def check_file(upload: "File[bytes]", *, max_size: int) -> CheckedFile:
    """Read and check an uploaded file of `max_size` bytes at most; FileRefused says what is wrong with it."""
    name = clean_name(upload.name or "")
    size = upload.size
    if size == 0:
        raise FileRefused("Ce fichier est vide.")
    if size > max_size:
        raise FileRefused(
            f"Ce fichier dépasse {max_size // (1024 * 1024)}\u00a0Mo. Réduisez-le ou numérisez-le en noir et blanc."
        )
    upload.seek(0)
    content = upload.read()
    if len(content) != size:
        raise FileRefused("Ce fichier n’est pas arrivé en entier. Envoyez-le de nouveau.")
    content_type = real_type(content)
    if content_type is None:
        raise FileRefused(_wrong_type(name))
    page_count = _pdf_pages(content) if content_type == PDF else _image_pages(content)
    return CheckedFile(
        name=_with_ending(name, content_type),
        content_type=content_type,
        content=content,
        sha256=sha256(content).hexdigest(),
        page_count=page_count,
    )


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


def _pdf_pages(content: bytes) -> int:
    if b"%%EOF" not in content[-TAIL:]:
        raise FileRefused(
            "Ce PDF est incomplet\u00a0: la fin du fichier manque. Enregistrez-le ou numérisez-le de nouveau."
        )
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            count = len(pdf.pages)
        with pdfium_lock, pypdfium2.PdfDocument(content) as document:
            readable = len(document)
            if readable:
                document[0].close()
    except pikepdf.PasswordError as error:
        raise FileRefused("Ce PDF est protégé par un mot de passe. Retirez la protection, puis renvoyez-le.") from error
    except Exception as error:  # F1 : les lecteurs de PDF lèvent bien plus que leurs propres erreurs
        logger.info("PDF refusé (%s)", type(error).__name__)
        raise FileRefused("Ce PDF est illisible ou abîmé. Enregistrez-le ou numérisez-le de nouveau.") from error
    if not count or count != readable:
        raise FileRefused("Ce PDF est abîmé\u00a0: ses pages ne se lisent pas toutes. Enregistrez-le de nouveau.")
    if count > MAX_PAGES:
        raise FileRefused(f"Ce PDF compte {count} pages, {MAX_PAGES} au plus sont acceptées.")
    return count


def _image_pages(content: bytes) -> int:
    try:
        with Image.open(BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileRefused("Cette image est trop grande. Réduisez-la à 60 millions de pixels au plus.")
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint l’active pour tout le processus
            ImageOps.exif_transpose(image).load()
    except FileRefused:
        raise
    except Exception as error:
        logger.info("image refusée (%s)", type(error).__name__)
        raise FileRefused("Cette image est illisible ou incomplète. Reprenez la photo, puis renvoyez-la.") from error
    return 1
