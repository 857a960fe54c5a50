"""Where a page has words that its text layer does not have: pictures, letters drawn as shapes, letters that a font
draws without saying which they are. Those places are read by OCR."""

import ctypes
from collections.abc import Iterable, Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from documents.pdf_text import Box, Placing, placing

SMALLEST_PICTURE = 0.05
"""Share of the page's width or height below which a picture is too small to be read."""
HOLDING_PICTURES = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
DEEPEST = 4
LEAST_CURVES, MOST_CURVES = 24, 200
"""Curves from which shapes side by side may be a word (a drawn letter has about six; a round corner, one), and how many
are counted in one shape."""
OF_A_LETTER, OF_A_STRAIGHT_ONE = 6, 3
"""What counts for the curves of a letter that is not drawn as a shape, and of one that has none (M, v, z)."""
LEAST_LINES, TALLEST = 7, 0.06
"""Sides from which a shape without curves may be a letter, and the share of the page that letters may be tall."""
APART = 2
"""How far from one another, in heights, shapes still are of one line."""
MOST_SHAPES = 2000
"""Beyond, the page is read whole."""
WHOLE = Box(0, 0, 1, 1)
Shape = tuple[Box, int]
"""Where it is drawn, and how many curves it has."""


def painted_places(page: pypdfium2.PdfPage, *, has_mute_fonts: bool) -> tuple[list[Box], list[Box]]:
    """Pictures big enough to hold words (for those inside a drawing, the whole drawing), and words drawn as shapes."""
    place = placing(page)
    pictures: list[Box] = []
    shapes: list[Shape] = []
    for index in range(pdfium.FPDFPage_CountObjects(page.raw)):
        thing = pdfium.FPDFPage_GetObject(page.raw, index)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind in HOLDING_PICTURES and _is_picture(thing, kind):
            pictures += _big_enough(_bounds(thing, place))
        elif kind != pdfium.FPDF_PAGEOBJ_TEXT and len(shapes) <= MOST_SHAPES:
            shapes += _shape(thing, kind, place)
    if has_mute_fonts:
        shapes += _mute_letters(page, place)
    return pictures, [WHOLE] if len(shapes) > MOST_SHAPES else _lines(shapes)


def _bounds(thing: Any, place: Placing) -> Box | None:
    left, bottom, right, top = sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(thing, *map(ctypes.byref, sides)):
        return None
    return place(left.value, bottom.value, right.value, top.value)


def _big_enough(box: Box | None) -> Iterator[Box]:
    if box is None:
        return
    clipped = _clipped(box)
    if clipped.right - clipped.left > SMALLEST_PICTURE and clipped.bottom - clipped.top > SMALLEST_PICTURE / 3:
        yield clipped


def _clipped(box: Box) -> Box:
    return Box(max(box.left, 0), max(box.top, 0), min(box.right, 1), min(box.bottom, 1))


def _is_picture(thing: Any, kind: int, depth: int = 0) -> bool:
    """A picture, or a drawing that holds one."""
    if kind != pdfium.FPDF_PAGEOBJ_FORM or depth == DEEPEST:
        return bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE)
    return any(_is_picture(each, pdfium.FPDFPageObj_GetType(each), depth + 1) for each in _inner(thing))


def _inner(thing: Any) -> Iterator[Any]:
    return (pdfium.FPDFFormObj_GetObject(thing, index) for index in range(pdfium.FPDFFormObj_CountObjects(thing)))


def _shape(thing: Any, kind: int, place: Placing) -> Iterator[Shape]:
    curves = _curves(thing, kind)
    straight = not curves and kind == pdfium.FPDF_PAGEOBJ_PATH
    if (not curves and not straight) or not (box := _bounds(thing, place)):
        return
    if not straight:
        yield box, curves
    elif max(box.height, box.right - box.left) < TALLEST:
        yield box, OF_A_STRAIGHT_ONE if pdfium.FPDFPath_CountSegments(thing) >= LEAST_LINES else 0


def _curves(thing: Any, kind: int, depth: int = 0) -> int:
    """How many curves a shape has, or all those of a drawing."""
    if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < DEEPEST:
        total = 0
        for each in _inner(thing):
            total += _curves(each, pdfium.FPDFPageObj_GetType(each), depth + 1)
            if total > MOST_CURVES:
                break
        return total
    if kind != pdfium.FPDF_PAGEOBJ_PATH:
        return 0
    count = min(pdfium.FPDFPath_CountSegments(thing), 3 * MOST_CURVES)
    return sum(
        pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(thing, index)) == pdfium.FPDF_SEGMENT_BEZIERTO
        for index in range(count)
    )


def _mute_letters(page: pypdfium2.PdfPage, place: Placing) -> Iterator[Shape]:
    text_page = page.get_textpage()
    try:
        for index in range(pdfium.FPDFText_CountChars(text_page.raw)):
            if pdfium.FPDFText_HasUnicodeMapError(text_page.raw, index) == 1:
                step = pdfium.FS_RECTF()
                if pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, ctypes.byref(step)):
                    yield place(step.left, step.bottom, step.right, step.top), OF_A_LETTER
    finally:
        text_page.close()


def _lines(shapes: Iterable[Shape]) -> list[Box]:
    """Shapes that stand side by side, made one place, where they have curves enough to be a word."""
    lines: list[Shape] = []
    for box, curves in sorted(shapes):
        joined = [line for line in lines if _is_beside(line[0], box)]
        for other, more in joined:
            box, curves = box.joined(other), curves + more
        lines = [line for line in lines if line not in joined]
        lines.append((box, curves))
    return [_padded(box) for box, curves in lines if curves >= LEAST_CURVES]


def _is_beside(one: Box, other: Box) -> bool:
    """On the same line, not far; a page is taller than it is wide, which does not matter here."""
    reach = APART * max(one.height, other.height)
    within = min(one.bottom, other.bottom) - max(one.top, other.top) > 0
    return within and one.left - reach < other.right and other.left - reach < one.right


def _padded(box: Box) -> Box:
    margin = min(box.height, box.right - box.left) / 2
    return _clipped(Box(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin))
