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
SAMPLE = 500
"""Letters that tell which way a page is written."""
NARROW, WIDE = 0.168, 1.5
"""Of the height of the letters: the gap from which there is a space, and from which there is another column."""
Placing = Callable[[float, float, float, float], "Box"]


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
    """Boxes in their order, those of one line made one; written out, for it runs over every letter of every page."""
    lines: list[Box] = []
    left = top = right = bottom = 0.0
    begun = False
    for box in boxes:
        if box is None:
            continue
        x1, y1, x2, y2 = box
        shared = (bottom if bottom < y2 else y2) - (top if top > y1 else y1)
        if begun and shared > 0.4 * (bottom - top if bottom - top < y2 - y1 else y2 - y1):
            left, top = left if left < x1 else x1, top if top < y1 else y1
            right, bottom = right if right > x2 else x2, bottom if bottom > y2 else y2
            continue
        if begun:
            lines.append(Box(left, top, right, bottom))
        begun, (left, top, right, bottom) = True, box
    return (*lines, Box(left, top, right, bottom)) if begun else ()


def read_page(page: pypdfium2.PdfPage) -> PageText:
    """All text objects of the page, in the order of the file: invisible, covered and outside ones too."""
    place = placing(page)
    text_page = page.get_textpage()
    try:
        read = list(_characters(text_page.raw, place))
    finally:
        text_page.close()
    return PageText(
        "".join(letter for letter, _, _ in read), tuple(box for _, box, _ in read), tuple(ink for *_, ink in read)
    )


def in_visual_order(page: PageText) -> PageText:
    """The same characters as an eye reads them: line by line, left to right; columns are set apart by three spaces.

    In the file, the value of a form or of a table's cell may stand far from its label. A page that lies on its side
    has no other order than its own.
    """
    if _runs_downwards(page.boxes):
        return page
    lines: list[list[Run]] = []
    for run in sorted(_runs(page), key=lambda run: run.box.top + run.box.bottom):
        if lines and _same_line(lines[-1][-1].box, run.box):
            lines[-1].append(run)
        else:
            lines.append([run])
    letters: list[str] = []
    boxes: list[Box | None] = []
    for line in lines:
        _write_line(sorted(line, key=lambda run: run.box.left), page, letters, boxes)
    return PageText("".join(letters), tuple(boxes))


class Run(NamedTuple):
    """Letters of a page, from `start` up to `end`, that follow one another without a gap, as wide as they all are."""

    start: int
    end: int
    box: Box


def _runs(page: PageText) -> Iterator[Run]:
    start, first, last = 0, None, None
    for index, box in enumerate((*page.boxes, None)):
        if box and last and _goes_on(last, box):
            last = box
            continue
        if first and last:
            yield Run(start, index, Box(first.left, first.top, last.right, first.bottom))
        start, first, last = index, box, box


def _goes_on(last: Box, box: Box) -> bool:
    """Does a letter stand right after the last one?"""
    size = last.bottom - last.top
    return (
        abs(box.top - last.top) < 0.3 * size and -size < box.left - last.right < NARROW * size and box.left > last.left
    )


def _runs_downwards(boxes: tuple[Box | None, ...]) -> bool:
    """Do letters follow one another from top to bottom (or up), rather than from side to side?"""
    steps = [(one, other) for one, other in pairwise(boxes[:SAMPLE]) if one and other]
    down = sum(abs(other.top - one.top) > abs(other.left - one.left) for one, other in steps)
    return down * 2 > len(steps)


def hidden_spans(page: PageText, image: Image.Image, *, is_scan: bool) -> list[tuple[int, int]]:
    """Spans of words that the page's image does not show: covered, same colour as the ground, outside the page.

    On a scan, whose text layer was read by a machine and may lie a little beside, blank paper hides nothing.
    """
    look = _Look(image)
    return [
        (start, end)
        for start, end in _words(page.text)
        if not all(look.shows(box, on_paper=is_scan) for box in page.drawn(start, end))
    ]


class _Look:
    """The greys of a page's picture, row by row."""

    def __init__(self, image: Image.Image) -> None:
        grey = image.convert("L")
        (self.width, self.height), self.greys = grey.size, grey.tobytes()

    def shows(self, box: Box, *, on_paper: bool) -> bool:
        """Is there something to see at a place?"""
        left, top = int(box.left * self.width), int(box.top * self.height)
        right, bottom = max(int(box.right * self.width) + 1, left + 1), max(int(box.bottom * self.height) + 1, top + 1)
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, self.width), min(bottom, self.height)
        if left >= right or top >= bottom:
            return False
        lowest, highest = 255, 0
        for start in range(top * self.width, bottom * self.width, self.width):
            row = self.greys[start + left : start + right]
            lowest, highest = min(lowest, *row), max(highest, *row)
            if highest - lowest >= LOWEST_CONTRAST:
                return True
        return on_paper and lowest >= PAPER


def _characters(handle: Any, place: Placing) -> Iterator[tuple[str, Box | None, Box | None]]:
    """Each character with the place of its step and of its ink; none for a space."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pointers = [ctypes.byref(number) for number in (left, right, bottom, top)]
    step = pdfium.FS_RECTF()
    step_pointer = ctypes.byref(step)
    code_of, ink_of, step_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetCharBox, pdfium.FPDFText_GetLooseCharBox
    for index in range(pdfium.FPDFText_CountChars(handle)):
        code = code_of(handle, index)
        if not code:
            continue
        character = chr(code) if code < 0x110000 else "\ufffd"
        if character.isspace() or not ink_of(handle, index, *pointers):
            yield character, None, None
            continue
        x1, y1, x2, y2 = left.value, bottom.value, right.value, top.value
        if x1 == x2 and y1 == y2:
            yield character, None, None
            continue
        ink = place(x1, y1, x2, y2)
        loose = step_of(handle, index, step_pointer)
        yield character, place(step.left, step.bottom, step.right, step.top) if loose else ink, ink


def placing(page: pypdfium2.PdfPage) -> Placing:
    """The function that turns corners of the page's own space into a Box."""
    (left, top), along, across = (_on_device(page, x, y) for x, y in ((0, 0), (1000, 0), (0, 1000)))
    a, b = (along[0] - left) / 1000, (along[1] - top) / 1000
    c, d = (across[0] - left) / 1000, (across[1] - top) / 1000

    def place(x1: float, y1: float, x2: float, y2: float) -> Box:
        left1, left2 = left + a * x1 + c * y1, left + a * x2 + c * y2
        top1, top2 = top + b * x1 + d * y1, top + b * x2 + d * y2
        if left1 > left2:
            left1, left2 = left2, left1
        return Box(left1, top1, left2, top2) if top1 < top2 else Box(left1, top2, left2, top1)

    return place


def _on_device(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, SCALE, SCALE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value / SCALE, down.value / SCALE


def _same_line(one: Box, other: Box) -> bool:
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return overlap > 0.4 * min(one.height, other.height)


def _write_line(line: list[Run], page: PageText, letters: list[str], boxes: list[Box | None]) -> None:
    previous: Box | None = None
    for start, end, box in line:
        if previous is not None:
            gap, size = box.left - previous.right, max(previous.height, box.height)
            space = "   " if gap > WIDE * size else " " if gap > NARROW * size else ""
            letters.append(space)
            boxes.extend([None] * len(space))
        letters.append(page.text[start:end])
        boxes.extend(page.boxes[start:end])
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
