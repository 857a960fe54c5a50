"""The workstation as agents live it: five CERs without a mouse, two agents on one CER, nothing that scrolls."""

import time

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from core import clock
from evaluation import services
from evaluation.enums import FactsSource
from evaluation.models import CerClaim, CerFacts, Scoring
from tests.evaluation.builders import NOW, every_line
from tests.evaluation.test_in_browser import SMALL, filed, saved
from tests.factories import make_user
from tests.plugins.browser import PHONE, assert_accessible, assert_no_overflow, assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.evaluation.urls")]
KEYS = ("Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9", "Digit0")
MOST_KEYS = 12


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT, first_name="Camille", last_name="Durand")


@pytest.fixture
def other():
    return make_user(Role.DPID_AGENT, first_name="Hélène", last_name="Carpentier")


def held_by(cer, user):
    """The page's script has told the server that the CER is open."""
    for _ in range(100):
        if CerClaim.objects.filter(cer=cer, user=user).exists():
            return True
        time.sleep(0.05)
    return False


def test_five_cers_are_scored_without_a_mouse_in_twelve_keys_each_across_files(new_page, dpid):
    first, second = filed(cers=3), filed(cers=2)
    cers = [*first.cers.all(), *second.cers.all()]
    page = new_page(dpid, SMALL)
    page.goto("/cotation/")
    pressed = 0

    def press(key):
        nonlocal pressed
        pressed += 1
        page.keyboard.press(key)

    page.get_by_role("link", name="Reprendre la cotation").focus()
    page.keyboard.press("Enter")
    for cer in cers:
        page.wait_for_url(f"**/cotation/{cer.pk}/")
        expect(page.locator(".total output")).to_have_text("–")
        pressed = 0
        for key in KEYS:
            press(key)
        press("Enter")
        assert pressed <= MOST_KEYS
        if cer == cers[2]:
            told = page.locator(".messages")
            expect(told).to_contain_text(f"Les 3 CER de {first.label} sont validés, moyenne 100")
            expect(told).to_contain_text(f"Vous passez à {second.label}")
    page.wait_for_url("**/dossiers/**")
    page.watch.troubles.clear()  # no application stands on this panel
    assert Scoring.objects.filter(author=dpid, validated_at__isnull=False).count() == len(cers)
    assert not CerClaim.objects.exists()


def test_two_agents_on_one_cer_know_of_each_other_and_lose_nothing(new_page, dpid, other):
    cer = filed(cers=1).cers.get()
    one, two = new_page(dpid, SMALL), new_page(other, SMALL)
    one.goto(f"/cotation/{cer.pk}/")
    assert held_by(cer, dpid)
    one.keyboard.press("Digit1")
    saved(one)
    two.goto("/cotation/")
    expect(two.locator(".queue")).to_contain_text("Camille Durand cote")
    assert_accessible(two)
    two.goto(f"/cotation/{cer.pk}/")
    expect(two.locator(".ws-told")).to_contain_text("Camille Durand cote ce CER depuis")
    expect(two.locator("[value=duration_start]")).to_be_disabled()
    assert_accessible(two)
    two.keyboard.press("Digit2")
    expect(two.locator("[value=duration_end]")).not_to_be_checked()
    two.get_by_role("button", name="Prendre la main").click()
    expect(two.locator("[value=duration_start]")).to_be_enabled()
    expect(two.locator("[value=duration_start]")).to_be_checked()
    two.keyboard.press("Digit2")
    saved(two)
    expect(one.locator("[data-held-note]")).to_be_hidden()
    one.keyboard.press("Digit3")
    expect(one.locator("[data-held-note]")).to_contain_text("Hélène Carpentier cote ce CER depuis")
    expect(one.locator("[value=duration_end]")).to_be_checked()
    assert cer.scorings.get().ticks == every_line()[:3]
    assert_accessible(one)
    one.keyboard.press("Enter")
    expect(one.get_by_role("alert")).to_contain_text("Prenez la main pour valider")
    assert_accessible(one)
    assert not cer.scorings.get().validated_at
    one.watch.troubles.clear()  # the browser notes the refusal (423) in its console
    one.keyboard.press("Digit0")
    saved(one)
    one.get_by_role("button", name="Prendre la main et valider").click()
    one.wait_for_url("**/dossiers/**")
    one.watch.troubles.clear()
    assert cer.scorings.get().validated_at


def test_without_script_one_takes_over_knowingly(new_page, dpid, other):
    cer = filed(cers=1).cers.get()
    services.hold_cer(cer=cer, actor=other, now=clock.now())
    page = new_page(dpid, java_script_enabled=False)
    page.goto(f"/cotation/{cer.pk}/")
    page.get_by_role("button", name="Prendre la main").click()
    page.locator("[value=detail_complete]").check()
    page.get_by_role("button", name="Enregistrer sans valider").click()
    expect(page.get_by_text("Coches enregistrées.")).to_be_visible()
    assert cer.scorings.get().ticks == ["detail_complete"]


@pytest.mark.parametrize("told", [False, True], ids=["", "held"])
@pytest.mark.parametrize("proposed", [False, True], ids=["", "proposals"])
def test_the_grid_never_scrolls_on_a_small_screen(new_page, dpid, other, proposed, told):
    cer = filed(cers=1).cers.get()
    if proposed:
        CerFacts.objects.create(
            cer=cer, source=FactsSource.AGENT, author=other, updated_at=NOW, remark=True, edited_on=NOW.date(),
            ends_on=NOW.date(),
            actions=[{"label": "Bilan", "start": "2026-03-01", "end": "2026-04-01", "vocational": True,
                      "detailed": True, "simple": False}],
        )  # fmt: skip
    if told:
        services.hold_cer(cer=cer, actor=other, now=clock.now())
    page = new_page(dpid, SMALL)
    page.goto(f"/cotation/{cer.pk}/")
    page.wait_for_load_state("networkidle")
    if proposed:
        assert page.locator(".g-said:visible").count() > 0
    assert page.get_by_text("Hélène Carpentier cote ce CER").is_visible() == told
    inside, shown = page.locator(".ws-side").evaluate("side => [side.scrollHeight, side.clientHeight]")
    assert inside <= shown
    assert_no_overflow(page)


def test_one_leaves_a_file_to_others(new_page, dpid, other):
    panel = filed(cers=2)
    page = new_page(dpid, PHONE)
    page.goto(f"/cotation/{panel.cers.first().pk}/")
    page.get_by_role("link", name="Me déporter").click()
    expect(page.get_by_role("heading", name="Me déporter de ce dossier")).to_be_visible()
    assert_sound(page)
    page.get_by_label("Autre raison").check()
    page.get_by_role("button", name="Me déporter").click()
    expect(page.get_by_text("Dites en quelques mots").first).to_be_visible()
    assert_sound(page)
    page.watch.troubles.clear()
    page.get_by_label("Précision").fill("Un lien de voisinage.")
    page.get_by_label("Confier le dossier à").select_option(label="Hélène Carpentier")
    page.get_by_role("button", name="Me déporter").click()
    expect(page.get_by_text("Vous êtes en déport sur").first).to_be_visible()
    assert_sound(page)
    chief = new_page(make_user(Role.DPID_MANAGER))
    chief.goto("/cotation/")
    chief.get_by_role("link", name="Déport").click()
    chief.get_by_role("link", name="Lever ce déport").click()
    expect(chief.get_by_role("heading", name="Lever le déport de Camille Durand")).to_be_visible()
    assert_sound(chief)
    chief.get_by_label("Pourquoi").fill("Le lien n’existe plus.")
    chief.get_by_role("button", name="Lever le déport").click()
    expect(chief.get_by_text("peut de nouveau coter")).to_be_visible()
    assert_sound(chief)


def test_pages_turn_and_grow_by_keys_and_the_next_cer_is_fetched_ahead(new_page, dpid):
    first, second = filed(cers=2).cers.all()
    page = new_page(dpid, SMALL)
    with page.expect_response(f"**/cer/{second.pk}/pages/1.png") as ahead:
        page.goto(f"/cotation/{first.pk}/")
    assert ahead.value.status == 200
    page.wait_for_load_state("networkidle")
    width = page.locator("#page-1").bounding_box()["width"]
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-where]")).to_have_text("Page 2 sur 2")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-where]")).to_have_text("Page 1 sur 2")
    page.keyboard.press("PageDown")
    assert page.locator(".viewer-scroll").evaluate("pages => pages.scrollTop") > 0
    page.keyboard.press("KeyG")
    page.keyboard.press("NumpadAdd")
    expect(page.locator("[data-zoomed]")).to_have_text("150\u202f%")
    page.keyboard.press("KeyR")
    expect(page.locator("[data-zoomed]")).to_have_text("125\u202f%")
    assert page.locator("#page-1").bounding_box()["width"] > width
    assert not page.locator("[name=ticks]:checked").count()
    with page.expect_response(f"**/cer/{second.pk}/pages/1.png") as shown:
        page.keyboard.press("KeyS")
    assert shown.value.status == 304, "from the browser's cache, once the portal has said yes"
    expect(page.locator("[data-zoomed]")).to_have_text("125\u202f%")
    page.keyboard.press("KeyL")
    expect(page.locator("[data-zoomed]")).to_have_text("100\u202f%")
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_text("grossir, réduire, ajuster à la largeur")).to_be_visible()
    assert_accessible(page)


def test_a_page_takes_its_place_before_it_arrives(new_page, dpid):
    cer = filed(cers=1).cers.get()
    page = new_page(dpid, SMALL)
    page.route("**/pages/*.png", lambda route: route.abort())
    page.goto(f"/cotation/{cer.pk}/")
    box = page.locator("#page-1").bounding_box()
    assert box["height"] / box["width"] == pytest.approx(297 / 210, rel=0.01)
    page.watch.troubles.clear()
