"""A control drawn apart (`cer.control_sample`): the structure's pages and the DPID's hold at both widths."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import Role
from applications import services
from core import clock
from evaluation.enums import CerType, Round
from tests.applications.builders import OBLIGATIONS, make_certificate, under_review
from tests.evaluation.builders import control_apart, make_file, make_scoring
from tests.factories import make_referent, make_structure, make_user
from tests.plugins.browser import assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def seen(page, name, *args):
    page.goto(reverse(name, args=args))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_sound(page)


def test_both_samples_are_told_apart_on_every_page(new_page, monkeypatch):
    control_apart(monkeypatch)
    member = make_user(Role.STRUCTURE_ADMIN, structure=make_structure("Association Les Amarres"))
    referents = [make_referent(member.structure) for _ in range(2)]
    draft = services.open_application(structure=member.structure, actor=member, now=clock.now())
    page = new_page(member)
    page.goto(reverse("filing_lists"))
    for referent, text in zip(referents, ("12", "7"), strict=True):
        page.locator(f"#id_liste-{referent.code}").fill(text)
    expect(page.get_by_text("dont 3 pour l’auto-évaluation")).to_be_visible()
    page.get_by_role("button", name="Fixer les listes").click()
    page.get_by_role("dialog").get_by_role("button", name="Tirer au sort").click()
    expect(page.get_by_text("Tirage fait pour 2 référents.")).to_be_visible()
    expect(page.locator(".folio").filter(has_text="Contrôle de la DPID")).to_have_count(7)
    assert_sound(page)
    seen(page, "filing_cers")
    seen(page, "filing_cer", draft.panel.cers.get(referent=referents[0], number=6).pk)
    seen(page, "draw_proof", draft.panel.draws.get(referent=referents[1]).number)
    for cer in draft.panel.cers.all():
        cer.file, cer.contract_type = make_file(), CerType.SOCIO_PROFESSIONAL
        cer.save()
        if cer.is_in(Round.SELF):
            make_scoring(cer, Round.SELF)
    seen(page, "filing_self")


def test_the_dpid_sees_what_is_not_controlled_named_as_such(new_page, monkeypatch):
    control_apart(monkeypatch)
    member = make_user(Role.STRUCTURE_ADMIN, structure=make_structure("Association Les Amarres"))
    referent = make_referent(member.structure)
    draft = services.open_application(structure=member.structure, actor=member, now=clock.now())
    for module, part in OBLIGATIONS:
        make_certificate(referent, module, part)
    draft = services.save_form(
        application=draft, actor=member, now=clock.now(), mission="Accompagnement.", contact_name="Claire Vasseur",
        contact_email="claire@exemple.fr", anonymised_declared=True, accuracy_declared=True,
    )  # fmt: skip
    page = new_page(member)
    page.goto(reverse("filing_lists"))
    page.locator(f"#id_liste-{referent.code}").fill("12")
    page.get_by_role("button", name="Fixer les listes").click()
    page.get_by_role("dialog").get_by_role("button", name="Tirer au sort").click()
    expect(page.get_by_text("Tirage fait pour 1 référent.")).to_be_visible()
    for cer in draft.panel.cers.all():
        cer.file, cer.contract_type = make_file(), CerType.SOCIO_PROFESSIONAL
        cer.save()
        make_scoring(cer, Round.SELF if cer.is_in(Round.SELF) else Round.CONTROL)
    filed = services.submit_application(application=draft, actor=member, now=clock.now(), key="key")
    under_review(filed)
    desk = new_page(make_user(Role.DPID_AGENT))
    seen(desk, "file_scores", filed.pk)
    expect(desk.get_by_text("sans contrôle de la DPID")).to_be_visible()
    seen(desk, "file_gaps", filed.pk)
