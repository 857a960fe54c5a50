"""What comes at the wrong moment: from an older tab, twice, after the filing, from a closed session, from an expired
form. Nothing is written unknowingly, nothing is lost, and it is said.
"""

import pytest
from django.urls import reverse

from applications.models import Application
from tests.applications.builders import filed, make_draft
from tests.applications.filing.builders import FORM, NOW, add_cers, member_of
from tests.factories import make_structure
from tests.said import assert_said, page_of, shown, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EMAIL = "Cette adresse est incomplète."


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(NOW, tick=False)


# Deux onglets --------------------------------------------------------------------------------------------------


def opened(client) -> dict[str, str]:
    page = page_of(client.get(reverse("filing_structure")))
    return {**FORM, "version": shown(page, "version")}


def test_an_older_tab_never_writes_over_a_newer_one_unknowingly(client, draft):
    url = reverse("filing_structure")
    older, newer = opened(client), opened(client)
    client.post(url, {**newer, "mission": "Écrit dans le second onglet."})
    response = client.post(url, {**older, "mission": "Écrit dans le premier."})
    assert response.status_code == 409
    page = page_of(response)
    said = text_of(response)
    assert "Ces réponses ont été changées à 10 h, dans un autre onglet" in said
    assert "Rien n’est écrasé" in said
    assert "Écrit dans le second onglet." in said
    assert shown(page, "mission") == "Écrit dans le premier."
    assert Application.objects.get().mission == "Écrit dans le second onglet."
    again = client.post(url, {**older, "mission": "Les deux ensemble.", "version": shown(page, "version")})
    assert again.status_code == 302
    assert Application.objects.get().mission == "Les deux ensemble."


def test_the_autosave_of_an_older_tab_is_told(client, draft):
    url, autosave = reverse("filing_structure"), {"X-Autosave": "1"}
    older, newer = opened(client), opened(client)
    saved = client.post(url, {**newer, "mission": "Nouveau"}, headers=autosave)
    assert saved.status_code == 204
    stale = client.post(url, {**older, "mission": "Ancien"}, headers=autosave)
    assert stale.status_code == 409
    assert "dans un autre onglet" in stale.content.decode()
    following = client.post(url, {**newer, "mission": "Suite", "version": saved["X-Version"]}, headers=autosave)
    assert following.status_code == 204
    assert Application.objects.get().mission == "Suite"


def test_the_same_answers_from_two_tabs_are_no_conflict(client, draft):
    url = reverse("filing_structure")
    older, newer = opened(client), opened(client)
    assert [client.post(url, tab).status_code for tab in (newer, older)] == [302, 302]


def test_a_wrong_answer_does_not_make_the_next_sending_a_conflict(client, draft):
    url = reverse("filing_structure")
    response = client.post(url, {**opened(client), "contact_email": "claire"})
    assert_said(response, "contact_email", EMAIL)
    version = shown(page_of(response), "version")
    assert client.post(url, {**FORM, "version": version}).status_code == 302


def test_the_autosave_names_the_answer_that_is_wrong(client, draft):
    typed = {**opened(client), "contact_email": "claire"}
    response = client.post(reverse("filing_structure"), typed, headers={"X-Autosave": "1"})
    assert response.status_code == 422
    said = response.content.decode().replace("\u00a0", " ")
    assert said.startswith("Son courriel : cette adresse est incomplète.")
    assert said.endswith("Le reste est enregistré.")
    assert Application.objects.get().mission == FORM["mission"]


# Après le dépôt, ou sans dossier ---------------------------------------------------------------------------------

STEPS_POSTED = [
    ("filing_structure", FORM),
    ("filing_certificates_add", {}),
    ("filing_cers_add", {}),
    ("filing_declare", {"accuracy_declared": "on"}),
]


@pytest.mark.parametrize(("name", "typed"), STEPS_POSTED, ids=[name for name, _ in STEPS_POSTED])
def test_after_the_filing_nothing_changes_and_it_is_said(client, name, typed):
    application = filed()
    client.force_login(member_of(application.structure))
    page = client.post(reverse(name), typed, follow=True)
    assert "Votre dossier est déposé : il ne se modifie plus. Cet envoi n’a rien changé." in text_of(page)
    said = client.post(reverse(name), typed, headers={"X-Autosave": "1"})
    assert (said.status_code, "il ne se modifie plus" in said.content.decode()) == (409, True)
    refused = client.post(reverse(name), typed, headers={"X-Upload": "1"})
    assert (refused.status_code, "il ne se modifie plus" in refused.json()["errors"][0]) == (422, True)


def test_after_the_filing_a_grid_no_longer_changes_and_it_is_said(client):
    application = filed()
    client.force_login(member_of(application.structure))
    url = reverse("filing_self_save", args=[application.panel.cers.first().pk])
    said = client.post(url, {"version": 1}, headers={"X-Autosave": "1"})
    assert (said.status_code, "il ne se modifie plus" in said.content.decode()) == (409, True)
    assert client.get(reverse("filing_self")).url == reverse("filing")


def test_without_a_draft_what_is_sent_is_not_taken_for_received(client):
    client.force_login(member_of(make_structure()))
    said = client.post(reverse("filing_certificates_add"), {}, headers={"X-Upload": "1"})
    assert said.json() == {"errors": ["Aucun dossier n’est en préparation. Cet envoi n’a rien changé."]}


# Auto-évaluation et dépôt ----------------------------------------------------------------------------------------

GRID = [
    ({"ticks": ["hors_grille"], "version": "0"}, 422, "cette ligne n’est pas dans la grille de ce CER."),
    ({"comment": "x" * 2001, "version": "0"}, 422, "2001 caractères, 2000 au plus."),
    ({"version": ""}, 422, "Cette page est incomplète. Rechargez-la."),
    ({"version": "-1"}, 422, "Cette page est incomplète. Rechargez-la."),
    ({"version": "x"}, 422, "Cette page est incomplète. Rechargez-la."),
]


@pytest.mark.parametrize(("typed", "status", "words"), GRID, ids=["line", "comment", "no version", "below", "word"])
def test_a_wrong_grid_is_told_and_keeps_what_was_saved(client, draft, typed, status, words):
    cer = add_cers(draft, 1)[0]
    url = reverse("filing_self_save", args=[cer.pk])
    response = client.post(url, typed, headers={"X-Autosave": "1"})
    assert response.status_code == status
    said = response.content.decode().replace("\u00a0", " ")
    assert words in said
    assert "Cette grille n’est pas encore enregistrée." in said
    assert cer.scorings.count() == 0
    assert client.post(reverse("filing_self_cer", args=[cer.pk]), typed).status_code == status


def test_an_older_page_takes_nothing_off_a_newer_grid(client, draft):
    cer = add_cers(draft, 1)[0]
    url, autosave = reverse("filing_self_save", args=[cer.pk]), {"X-Autosave": "1"}
    assert client.post(url, {"ticks": ["remark_present"], "version": 0}, headers=autosave).status_code == 200
    older = client.post(url, {"ticks": ["detail_complete"], "version": 0}, headers=autosave)
    assert older.status_code == 200
    assert older.json()["merged"]["remark_present"]["ticked"]
    assert cer.scorings.get().ticks == ["detail_complete", "remark_present"]
    unknown = client.post(url, {"ticks": [], "version": 9}, headers=autosave)
    assert unknown.status_code == 409
    assert cer.scorings.get().ticks == ["detail_complete", "remark_present"]


DECLARED = {"anonymised_declared": "on", "accuracy_declared": "on", "key": "jeton"}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("anonymised_declared", "", "Cochez cette case pour continuer."),
        ("accuracy_declared", "", "Cochez cette case pour continuer."),
        ("key", "", "Ce formulaire est incomplet. Rechargez la page."),
        ("key", "x" * 65, "Ce formulaire est incomplet. Rechargez la page."),
    ],
    ids=["anonymised", "accuracy", "no key", "long key"],
)
def test_what_the_filing_lacks_is_said_and_nothing_is_filed(client, field, typed, words):
    draft = make_draft()
    client.force_login(member_of(draft.structure))
    response = client.post(reverse("filing_submit"), {**DECLARED, field: typed})
    assert_said(response, field, words)
    assert Application.objects.get().number is None


def test_a_double_click_on_the_filing_files_once(client):
    draft = make_draft()
    client.force_login(member_of(draft.structure))
    first, second = (client.post(reverse("filing_submit"), DECLARED) for _ in range(2))
    assert first.url == second.url == reverse("filing_receipt", args=[draft.pk])


# Session et jeton expirés ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["filing_structure", "filing_certificates_add", "filing_submit", "referent_add"])
def test_a_closed_session_leads_back_to_the_page_of_the_form(client, draft, name):
    """Never to the address the form was sent to, which may not be opened."""
    client.logout()
    page = "http://testserver" + reverse("filing_certificates") + "?a=1"
    response = client.post(reverse(name), {}, headers={"referer": page, "host": "testserver"})
    assert response.url == f"{reverse('account_login')}?next=%2Fdossier%2Fattestations%2F%3Fa%3D1"
    assert "Votre session était fermée : cet envoi n’a rien modifié." in text_of(client.get(response.url))
    for script in ("X-Autosave", "X-Upload", "X-Form"):
        assert client.post(reverse(name), {}, headers={script: "1"}).status_code == 401


def test_a_page_that_is_only_opened_leads_back_to_itself(client):
    assert client.get("/dossier/attestations/?a=1").url == "/connexion/?next=/dossier/attestations/%3Fa%3D1"


@pytest.mark.parametrize("name", ["filing_structure", "filing_submit", "access_request", "referent_add"])
def test_an_expired_form_is_a_french_page_that_leads_back(client, draft, name):
    client.handler.enforce_csrf_checks = True
    page = "http://testserver" + reverse("filing_structure")
    response = client.post(
        reverse(name), {"csrfmiddlewaretoken": "x" * 64}, headers={"referer": page, "host": "testserver"}
    )
    assert response.status_code == 403
    assert "Ce formulaire a expiré" in text_of(response)
    assert page_of(response).xpath("//a[contains(., 'Rouvrir la page')]/@href") == [page]
    assert page_of(response).xpath("//body[@data-unsent]"), "what was typed comes back with the page"
