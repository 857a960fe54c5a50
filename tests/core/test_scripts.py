"""static/js in a real Chromium, under the real content security policy."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.core.script_urls import Answer
from tests.plugins.browser import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.core.script_urls")]
PDF = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
PNG = {"name": "b.png", "mimeType": "image/png", "buffer": b"x" * 2048}
EXE = {"name": "planning.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}


@pytest.fixture(params=[True], ids=["js"])
def page(request, browser, live_server):
    """A tab on the small site. It fails on any script error or breach of the policy."""
    Answer.reset()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=request.param)
    tab = context.new_page()
    mishaps = []
    tab.on("pageerror", lambda error: mishaps.append(str(error)))
    tab.on("console", lambda said: mishaps.append(said.text) if "Content Security" in said.text else None)
    yield tab
    context.close()
    assert mishaps == []


without_script = pytest.mark.parametrize("page", [False], ids=["no js"], indirect=True)


def draft(page):
    page.goto("/draft/")
    return page.get_by_label("Nom du référent"), page.locator("[data-saved]")


def saved_in_the_end(values):
    """Two changes a moment apart go in one sending or in two: what counts is the last."""
    deadline = time.monotonic() + PATIENCE / 1000
    while Answer.saved[-1] != values and time.monotonic() < deadline:
        time.sleep(0.05)
    assert Answer.saved[-1] == values


def test_autosave_says_when(page):
    name, status = draft(page)
    name.fill("Nadia")
    page.get_by_label("Socio-pro").check()
    expect(status).to_have_text(re.compile(r"Enregistré à \d{1,2}\sh\s\d\d"))
    saved_in_the_end({"name": ["Nadia"], "kind": ["b"], "number": [""]})
    assert page.evaluate("localStorage.length") == 0, "nothing stays on the device once it is saved"


def test_what_is_typed_before_the_script_arrives_is_saved_too(page):
    late = []
    page.route("**/autosave*.js", lambda route: late.append(route))
    page.goto("/draft/", wait_until="commit")
    page.get_by_label("Nom du référent").fill("Nadia")
    assert not Answer.saved
    late[0].continue_()
    expect(page.locator("[data-saved]")).to_contain_text("Enregistré à")
    assert Answer.saved == [{"name": ["Nadia"], "number": [""]}]


def test_a_form_that_nobody_touched_is_not_sent(page):
    _, status = draft(page)
    page.wait_for_timeout(1500)  # autosave waits for a second
    expect(status).to_be_empty()
    assert not Answer.saved


def test_a_mistake_is_named_and_its_text_stays_on_the_device(page):
    Answer.value = 422
    name, status = draft(page)
    name.fill("N")
    expect(status).to_have_text("Nom du référent : trop court. Le reste est enregistré.")
    name, _ = draft(page)
    expect(name).to_have_value("N")


def test_what_somebody_else_saved_is_told(page):
    Answer.value = 409
    name, status = draft(page)
    name.fill("Nadia")
    expect(page.get_by_role("alert")).to_contain_text("Nom du référent : trop court.")
    expect(page.get_by_role("link", name="Recharger la page")).to_be_visible()
    expect(status).to_have_text("Pas enregistré")


@pytest.mark.parametrize("path", ["/perdu/", "/connexion/"])
def test_a_form_that_did_not_arrive_comes_back_as_it_was_typed(page, path):
    """An expired form, an outage, a closed session: without autosave the text waits in the tab."""
    page.goto("/plain/")
    page.get_by_label("Nom du référent").fill("Nadia")
    page.get_by_label("Numéro CAF").fill("1234567")
    Answer.next = path
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url(f"**{path}*")
    page.goto("/plain/")
    expect(page.get_by_label("Nom du référent")).to_have_value("Nadia")
    expect(page.get_by_label("Numéro CAF")).to_have_value("")
    expect(page.get_by_text("Votre dernière saisie, gardée sur cet appareil, a été reprise.")).to_be_visible()
    Answer.next = "/draft/"
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url("**/draft/")
    page.goto("/plain/")
    expect(page.get_by_label("Nom du référent")).to_have_value("")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('saisie')).length") == 0


def test_a_refused_form_keeps_the_file_that_was_right(page):
    page.goto("/whole/")
    page.set_input_files("#id_file", PDF)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-drop-list]")).to_contain_text("a.pdf")
    expect(page.get_by_text("n’a pas été gardé")).to_have_count(0)
    page.get_by_label("Lieu").fill("Arras")
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url("**/files/")
    assert Answer.uploaded == ["a.pdf"]


def test_a_lost_connection_keeps_the_answers_and_the_file(page):
    page.goto("/whole/")
    page.set_input_files("#id_file", PDF)
    page.get_by_label("Lieu").fill("Arras")
    page.context.set_offline(True)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("alert")).to_contain_text("Connexion perdue : rien n’est parti.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url("**/files/")
    assert Answer.uploaded == ["a.pdf"]


def test_a_file_too_big_never_leaves(page, tmp_path):
    big = tmp_path / "scan.pdf"
    big.write_bytes(bytes(21 * 1024 * 1024))
    excess = "Ce fichier dépasse la limite de 20 Mo. Il n’est pas parti."
    page.goto("/files/")
    page.set_input_files("#id_files", [big])
    expect(page.locator("[data-drop-list] li")).to_contain_text(excess)
    page.goto("/whole/")
    page.set_input_files("#id_file", big)
    expect(page.locator("[data-drop-list] li")).to_contain_text(excess)
    assert page.evaluate("document.querySelector('#id_file').files.length") == 0
    assert Answer.uploaded == []


def test_a_lost_connection_keeps_the_input_and_tries_again(page):
    name, status = draft(page)
    page.context.set_offline(True)
    name.fill("Hugo")
    page.get_by_label("Numéro CAF").fill("1234567")
    expect(page.get_by_role("alert")).to_contain_text("Connexion perdue à")
    expect(page.get_by_role("alert")).to_contain_text("Votre saisie est gardée sur cet appareil. Nous réessayons.")
    kept = page.evaluate("Object.values(localStorage).join()")
    assert "Hugo" in kept
    assert "1234567" not in kept, "a private field never stays on the device"
    page.context.set_offline(False)
    expect(status).to_contain_text("Enregistré à")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert Answer.saved[-1]["name"] == ["Hugo"]


def test_a_failing_server_keeps_the_input_through_a_reload(page):
    Answer.value = 500
    name, status = draft(page)
    name.fill("Sophie")
    page.get_by_label("Solidarité").check()
    expect(page.get_by_role("alert")).to_contain_text("Connexion perdue")
    Answer.value = 204
    name, status = draft(page)
    expect(name).to_have_value("Sophie")
    expect(page.get_by_label("Solidarité")).to_be_checked()
    expect(status).to_contain_text("Enregistré à")
    assert Answer.saved[-1]["name"] == ["Sophie"]


def test_an_expired_session_keeps_the_input(page):
    Answer.value = "login"
    name, _ = draft(page)
    name.fill("Karim")
    expect(page.get_by_role("alert")).to_contain_text("Votre session a expiré")
    link = page.get_by_role("link", name="Se reconnecter")
    assert link.get_attribute("href").endswith("?next=%2Fdraft%2F")
    Answer.value = 204
    name, status = draft(page)
    expect(name).to_have_value("Karim")
    expect(status).to_contain_text("Enregistré à")


def test_a_dialog_asks_before_and_a_form_goes_once(page):
    draft(page)
    page.get_by_role("button", name="Déposer", exact=True).click()
    dialog = page.get_by_role("dialog", name="Déposer ?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Relire").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Déposer", exact=True)).to_be_focused()
    assert Answer.sent == 0
    page.get_by_role("button", name="Déposer", exact=True).click()
    with page.expect_navigation():
        dialog.get_by_role("button", name="Déposer le dossier").click()
    assert Answer.sent == 1


def test_the_error_summary_takes_the_focus(page):
    draft(page)
    page.get_by_role("button", name="Déposer", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Déposer le dossier").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name=re.compile("Nom du référent")).click()
    assert page.evaluate("location.hash") == "#id_name"


def test_escape_closes_an_explanation(page):
    draft(page)
    summary = page.get_by_text("Pourquoi cette date")
    summary.click()
    expect(page.get_by_text("Parce que.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Parce que.")).to_be_hidden()


def test_j_and_k_walk_the_rows_but_not_in_a_field(page):
    name, _ = draft(page)
    name.press("j")
    expect(name).to_have_value("j")
    page.locator("h1").click()
    for key, row in [("j", "Un"), ("j", "Deux"), ("j", "Deux"), ("k", "Un")]:
        page.keyboard.press(key)
        expect(page.get_by_role("link", name=row, exact=True)).to_be_focused()


def test_files_go_one_by_one_and_a_refusal_keeps_the_others(page):
    page.goto("/files/")
    page.set_input_files("#id_files", [PDF, EXE, PNG])
    rows = page.locator("[data-drop-list] li")
    expect(rows.nth(1)).to_contain_text("Ce n’est pas un PDF.")
    expect(page.get_by_role("link", name="2 fichiers sur 3 bien reçus. Voir la page à jour")).to_be_visible()
    assert Answer.uploaded == ["a.pdf", "b.png"]


def test_when_all_is_received_the_page_is_up_to_date(page):
    page.goto("/files/")
    page.set_input_files("#id_files", [PDF, PNG])
    expect(page.locator(".received")).to_have_text(["a.pdf", "b.png"])


@without_script
def test_files_without_script(page):
    page.goto("/files/")
    page.set_input_files("#id_files", [PDF, PNG])
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".received")).to_have_text(["a.pdf", "b.png"])


@without_script
def test_draft_without_script(page):
    draft(page)
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_text("3 réponses sont à revoir")).to_be_visible()
    page.get_by_text("Pourquoi cette date").click()
    expect(page.get_by_text("Parce que.")).to_be_visible()


def test_the_choice_of_colours_stays(page):
    draft(page)
    page.get_by_role("button", name="Couleurs sombres").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate("location.pathname") == "/draft/"
    expect(page.get_by_role("button", name="Couleurs claires")).to_be_visible()
