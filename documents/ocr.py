"""Words read in a picture by tesseract, with their places."""

import io
import resource
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image

from documents.looking import grey_levels
from documents.pdf_text import Box, PageText

COMMAND = ["setpriv", "--pdeathsig", "KILL", "tesseract", "-", "-"]
MOST_SECONDS = 90
"""Of the processor, for all the pictures of a file: a busy machine is no fault of the file, a thousand pictures are.
Each run is held to the limit of the sandbox, which children inherit."""
GOOD_WORDS, GOOD_CONFIDENCE = 4, 60
DARK = 90
"""The lightest grey inside a black box, as scanners and JPEG leave it."""
TURNS = (0, 180, 90, 270)


class Word(NamedTuple):
    text: str
    confidence: float
    line: tuple[str, ...]
    box: tuple[int, int, int, int]


def seconds_spent() -> float:
    """Of the processor, by all the readings of this process."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read_picture(picture: Image.Image, *, dots_per_inch: int = 200) -> PageText:
    """The text of a picture whichever way it is turned, boxes in fractions of the picture as it was given."""
    grey = picture.convert("L")
    best: tuple[float, int, list[Word]] = (-1.0, 0, [])
    for turn in TURNS:
        words = list(_words(grey.rotate(turn, expand=True), dots_per_inch))
        sure = [word for word in words if word.confidence >= GOOD_CONFIDENCE and len(word.text) > 1]
        if (weight := sum(len(word.text) for word in sure)) > best[0]:
            best = (weight, turn, words)
        if len(sure) >= GOOD_WORDS and len(sure) >= 0.5 * len(words):
            break
    _, turn, words = best
    return _page(words, turn, grey.size)


def _words(grey: Image.Image, dots_per_inch: int) -> Iterator[Word]:
    target = io.BytesIO()
    grey.save(target, "PNG", compress_level=1)
    command = [*COMMAND, "-l", "fra", "--dpi", str(dots_per_inch), "--psm", "3", "tsv"]
    read = subprocess.run(command, input=target.getvalue(), capture_output=True, check=True)  # noqa: S603 — commande fixe
    for row in read.stdout.decode("utf-8", "replace").splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            left, top, width, height = map(int, cells[6:10])
            word = Word(cells[11].strip(), float(cells[10]), tuple(cells[1:5]), (left, top, left + width, top + height))
            if not _is_bar(grey, word.box):
                yield word


def _is_bar(grey: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """A black box drawn over words, which tesseract takes for letters: wide, and nothing but dark inside."""
    left, top, right, bottom = box
    aside, above = (right - left) // 5, (bottom - top) // 5
    if right - left < bottom - top or min(aside, above) < 1:
        return False
    return grey_levels(grey.crop((left + aside, top + above, right - aside, bottom - above)))[1] < DARK


def _page(words: list[Word], turn: int, size: tuple[int, int]) -> PageText:
    letters: list[str] = []
    boxes: list[Box | None] = []
    previous: Word | None = None
    for word in words:
        if previous is not None:
            letters.append(" " if previous.line == word.line else "\n")
            boxes.append(None)
        letters.extend(word.text)
        boxes.extend([_turned_back(word.box, turn, size)] * len(word.text))
        previous = word
    return PageText("".join(letters), tuple(boxes))


def _turned_back(box: tuple[int, int, int, int], turn: int, size: tuple[int, int]) -> Box:
    """The place in the picture as given, `size` pixels, of a box found in the picture turned left by `turn` degrees."""
    width, height = size
    corners = [_point_back(x, y, turn, width, height) for x, y in ((box[0], box[1]), (box[2], box[3]))]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs) / width, min(ys) / height, max(xs) / width, max(ys) / height)


def _point_back(x: int, y: int, turn: int, width: int, height: int) -> tuple[int, int]:
    if turn == 90:
        return width - y, x
    if turn == 180:
        return width - x, height - y
    if turn == 270:
        return y, height - x
    return x, y
