"""Pages of a stored file as images, and the words in it. Bytes in, bytes or text out; only run in the closed room."""

from io import BytesIO

import pypdfium2
from PIL import Image, ImageOps

from documents.intake import PDF

WIDTH = {100: 900, 150: 1350, 200: 1800}
"""Zoom in percent -> pixels across the page."""
MAX_HEIGHT = 4000
TEXT_PAGES = 3


def page_image(content: bytes, content_type: str, number: int, zoom: int) -> bytes:
    """Page `number` (from 1) as a PNG, WIDTH[zoom] pixels across; IndexError when there is no such page."""
    image = _pdf_page(content, number, WIDTH[zoom]) if content_type == PDF else _picture(content, number)
    image.thumbnail((WIDTH[zoom], MAX_HEIGHT), Image.Resampling.LANCZOS)
    target = BytesIO()
    image.convert("RGB").save(target, "PNG", optimize=False, compress_level=4)
    return target.getvalue()


def first_words(content: bytes, content_type: str) -> str:
    """The text of the first pages of a PDF; empty for a scan or a picture (no character recognition here)."""
    if content_type != PDF:
        return ""
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(_page_text(document, index) for index in range(min(len(document), TEXT_PAGES)))


def _page_text(document: pypdfium2.PdfDocument, index: int) -> str:
    page = document[index]
    try:
        text_page = page.get_textpage()
        try:
            return str(text_page.get_text_bounded())
        finally:
            text_page.close()
    finally:
        page.close()


def _pdf_page(content: bytes, number: int, width: int) -> Image.Image:
    with pypdfium2.PdfDocument(content) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        page = document[number - 1]
        try:
            across, down = page.get_size()
            scale = min(width / max(across, 1), MAX_HEIGHT / max(down, 1))
            bitmap = page.render(scale=scale)
            try:
                return bitmap.to_pil().copy()
            finally:
                bitmap.close()
        finally:
            page.close()


def _picture(content: bytes, number: int) -> Image.Image:
    if number != 1:
        raise IndexError(number)
    with Image.open(BytesIO(content)) as image:
        return ImageOps.exif_transpose(image).copy()
