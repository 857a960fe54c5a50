"""The rounds in a real browser: two people on one grid, a session that revises, the gaps, the history."""

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from evaluation import services
from evaluation.enums import PanelStage, Round
from tests.evaluation.builders import NOW, every_line, make_scoring
from tests.evaluation.test_in_browser import filed, saved
from tests.factories import make_user
from tests.plugins.browser import assert_accessible, assert_sound
from tests.plugins.services import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.evaluation.urls")]
SMALL = {"width": 1280, "height": 720}

SLOW_ANSWERS = """() => {
  const fetch = window.fetch;
  window.fetch = async (...sent) => {
    const response = await fetch(...sent);
    for (const name of ["json", "text"]) {
      const read = response[name].bind(response);
      response[name] = async () => { await new Promise((resolve) => setTimeout(resolve, 300)); return read(); };
    }
    return response;
  };
}"""
"""The head of an answer comes, its body follows a little later, as over a slow line."""


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT, first_name="Camille", last_name="Durand")


@pytest.fixture
def other():
    return make_user(Role.DPID_MANAGER, first_name="Hélène", last_name="Carpentier")


def test_two_people_tick_the_same_grid_and_both_see_everything(new_page, dpid, other):
    cer = filed(cers=1).cers.get()
    one, two = new_page(dpid), new_page(other)
    for page in (one, two):
        page.goto(f"/cotation/{cer.pk}/")
        page.wait_for_load_state("networkidle")  # the first one holds the CER
    two.get_by_role("button", name="Prendre la main").click()
    one.keyboard.press("Digit1")
    saved(one)
    two.keyboard.press("Digit6")
    expect(two.locator("[value=duration_start]")).to_be_checked()
    expect(two.locator("label", has=two.locator("[value=duration_start]"))).to_contain_text("coché par Camille Durand")
    expect(two.locator(".total output")).to_have_text("1,5")
    one.keyboard.press("Digit0")
    expect(one.locator("[value=detail_complete]")).to_be_checked()
    expect(one.locator(".total output")).to_have_text("3")
    assert cer.scorings.get().ticks == ["duration_start", "detail_complete", "secrecy_respected"]
    assert_accessible(one)


@pytest.mark.parametrize("choice", ["Garder le mien", "Prendre celui de Camille Durand"])
def test_a_comment_that_two_people_write_is_chosen_in_place(new_page, dpid, other, choice):
    cer = filed(cers=1).cers.get()
    one, two = new_page(dpid), new_page(other)
    for page in (one, two):
        page.goto(f"/cotation/{cer.pk}/")
        page.wait_for_load_state("networkidle")  # the first one holds the CER
    two.get_by_role("button", name="Prendre la main").click()
    one.locator("[name=comment]").fill("Trop long.")
    saved(one)
    two.locator("[name=comment]").fill("Trop court.")
    expect(two.get_by_role("alert")).to_contain_text("Camille Durand a écrit entre-temps")
    expect(two.locator("[data-saved]")).to_contain_text("Un texte est à choisir")
    two.locator("h1").click()
    two.keyboard.press("Digit6")
    expect(two.locator(".total output")).to_have_text("1")
    assert (cer.scorings.get().comment, cer.scorings.get().ticks) == ("Trop long.", ["detail_complete"])
    assert_accessible(two)
    two.watch.troubles.clear()  # the browser notes the 409 in its console
    two.get_by_role("button", name=choice).click()
    expect(two.locator("[data-clash]")).to_have_count(0)
    kept = "Trop court." if choice == "Garder le mien" else "Trop long."
    expect(two.locator("[name=comment]")).to_have_value(kept)
    wait_until(lambda: cer.scorings.get().comment == kept, what="the chosen comment")
    saved(two)


def test_validating_while_a_save_is_on_its_way_keeps_the_ticks_of_the_other(new_page, dpid, other):
    """The answer gives the version first, what the other ticked a moment later: nothing is sent in between."""
    cer = filed(cers=1).cers.get()
    page = new_page(dpid, SMALL)
    page.goto(f"/cotation/{cer.pk}/")
    services.save_ticks(
        cer=cer, round=Round.CONTROL, ticks=["duration_start"], comment="", actor=other, now=NOW, version=0
    )
    page.evaluate(SLOW_ANSWERS)
    with page.expect_request("**/enregistrer/"):
        page.keyboard.press("Digit0")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dossiers/**")
    page.watch.troubles.clear()  # no file stands above this panel
    assert cer.scorings.get().ticks == ["duration_start", every_line()[-1]]
    assert cer.scorings.get().validated_at


def test_without_script_the_comment_is_chosen_on_the_page_that_comes_back(new_page, dpid, other):
    cer = filed(cers=1).cers.get()
    page = new_page(dpid, java_script_enabled=False)
    page.goto(f"/cotation/{cer.pk}/")
    services.save_ticks(
        cer=cer, round=Round.CONTROL, ticks=["duration_start"], comment="Trop long.", actor=other, now=NOW, version=0
    )
    page.locator("[value=detail_complete]").check()
    page.locator("[name=comment]").fill("Trop court.")
    page.get_by_role("button", name="Valider Entrée").click()
    expect(page.get_by_role("alert")).to_contain_text("Hélène Carpentier a écrit entre-temps")
    expect(page.locator("[value=duration_start]")).to_be_checked()
    expect(page.locator("[value=detail_complete]")).to_be_checked()
    expect(page.locator("[name=comment]")).to_have_value("Trop court.")
    page.watch.troubles.clear()
    page.get_by_role("button", name="Garder le mien").click()
    expect(page.get_by_text("Coches enregistrées.")).to_be_visible()
    assert cer.scorings.get().comment == "Trop court."


def test_a_session_revises_line_by_line_and_the_page_says_what_misses(new_page, dpid):
    panel = filed(PanelStage.SESSION, cers=2)
    cer, following = panel.cers.all()
    for each in (cer, following):
        make_scoring(each, author=dpid, ticks=every_line()[1:])
    page = new_page(make_user(Role.SLAI, territories=(panel.structure.lead_territory,)), SMALL)
    page.goto(f"/temps-de-travail/{cer.pk}/")
    expect(page.locator(".g-reason:visible")).to_have_count(0)
    page.keyboard.press("Digit1")
    expect(page.locator(".g-reason:visible")).to_have_count(1)
    saved(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Dites pourquoi cette ligne est révisée.")).to_be_visible()
    expect(page.locator("#id_reason-duration_start")).to_be_focused()
    assert_accessible(page)
    page.watch.troubles.clear()  # the 422
    page.keyboard.type("Date lue ensemble.")
    page.get_by_role("button", name="Valider").click()
    page.wait_for_url(f"**/temps-de-travail/{following.pk}/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/temps-de-travail/")
    first, second = cer.scorings.get(round=Round.SESSION), following.scorings.get(round=Round.SESSION)
    assert (first.reasons, second.ticks) == ({"duration_start": "Date lue ensemble."}, every_line()[1:])
    assert second.validated_at
    page.watch.troubles.clear()  # no file stands above this panel


def test_the_gaps_follow_the_validation_and_a_reason_opens_the_grid_again(new_page, dpid):
    panel = filed(cers=2)
    cer, following = panel.cers.all()
    for each in (cer, following):
        make_scoring(each, Round.SELF)
    page = new_page(dpid, SMALL)
    page.goto(f"/cotation/{cer.pk}/")
    assert "Structure" not in page.locator(".ws-side").inner_text().replace("Structure\n", "")
    for key in ("Digit1", "Digit6", "Digit0", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("7 lignes sur 10 diffèrent")).to_be_visible()
    inside, shown = page.locator(".ws-side").evaluate("side => [side.scrollHeight, side.clientHeight]")
    assert inside <= shown, "nothing scrolls at 1280 × 720"
    page.get_by_role("button", name="À revoir avec le SLAI").click()
    expect(page.get_by_text("noté par Camille Durand")).to_be_visible()
    page.get_by_text("Rouvrir la cotation").click()
    page.get_by_label("Motif de la réouverture").fill("Page 2 relue.")
    page.get_by_role("button", name="Rouvrir", exact=True).click()
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text("7 lignes sur 10 diffèrent")).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cotation/{following.pk}/")


def test_every_screen_of_the_rounds_is_sound(new_page, dpid):
    control, session, closed = filed(cers=2), filed(PanelStage.SESSION, cers=1), filed(PanelStage.CLOSED, cers=1)
    for panel in (control, session, closed):
        make_scoring(panel.cers.first(), Round.SELF)
        make_scoring(panel.cers.first(), author=dpid, ticks=every_line()[1:], comment="Une date manque.")
    why = {"duration_start": "L’avenant, lu ensemble, porte la date du premier entretien."}
    for panel in (session, closed):
        make_scoring(panel.cers.get(), Round.SESSION, author=dpid, reasons=why)
    page = new_page(dpid)
    for address in (
        f"/cotation/{control.cers.first().pk}/", f"/temps-de-travail/{session.cers.get().pk}/",
        f"/temps-de-travail/{closed.cers.get().pk}/", f"/cer/{closed.cers.get().pk}/historique/",
        f"/cer/{control.cers.last().pk}/historique/",
    ):  # fmt: skip
        assert page.goto(address).status == 200
        assert_sound(page)
