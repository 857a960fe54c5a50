"""From the first click to a certificate that the public checks."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Locator, expect

from accounts.enums import Role
from core.french import day_date
from label_portal.sample.contracts import Quality
from rulebook.calendar import instruction_limit, label_validity
from tests.journeys import files
from tests.journeys.conftest import Journey
from tests.journeys.pages import (
    File,
    Filing,
    Signature,
    go_to_day,
    h1,
    plain,
    press,
    read_pdf,
    record_notification,
    section,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILED, COMPLETE, OPINION, SIGNED, RECEIVED = (
    date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 24), date(2026, 4, 8), date(2026, 4, 10),
)  # fmt: skip
MISSION = "Nous accompagnons 180 allocataires du RSA dans le Calaisis."
REFUSED = "Une heure suivie sur les deux demandées : deux objectifs sur trois manquent."


def scattered_attestations(journey: Journey) -> list[Path]:
    """Nineteen: one is a photograph whose name says nothing, one does not say its part, one is more than is asked."""
    first, second, third = journey.structure.referents[:3]
    folder = journey.folder
    photographed = files.attestation(folder, second, files.OPTIONAL)
    return [
        *files.attestations(folder, [first, second, third], without={(2, files.OPTIONAL), (3, "M2")}),
        files.photograph(folder, photographed, name="IMG_2041.jpg"),
        files.attestation(folder, third, "M2", part=1),
        files.attestation(folder, third, "M2", part=2, says_part=False, name="scan_0231.pdf"),
        files.attestation(folder, first, "O1"),
    ]


def test_granted(journey: Journey) -> None:
    dpid = journey.agent(Role.DPID_AGENT)
    go_to_day(dpid, FILED)
    director = journey.director()
    expect(h1(director)).to_have_text("Demandez le label Référent RSA")
    journey.check(director)
    contracts = files.contracts(
        journey.folder, referents=3, edited_on=date(2025, 9, 1),
        qualities=(Quality.GOOD, Quality.FAIR, Quality.GOOD, Quality.GOOD, Quality.GOOD),
    )  # fmt: skip
    scan = files.photograph(journey.folder, contracts["R02-CER3"].path, name="R02-CER3.jpg")
    contracts["R02-CER3"] = replace(contracts["R02-CER3"], path=scan)

    filing = Filing(director, journey.look)
    filing.begin()
    journey.check(director)
    filing.import_referents(files.roster(journey.folder, journey.structure, today=FILED), count=4)
    filing.present(MISSION)
    filing.forward("Continuer vers les attestations", "Attestations de formation")

    filing.send(scattered_attestations(journey))
    expect(director.get_by_role("heading", name="2 fichiers à ranger")).to_be_visible()
    journey.check(director)
    filing.sort("IMG_2041.jpg", referent="Inès Moreau (R02)", module="Handicap et travail")
    filing.sort("scan_0231.pdf", module="Développement des potentiels, 2e partie")
    expect(director.get_by_text("chaque obligation a son attestation")).to_be_visible()
    filing.forward("Continuer vers les CER", "Contrats d’engagements réciproques")

    filing.draw()
    journey.check(director)
    filing.send(contract.path for contract in contracts.values())
    expect(director.locator(".tally")).to_contain_text("15 prêts sur 15")
    journey.check(director)
    director.get_by_role("link", name="R02-CER3 Prêt").click()
    expect(director.get_by_label("Socioprofessionnel")).to_be_checked()
    journey.check(director)
    director.go_back()
    filing.forward("Continuer vers l’auto-évaluation", "Évaluez vos 15 CER")

    filing.evaluate(contracts)
    journey.check(director)
    filing.forward("Continuer vers le récapitulatif", "Votre dossier est prêt à être déposé")
    journey.check(director)
    filing.submit()
    journey.check(director)
    number = director.locator(".lede strong").inner_text()
    receipt = read_pdf(director, "Télécharger")
    assert number in receipt
    assert plain(day_date(FILED)) in receipt
    section(director, "Accueil")
    expect(h1(director)).to_have_text("Votre dossier est déposé")
    journey.check(director)

    go_to_day(dpid, COMPLETE)
    file = File(dpid, journey.structure.name, journey.look)
    file.open()
    journey.check(dpid)
    file.declare_complete()
    expect(dpid.locator(".clocks")).to_contain_text("septembre 2026")
    file.rule(refuse={"Benoît Vasselin, Retraite": REFUSED})
    expect(h1(dpid)).to_have_text("15 obligations couvertes sur 15")
    journey.check(dpid)
    file.open()
    file.score(contracts)
    expect(dpid.locator(".messages")).to_contain_text(f"Les 15 CER de {number} sont validés")
    director.reload()
    expect(h1(director)).to_have_text("Votre dossier est en instruction")
    due = instruction_limit(FILED).date
    expect(director.locator("main")).to_contain_text(day_date(due))
    journey.check(director)

    go_to_day(dpid, OPINION)
    file.open()
    expect(dpid.locator("main")).to_contain_text("15 CER")
    file.give_opinion("de la DPID", favourable=True)
    slai = journey.agent(Role.SLAI)
    journey.check(slai)
    theirs = File(slai, journey.structure.name)
    theirs.open()
    journey.check(slai)
    theirs.give_opinion("du SLAI", favourable=True)
    file.open()
    assert file.offered() == ["Accord du label"]
    file.propose("Accord du label")
    journey.check(dpid)

    go_to_day(dpid, SIGNED)
    signatory = journey.agent(Role.SIGNATORY)
    journey.check(signatory)
    signature = Signature(signatory, journey.structure.name)
    signature.open()
    journey.check(signatory)
    letter = signatory.frame_locator("iframe").locator("body")
    expect(letter).to_contain_text(journey.structure.name)
    signature.sign("Accorder le label ?")

    director.reload()
    expect(h1(director)).to_have_text("Votre structure est labellisée")
    expect(director.locator("main")).to_contain_text("Notification en attente")
    validity = label_validity(SIGNED).date
    expect(director.locator("main")).to_contain_text(day_date(validity))
    journey.check(director)

    go_to_day(dpid, RECEIVED)
    proof = files.attestation(journey.folder, journey.structure.referents[0], "M4", name="avis-de-reception.pdf")
    record_notification(dpid, journey.structure.name, sent_on=SIGNED, received_on=RECEIVED, proof=proof)
    journey.check(dpid)
    section(director, "Accueil")
    expect(director.locator("main")).to_contain_text(f"Décision reçue le {day_date(RECEIVED)}")

    certificate = read_pdf(director, "Télécharger le certificat")
    label = re.search(r"R62-2026-\d{4}", certificate)[0]
    assert journey.structure.name in certificate
    assert plain(day_date(SIGNED)) in certificate
    assert plain(day_date(validity)) in certificate
    director.get_by_role("link", name="Voir le label").click()
    expect(h1(director)).to_have_text(f"Votre label est valable jusqu’au {day_date(validity)}")
    journey.check(director)
    address = director.get_by_role("link", name="Page publique de vérification").get_attribute("href")
    director.get_by_role("link", name="Certificat, à l’écran").click()
    code = director.get_by_alt_text("Code à scanner").get_attribute("src")
    public = journey.visitor()
    public.set_content(f'<img alt="" width="660" height="660" src="{code}">')
    assert scans_as(public.locator("img"), f"{journey.url}{address}")
    public.goto(address)
    expect(h1(public)).to_have_text("Ce label est valide")
    expect(public.locator("main")).to_contain_text(label)
    journey.check(public)
    public.get_by_label("Numéro du label").fill(label)
    press(public, "Vérifier")
    expect(h1(public)).to_have_text("Ce label est valide")
    section(public, "Structures labellisées")
    expect(public.get_by_role("row", name=journey.structure.name)).to_contain_text(day_date(validity))
    journey.check(public)
    go_to_day(dpid, RECEIVED + timedelta(days=1))
    public.get_by_role("link", name="Courriels de la démonstration").click()
    for subject in (f"Dossier {number} : notification enregistrée", f"Une décision est signée sur le dossier {number}"):
        expect(public.locator("main")).to_contain_text(subject)


def scans_as(code: Locator, address: str) -> bool:
    """Whether the QR code on the screen is that of `address`: the same squares, dark or light."""
    picture = Image.open(BytesIO(code.screenshot())).convert("L")
    squares = segno.make(address, error="m").matrix
    side = picture.width / len(squares)
    middles = [int((place + 0.5) * side) for place in range(len(squares))]
    seen = [[picture.getpixel((x, y)) < 128 for x in middles] for y in middles]
    return seen == [[bool(square) for square in row] for row in squares]
