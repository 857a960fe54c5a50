"""An attestation refused, then CERs under the threshold: six months are given, the second study still falls short."""

from datetime import date

import pytest
from playwright.sync_api import expect

from core.french import day_date
from label_portal.sample.contracts import Quality
from rulebook.calendar import moratorium_period
from tests.journeys import files, walk
from tests.journeys.conftest import Journey
from tests.journeys.pages import File, Filing, go_to_day, h1, press, read_pdf, section

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]
FILED, OPINION, SIGNED, RECEIVED = date(2025, 11, 3), date(2025, 11, 24), date(2025, 12, 8), date(2025, 12, 15)
MORATORIUM = moratorium_period(RECEIVED)
FILED_AGAIN, SESSION, SIGNED_AGAIN, RECEIVED_AGAIN = (
    date(2026, 6, 22), date(2026, 7, 6), date(2026, 8, 28), date(2026, 8, 31),
)  # fmt: skip
REFUSED = "La signature de l’organisme manque."


def test_moratorium_then_refusal(journey: Journey) -> None:
    cast, good = walk.begin(journey, filed_on=FILED, edited_on=date(2025, 5, 5), qualities=(Quality.GOOD,) * 5)
    director, dpid, slai, signatory, file = cast.director, cast.dpid, cast.slai, cast.signatory, cast.file

    go_to_day(dpid, OPINION)
    theirs = File(slai, journey.structure.name)
    walk.study(file, good, refuse={"Inès Moreau, Secret professionnel": REFUSED}, favourable=False)
    theirs.open()
    theirs.give_opinion("du SLAI", favourable=False)
    file.open()
    assert file.offered() == ["Moratoire de six mois"]
    file.propose("Moratoire de six mois")
    walk.sign_and_notify(
        journey, dpid, signatory, signed_on=SIGNED, received_on=RECEIVED, question="Ouvrir le moratoire ?"
    )

    go_to_day(dpid, FILED_AGAIN)
    section(director, "Accueil")
    expect(h1(director)).to_have_text("Vous pouvez déposer une nouvelle demande")
    expect(director.locator("main")).to_contain_text(f"Le moratoire a pris fin le {day_date(MORATORIUM.end.date)}")
    journey.check(director)
    press(director, "Ouvrir la nouvelle demande")
    director.get_by_role("link", name="Attestations").first.click()
    expect(director.get_by_role("row", name="Inès Moreau")).to_contain_text("Refusée")
    journey.check(director)
    director.get_by_role("link", name="Continuer vers les CER").click()
    weak = files.contracts(journey.folder, referents=2, edited_on=date(2025, 12, 22), qualities=files.WEAK, seed=200)
    walk.add_contracts(director, weak)
    expect(director.locator("main")).to_contain_text("Des formations ne sont pas justifiées")
    expect(director.locator("main")).to_contain_text("Votre moyenne est sous le seuil")
    journey.check(director)
    Filing(director).submit()

    walk.study(file, weak, favourable=False)
    walk.hold_working_session(journey, file, slai, day=SESSION)
    file.open()
    assert file.offered() == ["Refus du label"]
    file.propose("Refus du label")
    walk.sign_and_notify(
        journey, dpid, signatory, signed_on=SIGNED_AGAIN, received_on=RECEIVED_AGAIN, question="Refuser le label ?"
    )
    section(director, "Accueil")
    expect(h1(director)).to_have_text("Le label n’a pas été accordé")
    expect(director.locator("main")).to_contain_text(f"La lettre reçue le {day_date(RECEIVED_AGAIN)}")
    journey.check(director)
    letter = read_pdf(director, "Relire la décision")
    for words in ("décision de refus", "point 5-1", "R02", "Secret professionnel", "point 5-2", "L.211-2", "recours"):
        assert words in letter

    public = journey.visitor()
    public.goto("/structures-labellisees/")
    expect(public.get_by_text(journey.structure.name)).to_have_count(0)
