"""Fictional certificates of attendance, as PDF or as the photograph someone took of one."""

import random
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from io import BytesIO

import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from . import render

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
ORIENTATION = 0x0112


def certificate_pdf(
    *,
    person: str,
    module_title: str,
    dates: Sequence[date],
    hours: int | Fraction,
    provider: str,
    part: str = "",
    structure: str = "",
    place: str = "Arras",
    objectives: Sequence[str] = (),
) -> bytes:
    """One page, with what is asked of a certificate: who, what, which days, how many hours, by whom."""
    context = {
        "person": person,
        "structure": structure,
        "module_title": module_title,
        "part": part,
        "days_label": "Dates" if len(dates) > 1 else "Date",
        "days": _days(dates),
        "hours": _hours(Fraction(hours)),
        "place": place,
        "provider": provider,
        "objectives": list(objectives),
        "signed_on": _days([max(dates)]),
        "stroke": _signature(random.Random(provider)),
    }
    return render.pdf("certificate.html", context)


def absence_pdf(*, person: str, structure: str, missed_on: date, signed_on: date) -> bytes:
    """Proof that somebody could not be there: a day, and no reason."""
    context = {
        "person": person,
        "structure": structure,
        "day": f"le {_days([missed_on])}",
        "signed_on": _days([signed_on]),
        "stroke": _signature(random.Random(structure)),
    }
    return render.pdf("absence.html", context)


def phone_photo(pdf: bytes, *, seed: int = 0, image_format: str = "JPEG", sideways: bool = False) -> bytes:
    """The first page as a telephone takes it: on a table, a little askew, unevenly lit, about 130 dpi.

    `sideways` (JPEG only) stores the picture lying on its side with the Exif orientation that puts it upright.
    """
    key = b"photo 1 %d %s %d " % (seed, image_format.encode(), sideways)
    return render.cached(key + pdf, f".{image_format.lower()}", lambda: _photograph(pdf, seed, image_format, sideways))


def _photograph(pdf: bytes, seed: int, image_format: str, sideways: bool) -> bytes:
    chance = random.Random(seed)
    document = pypdfium2.PdfDocument(pdf)
    page = document[0].render(scale=130 / 72).to_pil().convert("RGB")
    document.close()
    table = tuple(chance.randrange(low, low + 30) for low in (105, 85, 65))
    size = (page.width + 160, page.height + 190)
    mask = Image.new("L", size)
    mask.paste(255, (80, 95, 80 + page.width, 95 + page.height))
    sheet = Image.new("RGB", size, table)
    sheet.paste(page, (80, 95))
    angle = chance.choice((-1, 1)) * chance.uniform(0.8, 2.6)
    sheet = sheet.rotate(angle, Image.Resampling.BICUBIC, fillcolor=table)
    light = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180))).resize(size).point(lambda v: 185 + v // 4)
    photo = ImageChops.multiply(sheet, Image.merge("RGB", (light, light, light))).filter(ImageFilter.GaussianBlur(0.6))
    out = BytesIO()
    if image_format == "JPEG":
        exif = Image.Exif()
        if sideways:
            photo = photo.transpose(Image.Transpose.ROTATE_90)
            exif[ORIENTATION] = 6
        photo.save(out, "JPEG", quality=72, exif=exif)
    else:
        photo.save(out, image_format)
    return out.getvalue()


def _days(dates: Sequence[date]) -> str:
    """« 14 et 15 mars 2024 », « 30 mai 2024 et 6 juin 2024 », « 1er octobre 2024 »."""
    days = sorted(dates)
    same_month = len({(day.year, day.month) for day in days}) == 1
    names = ["1er" if day.day == 1 else str(day.day) for day in days]
    if not same_month:
        names = [f"{name} {MONTHS[day.month - 1]} {day.year}" for name, day in zip(names, days, strict=True)]
    text = " et ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{text} {MONTHS[days[0].month - 1]} {days[0].year}" if same_month else text


def _hours(hours: Fraction) -> str:
    """« 14 h », « 3 h 30 », with no-break spaces."""
    whole, minutes = divmod(int(hours * 60), 60)
    return "\N{NO-BREAK SPACE}".join([f"{whole}", "h", *([f"{minutes:02}"] if minutes else [])])


def _signature(chance: random.Random) -> str:
    """A scribble nobody can read, the same for every certificate of a provider."""
    x, path = 8, f"M8 {chance.randrange(25, 40)}"
    for _ in range(7):
        top, bottom, x = chance.randrange(4, 22), chance.randrange(34, 56), x + chance.randrange(18, 28)
        path += (
            f" C{x - 20} {top}, {x - 4} {top}, {x - 8} {chance.randrange(24, 40)} S{x - 14} {bottom}, {x} {bottom - 14}"
        )
    return path
