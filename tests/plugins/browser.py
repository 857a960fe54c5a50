"""Debian's Chromium, driven by Playwright: the one without a window, half as heavy, where it is installed.

A page that logs an error or asks another host fails its test.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.servers.basehttp import ServerHandler
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from accounts.middleware import SEEN_AT, SIGNED_IN_AT

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
AXE = {"preload": False, "resultTypes": ["violations"]}
"""Without the details of what is right, which take as long as the rest."""
PATIENCE = 20_000
"""Milliseconds: a crowded machine is slow, not wrong."""
SLOWNESS = int(os.environ.get("SUITE_SLOWNESS", "0"))
"""Milliseconds before each answer of the server: a test that does not wait for the next page fails each time, not one
night in ten."""


@pytest.fixture(scope="session", autouse=SLOWNESS > 0)
def slow_line() -> Iterator[None]:
    def run(handler: ServerHandler, application: Any) -> None:
        time.sleep(SLOWNESS / 1000)
        answer(handler, application)

    answer = ServerHandler.run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServerHandler, "run", run)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which is not an asynchronous view: Django may use its database.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    if before is not None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


class Watch:
    """What went wrong in a browser's pages. A test that provokes an error on purpose empties `troubles` afterwards."""

    def __init__(self, context: BrowserContext, home: str) -> None:
        self.home = urlsplit(home).netloc
        self.troubles: list[str] = []
        context.on("console", self.heard)
        context.on("request", self.asked)
        context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))

    def heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.home:
            self.troubles.append(f"request to another host: {request.url}")


@pytest.fixture
def new_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """`new_page(user=None, size=DESKTOP, **context)`: a page on the live server, already signed in as `user`.

    Addresses may be relative: `page.goto("/structure/")`. `page.watch` knows what went wrong.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_page(user: Any = None, size: dict[str, int] = DESKTOP, **options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport=size, locale="fr-FR", **options)
        context.set_default_timeout(PATIENCE)
        watch = Watch(context, live_server.url)
        opened.append((context, watch))
        if user is not None:
            sign_in(context, user, live_server.url)
        page = context.new_page()
        page.watch = watch
        return page

    yield open_page
    troubles = [trouble for _, watch in opened for trouble in watch.troubles]
    for context, _ in opened:
        context.close()
    assert troubles == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


def sign_in(context: BrowserContext, user: Any, url: str) -> None:
    """Give the browser a session of `user`, without going through the sign-in page."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())
    session.create()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}])


def assert_accessible(page: Page) -> None:
    """axe finds nothing (WCAG 2.0 to 2.2 A and AA, best practices). What axe itself upsets (CSP) is not the page's."""
    before = len(page.watch.troubles)
    found = Axe().run(page, options=AXE).response["violations"]
    del page.watch.troubles[before:]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []


def assert_no_overflow(page: Page) -> None:
    """Nothing is wider than the window."""
    width, shown = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= shown, f"{page.url}: {width} px in a window of {shown} px"


def assert_sound(page: Page) -> None:
    """Accessible, and nothing wider than the window, at a desk and on a telephone."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert_no_overflow(page)
        assert_accessible(page)
    page.set_viewport_size(DESKTOP)
