"""One file read whole: what is kept of it, and every sign in it that names somebody. Runs in the sandbox.

The measure is what a curious person could get out of the bytes, not what the page shows. What the portal removes
anyway (properties, attachments, annotations, the file's name) is told and does not hold the file; what the pages, the
form's values or any text layer hold waits for the person who sent it.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from zlib import crc32

import pikepdf
import pypdfium2
from PIL import Image, ImageFile, ImageOps

from core.sandbox import FileRefused
from documents import ocr
from documents.anonymity import mask
from documents.anonymity.names import names_in_file_name
from documents.anonymity.reading import fold
from documents.anonymity.words import words
from documents.cleaning import Aside, cleaned, has_mute_fonts, is_tiled, texts_aside, without_marks
from documents.enums import FindingKind
from documents.looking import Look, grey_levels, hidden_spans, is_shown_throughout
from documents.painted import WHOLE, painted_places
from documents.pdf_text import Box, PageText, in_visual_order, is_line_by_line, read_page
from documents.signs import Finding, Reader

MAX_PAGES = 200
MAX_PIXELS = 60_000_000
TAIL = 2048
OCR_DPI, LOOK_DPI = 200, 100
MOST_RENDERED = 16_000_000
SCAN = 0.7
FEW_LETTERS = 20
OF_OFFICES = (FindingKind.PHONE, FindingKind.POSTAL_ADDRESS)
FRENCH = words("french")


@dataclass(frozen=True, slots=True)
class Inspected:
    """`appearance`: a digest of what the pages show and say, the same however the file was saved; "" if unread.
    `text`: the first pages as an eye reads them, what names somebody masked; `scanned`: some of it from a picture."""

    content: bytes
    page_count: int
    findings: tuple[Finding, ...]
    appearance: str
    text: str = ""
    scanned: bool = False

    def told(self) -> dict[str, Any]:
        """As JSON, without the bytes."""
        findings = [asdict(finding) for finding in self.findings]
        told = {"page_count": self.page_count, "findings": findings, "appearance": self.appearance}
        return told | {"text": self.text, "scanned": self.scanned}


def inspect_pdf(content: bytes, reader: Reader | None) -> Inspected:
    """Clean a PDF and, with a `reader`, look for what names somebody. FileRefused with a French sentence."""
    with _opened(content) as pdf:
        _refuse_bombs(pdf)
        asides = texts_aside(pdf) if reader else []
        tiled = bool(reader) and is_tiled(pdf)
        has_mutes = bool(reader) and has_mute_fonts(pdf)
        plain = cleaned(pdf)
    with pypdfium2.PdfDocument(plain) as document:
        count = len(document)
        found: list[Finding] = []
        digest = sha256()
        spent = ocr.seconds_spent()
        filled, shown = "".join(_squeezed(aside.text) for aside in asides if aside.is_form_value), ""
        for number in range(1, count + 1):
            if ocr.seconds_spent() - spent > ocr.MOST_SECONDS:
                raise FileRefused("Ce fichier compte trop de pages numérisées. Envoyez-le en plusieurs fois.")
            page = document[number - 1]
            try:
                if reader:
                    text = read_page(page)
                    shown += _squeezed(text.text)
                    painted = ([WHOLE], []) if tiled else painted_places(page, has_mute_fonts=has_mutes)
                    found += _on_page(page, text, number, reader, filled, painted, digest)
                else:
                    page.get_size()
            finally:
                page.close()
    if reader:
        found += _in_asides(asides, reader, found, shown)
        digest.update(shown.encode("utf-8", "replace"))
    if not reader:
        return Inspected(plain, count, tuple(_once(found)), "")
    return Inspected(plain, count, tuple(_once(found)), digest.hexdigest(), reader.text, reader.scanned)


def inspect_picture(content: bytes, reader: Reader | None) -> Inspected:
    """A photograph or a scan: turned upright, without the camera's notes; read by OCR when there is a `reader`."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileRefused("Cette image est trop grande. Réduisez-la à 60 millions de pixels au plus.")
            described = _described(image)
            upright = ImageOps.exif_transpose(image)
            upright.load()
            plain = without_marks(content) if _is_upright_jpeg(image) else _rewritten(upright, image.format or "PNG")
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused("Cette image est illisible ou incomplète. Reprenez la photo, puis renvoyez-la.") from error
    found: list[Finding] = []
    if reader:
        upright.thumbnail((3500, 3500))
        found += reader.on_page(ocr.read_picture(upright), 1, "image")
        if described:
            found.append(_told(FindingKind.METADATA, "propriétés de l’image", described))
    if not reader:
        return Inspected(plain, 1, tuple(_once(found)), "")
    digest = sha256(upright.tobytes()).hexdigest()
    return Inspected(plain, 1, tuple(_once(found)), digest, reader.text, reader.scanned)


def in_file_name(name: str, reader: Reader) -> list[Finding]:
    """What the user's own name for the file gives away; the name itself is replaced."""
    stem = name.rpartition(".")[0] or name
    spaced = " ".join(stem.replace("_", " ").replace("-", " ").split())
    found = list(reader.in_text(spaced, page=None, where="nom du fichier", holds=False))
    if not any(finding.kind is FindingKind.PERSON_NAME for finding in found) and names_in_file_name(fold(stem).text):
        found.append(Finding(FindingKind.PERSON_NAME, None, "nom du fichier", (), mask(spaced), 60, holds=False))
    return found


def _opened(content: bytes) -> pikepdf.Pdf:
    if b"%%EOF" not in content[-TAIL:]:
        raise FileRefused(
            "Ce PDF est incomplet\u00a0: la fin du fichier manque. Enregistrez-le ou numérisez-le de nouveau."
        )
    try:
        pdf = pikepdf.open(io.BytesIO(content))
        len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise FileRefused("Ce PDF est protégé par un mot de passe. Retirez la protection, puis renvoyez-le.") from error
    except Exception as error:  # F1 : les lecteurs de PDF lèvent bien plus que leurs propres erreurs
        raise FileRefused("Ce PDF est illisible ou abîmé. Enregistrez-le ou numérisez-le de nouveau.") from error
    if pdf.is_encrypted:
        raise FileRefused("Ce PDF est protégé. Retirez la protection, puis renvoyez-le.")
    return pdf


def _refuse_bombs(pdf: pikepdf.Pdf) -> None:
    count = len(pdf.pages)
    if not count:
        raise FileRefused("Ce PDF n’a aucune page. Enregistrez-le de nouveau.")
    if count > MAX_PAGES:
        raise FileRefused(f"Ce PDF compte {count} pages, {MAX_PAGES} au plus sont acceptées.")
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == pikepdf.Name.Image:
            width, height = thing.get("/Width", 0), thing.get("/Height", 0)
            if isinstance(width, int) and isinstance(height, int) and width * height > MAX_PIXELS:
                raise FileRefused("Une image de ce PDF est trop grande. Réduisez-la à 60 millions de pixels au plus.")


def _on_page(
    page: pypdfium2.PdfPage,
    text: PageText,
    number: int,
    reader: Reader,
    filled: str,
    painted: tuple[list[Box], list[Box]],
    digest: Any,
) -> list[Finding]:
    """`filled`: the form's values, squeezed; what is too long for its field is cut off, not hidden. `painted`: the
    pictures, and the shapes, where words may be that no text layer has. `digest` takes in what the page shows."""
    pictures, shapes = painted
    found = list(reader.on_page(text, number, "texte"))
    with _rendered(page, LOOK_DPI) as bitmap:
        look = Look(bitmap)
        digest.update(crc32(look.greys).to_bytes(4))
        is_shown = is_shown_throughout(text, look, pictures)
        if not is_shown:
            covered = sum((box.right - box.left) * (box.bottom - box.top) for box in pictures)
            found += _hidden(text, look, number, filled, is_scan=covered >= SCAN)
        is_picture = _is_unreadable(text.text) and grey_levels(look.image)[0] < 250
    if not (is_shown and is_line_by_line(text)):
        seen = in_visual_order(text)
        if seen.text.split() != text.text.split() or "   " in seen.text:
            found += reader.on_page(seen, number, "texte")
    if frames := [WHOLE] if is_picture else [*pictures, *shapes]:
        with _rendered(page, OCR_DPI) as bitmap:
            found += _in_pictures(bitmap.to_pil(), frames, number, reader)
    return found


def _hidden(text: PageText, look: Look, number: int, filled: str, *, is_scan: bool) -> Iterator[Finding]:
    for start, end in _joined(hidden_spans(text, look, is_scan=is_scan), text.text):
        if _squeezed(text.text[start:end]) in filled:
            continue
        excerpt = mask(text.text[start:end])[:80]
        yield Finding(
            FindingKind.HIDDEN_TEXT, number, "texte caché", text.places(start, end), excerpt, 90, holds=True
        )  # fmt: skip


def _in_pictures(page: Image.Image, pictures: list[Box], number: int, reader: Reader) -> Iterator[Finding]:
    whole = any((box.right - box.left) * (box.bottom - box.top) > 0.5 for box in pictures)
    for frame in [WHOLE] if whole else pictures:
        width, height = page.size
        corner = (int(frame.left * width), int(frame.top * height))
        part = page.crop((*corner, int(frame.right * width) + 1, int(frame.bottom * height) + 1))
        if grey_levels(part)[0] > 250:
            continue
        for finding in reader.on_page(ocr.read_picture(part, dots_per_inch=OCR_DPI), number, "image"):
            boxes = tuple(_within(box, frame) for box in finding.boxes)
            yield Finding(finding.kind, number, "image", boxes, finding.excerpt, finding.confidence, finding.holds)


def _within(box: Box, frame: Box) -> Box:
    across, down = frame.right - frame.left, frame.bottom - frame.top
    return Box(
        frame.left + box.left * across, frame.top + box.top * down,
        frame.left + box.right * across, frame.top + box.bottom * down,
    )  # fmt: skip


@contextmanager
def _rendered(page: pypdfium2.PdfPage, dots_per_inch: int) -> Iterator[pypdfium2.PdfBitmap]:
    """The page's picture, in grey, good within the block only."""
    across, down = page.get_size()
    scale = min(dots_per_inch / 72, (MOST_RENDERED / max(across * down, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        yield bitmap
    finally:
        bitmap.close()


def _is_unreadable(text: str) -> bool:
    """No text to speak of, or letters that make no French words (a font that lies about them)."""
    read = text.lower().replace("'", " ").replace("’", " ").split()
    if sum(map(len, read)) < FEW_LETTERS:
        return True
    return len(read) >= 12 and sum(word in FRENCH for word in read) < len(read) * 0.04


def _joined(spans: list[tuple[int, int]], text: str) -> Iterator[tuple[int, int]]:
    """Neighbouring hidden words make one finding; a lone sign is none."""
    run: tuple[int, int] | None = None
    for start, end in spans:
        if run and not text[run[1] : start].strip() and "\n" not in text[run[1] : start].strip(" "):
            run = (run[0], end)
        else:
            if run and run[1] - run[0] > 1:
                yield run
            run = (start, end)
    if run and run[1] - run[0] > 1:
        yield run


def _in_asides(asides: Iterable[Aside], reader: Reader, on_pages: list[Finding], shown: str) -> Iterator[Finding]:
    """`shown`: the pages' text, squeezed; there, what a form's value says of an office was read beside its label."""
    seen = {(finding.kind, finding.excerpt) for finding in on_pages}
    for aside in asides:
        if aside.is_form_value:
            settled = OF_OFFICES if _squeezed(aside.text.rpartition(" : ")[2]) in shown else ()
            leaks = reader.in_text(aside.text, page=aside.page, where=aside.where, holds=True)
            yield from (leak for leak in leaks if (leak.kind, leak.excerpt) not in seen and leak.kind not in settled)
        elif aside.where == "propriétés du fichier":
            yield _told(FindingKind.METADATA, aside.where, aside.text)
        else:
            told = list(reader.in_text(aside.text, page=aside.page, where=aside.where, holds=False))
            yield from told
            if aside.where == "pièce jointe" and not told:
                yield _told(FindingKind.METADATA, aside.where, aside.text)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _told(kind: FindingKind, where: str, text: str) -> Finding:
    return Finding(kind, None, where, (), mask(text)[:80], 100, holds=False)


def _once(found: list[Finding]) -> Iterator[Finding]:
    """Each leak once, though the text was read in two orders, or by its letters and by its picture."""
    kept: list[Finding] = []
    for finding in found:
        if not any(_same(finding, other) for other in kept):
            kept.append(finding)
            yield finding


def _same(one: Finding, other: Finding) -> bool:
    if (one.kind, one.page) != (other.kind, other.page):
        return False
    if not one.boxes or not other.boxes:
        return (one.where, one.excerpt) == (other.where, other.excerpt)
    return any(_overlap(a, b) for a in one.boxes for b in other.boxes)


def _overlap(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    smaller = min((box.right - box.left) * box.height for box in (one, other))
    return across > 0 and down > 0 and across * down > 0.5 * smaller


def _described(image: Image.Image) -> str:
    """What the camera or the editor wrote: author, place, comment, software's notes."""
    exif = image.getexif()
    words = [str(exif[tag]) for tag in (0x010E, 0x013B, 0x8298, 0x9C9B, 0x9C9D, 0x9C9C) if tag in exif]
    if exif.get_ifd(0x8825):
        words.append("position GPS")
    words += [str(value) for key, value in image.info.items() if isinstance(value, str) and key != "dpi"]
    if "xmp" in image.info or "XML:com.adobe.xmp" in image.info:
        words.append("XMP")
    return ", ".join(words)


def _is_upright_jpeg(image: Image.Image) -> bool:
    return image.format == "JPEG" and image.getexif().get(0x0112, 1) == 1


def _rewritten(image: Image.Image, name: str) -> bytes:
    target = io.BytesIO()
    bare = image.copy()
    bare.info.clear()
    if name == "JPEG":
        bare.convert("RGB").save(target, "JPEG", quality=92)
    else:
        bare.save(target, "PNG")
    return target.getvalue()
