"""Masking in a real browser: with a pointer, with a finger, with the keyboard alone, without a script."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core import clock
from documents.enums import FileState
from documents.models import StoredFile
from evaluation.models import Cer
from tests.applications.filing.builders import add_cers, member_of, open_draft
from tests.documents.held import held_cer
from tests.plugins.browser import DESKTOP, PHONE, assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cer() -> Cer:
    cer = add_cers(open_draft(referents=1, now=clock.now()), 1)[0]
    cer.file = held_cer()
    cer.save()
    return cer


def opened(new_page, cer, size=DESKTOP, **options) -> Page:
    page = new_page(member_of(cer.panel.structure), size, **options)
    page.goto(reverse("cer_mask", args=[cer.pk]))
    return page


def detail(cer) -> str:
    file = StoredFile.objects.get(pk=cer.file_id)
    assert file.state == FileState.RECEIVED
    return file.events.get().detail


def test_it_is_readable_by_all(new_page, cer):
    page = opened(new_page, cer)
    expect(page.locator("[data-tally]")).to_contain_text("0 décision sur 2")
    assert_sound(page)
    page.get_by_role("radio", name="Masquer").first.check()
    page.get_by_role("radio", name="Pas une donnée personnelle").last.check()
    page.get_by_role("button", name="Ajouter au clavier").click()
    page.get_by_role("button", name="Masquer et valider").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-boxes] li")).to_have_count(1)
    assert_sound(page)
    page.watch.troubles.clear()  # the 422 of the refused sending


def test_the_keyboard_alone(new_page, cer):
    page = opened(new_page, cer)
    for name in ("Repérage 1", "Repérage 2"):
        page.get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Space")
    expect(page.locator("[data-tally]")).to_contain_text("2 décisions sur 2")
    page.get_by_role("button", name="Ajouter au clavier").focus()
    page.keyboard.press("Enter")
    box = page.locator("rect.is-own")
    expect(box).to_be_focused()
    before = page.locator("input[name=box]").input_value()
    for key in ("ArrowUp", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("[data-spoken]")).to_contain_text("Cadre 1, page 1")
    left, top, right, bottom = map(float, before.partition(":")[2].split(","))
    sides = list(map(float, page.locator("input[name=box]").input_value().partition(":")[2].split(",")))
    assert sides == pytest.approx([left - 0.01, top - 0.01, right, bottom], abs=1e-4)
    page.keyboard.press("Delete")
    expect(box).to_have_count(0)
    expect(page.get_by_role("button", name="Ajouter au clavier")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    page.get_by_role("button", name="Masquer et valider").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('filing_cers')}")
    assert detail(cer) == "2 signes masqués, 1 cadre tracé"


@pytest.mark.parametrize("touch", [False, True], ids=["pointer", "finger"])
def test_a_box_is_drawn(new_page, cer, touch):
    page = opened(new_page, cer, PHONE if touch else DESKTOP, has_touch=touch)
    page.get_by_role("button", name="Tracer un cadre").click()
    frame = page.locator("[data-page='1']").bounding_box()
    points = [(frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y) for x, y in ((0.2, 0.1), (0.6, 0.3))]
    if touch:
        session = page.context.new_cdp_session(page)
        for kind, at in (("touchStart", points[0]), ("touchMove", points[1]), ("touchEnd", None)):
            spots = [{"x": at[0], "y": at[1]}] if at else []
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})
    else:
        page.mouse.move(*points[0])
        page.mouse.down()
        page.mouse.move(*points[1], steps=4)
        page.mouse.up()
    sides = list(map(float, page.locator("input[name=box]").input_value().partition(":")[2].split(",")))
    assert sides == pytest.approx([0.2, 0.1, 0.6, 0.3], abs=0.01)
    rest = page.get_by_role("button", name="Masquer tout le reste")
    rest.click()
    expect(page.locator("[data-tally]")).to_contain_text("2 décisions sur 2")
    expect(rest).to_be_hidden()
    expect(page.get_by_role("button", name="Masquer et valider")).to_be_focused()


def test_without_a_script(new_page, cer):
    page = opened(new_page, cer, java_script_enabled=False)
    for radio in page.get_by_role("radio", name="Masquer").all():
        radio.check()
    page.get_by_label("Page de la zone 1").fill("1")
    page.get_by_label("De, zone 1").fill("0")
    page.get_by_label("à, zone 1").fill("14")
    page.get_by_role("button", name="Masquer et valider").click()
    page.wait_for_url(f"**{reverse('filing_cers')}")
    assert detail(cer) == "2 signes masqués, 1 cadre tracé"
