"""A name left in one of five contracts: seen, masked, filed; then nothing that is kept holds it any more."""

import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from applications.enums import ApplicationState
from applications.models import Application
from core import clock
from documents import objects
from documents.enums import FileState
from evaluation import services as evaluation
from evaluation.models import Cer
from tests.applications.builders import make_draft
from tests.applications.filing.builders import member_of
from tests.documents.checks import examine_all
from tests.documents.makers import text_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAME, PHONE = "Wojtkowiak", "06 12 34 56 42"


def kept() -> Iterator[str]:
    """All that the portal keeps, opened as far as can be: each object, the inside of each PDF, every row."""
    for name in objects.everything():
        content = objects.read(name)
        yield content.decode("latin-1")
        if content.startswith(b"%PDF"):
            with pypdfium2.PdfDocument(content) as document:
                yield " ".join(page.get_textpage().get_text_bounded() for page in document)
            with pikepdf.open(BytesIO(content)) as pdf:
                plain = BytesIO()
                pdf.save(plain, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
            yield plain.getvalue().decode("latin-1")
    rows = StringIO()
    call_command("dumpdata", stdout=rows)
    yield json.dumps(json.loads(rows.getvalue()), ensure_ascii=False)


def leaks() -> set[str]:
    texts = list(kept())
    return {word for word in (NAME, PHONE) if any(word in text for text in texts)}


def test_a_leak_is_seen_masked_and_gone(new_page, tmp_path: Path):
    draft = make_draft(referents=1, cers=0, now=clock.now())
    files = []
    for number in range(1, 6):
        files.append(tmp_path / f"R01-CER{number}.pdf")
        lines = [f"Madame Odile {NAME} cherche un logement.", f"Joignable le matin au {PHONE}."] if number == 3 else []
        files[-1].write_bytes(text_pdf(f"Contrat de solidarité n° {number}.", *lines))
    page: Page = new_page(member_of(draft.structure))
    page.goto(reverse("filing_cers"))
    page.set_input_files("input[type=file]", files)
    expect(page.locator(".tally")).to_contain_text("5 en cours de contrôle", timeout=60_000)
    examine_all()
    assert leaks() == {NAME, PHONE}, "the search finds what is there"
    expect(page.locator(".tally")).to_contain_text("1 à corriger", timeout=20_000)
    page.get_by_role("link", name="Corriger R01-CER3").click()
    for radio in page.get_by_role("radio", name="Masquer").all():
        radio.check()
    page.get_by_role("button", name="Masquer et valider").click()
    page.wait_for_url(f"**{reverse('filing_cers')}")
    examine_all()
    expect(page.locator(".tally")).to_contain_text("5 prêts sur 5", timeout=20_000)
    assert leaks() == set()
    for cer in Cer.objects.all():
        assert cer.file.state == FileState.READY
        evaluation.validate_scoring(
            cer=cer, round="self", ticks=["remark_present"], comment="", actor=member_of(draft.structure),
            now=clock.now(), version=0,
        )  # fmt: skip
    page.goto(reverse("filing_summary"))
    page.get_by_role("button", name="Déposer le dossier").click()
    page.locator("dialog#d-deposer").get_by_role("button", name="Déposer le dossier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre dossier est déposé")
    assert Application.objects.get().state == ApplicationState.SUBMITTED
    assert leaks() == set()
