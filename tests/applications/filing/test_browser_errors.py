"""Every state of error of the filing in a real browser: the summary takes the focus, axe finds nothing, all fits."""

from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Referent
from accounts.services.referents import add_referent
from applications.models import Application
from applications.services import save_form
from core import clock
from documents.services import store_content
from tests.applications.builders import make_draft
from tests.applications.filing.builders import add_cers, certify, member_of, open_draft
from tests.documents.samples import pdf
from tests.factories import PASSWORD, make_structure
from tests.plugins.browser import assert_accessible, assert_sound
from training.enums import CertificateState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Association-sans-espace-" * 12


@pytest.fixture
def draft() -> Application:
    """A référent who has just arrived, a file to sort, a contract."""
    structure = make_structure("Association Les Amarres")
    draft = open_draft(structure=structure, now=clock.now())
    add_referent(actor=member_of(structure), first_name="Émilie", last_name="Fournier", arrived_on=clock.today())
    file = store_content(content=pdf("x"), name=f"{LONG[:90]}.pdf", actor=None, now=clock.now())
    certify(structure.referents.get(), "", state=CertificateState.TO_SORT, file=file)
    add_cers(draft, 1, real=True, contract_type="")
    return draft


def typed_wrong(page: Page, name: str, args: list, button: str, **fields: str) -> str:
    """Open a page, type, send; gives the name of the page."""
    page.goto(reverse(name, args=args))
    for field, value in fields.items():
        page.locator(f"[name='{field}']").fill(value)
    page.get_by_role("button", name=button, exact=True).first.click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    return name


def error_states(page: Page, draft: Application) -> Iterator[str]:
    """Every page of the filing with something wrong on it, one after the other."""
    certificate, cer = draft.structure.certificates.get(), draft.panel.cers.get()
    onward = "Continuer vers les attestations"
    yield typed_wrong(page, "filing_structure", [], onward, mission="x" * 3001, contact_name=LONG, contact_email="c")
    yield typed_wrong(page, "referent_add", [], "Enregistrer", first_name=LONG, arrived_on="31/02/2025", email="n@")
    yield typed_wrong(page, "referent_import", [], "Lire le tableau")
    yield typed_wrong(page, "filing_certificates", [], "Ranger ici")
    yield typed_wrong(page, "filing_certificate", [certificate.pk], "Ranger", followed_on="demain")
    for button in ("Ajouter", "Enregistrer l’engagement"):
        yield typed_wrong(page, "filing_obligation", ["R01", "M2"], button)
    yield typed_wrong(page, "filing_short_panel", ["R01"], "Enregistrer le motif", reason="x" * 1001)
    yield typed_wrong(page, "filing_cer", [cer.pk], "Enregistrer", caf_number="12")
    yield typed_wrong(page, "filing_cer", [cer.pk], "Remplacer")
    yield typed_wrong(page, "access_request", [], "Envoyer la demande", siret="1", structure_name=LONG, email="c")
    yield conflict(page, draft)


def conflict(page: Page, draft: Application) -> str:
    """Somebody else of the structure writes while the page is open."""
    page.goto(reverse("filing_structure"))
    save_form(application=draft, actor=member_of(draft.structure), now=clock.now(), mission="Écrit par un collègue.")
    page.get_by_label("Votre mission").fill("Écrit ici pendant ce temps.")
    expect(page.get_by_role("alert")).to_contain_text("dans un autre onglet ou par une autre personne")
    page.get_by_role("button", name="Comparer les deux versions").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("Rien n’est écrasé")
    expect(page.locator(".facts").first).to_contain_text("Écrit par un collègue.")
    expect(page.get_by_label("Votre mission")).to_have_value("Écrit ici pendant ce temps.")
    return "conflict"


def test_every_error_is_accessible_and_fits(new_page, draft):
    page: Page = new_page(member_of(draft.structure))
    for _ in error_states(page, draft):
        assert_sound(page)
    page.watch.troubles.clear()  # the browser notes each refusal (422, 409) in its console


def test_after_the_comparison_what_is_sent_is_kept(new_page, draft):
    page: Page = new_page(member_of(draft.structure))
    conflict(page, draft)
    page.watch.troubles.clear()
    page.get_by_label("Votre mission").fill("Les deux ensemble.")
    page.get_by_role("button", name="Continuer vers les attestations").click()
    page.wait_for_url("**/attestations/")
    assert Application.objects.get().mission == "Les deux ensemble."


def test_a_form_without_autosave_survives_the_end_of_the_session(new_page, draft):
    user = member_of(draft.structure)
    page: Page = new_page(user)
    page.goto(reverse("referent_add"))
    page.get_by_label("Prénom").fill("Nadia")
    page.get_by_label("Nom", exact=True).fill("Delattre")
    page.get_by_label("Date d’arrivée").fill("02/09/2024")
    Session.objects.all().delete()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("cet envoi n’a rien modifié")).to_be_visible()
    page.get_by_label("Adresse e-mail").fill(user.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page.get_by_label("Prénom")).to_have_value("Nadia")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Nadia Delattre est dans votre liste")).to_be_visible()
    assert Referent.objects.filter(last_name="Delattre").count() == 1


def test_without_script_a_sending_too_heavy_is_a_page_that_leads_back(new_page, draft, settings, tmp_path):
    settings.REQUEST_MAX_SIZE = 1024 * 1024
    files = [tmp_path / f"{number}.pdf" for number in range(3)]
    for file in files:
        file.write_bytes(bytes(4 * 1024 * 1024))
    page: Page = new_page(member_of(draft.structure), java_script_enabled=False)
    page.goto(reverse("filing_certificates"))
    page.set_input_files("input[type=file]", files)
    page.get_by_role("button", name="Envoyer les fichiers choisis").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cet envoi est trop lourd")
    page.watch.troubles.clear()
    page.get_by_role("link", name="Rouvrir la page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Attestations de formation")


def test_the_double_click_and_the_missing_declaration(new_page):
    complete = make_draft(now=clock.now())
    page: Page = new_page(member_of(complete.structure))
    page.goto(reverse("filing_summary"))
    page.get_by_label("Les CER déposés").uncheck()
    deposit = page.get_by_role("button", name="Déposer le dossier")
    deposit.click()
    page.locator("dialog#d-deposer").get_by_role("button", name="Déposer le dossier").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.watch.troubles.clear()
    assert_accessible(page)
    page.get_by_label("Les CER déposés").check()
    deposit.click()
    page.locator("dialog#d-deposer").get_by_role("button", name="Déposer le dossier").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre dossier est déposé")
    assert Application.objects.filter(number__isnull=False).count() == 1
