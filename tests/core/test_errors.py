"""Every way of failing has a French page that says what is safe."""

import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.urls import include, path, reverse
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.middleware import SEEN_AT
from core import errors
from tests.factories import make_user
from tests.plugins.browser import assert_sound, sign_in

FAILURES = {
    "suspect": SuspiciousOperation("x"),
    "big": RequestDataTooBig("x"),
    "refused": PermissionDenied("Seul un signataire signe une décision."),
    "bug": ZeroDivisionError("x"),
    "down": OperationalError("x"),
}


@login_not_required
def fail(request, name):
    raise FAILURES[name]


@login_not_required
def post(request):
    raise AssertionError("a form without a token never gets here")


urlpatterns = [
    path("fail/<name>/", fail),
    path("post/", post),
    path("", include("label_portal.urls")),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("suspect", 400, "Rien n’a été modifié."),
        ("big", 413, "20\u00a0Mo par fichier, 220\u00a0Mo et 100 fichiers par envoi."),
        ("refused", 403, "Seul un signataire signe une décision."),
        ("bug", 500, "Ce qui était enregistré est conservé."),
        ("down", 503, "momentanément indisponible"),
    ],
)
def test_failure(client, name, status, words):
    client.raise_request_exception = False
    response = client.get(f"/fail/{name}/")
    assert response.status_code == status
    assert words in response.content.decode()
    assert f"Erreur {status}" in response.content.decode()


def test_an_interruption_asks_to_come_back(client):
    client.raise_request_exception = False
    assert client.get("/fail/down/")["Retry-After"] == "120"


def test_not_found(client):
    response = client.get("/rien/")
    assert response.status_code == 404
    assert "Cette page est introuvable" in response.content.decode()


def seen_late(page):
    """A session left open longer than agents may."""
    agent = make_user(Role.DPID_AGENT)
    sign_in(page.context, agent, page.context.home)
    session = SessionStore(page.context.cookies()[0]["value"])
    session[SEEN_AT] = int(time.time()) - 24 * 3600
    session.save()
    page.goto("/dossiers/")


def send_expired(page):
    page.goto(reverse("account_login"))
    page.context.clear_cookies()
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("meet", "words"),
    [
        (lambda page: page.goto("/fail/big/"), "Cet envoi est trop lourd"),
        (send_expired, "Ce formulaire a expiré"),
        (seen_late, "Votre session"),
    ],
    ids=["413", "expired form", "closed session"],
)
def test_the_page_of_a_failure_is_accessible_at_both_widths(new_page, live_server, meet, words):
    page = new_page()
    page.context.home = live_server.url
    meet(page)
    expect(page.locator("main")).to_contain_text(words)
    assert_sound(page)
    page.watch.troubles.clear()  # the browser notes the status in its console


@pytest.mark.parametrize(
    ("origin", "back"),
    [("http://testserver/dossier/", "http://testserver/dossier/"), ("https://ailleurs.fr/", "/"), ("", "/")],
)
def test_an_expired_form_leads_back_to_its_page_and_nowhere_else(client, origin, back):
    client.handler.enforce_csrf_checks = True
    response = client.post("/post/", headers={"referer": origin, "host": "testserver"})
    assert response.status_code == 403
    assert "Ce formulaire a expiré" in response.content.decode()
    assert f'href="{back}">Rouvrir la page' in response.content.decode()


def test_the_plain_pages_that_the_walk_of_the_portal_draws():
    walks = (Path(settings.BASE_DIR) / "bin" / "screenshots").read_text()
    names = re.findall(r" plain:(\w+)$", walks, re.MULTILINE)
    assert {path.stem for path in (Path(settings.BASE_DIR) / "templates" / "errors").glob("*.html")} - set(names) == {
        "403",
        "404",
    }
    for name in names:
        assert 'class="page-head"' in errors.plain_page(name, back="/dossier/")
