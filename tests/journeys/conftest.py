"""People at their own browsers, on a portal in demonstration: its day moves as an agent decides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page

from accounts.enums import Role
from label_portal.demo.people import load_people
from label_portal.sample import people
from tests.journeys.files import Folder
from tests.journeys.pages import sign_in
from tests.plugins.browser import DESKTOP, PHONE, assert_accessible, assert_no_overflow

LETTERS = 60_000
"""Milliseconds: an act that writes letters takes seconds of processor, and many more on a crowded machine."""


class Journey:
    """One structure, the agents it meets, and the browser of each."""

    def __init__(self, new_page: Callable[..., Page], url: str, folder: Folder) -> None:
        self.new_page, self.url, self.folder = new_page, url, folder
        self.structure = people.structure("marais")
        self.seen: set[str] = set()

    def keep(self, referents: int) -> None:
        """A smaller team, for a journey whose point is elsewhere."""
        self.structure = replace(self.structure, referents=self.structure.referents[:referents])

    def visitor(self) -> Page:
        page = self.new_page()
        page.set_default_timeout(LETTERS)
        return page

    def director(self) -> Page:
        return self._signed_in(self.structure.administrator)

    def agent(self, role: Role) -> Page:
        territory = self.structure.territory if role == Role.SLAI else ""
        return self._signed_in(
            next(each for each in people.agents() if (each.role, each.territory) == (role, territory))
        )

    def _signed_in(self, person: people.Person) -> Page:
        page = self.visitor()
        sign_in(page, person)
        return page

    def look(self, page: Page) -> None:
        """Check each address once."""
        self._once(page, resolve(urlsplit(page.url).path).view_name)

    def check(self, page: Page) -> None:
        """Check each kind of page once: an address and what it is titled now."""
        page.wait_for_load_state()
        title = page.get_by_role("heading", level=1).first.inner_text()
        self._once(page, f"{resolve(urlsplit(page.url).path).view_name} {title}")

    def _once(self, page: Page, kind: str) -> None:
        """axe finds nothing, and nothing overflows on a telephone."""
        if kind in self.seen:
            return
        self.seen.add(kind)
        page.wait_for_load_state()
        assert_accessible(page)
        page.set_viewport_size(PHONE)
        assert_no_overflow(page)
        page.set_viewport_size(DESKTOP)


@pytest.fixture
def journey(new_page: Callable[..., Page], live_server: Any, settings: Any, tmp_path: Path) -> Journey:
    settings.DEMO_MODE = True
    settings.PORTAL_URL = live_server.url
    settings.EMAIL_BACKEND = "notices.mail.DemoMailbox"
    load_people(date(2026, 3, 2), referents={each.key: 0 for each in people.structures()})
    return Journey(new_page, live_server.url, Folder(tmp_path / "dossier"))
