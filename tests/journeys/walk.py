"""What journeys have in common, click by click: a file filed, a file studied, a decision signed and received."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from accounts.enums import Role
from label_portal.sample.contracts import Quality
from tests.journeys import files
from tests.journeys.conftest import Journey
from tests.journeys.files import Contract
from tests.journeys.pages import File, Filing, Signature, go_to_day, record_notification

MISSION = "Nous accompagnons 180 allocataires du RSA dans le Calaisis."


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody's page, and the file as the DPID sees it."""

    director: Page
    dpid: Page
    slai: Page
    signatory: Page
    file: File


def begin(
    journey: Journey, *, filed_on: date, edited_on: date, qualities: Sequence[Quality]
) -> tuple[Cast, dict[str, Contract]]:
    """A team of two files its first request on `filed_on`; the cast, and the contracts of this first study."""
    journey.keep(referents=2)
    dpid = journey.agent(Role.DPID_AGENT)
    go_to_day(dpid, filed_on)
    director, slai, signatory = journey.director(), journey.agent(Role.SLAI), journey.agent(Role.SIGNATORY)
    contracts = files.contracts(journey.folder, referents=2, edited_on=edited_on, qualities=qualities)
    attestations = files.attestations(journey.folder, journey.structure.referents)
    file_first_request(journey, director, contracts, attestations, today=filed_on)
    return Cast(director, dpid, slai, signatory, File(dpid, journey.structure.name)), contracts


def file_first_request(
    journey: Journey, director: Page, contracts: Mapping[str, Contract], attestations: Iterable[Path], *, today: date
) -> None:
    filing = Filing(director)
    filing.begin()
    filing.import_referents(
        files.roster(journey.folder, journey.structure, today=today), count=len(journey.structure.referents)
    )
    filing.present(MISSION)
    filing.forward("Continuer vers les attestations", "Attestations de formation")
    filing.send(attestations)
    filing.forward("Continuer vers les CER", "Contrats d’engagements réciproques")
    add_contracts(director, contracts)
    filing.submit()


def add_contracts(director: Page, contracts: Mapping[str, Contract]) -> None:
    """From the third step to the last."""
    filing = Filing(director)
    filing.draw()
    filing.send(contract.path for contract in contracts.values())
    filing.forward("Continuer vers l’auto-évaluation", f"Évaluez vos {len(contracts)} CER")
    filing.evaluate(contracts)
    director.get_by_role("link", name="Continuer vers le récapitulatif").click()


def study(
    file: File, contracts: Mapping[str, Contract], *, refuse: Mapping[str, str] | None = None, favourable: bool
) -> None:
    """The DPID's part, from the complete file to its opinion."""
    file.open()
    file.declare_complete()
    if refuse is not None:
        file.rule(refuse=refuse)
        file.open()
    file.score(contracts)
    file.open()
    file.give_opinion("de la DPID", favourable=favourable)


def hold_working_session(journey: Journey, file: File, slai: Page, *, day: date) -> None:
    """Compulsory under 80 %: convened, one line judged anew, minutes, then the SLAI's opinion."""
    dpid = file.page
    expect(dpid.locator(".next")).to_contain_text("Sous 80 %, ce temps est obligatoire avant toute proposition")
    file.convene(day)
    journey.check(dpid)
    go_to_day(dpid, day)
    file.revise("R01-CER1", "detail_complete")
    expect(dpid.get_by_role("row", name="R01-CER1")).to_contain_text("révisé")
    file.close_session(
        participants="Laure Montaigne (DPID), Élise Warnier (SLAI du Calaisis)",
        minutes="R01-CER1 : le détail d’une action est jugé autrement. Les autres cotations sont confirmées.",
    )
    journey.check(dpid)
    theirs = File(slai, journey.structure.name)
    theirs.open()
    theirs.give_opinion("du SLAI", favourable=False)


def sign_and_notify(
    journey: Journey, dpid: Page, signatory: Page, *, signed_on: date, received_on: date, question: str
) -> None:
    """`question`: what the signatory is asked before signing."""
    go_to_day(dpid, signed_on)
    signature = Signature(signatory, journey.structure.name)
    signature.open()
    signature.sign(question)
    go_to_day(dpid, received_on)
    proof = files.attestation(journey.folder, journey.structure.referents[0], "M4", name="avis-de-reception.pdf")
    record_notification(dpid, journey.structure.name, sent_on=signed_on, received_on=received_on, proof=proof)
