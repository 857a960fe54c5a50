"""What is let in, and what each refusal says."""

from contextlib import suppress
from datetime import date
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sandbox import FileRefused
from documents import inspection
from documents.anonymity import OwnDetails
from documents.enums import FileKind, Outcome
from documents.intake import Arrival, check_arrival, clean_name
from documents.pipeline import Verdict, examine
from tests.documents.samples import image, pdf, upload

MAX = 20 * 1024 * 1024


def let_in(content: bytes, name: str = "piece.pdf", max_size: int = MAX) -> tuple[Arrival, Verdict]:
    """At the door, then in the closed room; FileRefused when either says no."""
    arrival = check_arrival(upload(content, name), max_size=max_size)
    verdict = examine(content, name=name, kind=FileKind.ATTESTATION, own=OwnDetails(), today=date(2026, 2, 10))
    if verdict.outcome is Outcome.REFUSED:
        raise FileRefused(verdict.reason)
    return arrival, verdict


def refusal(content: bytes, name: str, max_size: int = MAX) -> str:
    with pytest.raises(FileRefused) as caught:
        let_in(content, name, max_size)
    return caught.value.reason


def test_a_pdf_is_read_with_its_pages():
    content = pdf("un", "deux", "trois")
    arrival, verdict = let_in(content, "attestation.pdf")
    assert (arrival.content_type, verdict.page_count, arrival.name) == ("application/pdf", 3, "attestation.pdf")
    assert (arrival.sha256, arrival.size) == (sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize(
    ("kind", "name", "content_type"), [("JPEG", "photo.jpg", "image/jpeg"), ("PNG", "s.png", "image/png")]
)
def test_an_image_is_one_page(kind, name, content_type):
    arrival, verdict = let_in(image(kind), name)
    assert (arrival.content_type, verdict.page_count) == (content_type, 1)


def test_the_name_takes_the_ending_of_the_real_type():
    assert let_in(image("JPEG"), "photo.pdf")[0].name == "photo.jpg"
    assert let_in(pdf(), "sans_extension")[0].name == "sans_extension.pdf"
    assert let_in(image("JPEG"), "photo.JPEG")[0].name == "photo.JPEG"


def test_an_executable_renamed_pdf_is_refused():
    assert "son contenu n’en est pas un" in refusal(b"MZ\x90\x00" + b"\0" * 200, "attestation.pdf")


def test_an_archive_that_holds_a_pdf_is_not_a_pdf():
    assert "son contenu n’en est pas un" in refusal(b"PK\x03\x04" + b"\0" * 40 + pdf(), "tous.pdf")


def test_a_pdf_may_begin_with_a_byte_order_mark():
    assert let_in(b"\xef\xbb\xbf" + pdf())[1].page_count == 1


def test_another_format_is_refused():
    assert "PDF, JPEG ou PNG" in refusal(b"PK\x03\x04" + b"\0" * 50, "tableau.xlsx")


def test_an_empty_file_is_refused():
    assert refusal(b"", "vide.pdf") == "Ce fichier est vide."


def test_one_byte_over_the_limit_is_refused_and_the_limit_is_not():
    content = pdf()
    assert let_in(content, max_size=len(content))[0].size == len(content)
    assert "dépasse" in refusal(content, "gros.pdf", max_size=len(content) - 1)


def test_21_megabytes_are_refused_with_the_limit():
    assert "20\u00a0Mo" in refusal(pdf() + b"\0" * (21 * 1024 * 1024), "gros.pdf")


def test_a_pdf_with_a_password_is_refused():
    assert "mot de passe" in refusal(pdf(password="secret"), "protege.pdf")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_pdf_is_refused(share):
    content = pdf("une page", "deux pages")
    assert "incomplet" in refusal(content[: int(len(content) * share)], "coupe.pdf")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_truncated_image_is_refused(kind):
    content = image(kind, size=(400, 400))
    assert "illisible" in refusal(content[: len(content) // 2], "photo.jpg")


def test_a_pdf_without_a_page_is_refused():
    empty = BytesIO()
    pikepdf.new().save(empty)
    assert "aucune page" in refusal(empty.getvalue(), "rien.pdf")


def test_too_many_pages_are_refused(monkeypatch):
    monkeypatch.setattr(inspection, "MAX_PAGES", 2)
    with pytest.raises(FileRefused, match="3 pages"):
        inspection.inspect_pdf(pdf("1", "2", "3"), None)


def test_a_giant_image_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(inspection, "MAX_PIXELS", 100)
    with pytest.raises(FileRefused, match="trop grande"):
        inspection.inspect_picture(image(), None)


@given(cut=st.integers(10, 400), junk=st.binary(min_size=1, max_size=12))
@settings(max_examples=60)
def test_a_mangled_pdf_is_read_or_refused_but_never_breaks_the_page(cut, junk):
    content = bytearray(pdf("page"))
    content[cut : cut + len(junk)] = junk
    with suppress(FileRefused):
        assert let_in(bytes(content), "x.pdf")[1].page_count


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\moi\\scan 1.pdf", "scan 1.pdf"),
        ("a\u202egnp.pdf", "agnp.pdf"),
        ("..", "fichier"),
        ("", "fichier"),
        ("scan\n\t 2.pdf", "scan 2.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
    ],
)
def test_names_are_cleaned(raw, clean):
    assert clean_name(raw) == clean


def test_a_long_name_keeps_its_ending():
    name = clean_name("a" * 300 + ".pdf")
    assert len(name) == 120
    assert name.endswith(".pdf")
