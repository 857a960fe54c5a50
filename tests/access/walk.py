"""The walk: every rule of a table, by every role, by GET and by POST; what does not answer as written is a finding."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.table import ROLES, SHOWS_LABELS, Rule
from tests.access.world import CANARY, World

UNKNOWN = 0
"""The primary key of nothing."""
OUTSIDERS = ("anonymous", "stranger", "slai_elsewhere")
"""Those who never read the canary's name."""
VARIES = re.compile(
    r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<="X-CSRFToken": ")\w+|^Content-Length: .*$', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    location: str = field(compare=False)
    """Part of the text as well, without the address itself: signing in leads back to it."""

    @property
    def asks_to_sign_in(self) -> bool:
        return self.status == 302 and self.location.startswith(reverse("account_login"))

    @property
    def serves(self) -> bool:
        """410 is how an invitation that is over is shown."""
        return self.status in (200, 410) or (self.status == 302 and not self.asks_to_sign_in)


class Visitor:
    """A role of the world, signed in once. Each visit has a browser of its own and leaves no row behind."""

    def __init__(self, world: World, role: str) -> None:
        self.world, self.role = world, role
        browser = Client()
        if user := world.users[role]:
            browser.force_login(user)
        self.person = user
        self.session = browser.cookies.get(settings.SESSION_COOKIE_NAME)

    def visit(self, rule: Rule, method: str, *, unknown: bool = False) -> Answer:
        """`unknown`: the same address, of objects that don't exist. A form is sent empty."""
        return self.go(self.address(rule, unknown=unknown), method)

    def go(self, address: str, method: str = "get", data: dict[str, Any] | None = None) -> Answer:
        browser = Client(raise_request_exception=False)
        if self.session:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.session.value
        with transaction.atomic():
            response = getattr(browser, method)(address, data)
            text = VARIES.sub("", _text(response)).replace(address, "(this address)")
            transaction.set_rollback(True)
        return Answer(response.status_code, text, response.headers.get("Location", ""))

    def names_an_object(self, rule: Rule) -> bool:
        return any(isinstance(self.world.objects[name], models.Model) for name in rule.args)

    def address(self, rule: Rule, *, unknown: bool = False) -> str:
        found = [self.world.objects[name] for name in rule.args]
        return reverse(
            rule.name,
            args=[(UNKNOWN if unknown else it.pk) if isinstance(it, models.Model) else it for it in found],
        )


def _text(response: HttpResponse) -> str:
    """What was read, headers included: a file's name is an answer too."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.serialize_headers().decode()}\n{body.decode(errors='replace')}"


def walk(table: Sequence[Rule], world: World, roles: Sequence[str] = ROLES) -> list[str]:
    """Every finding, in words: nothing when the portal answers as the table says."""
    found = []
    for visitor in [Visitor(world, role) for role in roles]:
        for rule in table:
            for method in ("get", "post"):
                found += [
                    f"{rule.name}({', '.join(rule.args)}) {method.upper()} by {visitor.role}: {fault}"
                    for fault in _faults(visitor, rule, method)
                ]
    return found


def _faults(visitor: Visitor, rule: Rule, method: str) -> Iterator[str]:
    answer = visitor.visit(rule, method)
    expected = _expected(rule, visitor.role, method)
    if not _is(answer, expected):
        yield f"{answer.status} {answer.location}, not {expected}"
    if visitor.role in OUTSIDERS and rule.name not in SHOWS_LABELS and CANARY.lower() in answer.text.lower():
        yield "reads the name of somebody else's structure"
    unknown_to = visitor.role in OUTSIDERS and visitor.role not in rule.knows and visitor.names_an_object(rule)
    if unknown_to and answer != visitor.visit(rule, method, unknown=True):
        yield "tells somebody else's object from one that does not exist"


def _expected(rule: Rule, role: str, method: str) -> str:
    may, other = (rule.opens, rule.acts) if method == "get" else (rule.acts, rule.opens)
    if role in may:
        return "served" if method == "get" else "taken"
    if role == "anonymous" and not rule.public:
        return "sign in"
    if role in other and not may:
        return "405"
    refused = "403 or 404" if role in rule.knows or not rule.args else "404"
    return refused if may else f"{refused} or 405"


def _is(answer: Answer, expected: str) -> bool:
    match expected:
        case "served":
            return answer.serves
        case "taken":
            return answer.status < 500 and answer.status not in (403, 404, 405) and not answer.asks_to_sign_in
        case "sign in":
            return answer.asks_to_sign_in
    return str(answer.status) in expected.split(" or ")


def addresses(patterns: Sequence[Any] | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the portal, by its name (its route when it has none)."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inside = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, inside)
        else:
            yield f"{namespace}{entry.name or entry.pattern}", entry


def is_public(pattern: URLPattern) -> bool:
    """As LoginRequiredMiddleware reads it."""
    return not getattr(pattern.callback, "login_required", True)
