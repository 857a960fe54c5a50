"""Attestations read together: those ticked are accepted at once, by the DPID, never unseen by accident."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import Role
from applications.enums import ApplicationState
from core.french import NBSP, NNBSP
from documents.services import store_content
from tests.applications.desk.builders import NOW, make_application
from tests.documents.samples import pdf
from tests.factories import make_user
from tests.plugins.browser import DESKTOP, PHONE, assert_accessible, assert_no_overflow
from training.enums import CertificateState
from training.models import AttendanceCertificate, CertificateRuling
from training.rulings import (
    RulingRefused,
    StaleRuling,
    accept_certificate,
    accept_certificates,
    refuse_certificate,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ACCEPTED, TO_CHECK = CertificateState.ACCEPTED, CertificateState.TO_CHECK


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


@pytest.fixture
def file():
    return make_application(ruled=False)


def page(file, name="certificate_batch"):
    return reverse(name, args=[file.pk])


def accept(client, file, rows):
    return client.post(page(file, "certificate_batch_accept"), {"certificates": [row.pk for row in rows]})


def states(file):
    return list(file.structure.certificates.order_by("pk").values_list("state", flat=True))


def test_those_ticked_are_accepted_and_the_others_wait(signed_in, agent, file):
    first, second, *others = file.structure.certificates.order_by("pk")
    response = accept(signed_in(agent), file, [first, second])
    assert response.url == page(file)
    assert states(file) == [ACCEPTED] * 2 + [TO_CHECK] * len(others)
    first.refresh_from_db()
    assert (first.ruled_by, first.ruled_at) == (agent, NOW)
    assert list(CertificateRuling.objects.values_list("certificate", "state", "author", "at").order_by("pk")) == [
        (row.pk, ACCEPTED, agent.pk, NOW) for row in (first, second)
    ]
    assert "2 attestations acceptées." in signed_in(agent).get(page(file)).text
    assert accept(signed_in(agent), file, others).url == page(file, "file_training")


@pytest.mark.parametrize("ruling", [accept_certificate, refuse_certificate])
def test_one_ruled_on_meanwhile_stops_them_all_and_is_told(signed_in, agent, file, ruling):
    first, second, *_ = file.structure.certificates.order_by("pk")
    reason = {"reason": "Objectifs non couverts."} if ruling is refuse_certificate else {}
    ruling(certificate=second, actor=make_user(Role.DPID_MANAGER), now=NOW, seen=TO_CHECK, **reason)
    before = states(file)
    response = accept(signed_in(agent), file, [first, second])
    assert response.status_code == 422
    assert "Aucune n’est acceptée" in response.text
    assert states(file) == before
    assert f'name="certificates" value="{first.pk}"' in response.text
    assert response.text.count(" checked") == 1, "what was ticked and still waits stays ticked"


def test_the_service_judges_by_itself(agent, file):
    """Between the form and the lock somebody may rule: the form has not seen it."""
    rows = list(file.structure.certificates.order_by("pk"))
    matter = {"structure": file.structure, "actor": agent, "now": NOW}
    elsewhere = make_application(ruled=False).structure.certificates.first()
    with pytest.raises(StaleRuling, match="1 de ces attestations n’attend"):
        accept_certificates(pks=[rows[0].pk, elsewhere.pk], **matter)
    AttendanceCertificate.objects.filter(pk=rows[1].pk).update(state=CertificateState.EQUIVALENCE)
    with pytest.raises(StaleRuling):
        accept_certificates(pks=[rows[0].pk, rows[1].pk], **matter)
    with pytest.raises(RulingRefused, match="par la DPID"):
        accept_certificates(pks=[rows[0].pk], **matter | {"actor": make_user(Role.AUDITOR)})
    assert ACCEPTED not in states(file)


def test_nothing_ticked_is_told(signed_in, agent, file):
    response = accept(signed_in(agent), file, [])
    assert response.status_code == 422
    assert "ochez au moins une attestation" in response.text


def test_an_equivalence_is_judged_on_its_own_page(signed_in, agent, file):
    row = file.structure.certificates.first()
    AttendanceCertificate.objects.filter(pk=row.pk).update(state=CertificateState.EQUIVALENCE, is_equivalence=True)
    assert f'value="{row.pk}"' not in signed_in(agent).get(page(file)).text
    assert reverse("certificate_review", args=[file.pk, row.pk]) in signed_in(agent).get(page(file)).text
    assert accept(signed_in(agent), file, [row]).status_code == 422


def test_once_the_opinion_is_given_the_list_is_closed(signed_in, agent):
    file = make_application(ApplicationState.SLAI_REVIEW, ruled=False)
    assert signed_in(agent).get(page(file)).url == page(file, "file_training")
    response = accept(signed_in(agent), file, file.structure.certificates.all())
    assert "n’est pas ouvert à la vérification" in response.text
    assert ACCEPTED not in states(file)


@pytest.mark.parametrize("referents", [1, 3])
def test_query_counts(signed_in, agent, django_assert_num_queries, referents):
    file = make_application(referents=referents, ruled=False)
    client = signed_in(agent)
    client.get(page(file))
    with django_assert_num_queries(5):
        client.get(page(file))
    with django_assert_num_queries(19):
        accept(client, file, file.structure.certificates.all())


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_by_keyboard_with_the_proof_beside_and_a_question_before(new_page, agent, time_machine):
    time_machine.move_to(NOW, tick=True)
    file = make_application(ruled=False)
    rows = list(file.structure.certificates.order_by("module", "part"))
    for row in rows:
        AttendanceCertificate.objects.filter(pk=row.pk).update(
            file=store_content(content=pdf(f"Attestation {row.module}"), name=f"{row.module}.pdf", actor=None, now=NOW)
        )
    browser = new_page(agent)
    browser.goto(page(file))
    submit = browser.locator("[data-count]")
    expect(submit).to_be_disabled()
    expect(browser.locator("[data-read]").first).to_be_visible()
    browser.keyboard.press("j")
    browser.keyboard.press("a")
    expect(browser.locator("[data-proof]").nth(1)).to_be_focused()
    browser.keyboard.press("a")
    expect(submit).to_have_text("Accepter 2 attestations")
    for size in (DESKTOP, PHONE):
        browser.set_viewport_size(size)
        assert_no_overflow(browser)
        assert_accessible(browser)
    submit.click()
    dialog = browser.get_by_role("dialog", name="Accepter ces attestations")
    expect(dialog.locator("li")).to_have_text(
        [f"{rows[0].referent}{NBSP}: Santé mentale{NNBSP}; Développement des potentiels, partie 1"]
    )
    assert_accessible(browser)
    dialog.get_by_role("button", name="Relire").click()
    assert ACCEPTED not in states(file)
    submit.click()
    dialog.get_by_role("button", name="Les accepter").click()
    expect(browser.locator(".messages")).to_contain_text("2 attestations acceptées.")
    browser.wait_for_load_state()  # the keys are there once the script is
    browser.keyboard.press("j")
    browser.keyboard.press("r")
    browser.wait_for_url(f"**/attestations/{rows[2].pk}/")
