"""A session from its planning to the line that turns green, each at their own screen."""

from datetime import UTC, datetime

import pytest
import segno
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import Role
from core import clock
from notices.models import Notice
from tests.factories import make_referent, make_user
from tests.plugins.browser import PHONE, assert_sound
from tests.training.plans import NOW
from tests.training.rooms import AFTER, DURING, make_room
from tests.training.test_presence import CLOSED
from training.codes import personal_code
from training.models import AttendanceMark, TrainingSession
from training.services.closing import issue_due
from training.services.convocations import send_convocations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AFTERNOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)


@pytest.fixture
def hour(monkeypatch):
    def change(now):
        monkeypatch.setattr(clock, "now", lambda: now)

    change(NOW)
    return change


def plan(page):
    page.goto(reverse("training_plan"))
    page.get_by_role("link", name="Programmer une session").click()
    page.get_by_label("Module").select_option("M4")
    page.get_by_label("Premier jour").fill("12/05/2026")
    page.get_by_label("Organisme de formation").fill("CNFPT")
    page.locator("[name=trainer]").fill("Mme Lefèvre")
    page.locator("[name=place]").fill("Maison du Département Solidarité, Arras")
    page.get_by_label("Nombre de places").fill("12")
    page.get_by_role("button", name="Programmer la session").click()
    expect(page.get_by_text("les inscriptions sont ouvertes")).to_be_visible()


def sign(page, address, room, code, *, scanned):
    """On a telephone: the room's QR and one's own code typed, or one's own link and the room's code typed."""
    page.goto(f"{address}?salle={room}" if scanned else f"{address}?code={code}")
    page.get_by_label("Votre code personnel" if scanned else "Code de la salle").fill(code if scanned else room)
    page.get_by_role("button", name="Je suis présent").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre présence est notée")


def test_from_the_plan_to_the_green_line(new_page, settings, hour):
    agent, owner = make_user(Role.DPID_AGENT), make_user(Role.STRUCTURE_ADMIN)
    there = make_referent(owner.structure, last_name="Delattre", email="delattre@exemple.fr")
    missing = make_referent(owner.structure, last_name="Leclercq")
    dpid, director, phone = new_page(agent), new_page(owner), new_page(size=PHONE)
    plan(dpid)
    session = TrainingSession.objects.get()
    director.goto(reverse("session_enrol", args=[session.pk]))
    director.get_by_role("button", name="Inscrire", exact=True).click()
    expect(director.get_by_text("Camille Leclercq\u00a0: inscrit", exact=False).first).to_be_visible()

    hour(CLOSED)
    send_convocations(now=CLOSED)
    code = personal_code(there.enrolments.get().pk)
    assert Notice.objects.get(address=there.email).path.endswith(code)
    for rank, moment in enumerate((DURING, AFTERNOON)):
        hour(moment)
        dpid.goto(reverse("session_room", args=[session.pk]))
        room = dpid.locator(".room-code").inner_text().replace(" ", "")
        target = f"{settings.PORTAL_URL}{reverse('presence')}?salle={room}"
        drawn = segno.make(target, error="m").svg_data_uri(border=0, dark="#1d2b2e", omitsize=True)
        assert dpid.get_by_alt_text("Code à scanner").get_attribute("src") == drawn
        sign(phone, reverse("presence"), room, code, scanned=rank == 0)
    assert_sound(dpid)

    dpid.goto(reverse("session_attendance", args=[session.pk]))
    boxes = dpid.get_by_role("group", name="Camille Leclercq")
    boxes.nth(0).get_by_label("Présent").focus()
    dpid.keyboard.press("a")
    boxes.nth(1).get_by_label("Présent").focus()
    dpid.keyboard.press("p")
    expect(dpid.locator("[data-saved]")).to_contain_text("Enregistré à")
    assert_sound(dpid)

    hour(AFTER)
    dpid.reload()
    expect(dpid.get_by_text("par téléphone")).to_have_count(2)
    dpid.get_by_role("link", name="Confirmer les présences").click()
    dpid.get_by_role("button", name="Confirmer", exact=True).click()
    dpid.get_by_role("button", name="Clore et établir les attestations").first.click()
    with dpid.expect_navigation():
        dpid.get_by_role("dialog").locator("button[value=ok]").click()
    issue_due(now=clock.now)
    dpid.reload()
    expect(dpid.get_by_role("row", name="Delattre")).to_contain_text("A62-2026-00001")
    expect(dpid.get_by_role("row", name="Leclercq")).to_contain_text("Absent")

    director.goto(reverse("coverage_detail", args=[owner.structure.pk]))
    line = director.get_by_role("row", name="Delattre")
    expect(line.locator("td.ok")).to_have_count(1)
    expect(line.locator("td.ok")).to_contain_text("Suivi")
    expect(director.get_by_role("row", name="Leclercq").locator("td.ok")).to_have_count(0)
    director.goto(reverse("session_enrol", args=[session.pk]))
    expect(director.get_by_text("Pas d’attestation, absence", exact=False)).to_contain_text("matin du")
    assert missing.certificates.count() == 0


def test_presences_noted_off_line_are_kept_and_come_back(new_page, hour):
    agent, owner = make_user(Role.DPID_AGENT), make_user(Role.STRUCTURE_ADMIN)
    session, seats = make_room(dpid=agent, owner=owner)
    hour(DURING)
    page, address = new_page(agent), reverse("session_attendance", args=[session.pk])
    page.goto(address)
    page.context.set_offline(True)
    page.get_by_role("group", name=str(seats[0].referent)).nth(0).get_by_label("Présent").focus()
    page.keyboard.press("p")
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("Votre saisie est gardée sur cet appareil.")
    expect(page.locator("[data-saved]")).to_contain_text("Pas encore enregistré")
    assert not AttendanceMark.objects.exists()
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(address)
    expect(page.locator("[data-saved]")).to_contain_text("Enregistré à")
    marks = AttendanceMark.objects.order_by("enrolment").values_list("enrolment", "present")
    assert list(marks) == [(seats[0].pk, True), (seats[1].pk, False)]
    page.reload()
    chosen = [page.get_by_role("group", name=str(each.referent)).nth(0) for each in seats]
    expect(chosen[0].get_by_label("Présent")).to_be_checked()
    expect(chosen[1].get_by_label("Absent")).to_be_checked()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('saisie:')).length") == 0
    assert all("ERR_INTERNET_DISCONNECTED" in trouble for trouble in page.watch.troubles)
    page.watch.troubles.clear()  # le navigateur note chaque envoi qui n’est pas parti
