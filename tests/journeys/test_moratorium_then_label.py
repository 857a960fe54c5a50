"""CERs under the threshold: a working session, six months with the SLAI, then the label."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from core.french import day_date
from label_portal.sample.contracts import Quality
from rulebook.calendar import label_validity, moratorium_period
from tests.journeys import files, walk
from tests.journeys.conftest import Journey
from tests.journeys.pages import File, Filing, go_to_day, h1, press, read_pdf, section, step

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]
FILED, OPINION, SESSION, SIGNED, RECEIVED = (
    date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 8), date(2026, 8, 24), date(2026, 8, 31),
)  # fmt: skip
MORATORIUM = moratorium_period(RECEIVED)
OPINION_AGAIN, SIGNED_AGAIN, RECEIVED_AGAIN = date(2027, 4, 1), date(2027, 5, 3), date(2027, 5, 7)
GOOD = (Quality.GOOD,) * 5


def test_moratorium_then_label(journey: Journey) -> None:
    cast, contracts = walk.begin(journey, filed_on=FILED, edited_on=date(2025, 12, 1), qualities=files.WEAK)
    director, dpid, slai, signatory, file = cast.director, cast.dpid, cast.slai, cast.signatory, cast.file

    go_to_day(dpid, OPINION)
    walk.study(file, contracts, refuse={}, favourable=False)
    expect(dpid.get_by_role("button", name="Rendre l’avis du SLAI")).to_have_count(0)
    walk.hold_working_session(journey, file, slai, day=SESSION)
    file.open()
    assert file.offered() == ["Moratoire de six mois"]
    file.propose("Moratoire de six mois")
    walk.sign_and_notify(
        journey, dpid, signatory, signed_on=SIGNED, received_on=RECEIVED, question="Ouvrir le moratoire ?"
    )
    read_the_moratorium(journey, director)

    prepare_during_the_moratorium(journey, director, dpid)
    again = files.contracts(journey.folder, referents=2, edited_on=date(2026, 9, 1), qualities=GOOD, seed=100)
    find_everything_prefilled(journey, director)
    walk.add_contracts(director, again)
    expect(h1(director)).to_have_text("Tout peut être préparé dès maintenant")
    expect(director.get_by_role("button", name="Déposer le dossier").first).to_be_disabled()
    journey.check(director)
    go_to_day(dpid, MORATORIUM.refile_from.date)
    section(director, "Accueil")
    expect(h1(director)).to_have_text("Votre dossier est prêt à être déposé")
    director.get_by_role("link", name="Relire et déposer").click()
    Filing(director).submit()

    go_to_day(dpid, OPINION_AGAIN)
    walk.study(file, again, favourable=True)
    theirs = File(slai, journey.structure.name)
    theirs.open()
    theirs.give_opinion("du SLAI", favourable=True)
    file.open()
    assert file.offered() == ["Accord du label"]
    file.propose("Accord du label")
    walk.sign_and_notify(
        journey, dpid, signatory, signed_on=SIGNED_AGAIN, received_on=RECEIVED_AGAIN, question="Accorder le label ?"
    )
    section(director, "Accueil")
    expect(h1(director)).to_have_text("Votre structure est labellisée")
    expect(director.locator("main")).to_contain_text(day_date(label_validity(SIGNED_AGAIN).date))
    public = journey.visitor()
    public.goto("/")
    expect(public.get_by_role("row", name=journey.structure.name)).to_contain_text("Label valide")


def read_the_moratorium(journey: Journey, director: Page) -> None:
    section(director, "Accueil")
    expect(h1(director)).to_have_text("Votre structure est en moratoire")
    expect(director.locator("main")).to_contain_text(
        f"Notifié le {day_date(RECEIVED)}, il prend fin le {day_date(MORATORIUM.end.date)}"
    )
    expect(director.locator("main")).to_contain_text(f"à partir du {day_date(MORATORIUM.refile_from.date)}")
    journey.check(director)
    letter = read_pdf(director, "Relire la décision")
    assert "moratoire de six mois" in letter
    assert "point 5-2" in letter
    assert "tribunal administratif de Lille" in letter


def prepare_during_the_moratorium(journey: Journey, director: Page, dpid: Page) -> None:
    """Four clicks, four months: sixty days before the end a reminder is sent, and the new request may be prepared."""
    for _ in range(4):
        with dpid.expect_navigation():
            dpid.get_by_role("button", name="+ 1 mois").click()
    assert MORATORIUM.end.date - timedelta(days=60) == date(2026, 12, 30)
    expect(dpid.get_by_label("date du jour")).to_have_value("30/12/2026")
    director.get_by_role("link", name="Courriels de la démonstration").click()
    expect(director.locator("main")).to_contain_text(f"votre moratoire prend fin le {day_date(MORATORIUM.end.date)}")
    section(director, "Accueil")
    expect(director.locator(".answers")).to_contain_text("dans 60 jours")
    press(director, "Préparer la nouvelle demande")
    expect(director.locator(".messages")).to_contain_text("préremplie d’après le dossier D-2026-0001")
    section(director, "Accueil")
    expect(h1(director)).to_have_text("Votre nouvelle demande se prépare")
    expect(director.locator("main")).to_contain_text("Premier jour pour déposer")
    journey.check(director)


def find_everything_prefilled(journey: Journey, director: Page) -> None:
    """What the first file held and is still true: presentation, référents, attestations already accepted."""
    section(director, "Notre dossier")
    step(director, "Structure et référents")
    expect(director.get_by_label("Votre mission")).to_have_value(walk.MISSION)
    expect(director.get_by_role("row", name="Inès Moreau")).to_contain_text("Compté")
    step(director, "Attestations")
    expect(director.locator("main")).to_contain_text("Rien : chaque obligation a son attestation")
    step(director, "CER")
    expect(director.locator(".tally")).to_contain_text("0 prêt sur 10")
