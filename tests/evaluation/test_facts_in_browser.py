"""The facts of a contract on the screens: typed, proposed, confirmed by a person, hidden from the other side."""

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from evaluation import services
from evaluation.enums import PanelStage, Round
from evaluation.facts import Action, Facts
from tests.evaluation.builders import NOW, member_of
from tests.evaluation.test_in_browser import SMALL, filed, saved
from tests.factories import make_user
from tests.plugins.browser import assert_accessible, assert_no_overflow

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.evaluation.urls"),
]
EDITED, OVER = date(2025, 2, 1), date(2025, 7, 31)
TEXT = (
    "édité le 01/02/2025, prend fin le 31/07/2025\nAction   Détail   Début   Fin\n"
    "Stage   Deux semaines   03/02/2025 31/03/2025\nSanté   Bilan pris   28/01/2025 30/04/2025\n"
    "Remarque\nLe projet de la personne est confirmé.\n"
)


def test_an_agent_confirms_what_the_file_says_with_one_key(new_page):
    cer = filed(cers=1).cers.get()
    services.keep_read_facts(file=cer.file, text=TEXT, scanned=False, now=NOW)
    page = new_page(make_user(Role.DPID_AGENT), size=SMALL)
    page.goto(f"/cotation/{cer.pk}/")
    expect(page.locator("[data-said=duration_start]")).to_contain_text("proposé\u00a0: non")
    expect(page.locator("[data-vigilance]")).to_contain_text("Aucune action ne dure autant")
    assert not cer.scorings.exists(), "a proposal is not a tick"
    inside, shown = page.locator(".ws-side").evaluate("side => [side.scrollHeight, side.clientHeight]")
    assert inside <= shown, "the grid still stands on the screen without scrolling"
    page.keyboard.press("KeyO")
    expect(page.locator("[name=ticks]:checked")).to_have_count(4)
    saved(page)
    assert cer.scorings.get().ticks == ["duration_end", "actions_vocational", "detail_complete", "remark_present"]
    page.keyboard.press("KeyF")
    expect(page.locator("#id_faits-edited_on")).to_be_focused()
    page.locator("#id_faits-start-1").fill("05/02/2025")
    page.locator("#id_faits-start-1").press("Tab")
    expect(page.locator("[data-said=duration_start]")).to_contain_text("proposé\u00a0: oui")
    expect(page.locator("[data-facts-saved]")).to_contain_text("Enregistré")
    expect(page.locator("[value=duration_start]")).not_to_be_checked()
    assert_accessible(page)
    page.locator("h1").click()
    page.keyboard.press("KeyA")
    expect(page.get_by_text("Un seul détail vide fait perdre le point.")).to_be_visible()


def test_a_structure_types_them_on_a_phone_and_the_agent_does_not_see_them(new_page):
    panel = filed(PanelStage.DRAFT, cers=1)
    cer, member = panel.cers.get(), member_of(panel)
    page = new_page(member, size={"width": 360, "height": 740})
    page.goto(f"/auto-evaluation/{cer.pk}/")
    page.locator("[data-facts] summary").click()
    page.get_by_label("Intitulé, action 1").fill("Permis B")
    page.locator("#id_faits-remark").select_option("Oui")
    page.get_by_role("button", name="Enregistrer les faits").click()
    expect(page.locator("[data-said=remark_present]")).to_contain_text("une remarque est écrite")
    assert_no_overflow(page)
    assert_accessible(page)
    services.open_to_control(panel=panel, label="D-2026-0042", due_on=OVER)
    agent = new_page(make_user(Role.DPID_AGENT))
    agent.goto(f"/cotation/{cer.pk}/")
    expect(agent.locator("[data-facts-summary]")).to_contain_text("facultatif")
    assert "Permis B" not in agent.content()


def test_two_agents_on_the_same_facts_see_each_other(new_page):
    cer = filed(cers=1).cers.get()
    page = new_page(make_user(Role.DPID_AGENT))
    page.goto(f"/cotation/{cer.pk}/")
    services.save_facts(
        cer=cer, round=Round.CONTROL, facts=Facts(EDITED, OVER, (Action("Stage", EDITED, OVER),)), version=0,
        actor=make_user(Role.DPID_AGENT), now=NOW,
    )  # fmt: skip
    page.locator("[data-facts] summary").click()
    page.locator("#id_faits-remark").select_option("Oui")
    expect(page.locator("[data-facts-saved]")).to_contain_text("Pas enregistré")
    expect(page.get_by_text("a modifié les faits de ce contrat")).to_be_visible()
    page.watch.troubles.clear()  # the browser notes the refusal (409) in its console
