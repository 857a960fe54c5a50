"""Certificates say who, what, when, how long and by whom; a photograph of one is a real photograph."""

from datetime import date
from fractions import Fraction
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image, ImageOps

from label_portal.sample.certificates import certificate_pdf, phone_photo


def certificate(**changes):
    facts = {
        "person": "Nadia Delattre",
        "structure": "Association Les Amarres",
        "module_title": "Accompagnement du public féminin",
        "dates": [date(2024, 6, 6)],
        "hours": 7,
        "provider": "Institut du travail social Opale",
        "place": "Saint-Omer",
    }
    return certificate_pdf(**facts | changes)


def text_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        (page,) = [page.get_textpage().get_text_bounded() for page in document]
    return page.replace("\N{NO-BREAK SPACE}", " ")


def test_a_certificate_holds_on_one_page_what_is_asked_of_it():
    text = text_of(certificate(part="Première partie (2 jours)", objectives=["Connaître des outils"]))
    for words in (
        "Attestation de présence", "Nadia Delattre", "Association Les Amarres", "Accompagnement du public féminin",
        "Première partie (2 jours)", "Institut du travail social Opale", "Saint-Omer", "7 h", "Connaître des outils",
        "Fait le 6 juin 2024",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ([date(2024, 10, 1)], "1er octobre 2024"),
        ([date(2024, 3, 15), date(2024, 3, 14)], "14 et 15 mars 2024"),
        ([date(2024, 3, 14), date(2024, 3, 15), date(2024, 3, 18)], "14, 15 et 18 mars 2024"),
        ([date(2024, 5, 30), date(2024, 6, 6)], "30 mai 2024 et 6 juin 2024"),
        ([date(2023, 6, 6), date(2024, 6, 6)], "6 juin 2023 et 6 juin 2024"),
    ],
)
def test_dates_read_as_one_says_them(dates, words):
    assert words in text_of(certificate(dates=dates))


def test_hours_may_be_a_fraction():
    assert "3 h 30" in text_of(certificate(hours=Fraction(7, 2)))


def test_a_photograph_is_an_askew_picture_of_the_page():
    jpeg, again, png = (
        phone_photo(certificate()),
        phone_photo(certificate()),
        phone_photo(certificate(), image_format="PNG"),
    )
    assert jpeg == again
    assert phone_photo(certificate(), seed=1) != jpeg
    with Image.open(BytesIO(jpeg)) as photo, Image.open(BytesIO(png)) as same:
        assert (photo.format, same.format) == ("JPEG", "PNG")
        assert photo.size == same.size
        assert photo.height > photo.width > 1000
        corner, middle = photo.getpixel((5, 5)), photo.getpixel((photo.width // 2, photo.height // 2))
    assert max(corner) < 140 < 180 < min(middle)


def test_a_sideways_photograph_is_upright_once_its_orientation_is_read():
    with Image.open(BytesIO(phone_photo(certificate(), sideways=True))) as photo:
        assert photo.width > photo.height
        upright = ImageOps.exif_transpose(photo)
    with Image.open(BytesIO(phone_photo(certificate()))) as straight:
        assert upright.size == straight.size
        far = [
            abs(a - b) for a, b in zip(upright.resize((9, 9)).tobytes(), straight.resize((9, 9)).tobytes(), strict=True)
        ]
    assert max(far) < 12
