"""What may be asked of the sandbox: bytes and JSON in, JSON and bytes out. Nothing here knows the database."""

import io
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image

from documents import inspection, redaction
from documents.anonymity import OwnDetails, find_leaks, lexicon
from documents.pages import first_words, page_image

Result = tuple[Any, tuple[bytes, ...]]
PDF = "application/pdf"
SAMPLE = (
    "Contrat d'engagements réciproques de Mme Delattre Sophie, née le 12/03/1984",
    "12 rue de la Gare, 62300 Lens, 06 12 34 56 78, sophie.delattre@exemple.fr, CAF 1234567 A",
    "Pierre Roy est suivi à la Mission locale de Lens, rendez-vous le 15/04/2026 à 9 h 30.",
)


def inspect(content: bytes, *, name: str, content_type: str, checked: bool, own: dict[str, Any], today: str) -> Result:
    """Clean a file; `checked`: look for what names somebody, in the file's name too."""
    reader = inspection.Reader(own_details(own), date.fromisoformat(today)) if checked else None
    read = inspection.inspect_pdf if content_type == PDF else inspection.inspect_picture
    inspected = read(content, reader)
    told = inspected.told()
    if reader:
        told["findings"] += [inspection.asdict(finding) for finding in inspection.in_file_name(name, reader)]
    return told, (inspected.content,)


def render(content: bytes, *, content_type: str, number: int, zoom: int) -> Result:
    return None, (page_image(content, content_type, number, zoom),)


def words(content: bytes, *, content_type: str) -> Result:
    return first_words(content, content_type), ()


def leaks(content: bytes, *, texts: list[str], own: dict[str, Any], today: str) -> Result:
    """The ranks of the texts in which somebody seems to be named."""
    known, day = own_details(own), date.fromisoformat(today)
    return [rank for rank, text in enumerate(texts) if find_leaks(text, known, day)], ()


def redact(content: bytes, *, content_type: str, boxes: dict[str, list[list[float]]]) -> Result:
    """A new PDF of pictures with the boxes burnt in; `boxes` by page number."""
    return None, (redaction.rebuild(content, content_type, {int(page): places for page, places in boxes.items()}),)


def own_details(own: dict[str, Any]) -> OwnDetails:
    return OwnDetails(
        frozenset(own.get("phones", ())), frozenset(own.get("emails", ())), frozenset(own.get("addresses", ())),
        tuple(own.get("professionals", ())),
    )  # fmt: skip


def warm_up() -> None:
    """Load what every child needs; asked again in a child, make it the child's own."""
    for words in (lexicon.first_names, lexicon.surnames, lexicon.spoken):
        words()
    Image.init()
    Image.new("L", (8, 8)).save(io.BytesIO(), "PNG")
    inspect(_sample(), name="", content_type=PDF, checked=True, own={}, today="2026-01-01")


@cache
def _sample() -> bytes:
    """A page of our own, in a font that is the reader's: fonts and libraries are looked for once."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        page.obj.Resources = Dictionary(Font=Dictionary(F=font))
        lines = b"".join(b"(%s) Tj T* " % line.encode("latin-1") for line in SAMPLE)
        page.obj.Contents = pdf.make_stream(b"BT /F 9 Tf 12 TL 20 700 Td " + lines + b"ET")
        target = io.BytesIO()
        pdf.save(target)
        return target.getvalue()


JOBS: dict[str, Callable[..., Result]] = {
    "inspect": inspect, "render": render, "words": words, "leaks": leaks, "redact": redact,
}  # fmt: skip
