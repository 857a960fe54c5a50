"""The filing in a real browser: many files at once, autosave, an expired session, no script, and every page at both
widths."""

from datetime import date
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from applications.enums import ApplicationState
from applications.models import Application
from core import clock
from documents.services import store_content
from evaluation import services as evaluation
from evaluation.enums import CerType
from evaluation.models import Cer
from label_portal.sample.certificates import certificate_pdf, phone_photo
from label_portal.sample.contracts import cer_pdf
from label_portal.sample.files import BAD_FILES
from rulebook.book import current_rulebook
from tests.applications.builders import make_draft
from tests.applications.filing.builders import FORM, MODULES, certify, drawn_on_paper, member_of, open_draft
from tests.documents.checks import examine_all
from tests.documents.samples import pdf
from tests.evaluation.builders import make_file
from tests.factories import PASSWORD, make_referent, make_structure
from tests.plugins.browser import assert_accessible, assert_sound
from training import services as training
from training.enums import AbsenceReason, CertificateState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULEBOOK = current_rulebook()


@pytest.fixture
def draft() -> Application:
    structure = make_structure("Association Les Amarres")
    for first, last in (("Nadia", "Delattre"), ("Karim", "Benali"), ("Thomas", "Pruvost")):
        make_referent(structure, first_name=first, last_name=last)
    return open_draft(structure=structure, now=clock.now())


@pytest.fixture
def attestations(tmp_path: Path) -> list[Path]:
    """One file for each référent and obligation; the last one is a photograph whose name says what it is."""
    folder = tmp_path / "attestations"
    folder.mkdir()
    files = []
    for person in ("Nadia Delattre", "Karim Benali", "Thomas Pruvost"):
        for module, part in (("M1", ""), ("M2", "Première partie"), ("M2", "Seconde partie"), ("M3", ""), ("M4", "")):
            content = certificate_pdf(
                person=person,
                module_title=RULEBOOK.module(module).title,
                dates=[date(2024, 3, 14)],
                hours=7,
                provider="CNFPT",
                part=part,
            )
            files.append(folder / f"scan {len(files)}.pdf")
            files[-1].write_bytes(content)
    photo = folder / "Pruvost Thomas agressivité.jpg"
    photo.write_bytes(phone_photo(files[0].read_bytes()))
    return [*files, photo]


def test_many_attestations_are_sent_sorted_and_the_bad_one_is_named(new_page, draft, attestations, tmp_path):
    page: Page = new_page(member_of(draft.structure))
    page.goto(reverse("filing_certificates"))
    name, content = BAD_FILES["executable_as_pdf"]()
    bad = tmp_path / name
    bad.write_bytes(content)
    page.set_input_files("input[type=file]", [*attestations, bad])
    expect(page.locator(".drop-list")).to_contain_text("16 fichiers sur 17 bien reçus", timeout=60_000)
    assert any("422" in trouble for trouble in page.watch.troubles)
    page.watch.troubles.clear()
    refused = page.locator(".drop-list li", has_text=name)
    expect(refused).to_contain_text("son contenu n’en est pas un")
    page.get_by_role("link", name="Voir la page à jour").click()
    expect(page.get_by_role("heading", name="16 fichiers en cours de contrôle")).to_be_visible()
    assert_accessible(page)
    examine_all()
    page.get_by_role("link", name="Mettre la page à jour").click()
    expect(page.locator(".legend")).to_contain_text("12 reçues")
    expect(page.get_by_role("heading", name="1 fichier à ranger")).to_be_visible()
    page.get_by_role("button", name="Ranger ici").click()
    expect(page.locator(".legend")).to_contain_text("13 reçues")
    expect(page.locator(".matrix tbody tr").nth(2)).to_contain_text("Agressivité")


def draw_by_keyboard(page: Page) -> None:
    """The lists of every référent, typed, read, fixed and drawn without the mouse."""
    page.goto(reverse("filing_lists"))
    page.get_by_role("textbox", name="R01").focus()
    page.keyboard.type("A-1\nA-1")
    expect(page.locator("[data-reading=R01]")).to_contain_text("présente deux fois")
    page.keyboard.press("Backspace")
    page.keyboard.type("2\nA-3\nA-4\nA-5\nA-6")
    for _ in range(2):
        page.keyboard.press("Tab")
        page.keyboard.type("37")
    expect(page.locator("[data-reading=R03]")).to_contain_text("37 contrats lus")
    assert_sound(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Fixer les listes")
    assert_sound(page)
    dialog.get_by_role("button", name="Tirer au sort").press("Enter")
    expect(page.get_by_role("heading", name="Tous les CER sont tirés")).to_be_visible()
    assert_sound(page)
    page.get_by_role("link", name="Joindre les CER tirés").click()


def test_contracts_find_their_referent_and_the_file_is_filed(new_page, draft, tmp_path):
    """From the CERs to the receipt; the grids are filled in by the services."""
    page: Page = new_page(member_of(draft.structure))
    page.goto(reverse("filing_structure"))
    for label, value in (("Votre mission", FORM["mission"]), ("Personne à contacter", "Claire Vasseur")):
        page.get_by_label(label).fill(value)
    expect(page.locator("[data-saved]")).to_contain_text("Enregistré à")
    page.get_by_role("button", name="Continuer vers les attestations").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Attestations de formation")
    contracts = []
    for code in ("R01", "R02", "R03"):
        for number in range(1, 6):
            contracts.append(tmp_path / f"{code}-CER{number}.pdf")
            contracts[-1].write_bytes(
                cer_pdf(reference=contracts[-1].stem, contract_type="solidarity", edited_on=date(2026, 1, 12))
            )
    draw_by_keyboard(page)
    page.set_input_files("input[type=file]", contracts)
    expect(page.locator(".tally")).to_contain_text("15 en cours de contrôle", timeout=60_000)
    examine_all()  # et la page s’en aperçoit seule
    expect(page.locator(".tally")).to_contain_text("15 prêts sur 15", timeout=20_000)
    expect(page.locator("#suivi[hx-trigger]")).to_have_count(0)
    for cer in Cer.objects.all():
        evaluation.validate_scoring(
            cer=cer, round="self", ticks=["remark_present"], comment="", actor=member_of(draft.structure),
            now=clock.now(), version=0,
        )  # fmt: skip
    page.goto(reverse("filing_summary"))
    page.get_by_label("Les CER déposés").check()
    page.get_by_label("Les renseignements").check()
    page.get_by_role("button", name="Déposer le dossier").click()
    dialog = page.locator("dialog#d-deposer")
    expect(dialog).to_be_visible()
    assert Application.objects.get().state == ApplicationState.DRAFT
    dialog.get_by_role("button", name="Déposer le dossier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre dossier est déposé")
    application = Application.objects.get()
    expect(page.locator(".lede")).to_contain_text(application.number)
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    for name, args in (("filing_filed", [application.pk]), ("home", [])):
        page.goto(reverse(name, args=args))
        assert_accessible(page)
    page.goto(reverse("letter", args=[application.receipt_id]))  # la page interdit tout script, axe compris
    expect(page.get_by_role("heading", level=1)).to_contain_text("Accusé d’enregistrement")


def test_a_session_that_expires_in_the_middle_loses_nothing(new_page, draft):
    user = member_of(draft.structure)
    page: Page = new_page(user)
    page.goto(reverse("filing_structure"))
    Session.objects.all().delete()
    page.get_by_label("Votre mission").fill("Ce qui est tapé après l’expiration.")
    expect(page.get_by_role("alert")).to_contain_text("Votre session a expiré")
    assert Application.objects.get().mission == ""
    page.get_by_role("link", name="Se reconnecter").click()
    page.get_by_label("Adresse e-mail").fill(user.email)
    page.watch.troubles.clear()  # ce que les essais d’enregistrer ont dit, celui de quitter la page compris
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre structure et ses référents")
    expect(page.get_by_label("Votre mission")).to_have_value("Ce qui est tapé après l’expiration.")
    expect(page.locator("[data-saved]")).to_contain_text("Enregistré à")
    assert Application.objects.get().mission == "Ce qui est tapé après l’expiration."


def test_everything_works_without_script(new_page, draft, attestations):
    page: Page = new_page(member_of(draft.structure), java_script_enabled=False)
    page.goto(reverse("filing_structure"))
    page.get_by_label("Votre mission").fill(FORM["mission"])
    page.get_by_role("button", name="Continuer vers les attestations").click()
    page.set_input_files("input[type=file]", attestations[:2])
    page.get_by_role("button", name="Envoyer les fichiers choisis").click()
    expect(page.get_by_text("2 fichiers reçus.")).to_be_visible()
    contract = {"name": "R01-CER1.pdf", "mimeType": "application/pdf", "buffer": pdf("x")}
    page.goto(reverse("filing_cers"))
    page.set_input_files("input[type=file]", contract)
    page.get_by_role("button", name="Envoyer les CER choisis").click()
    expect(page.get_by_text("Tirez d’abord les CER de R01 au sort")).to_be_visible()
    drawn_on_paper(draft)
    page.set_input_files("input[type=file]", contract)
    page.get_by_role("button", name="Envoyer les CER choisis").click()
    expect(page.get_by_text("Contrôle…")).to_be_visible()
    examine_all()
    page.get_by_role("link", name="Mettre la page à jour").click()
    expect(page.get_by_text("Type à choisir")).to_be_visible()
    complete = make_draft(now=clock.now())
    other: Page = new_page(member_of(complete.structure), java_script_enabled=False)
    other.goto(reverse("filing_summary"))
    other.get_by_role("button", name="Déposer le dossier").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Votre dossier est déposé")


# Toutes les pages, aux deux largeurs -----------------------------------------------------------------------------


@pytest.fixture
def amarres() -> Application:
    """The story of the mock-ups: six référents, every kind of cell and of folio."""
    structure, now = make_structure("Association Les Amarres"), clock.now()
    long_ago, lately = date(2022, 1, 10), clock.today().replace(day=1)
    people = {}
    for first, last, arrived in (
        ("Nadia", "Delattre", long_ago), ("Hugo", "Leclercq", long_ago), ("Sophie", "Wallart", long_ago),
        ("Karim", "Benali", long_ago), ("Émilie", "Fournier", lately), ("Thomas", "Pruvost", long_ago),
    ):  # fmt: skip
        referent = make_referent(structure, first_name=first, last_name=last, arrived_on=arrived)
        people[referent.code] = referent
    draft = open_draft(structure=structure, now=now)
    actor = member_of(structure)
    without = {
        ("R02", "M3"), ("R03", "M4"), ("R04", "M4"), ("R05", "M2"), ("R05", "M3"), ("R05", "O1"), ("R06", "M2"),
        ("R06", "O1"),
    }  # fmt: skip
    for code, referent in people.items():
        for module in MODULES:
            if (code, module) not in without:
                certify(referent, module)
    certify(
        people["R03"], "M4", state=CertificateState.EQUIVALENCE, provider="CNFPT", is_equivalence=True,
        followed_on=date(2020, 5, 5),
    )  # fmt: skip
    certify(people["R06"], "M2", part=1)
    scan = store_content(content=pdf("Attestation de présence"), name="scan_0231.pdf", actor=actor, now=now)
    certify(people["R06"], "M2", part=2, state=CertificateState.TO_SORT, file=scan)
    session_on = date(clock.today().year + 1, 1, 12)
    common = {"rulebook": RULEBOOK, "actor": actor, "now": now, "session_on": session_on}
    training.commit_absence(
        referent=people["R02"], obligation="M3", reason=AbsenceReason.ANNUAL_LEAVE, proof=make_file(), **common
    )
    for obligation in ("M2", "M3", "OPT"):
        training.commit_newcomer(referent=people["R05"], obligation=obligation, **common)
    drawn_on_paper(draft)
    for code in ("R01", "R02", "R03", "R04", "R05"):
        for number in range(1, 4 if code == "R05" else 6):
            contract = cer_pdf(reference=f"{code}-CER{number}", contract_type="solidarity", edited_on=date(2026, 1, 12))
            evaluation.add_cer(
                panel=draft.panel,
                referent=people[code],
                file=store_content(content=contract, name="cer.pdf", actor=actor, now=now),
                contract_type="" if (code, number) == ("R03", 4) else CerType.SOLIDARITY,
                actor=actor,
                now=now,
            )
    evaluation.set_short_panel_reason(
        panel=draft.panel, referent=people["R05"], reason="Arrivée récente\u00a0: trois CER signés.", actor=actor
    )
    return draft


def test_every_page_is_accessible_and_fits(new_page, amarres):
    page: Page = new_page(member_of(amarres.structure))
    scan = amarres.structure.certificates.get(state=CertificateState.TO_SORT)
    cer = amarres.panel.cers.order_by("pk").first()
    for name, args in (
        ("home", []),
        ("filing_structure", []),
        ("filing_certificates", []),
        ("filing_certificate", [scan.pk]),
        ("filing_obligation", ["R04", "M4"]),
        ("filing_obligation", ["R05", "M2"]),
        ("filing_obligation", ["R06", "OPT"]),
        ("filing_cers", []),
        ("filing_cer", [cer.pk]),
        ("filing_short_panel", ["R06"]),
        ("filing_summary", []),
    ):
        page.goto(reverse(name, args=args))
        page.wait_for_load_state("networkidle")
        assert page.url.endswith(reverse(name, args=args))
        assert_sound(page)


def test_the_page_before_the_first_draft_is_accessible(new_page):
    page: Page = new_page(member_of(make_structure()))
    for name in ("home", "filing"):
        page.goto(reverse(name))
        assert page.url.endswith(reverse(name))
        assert_accessible(page)
