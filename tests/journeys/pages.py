"""The portal's pages as people use them: what they click and type, in the words they read.

Nothing is asserted here but the arrival on the next page; `look` is called on each page met on the way.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
from playwright.sync_api import Page, expect

from label_portal.demo import DEMO_PASSWORD
from label_portal.sample.people import Person
from tests.documents.checks import examine_all
from tests.journeys.files import Contract

UPLOAD = 60_000
Look = Callable[[Page], None]


def pass_by(page: Page) -> None:
    """Look at nothing."""


def h1(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


def sign_in(page: Page, person: Person) -> None:
    page.goto("/")
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_label("Adresse e-mail").fill(person.email)
    page.get_by_label("Mot de passe").fill(DEMO_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    expect(page.get_by_text(person.full_name).first).to_be_visible()


def section(page: Page, name: str) -> None:
    """A section of the header."""
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name=name).click()


def step(page: Page, name: str) -> None:
    """One of the five steps, at the top of the filing."""
    page.get_by_role("navigation", name="Étapes").get_by_role("link", name=name).click()


def press(page: Page, button: str) -> None:
    """A button that acts."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button).click()


def confirm(page: Page, button: str, question: str = "") -> None:
    """A button that asks before it acts: press, read, confirm."""
    page.get_by_role("main").get_by_role("button", name=button).first.click()
    dialog = page.get_by_role("dialog", name=question or None)
    with page.expect_navigation():
        dialog.locator("button[value=ok]").click()


def read_pdf(page: Page, link: str) -> str:
    """The words of the PDF behind a link, downloaded and opened; every space is a plain one."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).first.click()
    document = pypdfium2.PdfDocument(download.value.path())
    words = " ".join(leaf.get_textpage().get_text_bounded() for leaf in document)
    document.close()
    return plain(words)


def plain(text: str) -> str:
    return " ".join(text.split())


def go_to_day(page: Page, day: date) -> None:
    """The demonstration's « date du jour », at the foot of an agent's page."""
    page.get_by_label("date du jour").fill(f"{day:%d/%m/%Y}")
    page.get_by_role("button", name="Aller à ce jour").click()
    expect(page.get_by_label("date du jour")).to_have_value(f"{day:%d/%m/%Y}")


class Filing:
    """The five steps, walked from the structure's home."""

    def __init__(self, page: Page, look: Look = pass_by) -> None:
        self.page, self.look = page, look

    def begin(self) -> None:
        self.page.get_by_role("link", name="Préparer la demande").click()
        self.look(self.page)
        self.page.get_by_role("button", name="Commencer la demande").click()
        expect(h1(self.page)).to_have_text("Votre structure et ses référents")

    def import_referents(self, table: Path, *, count: int) -> None:
        page = self.page
        page.get_by_role("link", name="Importer un tableur").click()
        self.look(page)
        page.locator("input[type=file]").set_input_files(table)
        press(page, "Lire le tableau")
        self.look(page)
        press(page, f"Ajouter {count} lignes")
        expect(h1(page)).to_have_text("Votre structure et ses référents")

    def present(self, mission: str) -> None:
        self.page.get_by_label("Votre mission").fill(mission)
        expect(self.page.locator("[data-saved]")).to_contain_text("Enregistré à")

    def forward(self, name: str, title: str | re.Pattern[str]) -> None:
        """The door at the foot of a step."""
        foot = self.page.locator(".step-foot")
        foot.get_by_role("button", name=name).or_(foot.get_by_role("link", name=name)).click()
        expect(h1(self.page)).to_have_text(title)

    def draw(self) -> None:
        """Every référent's contracts, as a mere number, then the draw; back on the page where they are sent."""
        page = self.page
        page.get_by_role("link", name="Lister les contrats et tirer au sort").click()
        expect(h1(page)).to_have_text("Liste de vos CER")
        for box in page.locator(".list-text").all():
            box.fill("12")
        expect(page.locator("[data-saved]")).to_contain_text("Enregistré à")
        self.look(page)
        confirm(page, "Fixer les listes et tirer au sort")
        expect(page.get_by_role("heading", name="Tous les CER sont tirés")).to_be_visible()
        self.look(page)
        page.get_by_role("link", name="Joindre les CER tirés").click()
        expect(h1(page)).to_have_text("Contrats d’engagements réciproques")

    def send(self, files: Iterable[Path]) -> None:
        """Many files at once, through the field of the step; the page comes back when all are in, then read."""
        with self.page.expect_navigation(timeout=UPLOAD):
            self.page.locator("input[type=file]").set_input_files(list(files))
        examine_all()
        self.page.reload()

    def sort(self, file: str, *, referent: str = "", module: str = "") -> None:
        """Put a waiting attestation where it belongs."""
        row = self.page.get_by_role("form", name=f"Ranger {file}")
        if referent:
            row.get_by_label("Référent").select_option(label=referent)
        if module:
            row.get_by_label("Module").select_option(label=module)
        row.get_by_role("button", name="Ranger ici").click()
        expect(row).to_have_count(0)

    def evaluate(self, contracts: Mapping[str, Contract]) -> None:
        """The structure's own grid for each CER, from « Commencer » to the last one."""
        page = self.page
        page.get_by_role("link", name="Commencer").click()
        for place in range(len(contracts)):
            expect(page.get_by_text(f"CER {place + 1} sur {len(contracts)}")).to_be_visible()
            self.look(page)
            reference = h1(page).inner_text().split()[-1]
            for line in contracts[reference].sample.expected_ticks:
                page.locator(f"[name=ticks][value={line}]").press("Space")
            page.get_by_role("button", name="CER suivant").or_(page.get_by_role("button", name="Terminer")).click()
        expect(h1(page)).to_have_text("L’auto-évaluation est terminée")

    def submit(self) -> None:
        page = self.page
        page.get_by_label("Les CER déposés").check()
        page.get_by_label("Les renseignements").check()
        confirm(page, "Déposer le dossier")
        expect(h1(page)).to_have_text("Votre dossier est déposé")


class File:
    """A file on the agents' side."""

    def __init__(self, page: Page, structure: str, look: Look = pass_by) -> None:
        self.page, self.structure, self.look = page, structure, look

    def open(self) -> None:
        section(self.page, "Dossiers")
        self.look(self.page)
        self.page.get_by_role("table").get_by_role("link", name=self.structure).click()
        expect(h1(self.page)).to_have_text(self.structure)

    def declare_complete(self) -> None:
        press(self.page, "Le suivre")
        confirm(self.page, "Déclarer le dossier complet")

    def rule(self, *, refuse: Mapping[str, str]) -> None:
        """Every attestation in turn, accepted, except those of `refuse` (its title on the page: the reason)."""
        page = self.page
        page.get_by_role("link", name="Vérifier les attestations").click()
        page.get_by_role("link", name=re.compile("Vérifier les \\d+ attestations")).click()
        expect(page.locator(".review")).to_be_visible()
        self.look(page)
        while page.locator(".review").count():
            title = h1(page).inner_text()
            if title in refuse:
                page.get_by_label("Motif du refus").fill(refuse[title])
            press(page, "Refuser avec ce motif" if title in refuse else "Accepter l’attestation")

    def score(self, contracts: Mapping[str, Contract]) -> None:
        """The workstation, keyboard only, from the first CER to the last."""
        page = self.page
        page.get_by_role("link", name="Coter les CER").click()
        for place in range(len(contracts)):
            expect(page.get_by_text(f"CER {place + 1} sur {len(contracts)}")).to_be_visible()
            page.wait_for_load_state("domcontentloaded")
            self.look(page)
            score_one(page, contracts[h1(page).inner_text()])
        expect(h1(page)).to_have_text(self.structure)

    def give_opinion(self, body: str, *, favourable: bool) -> None:
        page = self.page
        page.get_by_role("link", name=f"Rendre l’avis {body}").click()
        self.look(page)
        page.get_by_label("Favorable" if favourable else "Défavorable", exact=True).check()
        confirm(page, "Rendre l’avis")

    def convene(self, planned_on: date) -> None:
        page = self.page
        page.get_by_role("link", name="Convoquer le temps de travail").click()
        self.look(page)
        page.get_by_label("Date prévue").fill(f"{planned_on:%d/%m/%Y}")
        press(page, "Convoquer le temps de travail")

    def revise(self, reference: str, line: str) -> None:
        """One line of one CER is judged anew during the working session, then back to the minutes."""
        page = self.page
        page.get_by_role("link", name=reference).click()
        expect(h1(page)).to_have_text(reference)
        page.wait_for_load_state("domcontentloaded")
        self.look(page)
        page.keyboard.press(f"Digit{page.locator(f'[name=ticks][value={line}]').get_attribute('data-key')}")
        expect(page.locator(".is-revised")).to_have_count(1)
        page.locator(".g-reason input:visible").fill("Jugé autrement après une lecture commune.")
        page.get_by_label("Commentaire sur ce CER").fill("Relu ensemble, ligne à ligne.")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_role("link", name="Compte rendu").click()
        expect(h1(page)).to_have_text("Temps de travail DPID–SLAI")

    def close_session(self, *, participants: str, minutes: str) -> None:
        page = self.page
        page.get_by_label("Participants").fill(participants)
        page.get_by_role("textbox", name="Compte rendu").fill(minutes)
        confirm(page, "Clore le temps de travail")

    def offered(self) -> list[str]:
        """What may be proposed to the signature."""
        self.page.get_by_role("link", name="Préparer la proposition").click()
        self.look(self.page)
        expect(self.page.get_by_role("radio").first).to_be_visible()
        return self.page.locator("label:has([name=outcome]), [name=outcome] + label").all_inner_texts()

    def propose(self, outcome: str) -> None:
        self.page.get_by_label(outcome).check()
        press(self.page, "Mettre à la signature")


def score_one(page: Page, contract: Contract) -> None:
    """One CER read and ticked with the digits, Enter at the end."""
    keys = page.locator("[name=ticks]").evaluate_all("lines => lines.map(line => [line.value, line.dataset.key])")
    for line, key in keys:
        if line in contract.sample.expected_ticks:
            page.keyboard.press(f"Digit{key}")
    if "secrecy_respected" not in contract.sample.expected_ticks:
        page.keyboard.press("KeyC")
        page.keyboard.type("Un élément permet de reconnaître la personne.")
    page.keyboard.press("Enter")


class Signature:
    def __init__(self, page: Page, structure: str) -> None:
        self.page, self.structure = page, structure

    def open(self) -> None:
        section(self.page, "À signer")
        self.page.get_by_role("table").get_by_role("link", name=self.structure).click()
        expect(h1(self.page)).to_have_text(self.structure)

    def sign(self, question: str) -> None:
        """`question`: what is asked before the signature."""
        confirm(self.page, "Signer la décision", question)


def record_notification(
    page: Page, structure: str, *, sent_on: date, received_on: date, proof: Path, look: Look = pass_by
) -> None:
    """A registered letter, with the number of its slip and its acknowledgement of receipt."""
    section(page, "À notifier")
    row = page.get_by_role("row").filter(has_text=structure)
    row.get_by_role("link", name="Enregistrer la réception").click()
    look(page)
    page.get_by_label("Numéro du recommandé").fill("1A 062 345 6789 0")
    page.get_by_label("Date d’envoi").fill(f"{sent_on:%d/%m/%Y}")
    page.get_by_label("Date de réception").fill(f"{received_on:%d/%m/%Y}")
    page.get_by_label("Avis de réception ou décharge signée").set_input_files(proof)
    press(page, "Enregistrer la notification")
