"""A file made again from the pictures of its pages, with boxes burnt in: what was under them is gone for good."""

import io
from collections.abc import Iterator

import pikepdf
import pypdfium2
from pikepdf import Dictionary, Name
from PIL import Image, ImageDraw

from documents.pdf_text import Box, PageText, read_page

Page = tuple[Image.Image, PageText, tuple[float, float]]
DPI = 200
MOST_PIXELS = 16_000_000
MARGIN = 0.0025
"""Share of the page added around a box, so that no stroke of a letter stands out."""


def rebuild(content: bytes, content_type: str, boxes: dict[int, list[list[float]]]) -> bytes:
    """The new PDF: a picture for each page, its words as invisible text except those that a box touches."""
    with pikepdf.new() as made:
        font = made.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        )
        for number, (picture, text, size) in enumerate(_pages(content, content_type), 1):
            places = [Box(*place) for place in boxes.get(number, [])]
            _burn(picture, places)
            _add_page(made, picture, _spared(text, places), size, font)
        target = io.BytesIO()
        made.save(target, deterministic_id=True, compress_streams=True)
        return target.getvalue()


def _pages(content: bytes, content_type: str) -> Iterator[Page]:
    if content_type != "application/pdf":
        picture = Image.open(io.BytesIO(content)).convert("RGB")
        picture.thumbnail((4000, 4000))
        yield picture, PageText("", ()), (picture.width * 72 / DPI, picture.height * 72 / DPI)
        return
    with pypdfium2.PdfDocument(content) as document:
        for index in range(len(document)):
            page = document[index]
            try:
                across, down = page.get_size()
                scale = min(DPI / 72, (MOST_PIXELS / max(across * down, 1)) ** 0.5)
                bitmap = page.render(scale=scale)
                yield bitmap.to_pil().convert("RGB"), read_page(page), (across, down)
                bitmap.close()
            finally:
                page.close()


def _burn(picture: Image.Image, places: list[Box]) -> None:
    pen = ImageDraw.Draw(picture)
    width, height = picture.size
    for box in map(_widened, places):
        pen.rectangle((box.left * width, box.top * height, box.right * width, box.bottom * height), fill="black")


def _widened(box: Box) -> Box:
    return Box(box.left - MARGIN, box.top - MARGIN, box.right + MARGIN, box.bottom + MARGIN)


def _spared(text: PageText, places: list[Box]) -> list[tuple[str, Box]]:
    """The words that no box touches, each with its place."""
    words: list[tuple[str, Box]] = []
    letters, box = "", None
    for letter, place in [*zip(text.text, text.boxes, strict=True), (" ", None)]:
        if place is None or letter.isspace():
            if letters and box and not any(_touch(box, _widened(other)) for other in places):
                words.append((letters, box))
            letters, box = "", None
        else:
            letters, box = letters + letter, place if box is None else box.joined(place)
    return [(word, box) for word, box in words if 0 <= box.left < 1 and 0 <= box.top < 1]


def _touch(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def _add_page(
    made: pikepdf.Pdf,
    picture: Image.Image,
    words: list[tuple[str, Box]],
    size: tuple[float, float],
    font: pikepdf.Object,
) -> None:
    across, down = size
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=85, optimize=True)
    image = made.make_stream(
        jpeg.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=picture.width, Height=picture.height,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    drawing = [f"q {across:.2f} 0 0 {down:.2f} 0 0 cm /P Do Q BT 3 Tr".encode()]
    for word, box in words:
        height = max(box.height * down, 1)
        encoded = pikepdf.String(word.encode("cp1252", "replace").decode("cp1252")).unparse()
        left, bottom = box.left * across, (1 - box.bottom) * down
        stretch = 100 * (box.right - box.left) * across / max(len(word) * height * 0.5, 0.1)
        drawing.append(
            f"/F {height:.2f} Tf {stretch:.1f} Tz 1 0 0 1 {left:.2f} {bottom:.2f} Tm ".encode() + encoded + b" Tj"
        )
    drawing.append(b"ET")
    page = made.add_blank_page(page_size=(across, down))
    page.obj.Resources = Dictionary(XObject=Dictionary(P=image), Font=Dictionary(F=font))
    page.obj.Contents = made.make_stream(b"\n".join(drawing))
