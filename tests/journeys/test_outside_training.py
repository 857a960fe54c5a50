"""A training followed outside the plan: refused with its reason, corrected by the structure, accepted, then proposed by
itself for another référent."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.enums import Role
from applications.models import Application
from applications.services import withdraw_application
from core import clock
from documents.services import store_content
from rulebook.book import current_rulebook
from tests.applications.builders import LATER, filed, make_certificate, make_draft, under_review
from tests.documents.checks import examine_all
from tests.documents.samples import pdf
from tests.factories import make_user
from tests.journeys.conftest import LETTERS
from tests.plugins.browser import assert_accessible
from training.courses import course_key
from training.enums import CertificateState
from training.models import AttendanceCertificate

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AFTERWARDS = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
OBJECTIVES = current_rulebook().module("M4").objectives
REASON = "Le programme de 2020 ne dit rien de la rédaction d’un CER."


def test_refused_corrected_accepted_then_proposed(new_page, monkeypatch, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: AFTERWARDS)
    file = first_study()
    member, agent = file.structure.members.get(), make_user(Role.DPID_AGENT)
    director, dpid = new_page(member), new_page(agent)
    for page in (director, dpid):
        page.set_default_timeout(LETTERS)  # l’image d’une page se dessine avant que la page soit là
    refuse(dpid, file, certificate(file, "R01"))

    withdraw_application(application=file, actor=member, now=LATER)
    draft = make_draft(structure=file.structure, member=member, now=LATER)
    read_the_refusal(director, certificate(file, "R01"))
    correct(director, tmp_path)

    again = under_review(filed(draft, now=LATER), agent=agent)
    accept(dpid, again, certificate(again, "R01"))
    reuse(dpid, again, certificate(again, "R02"))
    rows = AttendanceCertificate.objects.filter(module="M4", edition="2024").order_by("referent__code")
    assert [(row.state, row.rulings.get().covered) for row in rows] == [
        (CertificateState.ACCEPTED, list(OBJECTIVES)), (CertificateState.ACCEPTED, list(OBJECTIVES)),
    ]  # fmt: skip
    assert len({row.file_id for row in rows}) == 1


def first_study() -> Application:
    """Two référents; the first one's « Secret professionnel » was followed outside the plan, the second lacks it."""
    draft = make_draft(referents=2, trained=False)
    said = {"provider": "Institut régional", "course": "Le secret partagé", "edition": "2020"}
    make_certificate(
        draft.structure.referents.get(code="R01"), "M4", is_equivalence=True, state=CertificateState.EQUIVALENCE,
        file=store_content(content=pdf("Programme de 2020"), name="secret-2020.pdf", actor=None, now=LATER),
        course_key=course_key(*said.values()), **said,
    )  # fmt: skip
    return under_review(filed(draft))


def certificate(file: Application, code: str) -> AttendanceCertificate:
    """The newest for this module."""
    return file.structure.certificates.filter(referent__code=code, module="M4").latest("pk")


def refuse(page: Page, file: Application, row: AttendanceCertificate) -> None:
    page.goto(reverse("certificate_review", args=[file.pk, row.pk]))
    for objective in OBJECTIVES[:2]:
        page.get_by_label(objective, exact=True).check()
    page.get_by_label("Motif du refus").fill(REASON)
    page.get_by_role("button", name="Refuser avec ce motif").click()
    expect(page.get_by_text("attestation refusée, le motif est enregistré")).to_be_visible()


def read_the_refusal(page: Page, row: AttendanceCertificate) -> None:
    page.goto(reverse("filing_certificate", args=[row.pk]))
    note = page.locator(".note", has_text="Attestation refusée par la DPID")
    expect(note).to_contain_text(REASON)
    expect(note.get_by_role("listitem")).to_have_text([OBJECTIVES[2]])
    expect(page.get_by_role("button", name="Ranger")).to_have_count(0)


def correct(page: Page, folder: Path) -> None:
    """The sheet of another year, for both référents."""
    sheet = folder / "secret-2024.pdf"
    sheet.write_bytes(pdf("Programme de 2024"))
    page.goto(reverse("filing_certificates"))
    page.set_input_files("input[type=file]", sheet)
    expect(page.get_by_role("heading", name="1 fichier en cours de contrôle")).to_be_visible()
    examine_all()
    page.goto(reverse("filing_certificate", args=[AttendanceCertificate.objects.latest("pk").pk]))
    sorting = page.locator("form", has_text="De quoi s’agit-il")
    sorting.get_by_label("Pour quel référent").select_option("R01")
    sorting.get_by_label("Quel module").select_option("M4")
    sorting.get_by_label("Suivie le").fill(f"{date(2024, 6, 3):%d/%m/%Y}")
    sorting.get_by_label("Organisme de formation").fill("Institut régional")
    sorting.get_by_label("Formation suivie hors du plan").check()
    sorting.get_by_label("Intitulé de la formation").fill("Le secret partagé")
    sorting.get_by_label("Version ou année").fill("2024")
    sorting.get_by_role("button", name="Ranger").click()
    expect(page.get_by_text("Enregistré\u00a0: secret-2024.pdf")).to_be_visible()
    page.goto(reverse("filing_certificate", args=[AttendanceCertificate.objects.latest("pk").pk]))
    page.get_by_text("Ajouter un module, ou d’autres référents").click()
    page.get_by_role("checkbox", name="R02").check()
    assert_accessible(page)
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.get_by_text("Ce fichier prouve aussi\u00a0:")).to_be_visible()


def accept(page: Page, file: Application, row: AttendanceCertificate) -> None:
    page.goto(reverse("certificate_review", args=[file.pk, row.pk]))
    expect(page.get_by_text("Cette formation a déjà été jugée")).to_have_count(0)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    for objective in OBJECTIVES:
        page.get_by_label(objective, exact=True).check()
    page.get_by_role("button", name="Accepter l’équivalence").click()
    expect(page.get_by_text("attestation acceptée")).to_be_visible()


def reuse(page: Page, file: Application, row: AttendanceCertificate) -> None:
    """The proposal shows itself, one click applies it."""
    page.goto(reverse("certificate_review", args=[file.pk, row.pk]))
    expect(page.get_by_text("Cette formation a déjà été jugée")).to_be_visible()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(len(OBJECTIVES))
    page.get_by_role("button", name="Accepter l’équivalence").click()
    expect(page.get_by_text("attestation acceptée")).to_be_visible()
