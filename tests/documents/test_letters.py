"""Letters: numbered, tagged, in French, with a twin, and closed to every address that is not ours."""

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.db import DatabaseError, transaction

from documents.enums import LetterKind
from documents.letters import print_letter
from documents.models import Letter, StoredFile
from documents.services import write_letter
from documents.serving import read_content, serve_letter, serve_twin
from tests.factories import make_structure

NOW = datetime(2026, 2, 10, 19, 42, tzinfo=UTC)
LETTER = "letters/base.html"


def write(title: str = "Accusé d’enregistrement") -> Letter:
    return write_letter(
        kind=LetterKind.REGISTRATION_RECEIPT,
        title=title,
        structure=make_structure("Association L’Étale & Cie"),
        template=LETTER,
        context={},
        now=NOW,
    )


def words(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.mark.django_db
def test_letters_are_numbered_in_order_by_year():
    assert [write().number, write().number] == ["L-2026-00001", "L-2026-00002"]


@pytest.mark.django_db
def test_a_letter_is_a_tagged_pdf_a_in_french_with_its_title_and_fonts():
    letter = write()
    content = read_content(letter.pdf)
    with pikepdf.open(BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == "fr"
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert metadata["dc:title"].startswith("Accusé d’enregistrement, Association L’Étale & Cie")
        fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
    assert any("Source-Serif-Pro" in font or "SourceSerifPro" in font for font in fonts), fonts
    assert "Association L’Étale & Cie" in words(content)
    assert letter.pdf.page_count == 1


@pytest.mark.django_db
def test_the_twin_says_the_same_and_is_served_closed():
    letter = write()
    response = serve_twin(letter)
    assert "Association L’Étale &amp; Cie" in response.content.decode()
    assert "css/letters.css" in response.content.decode()
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_pdf_is_named_after_its_number():
    response = serve_letter(write())
    assert "L-2026-00001" in response["Content-Disposition"]
    response.close()


@pytest.mark.django_db(transaction=True)
def test_a_letter_rolled_back_gives_its_number_back(monkeypatch):
    with pytest.raises(ValueError, match="non"), transaction.atomic():  # noqa: PT012
        write()
        raise ValueError("non")
    assert write().number == "L-2026-00001"


@pytest.mark.django_db(transaction=True)
def test_a_letter_whose_row_fails_leaves_no_object(monkeypatch, private_storage: Path):
    def broken(**fields: Any) -> Letter:
        raise DatabaseError("panne")

    monkeypatch.setattr(Letter.objects, "create", broken)
    with pytest.raises(DatabaseError):
        write()
    assert [path for path in private_storage.rglob("*") if path.is_file()] == []
    assert StoredFile.objects.count() == 0


@pytest.fixture
def listener():
    """A real server that counts who comes."""
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    thread.join()
    server.server_close()


PAYLOADS = [
    '<img src="{url}/a.png">',
    '<link rel="stylesheet" href="{url}/a.css">',
    "<style>@import url({url}/a.css); body {{ background: url({url}/b.png) }}</style>",
    '<object data="{url}/a.svg"></object>',
    '<a rel="attachment" href="{url}/a.txt">x</a>',
    '<link rel="attachment" href="file:///etc/hostname">',
    '<img src="file:///etc/hostname">',
    '<svg><image href="{url}/a.png"/></svg>',
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_letter_reaches_no_other_address(payload, listener, caplog):
    url, hits = listener
    pdf = print_letter(f"<html lang=fr><title>x</title><body>{payload.format(url=url)}<p>Texte</p></body></html>")
    assert hits == []
    assert "Texte" in words(pdf)
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.attachments


def test_the_listener_would_have_heard(listener):
    """Control: the same page printed without our fetcher does come."""
    from weasyprint import HTML

    url, hits = listener
    HTML(string=f'<img src="{url}/a.png">').write_pdf()
    assert hits == ["/a.png"]
