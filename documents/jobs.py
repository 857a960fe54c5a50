"""What may be asked of the sandbox: bytes and JSON in, JSON and bytes out. Nothing here knows the database."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image

from documents import inspection, redaction
from documents.anonymity import OwnDetails, lexicon
from documents.pages import first_words, page_image

Result = tuple[Any, tuple[bytes, ...]]
PDF = "application/pdf"


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


def redact(content: bytes, *, content_type: str, boxes: dict[str, list[list[float]]]) -> Result:
    """A new PDF of pictures with the boxes burnt in; `boxes` by page number."""
    return None, (redaction.rebuild(content, content_type, {int(page): places for page, places in boxes.items()}),)


def own_details(own: dict[str, Any]) -> OwnDetails:
    return OwnDetails(
        frozenset(own.get("phones", ())), frozenset(own.get("emails", ())), frozenset(own.get("addresses", ())),
        tuple(own.get("professionals", ())),
    )  # fmt: skip


def warm_up() -> None:
    """Load before the first fork what every child needs."""
    for words in (lexicon.first_names, lexicon.surnames, lexicon.spoken):
        words()
    Image.init()
    Image.new("L", (8, 8)).save(io.BytesIO(), "PNG")
    inspect(_sample(), name="", content_type=PDF, checked=True, own={}, today="2026-01-01")


def _sample() -> bytes:
    """A page of text of our own, in a font that is the reader's: fonts and libraries are looked for once."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 200))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        page.obj.Resources = Dictionary(Font=Dictionary(F=font))
        page.obj.Contents = pdf.make_stream(b"BT /F 9 Tf 20 100 Td (Le contrat est de la structure) Tj ET")
        target = io.BytesIO()
        pdf.save(target)
        return target.getvalue()


JOBS: dict[str, Callable[..., Result]] = {"inspect": inspect, "render": render, "words": words, "redact": redact}
