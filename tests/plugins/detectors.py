"""Detectors: a test fails when the code it runs makes one of the mistakes below, whatever the test is about.

- a template prints a variable that nobody gave it;
- a page has a POST form without its token, an inline script, style or handler, twice the same id, another host's file;
- a GET or HEAD request writes to the database;
- a datetime slips into a DateField and loses its time zone.
Warnings are errors too (pyproject.toml): naive datetimes, pagination without an order.
"""

import inspect
from collections.abc import Callable, Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, models
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.base import Node

OUR_TEMPLATES = settings.BASE_DIR / "templates"
LENIENT_TEMPLATES = {"bootstrap5"}  # les gabarits de crispy-forms comptent sur des variables absentes
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE")
WRITTEN_BY_READING = {"django_session"}  # la session note l’heure de la dernière visite


class Undefined(str):
    """Django's `string_if_invalid`: complains when the template is ours, empty in other people's."""

    __slots__ = ()

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: Any) -> str:
        template = _template_being_rendered()
        if template and _is_ours(template):
            pytest.fail(f"{template}: undefined variable « {variable} »")
        return ""


def _template_being_rendered() -> str:
    frame = inspect.currentframe()
    while frame:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin.name)
        frame = frame.f_back
    return ""


def _is_ours(template: str) -> bool:
    path = Path(template)
    return path.is_relative_to(OUR_TEMPLATES) and path.relative_to(OUR_TEMPLATES).parts[0] not in LENIENT_TEMPLATES


@pytest.fixture(scope="session", autouse=True)
def _undefined_variables_fail() -> None:
    engines["django"].engine.string_if_invalid = Undefined("variable inconnue")


@pytest.fixture(scope="session", autouse=True)
def _datetimes_in_date_fields_fail() -> Iterator[None]:
    original = models.DateField.get_prep_value

    def get_prep_value(field: Any, value: Any) -> Any:
        if isinstance(value, datetime) and not isinstance(field, models.DateTimeField):
            pytest.fail(f"{field}: a datetime where a date is expected ({value!r}), see core.clock.civil_date")
        return original(field, value)

    models.DateField.get_prep_value = get_prep_value
    yield
    models.DateField.get_prep_value = original


class Page(HTMLParser):
    """Reads a page and lists its `faults`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: set[str] = set()
        self.post_form_without_token = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.check_content_security(tag, attributes)
        if identifier := attributes.get("id"):
            if identifier in self.ids:
                self.faults.append(f"id « {identifier} » given twice")
            self.ids.add(identifier)
        if tag == "form":
            self.post_form_without_token = attributes.get("method", "get").lower() == "post"
        if tag == "input" and attributes.get("name") == "csrfmiddlewaretoken":
            self.post_form_without_token = False

    def check_content_security(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "style" or (tag == "script" and "src" not in attributes and "json" not in attributes.get("type", "")):
            self.faults.append(f"inline <{tag}>")
        for name, value in attributes.items():
            if name == "style" or name.startswith("on"):
                self.faults.append(f'<{tag} {name}="{value}">')
            loads = name in ("src", "srcset", "action") or (name == "href" and tag in ("link", "use", "image"))
            if loads and value.startswith(("http:", "https:", "//")):
                self.faults.append(f"<{tag}> goes to another host: {value}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.post_form_without_token:
            self.faults.append("POST form without its token")
            self.post_form_without_token = False


class HtmlDetector:
    """Test middleware: reads every page (the admin's own pages excepted)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        if match and match.app_name == "admin":
            return response
        faults = Page(response.content.decode()).faults
        if faults:
            pytest.fail(f"{request.method} {request.path}: {'; '.join(faults)}")
        return response


class WriteDetector:
    """Test middleware: GET and HEAD don't write."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)

        def watch(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            words = sql.split(None, 3)
            if words and words[0].upper() in WRITES and not any(table in sql for table in WRITTEN_BY_READING):
                pytest.fail(f"{request.method} {request.path} writes: {sql[:200]}")
            return execute(sql, params, many, context)

        with connections["default"].execute_wrapper(watch):
            return self.get_response(request)
