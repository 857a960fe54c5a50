"""What a page's picture shows of its words: covered by a box, of the colour of the ground, outside the page."""

from collections.abc import Iterable
from functools import cache

from PIL import Image
from pypdfium2 import PdfBitmap

from documents.pdf_text import WORD, Box, PageText

LOWEST_CONTRAST = 24
"""Grey levels (of 255) below which a word cannot be told from its ground."""
PAPER = 200
"""Grey level from which a uniform ground is blank paper."""
TALLEST = 0.06
"""Share of the page: what is taller is no line that lies flat."""
BLANK, LEAST_BLANK = 0.9, 5
"""How wide, of the height of a line, and in pixels, what shows nothing is when it is more than a space."""
SHADE = 16
"""Grey levels that columns of pixels may differ by and look the same."""


class Look:
    """A page's picture in grey; its levels are read where they lie, row after row: good while the bitmap is open."""

    def __init__(self, bitmap: PdfBitmap) -> None:
        self.image, self.greys, self.stride = bitmap.to_pil(), memoryview(bitmap.buffer).cast("B"), bitmap.stride
        self.width, self.height = self.image.size

    def is_inked(self, piece: Box) -> bool:
        """Do the pixels change all along a line of text, spaces apart? Every other row is looked at, shade by shade:
        as one large number, from which the same number a pixel further leaves zeros where nothing changes."""
        width, height, stride = self.width, self.height, self.stride
        left, top = int(piece.left * width), int(piece.top * height)
        right, bottom = int(piece.right * width) + 1, int(piece.bottom * height) + 1
        is_within = min(left, top) >= 0 and right <= width and bottom <= height
        if not is_within or not LEAST_BLANK <= bottom - top < TALLEST * height:
            return False
        shades, changes = _shades(self.greys[top * stride + left]), 0
        for start in range(top * stride, bottom * stride, 2 * stride):
            row = int.from_bytes(bytes(self.greys[start + left : start + right]).translate(shades))
            changes |= row ^ (row >> 8)
        blank = min(max(int(BLANK * (bottom - top)), LEAST_BLANK), right - left)
        return bytes(blank - 1) not in changes.to_bytes(right - left)

    def shows(self, box: Box, *, on_paper: bool) -> bool:
        """Is there something to see at a place? The row in its middle mostly tells."""
        left, top = max(int(box.left * self.width), 0), max(int(box.top * self.height), 0)
        right, bottom = (
            min(int(box.right * self.width) + 1, self.width),
            min(int(box.bottom * self.height) + 1, self.height),
        )
        if left >= right or top >= bottom:
            return False
        middle = (top + bottom) // 2 * self.stride
        row = bytes(self.greys[middle + left : middle + right])
        if max(row) - min(row) >= LOWEST_CONTRAST:
            return True
        lowest, highest = grey_levels(self.image.crop((left, top, right, bottom)))
        return highest - lowest >= LOWEST_CONTRAST or (on_paper and lowest >= PAPER)


def is_shown_throughout(page: PageText, look: Look, pictures: Iterable[Box]) -> bool:
    """Is there ink from end to end of each piece of text, which stands on no picture? Then nothing in it is hidden,
    and no gap in it is wide enough for a column."""
    pictures = tuple(pictures)
    return all(look.is_inked(piece) and not any(_touch(piece, other) for other in pictures) for piece in page.pieces)


def hidden_spans(page: PageText, look: Look, *, is_scan: bool) -> list[tuple[int, int]]:
    """Spans of words that the page's image does not show: covered, same colour as the ground, outside the page.

    On a scan, whose text layer was read by a machine and may lie a little beside, blank paper hides nothing.
    """
    return [
        word.span()
        for word in WORD.finditer(page.text)
        if any(map(str.isalnum, word[0]))
        and not all(look.shows(box, on_paper=is_scan) for box in page.drawn(*word.span()))
    ]


@cache
def _shades(ground: int) -> bytes:
    """A table from grey levels to how many shades they are from the ground."""
    return bytes(abs(ground - level) // SHADE for level in range(256))


def _touch(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def grey_levels(image: Image.Image) -> tuple[int, int]:
    """The darkest and the lightest grey of a picture, 0 to 255."""
    extremes = (image if image.mode == "L" else image.convert("L")).getextrema()
    return int(extremes[0]), int(extremes[1])  # type: ignore[arg-type]
