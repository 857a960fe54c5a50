"""The grids in a real browser: keyboard, autosave, conflict, lost session, a phone, and no script at all."""

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from documents.services import store_content
from evaluation import services
from evaluation.enums import PanelStage, Round
from evaluation.models import Cer, Scoring
from label_portal.sample.contracts import cer_pdf
from tests.evaluation.builders import NOW, every_line, make_panel, make_scoring, member_of
from tests.factories import make_user
from tests.plugins.browser import assert_accessible, assert_no_overflow, assert_sound

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.evaluation.urls"),
]
SMALL = {"width": 1280, "height": 720}


def filed(stage=PanelStage.CONTROL, **fields):
    """A panel whose CERs are real PDFs of two pages."""
    panel = make_panel(stage, **fields)
    for cer in panel.cers.all():
        pdf = cer_pdf(reference=cer.reference, contract_type=cer.contract_type, edited_on=date(2025, 11, 3), seed=3)
        Cer.objects.filter(pk=cer.pk).update(file=store_content(content=pdf, name="cer.pdf", actor=None, now=NOW))
    return panel


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


def saved(page):
    expect(page.locator("[data-saved]")).to_contain_text("Enregistré")


def test_a_cer_takes_eleven_keys_and_the_next_one_opens(new_page, dpid):
    panel = filed(cers=2)
    first, second = panel.cers.all()
    page = new_page(dpid)
    page.goto(f"/cotation/{first.pk}/")
    for key in ("Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Numpad9", "Digit0"):
        page.keyboard.press(key)
    expect(page.locator(".total output")).to_have_text("10")
    expect(page.locator("[data-points=remark]")).to_have_text("3,5")
    saved(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cotation/{second.pk}/")
    scoring = first.scorings.get()
    assert (scoring.ticks, bool(scoring.validated_at)) == (every_line(), True)


def test_the_page_says_how_many_wait(new_page, dpid):
    cer = filed(cers=2).cers.first()
    page = new_page(dpid)
    page.goto(f"/cotation/{cer.pk}/")
    expect(page.get_by_text("CER 1 sur 2 du dossier · 2 dans votre file")).to_be_visible()


def test_keys_typed_faster_than_the_network_lose_nothing(new_page, dpid):
    panel = filed(cers=2)
    first, second = panel.cers.all()
    page = new_page(dpid)
    page.goto(f"/cotation/{first.pk}/")
    page.keyboard.press("Digit1")
    page.wait_for_timeout(210)
    for key in ("Digit6", "Digit0", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(f"**/cotation/{second.pk}/")
    assert first.scorings.get().ticks == ["duration_start", "detail_complete", "secrecy_respected"]
    assert first.scorings.get().validated_at
    page.goto(f"/cotation/{first.pk}/")
    expect(page.locator("[data-saved]")).not_to_contain_text("reprise")


def test_the_other_keys_move_between_lines_cers_and_the_comment(new_page, dpid):
    panel = filed(cers=3)
    first, second, _ = panel.cers.all()
    page = new_page(dpid)
    page.goto(f"/cotation/{second.pk}/")
    page.keyboard.press("KeyN")
    page.keyboard.press("KeyN")
    expect(page.locator("[value=duration_end]")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("[value=duration_end]")).to_be_checked()
    page.keyboard.press("KeyC")
    page.keyboard.type("1 nom de commune")
    assert page.locator("[name=comment]").input_value() == "1 nom de commune"
    expect(page.locator("[value=duration_start]")).not_to_be_checked()
    saved(page)
    page.locator("h1").click()
    page.keyboard.press("KeyP")
    page.wait_for_url(f"**/cotation/{first.pk}/")
    page.keyboard.press("KeyS")
    page.wait_for_url(f"**/cotation/{second.pk}/")
    expect(page.locator("[name=comment]")).to_have_value("1 nom de commune")


def test_the_keys_can_be_switched_off_and_stay_off(new_page, dpid):
    panel = filed(cers=1)
    page = new_page(dpid)
    page.goto(f"/cotation/{panel.cers.get().pk}/")
    page.get_by_role("checkbox", name="clavier").uncheck()
    page.reload()
    expect(page.get_by_role("checkbox", name="clavier")).not_to_be_checked()
    page.locator("h1").click()
    page.keyboard.press("Digit1")
    expect(page.locator("[value=duration_start]")).not_to_be_checked()
    page.get_by_role("checkbox", name="clavier").check()
    page.locator("h1").click()
    page.keyboard.press("Digit1")
    expect(page.locator("[value=duration_start]")).to_be_checked()


def test_a_line_brings_the_line_it_supposes_and_leaves_with_it(new_page, dpid):
    panel = filed(cers=1)
    page = new_page(dpid)
    page.goto(f"/cotation/{panel.cers.get().pk}/")
    page.keyboard.press("Digit9")
    expect(page.locator("[value=remark_present]")).to_be_checked()
    page.keyboard.press("Digit7")
    expect(page.locator("[value=remark_positioning]")).not_to_be_checked()


def test_somebody_elses_validation_is_told_and_nothing_is_overwritten(new_page, dpid):
    cer = filed(cers=1).cers.get()
    page = new_page(dpid)
    page.goto(f"/cotation/{cer.pk}/")
    other = make_user(Role.DPID_MANAGER, first_name="Hélène", last_name="Carpentier")
    services.validate_scoring(
        cer=cer, round=Round.CONTROL, ticks=["detail_complete"], comment="Un nom.", actor=other, now=NOW, version=0
    )
    page.keyboard.press("Digit1")
    expect(page.get_by_role("alert")).to_contain_text("Hélène Carpentier a validé cette grille")
    assert_accessible(page)
    page.watch.troubles.clear()  # the browser notes the refusal (409) in its console
    page.get_by_role("link", name="Recharger la page").click()
    expect(page.get_by_text("Validé par Hélène Carpentier")).to_be_visible()
    assert cer.scorings.get().author == other


def test_ticks_survive_a_lost_session(new_page, dpid):
    cer = filed(cers=1).cers.get()
    page = new_page(dpid)
    page.goto(f"/cotation/{cer.pk}/")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.keyboard.press("Digit6")
    expect(page.get_by_role("alert")).to_contain_text("Votre session a expiré")
    assert Scoring.objects.count() == 0
    page.watch.troubles.clear()
    page.context.add_cookies(cookies)
    page.goto(f"/cotation/{cer.pk}/")
    expect(page.locator("[value=detail_complete]")).to_be_checked()
    saved(page)
    expect(page.locator(".total output")).to_have_text("1")
    assert cer.scorings.get().ticks == ["detail_complete"]


def test_pages_turn_and_grow(new_page, dpid):
    panel = filed(cers=1)
    page = new_page(dpid, SMALL)
    page.goto(f"/cotation/{panel.cers.get().pk}/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-where]")).to_have_text("Page 1 sur 2")
    page.get_by_label("Page suivante").click()
    expect(page.locator("[data-where]")).to_have_text("Page 2 sur 2")
    width = page.locator("#page-1").bounding_box()["width"]
    page.get_by_label("Agrandir").click()
    expect(page.locator("[data-zoomed]")).to_have_text("125\u202f%")
    assert page.locator("#page-1").bounding_box()["width"] > width


def test_the_grid_does_not_scroll_on_a_small_screen(new_page, dpid):
    panel = filed(cers=1)
    page = new_page(dpid, SMALL)
    page.goto(f"/cotation/{panel.cers.get().pk}/")
    inside, shown = page.locator(".ws-side").evaluate("side => [side.scrollHeight, side.clientHeight]")
    assert inside <= shown
    assert_no_overflow(page)


def test_a_session_shows_what_it_revises(new_page, dpid):
    panel = filed(PanelStage.SESSION, cers=2)
    cer, following = panel.cers.all()
    make_scoring(cer)
    page = new_page(dpid)
    page.goto(f"/temps-de-travail/{cer.pk}/")
    expect(page.locator(".is-revised")).to_have_count(0)
    page.keyboard.press("Digit3")
    expect(page.locator(".is-revised")).to_contain_text("DPID\u00a0: oui")
    expect(page.locator(".total output")).to_have_text("9")
    page.get_by_label("Motif de la révision").and_(page.locator(":visible")).fill("Trop court, dit le SLAI.")
    saved(page)
    page.get_by_role("button", name="Valider").click()
    page.wait_for_url(f"**/temps-de-travail/{following.pk}/")
    assert cer.scorings.get(round=Round.CONTROL).ticks == every_line()
    assert "duration_fit" not in cer.scorings.get(round=Round.SESSION).ticks


def test_without_script_one_ticks_saves_and_validates(new_page, dpid):
    panel = filed(cers=2)
    first, second = panel.cers.all()
    page = new_page(dpid, java_script_enabled=False)
    page.goto(f"/cotation/{first.pk}/")
    page.locator("[value=detail_complete]").check()
    page.get_by_role("button", name="Enregistrer sans valider").click()
    expect(page.get_by_text("Coches enregistrées.")).to_be_visible()
    for line in every_line():
        page.locator(f"[value={line}]").check()
    page.get_by_role("button", name="Valider Entrée").click()
    page.wait_for_url(f"**/cotation/{second.pk}/")
    assert first.scorings.get().ticks == every_line()


def test_the_structure_ticks_and_sees_its_points(new_page):
    panel = filed(PanelStage.DRAFT, cers=2)
    first, second = panel.cers.all()
    Cer.objects.filter(pk=first.pk).update(caf_number="1234567")
    page = new_page(member_of(panel))
    page.goto("/auto-evaluation/")
    page.get_by_role("link", name="Commencer").click()
    page.get_by_label("Les actions sont détaillées").check()
    expect(page.locator(".total output")).to_have_text("1")
    saved(page)
    page.get_by_text("Ce contrat").click()
    page.get_by_role("button", name="Afficher le N° CAF").click()
    expect(page.locator("[data-caf]")).to_have_text("1234567")
    assert first.caf_reveals.count() == 1
    page.get_by_role("button", name="CER suivant").click()
    page.wait_for_url(f"**/auto-evaluation/{second.pk}/")
    assert first.scorings.get().ticks == ["detail_complete"]


def test_every_screen_is_accessible_and_holds_in_the_window(new_page, dpid):
    control, session, draft = filed(cers=2), filed(PanelStage.SESSION, cers=1), filed(PanelStage.DRAFT, cers=2)
    make_scoring(control.cers.first(), author=dpid)
    make_scoring(control.cers.first(), Round.SELF, ticks=[])
    make_scoring(session.cers.get(), author=dpid, ticks=every_line()[1:])
    Cer.objects.filter(pk=draft.cers.last().pk).update(contract_type="")
    member = member_of(draft)
    slai = make_user(Role.SLAI, territories=(control.structure.lead_territory,))
    for user, addresses in {
        dpid: ["/cotation/", *(f"/cotation/{cer.pk}/" for cer in control.cers.all())],
        slai: [f"/cotation/{control.cers.last().pk}/", f"/temps-de-travail/{session.cers.get().pk}/"],
        member: ["/auto-evaluation/", *(f"/auto-evaluation/{cer.pk}/" for cer in draft.cers.all())],
    }.items():
        page = new_page(user)
        for address in addresses:
            assert page.goto(address).status == 200
            assert_sound(page)
