"""The words of a PDF's pages with their places, whether or not they show.

Boxes are fractions of the page as it is displayed: (left, top, right, bottom), 0 to 1 from the upper left corner,
rotation applied.
"""

import ctypes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

LOWEST_CONTRAST = 24
"""Grey levels (of 255) below which a word cannot be told from its ground."""
PAPER = 200
"""Grey level from which a uniform ground is blank paper."""
SCALE = 1_000_000


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def joined(self, other: "Box") -> "Box":
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class PageText:
    """`boxes[i]` is the place of the character `text[i]`, as wide as its step and as high as its font; None for what
    has none (spaces, line breaks). `inks[i]`: where it is drawn, when that is known."""

    text: str
    boxes: tuple[Box | None, ...]
    inks: tuple[Box | None, ...] = ()

    def places(self, start: int, end: int) -> tuple[Box, ...]:
        """The boxes of a span, one for each line it runs over."""
        return _by_line(self.boxes[start:end])

    def drawn(self, start: int, end: int) -> tuple[Box, ...]:
        """Where the characters of a span are drawn, one box for each line."""
        return _by_line((self.inks or self.boxes)[start:end])


def _by_line(boxes: Iterable[Box | None]) -> tuple[Box, ...]:
    lines: list[Box] = []
    for box in boxes:
        if box is None:
            continue
        if lines and _same_line(lines[-1], box):
            lines[-1] = lines[-1].joined(box)
        else:
            lines.append(box)
    return tuple(lines)


def read_page(page: pypdfium2.PdfPage) -> PageText:
    """All text objects of the page, in the order of the file: invisible, covered and outside ones too."""
    place = placing(page)
    text_page = page.get_textpage()
    try:
        letters: list[str] = []
        boxes: list[Box | None] = []
        inks: list[Box | None] = []
        for character, step, ink in _characters(text_page.raw):
            letters.append(character)
            boxes.append(place(*step) if step else None)
            inks.append(place(*ink) if ink else None)
        return PageText("".join(letters), tuple(boxes), tuple(inks))
    finally:
        text_page.close()


def in_visual_order(page: PageText) -> PageText:
    """The same characters as an eye reads them: line by line, left to right; columns are set apart by three spaces.

    In the file, the value of a form or of a table's cell may stand far from its label. A page that lies on its side
    has no other order than its own.
    """
    if _runs_downwards(page.boxes):
        return page
    placed = [(box, letter) for letter, box in zip(page.text, page.boxes, strict=True) if box and not letter.isspace()]
    lines: list[list[tuple[Box, str]]] = []
    for box, letter in sorted(placed, key=lambda item: (item[0].top + item[0].bottom) / 2):
        if lines and _same_line(lines[-1][-1][0], box):
            lines[-1].append((box, letter))
        else:
            lines.append([(box, letter)])
    letters: list[str] = []
    boxes: list[Box | None] = []
    for line in lines:
        _write_line(sorted(line, key=lambda item: item[0].left), letters, boxes)
    return PageText("".join(letters), tuple(boxes))


def _runs_downwards(boxes: tuple[Box | None, ...]) -> bool:
    """Do letters follow one another from top to bottom (or up), rather than from side to side?"""
    steps = [(one, other) for one, other in pairwise(boxes) if one and other]
    down = sum(abs(other.top - one.top) > abs(other.left - one.left) for one, other in steps)
    return down * 2 > len(steps)


def hidden_spans(page: PageText, image: Image.Image, *, is_scan: bool) -> list[tuple[int, int]]:
    """Spans of words that the page's image does not show: covered, same colour as the ground, outside the page.

    On a scan, whose text layer was read by a machine and may lie a little beside, blank paper hides nothing.
    """
    grey = image.convert("L")
    return [
        (start, end)
        for start, end in _words(page.text)
        if not all(_shows(box, grey, on_paper=is_scan) for box in page.drawn(start, end))
    ]


Corners = tuple[float, float, float, float]


def _characters(handle: Any) -> Iterator[tuple[str, Corners | None, Corners | None]]:
    """Each character with its step's and its ink's (left, bottom, right, top), in the page's own space."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pointers = [ctypes.byref(number) for number in (left, right, bottom, top)]
    step = pdfium.FS_RECTF()
    for index in range(pdfium.FPDFText_CountChars(handle)):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        if not code:
            continue
        character = chr(code) if code < 0x110000 else "\ufffd"
        known = pdfium.FPDFText_GetCharBox(handle, index, *pointers)
        if not known or not (right.value - left.value or top.value - bottom.value):
            yield character, None, None
            continue
        ink = (left.value, bottom.value, right.value, top.value)
        loose = pdfium.FPDFText_GetLooseCharBox(handle, index, ctypes.byref(step))
        yield character, (step.left, step.bottom, step.right, step.top) if loose else ink, ink


def placing(page: pypdfium2.PdfPage) -> Callable[[float, float, float, float], Box]:
    """The function that turns corners of the page's own space into a Box."""
    origin, along, across = (_on_device(page, x, y) for x, y in ((0, 0), (1000, 0), (0, 1000)))
    a, b = (along[0] - origin[0]) / 1000, (along[1] - origin[1]) / 1000
    c, d = (across[0] - origin[0]) / 1000, (across[1] - origin[1]) / 1000

    def place(left: float, bottom: float, right: float, top: float) -> Box:
        xs = [origin[0] + a * x + c * y for x, y in ((left, bottom), (right, top))]
        ys = [origin[1] + b * x + d * y for x, y in ((left, bottom), (right, top))]
        return Box(min(xs) / SCALE, min(ys) / SCALE, max(xs) / SCALE, max(ys) / SCALE)

    return place


def _on_device(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, SCALE, SCALE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value


def _same_line(one: Box, other: Box) -> bool:
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return overlap > 0.4 * min(one.height, other.height)


def _write_line(line: list[tuple[Box, str]], letters: list[str], boxes: list[Box | None]) -> None:
    previous: Box | None = None
    for box, letter in line:
        if previous is not None:
            gap, size = box.left - previous.right, max(previous.height, box.height) * 0.6
            space = "   " if gap > 2.5 * size else " " if gap > 0.28 * size else ""
            letters.extend(space)
            boxes.extend([None] * len(space))
        letters.append(letter)
        boxes.append(box)
        previous = box
    letters.append("\n")
    boxes.append(None)


def _words(text: str) -> Iterator[tuple[int, int]]:
    start = None
    for index, letter in enumerate(text + " "):
        if letter.isspace():
            if start is not None and any(sign.isalnum() for sign in text[start:index]):
                yield start, index
            start = None
        elif start is None:
            start = index


def grey_levels(image: Image.Image) -> tuple[int, int]:
    """The darkest and the lightest grey of a picture, 0 to 255."""
    extremes = image.convert("L").getextrema()
    return int(extremes[0]), int(extremes[1])  # type: ignore[arg-type]


def _shows(box: Box, grey: Image.Image, *, on_paper: bool) -> bool:
    width, height = grey.size
    left, top = int(box.left * width), int(box.top * height)
    right, bottom = max(int(box.right * width) + 1, left + 1), max(int(box.bottom * height) + 1, top + 1)
    if right <= 0 or bottom <= 0 or left >= width or top >= height:
        return False
    part = grey.crop((max(left, 0), max(top, 0), min(right, width), min(bottom, height)))
    lowest, highest = grey_levels(part)
    return bool(highest - lowest >= LOWEST_CONTRAST or (on_paper and lowest >= PAPER))
