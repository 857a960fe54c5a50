"""The words of a PDF's pages with their places, whether or not they show.

Boxes are fractions of the page as it is displayed: (left, top, right, bottom), 0 to 1 from the upper left corner,
rotation applied.
"""

import ctypes
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, overload

import pypdfium2
import pypdfium2.raw as pdfium

SCALE = 1_000_000
NARROW, WIDE = 0.168, 1.5
"""Of the height of the letters: the gap from which there is a space, and from which there is another column."""
WIDEST_LETTER, WIDEST_INK = 0.8, 1.5
"""Of the height of its font, and of its own."""
WORD = re.compile(r"\S+")
UNSURE = re.compile("[\0\ud800-\udfff\ufffd-\uffff]")
"""What the two ways of asking for a text write differently."""
Placing = Callable[[float, float, float, float], "Box"]
Measure = Callable[[int], "Box | None"]


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
    has none (spaces, line breaks). `inks[i]`: where it is drawn, when that is known. `pieces`: where each piece that
    the file writes at once (a line, a part of one) is drawn, in its order. All good while the page is open."""

    text: str
    boxes: Sequence[Box | None]
    inks: Sequence[Box | None] = ()
    pieces: tuple[Box, ...] = ()

    def places(self, start: int, end: int) -> tuple[Box, ...]:
        """The boxes of a span, one for each line it runs over."""
        return _by_line(self.boxes[start:end])

    def drawn(self, start: int, end: int) -> tuple[Box, ...]:
        """Where the characters of a word are drawn, one box for each line."""
        inks = self.inks or self.boxes
        first, last = inks[start], inks[end - 1]
        if first and last and first.left <= last.left and _same_line(first, last):
            size = max(first.bottom - first.top, last.bottom - last.top)
            if last.right - first.left <= WIDEST_INK * size * (end - start):
                return (first.joined(last),)
        return _by_line(inks[start:end])


class Letters(Sequence["Box | None"]):
    """The places of a page's letters, asked of the library one by one: few of them are ever wanted."""

    def __init__(self, text: str, indices: Sequence[int], measure: Measure) -> None:
        self._text, self._indices, self._measure = text, indices, measure

    def __len__(self) -> int:
        return len(self._text)

    @overload
    def __getitem__(self, at: int) -> Box | None: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Box | None, ...]: ...
    def __getitem__(self, at: int | slice) -> "Box | tuple[Box | None, ...] | None":
        if isinstance(at, slice):
            return tuple(self[index] for index in range(*at.indices(len(self))))
        return None if self._text[at].isspace() else self._measure(self._indices[at])


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
    text_page, place = page.get_textpage(), placing(page)
    text, indices = _written(text_page.raw)
    step, ink = _measures(text_page, place)
    return PageText(text, Letters(text, indices, step), Letters(text, indices, ink), _pieces(text_page.raw, place))


def _written(handle: Any) -> tuple[str, Sequence[int]]:
    """The page's characters, and where the library keeps each."""
    count = pdfium.FPDFText_CountChars(handle)
    buffer = (ctypes.c_ushort * (count + 1))()
    pdfium.FPDFText_GetText(handle, 0, count, buffer)
    text = bytes(buffer)[:-2].decode("utf-16-le", "replace").rstrip("\0")
    if len(text) == count and not UNSURE.search(text):
        return text, range(count)
    codes = ((pdfium.FPDFText_GetUnicode(handle, index), index) for index in range(count))
    kept = [(chr(code) if code < 0x110000 else "\ufffd", index) for code, index in codes if code]
    return "".join(letter for letter, _ in kept), [index for _, index in kept]


def _measures(text_page: pypdfium2.PdfTextPage, place: Placing) -> tuple[Measure, Measure]:
    """How to ask for the place of the step of a letter, and for that of its ink; none once the page is closed."""
    sides = [ctypes.c_double() for _ in range(4)]
    pointers, (left, right, bottom, top) = [ctypes.byref(side) for side in sides], sides
    step = pdfium.FS_RECTF()
    step_pointer = ctypes.byref(step)

    def of_ink(index: int) -> Box | None:
        if not pdfium.FPDFText_GetCharBox(text_page.raw, index, *pointers):
            return None
        x1, y1, x2, y2 = left.value, bottom.value, right.value, top.value
        return None if x1 == x2 and y1 == y2 else place(x1, y1, x2, y2)

    def of_step(index: int) -> Box | None:
        if not pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, step_pointer):
            return of_ink(index)
        x1, y1, x2, y2 = step.left, step.bottom, step.right, step.top
        return of_ink(index) if x1 == x2 or y1 == y2 else place(x1, y1, x2, y2)

    return of_step, of_ink


def _pieces(handle: Any, place: Placing) -> tuple[Box, ...]:
    left, top, right, bottom = sides = [ctypes.c_double() for _ in range(4)]
    pointers = [ctypes.byref(side) for side in sides]
    return tuple(
        place(left.value, bottom.value, right.value, top.value)
        for index in range(pdfium.FPDFText_CountRects(handle, 0, -1))
        if pdfium.FPDFText_GetRect(handle, index, *pointers)
    )


def is_line_by_line(page: PageText) -> bool:
    """Does each piece of text go on right after the last, or stand below all of its line? Then the order of the file
    is that of the eye."""
    last, bottom = None, 0.0
    for piece in page.pieces:
        size = piece.bottom - piece.top
        if last and _same_line(last, piece):
            if not -0.3 * size < piece.left - last.right < WIDE * max(size, last.bottom - last.top):
                return False
            bottom = max(bottom, piece.bottom)
        elif piece.top + 0.3 * size > bottom:
            bottom = piece.bottom
        else:
            return False
        last = piece
    return True


def in_visual_order(page: PageText) -> PageText:
    """The same characters as an eye reads them: line by line, left to right; columns are set apart by three spaces.

    In the file, the value of a form or of a table's cell may stand far from its label. A page that lies on its side
    has no other order than its own.
    """
    lines: list[list[Run]] = []
    runs = [run for word in WORD.finditer(page.text) for run in _runs(page, *word.span())]
    if _run_downwards(runs):
        return page
    for run in sorted(runs, key=_middle):
        if lines and _same_line(lines[-1][-1].box, run.box):
            lines[-1].append(run)
        else:
            lines.append([run])
    letters: list[str] = []
    origin: list[int] = []
    for line in lines:
        _write_line(sorted(line, key=_left), page, letters, origin)
    text = "".join(letters)
    return PageText(text, Letters(text, origin, page.boxes.__getitem__))


class Run(NamedTuple):
    """Letters of a page, from `start` up to `end`, that follow one another without a gap, as wide as they all are."""

    start: int
    end: int
    box: Box


def _middle(run: Run) -> float:
    return run.box.top + run.box.bottom


def _left(run: Run) -> float:
    return run.box.left


def _runs(page: PageText, start: int, end: int) -> Iterator[Run]:
    """A word as it lies: whole, or in its parts when they lie apart."""
    first, last = page.boxes[start], page.boxes[end - 1]
    if first and last and _is_plain_word(first, last, end - start):
        yield Run(start, end, Box(first.left, first.top, last.right, first.bottom))
        return
    begun, first, last = start, None, None
    for index, box in enumerate((*page.boxes[start:end], None), start):
        if box and last and _goes_on(last, box):
            last = box
            continue
        if first and last:
            yield Run(begun, index, Box(first.left, first.top, last.right, first.bottom))
        begun, first, last = index, box, box


def _is_plain_word(first: Box, last: Box, count: int) -> bool:
    """Do so many letters between these two stand on one line, side by side?"""
    size = first.bottom - first.top
    return (
        abs(first.top - last.top) < 0.3 * size
        and first.left <= last.left
        and last.right - first.left <= WIDEST_LETTER * size * count
    )


def _goes_on(last: Box, box: Box) -> bool:
    """Does a letter stand right after the last one?"""
    size = last.bottom - last.top
    return (
        abs(box.top - last.top) < 0.3 * size and -size < box.left - last.right < NARROW * size and box.left > last.left
    )


def _run_downwards(runs: list[Run]) -> bool:
    """Do the letters of words follow one another from top to bottom (or up), rather than from side to side?"""
    steps = ((one.box, other.box) for one, other in pairwise(runs) if one.end == other.start)
    down = sum(abs(other.top - one.top) > abs(other.left - one.left) for one, other in steps)
    return down * 2 > len(runs)


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
    (_, top, _, bottom), (_, high, _, low) = one, other
    shared = (bottom if bottom < low else low) - (top if top > high else high)
    return shared > 0.4 * (bottom - top if bottom - top < low - high else low - high)


def _write_line(line: list[Run], page: PageText, letters: list[str], origin: list[int]) -> None:
    previous: Box | None = None
    for start, end, box in line:
        if previous is not None:
            gap, size = box.left - previous.right, max(previous.height, box.height)
            space = "   " if gap > WIDE * size else " " if gap > NARROW * size else ""
            letters.append(space)
            origin.extend([start] * len(space))
        letters.append(page.text[start:end])
        origin.extend(range(start, end))
        previous = box
    letters.append("\n")
    origin.append(line[-1].end - 1)
