"""What holds for every page of a signed-in person: the door, the session's age, the second factor, nothing cached."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import roles

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
SECOND_FACTOR = "second_factor"
SEEN_PRECISION = 30
"""Seconds between two writes of `seen_at`: the session is not written at every request."""
WITHOUT_SECOND_FACTOR = frozenset(
    {"mfa_activate_totp", "account_reauthenticate", "account_logout", "theme", "site_text", "demo_day"}
)
IDLE = (
    "Votre session s’est fermée après {minutes}\u00a0minutes sans activité. Reconnectez-vous\u00a0: vous reviendrez à "
    "la page où vous étiez, et ce que vous aviez saisi y est gardé."
)
TOO_OLD = "Votre session s’est fermée\u00a0: elle dure douze heures au plus. Reconnectez-vous pour continuer."
CLOSED = (
    "Votre session était fermée\u00a0: cet envoi n’a rien modifié. Reconnectez-vous\u00a0: vous reviendrez à la page "
    "où vous étiez, avec ce que vous aviez écrit. Les fichiers seront à choisir de nouveau."
)
BY_SCRIPT = ("X-Autosave", "X-Upload", "X-Form")
"""Requests of our scripts, which keep what was typed and speak for themselves: they get a bare 401."""


class SignInMiddleware(LoginRequiredMiddleware):
    """The way to the sign-in page remembers the page of a form, never the address it was sent to."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.method != "POST":
            return _for_fragments(request, super().handle_no_permission(request, view_func))
        if not _is_by_script(request):
            messages.warning(request, CLOSED)
        return _for_fragments(request, _to_login(page_to_return_to(request)))


class SessionGuardMiddleware:
    """Real time counts here, never the demo's « date du jour »."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user.is_authenticated
        if signed_in and (reason := why_over(request)):
            page = page_to_return_to(request)
            logout(request)
            messages.warning(request, reason)
            return _for_fragments(request, _to_login(page))
        response = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return _for_fragments(request, response)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.AGENT_MFA_REQUIRED or not roles.needs_second_factor(request.user):
            return None
        if has_second_factor(request) or _view_name(request) in WITHOUT_SECOND_FACTOR:
            return None
        return redirect("mfa_activate_totp")


def start_clock(*, request: HttpRequest, **kwargs: Any) -> None:
    """At sign-in (see accounts.signals)."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())


def why_over(request: HttpRequest) -> str | None:
    """Why the session must end now, in words, or None; notes that the person is here."""
    now, session = int(time.time()), request.session
    if now - session.get(SIGNED_IN_AT, 0) >= settings.SESSION_COOKIE_AGE:
        return TOO_OLD
    idle = now - session.get(SEEN_AT, 0)
    if roles.is_agent(request.user) and idle >= settings.AGENT_IDLE_TIMEOUT.total_seconds():
        return IDLE.format(minutes=int(settings.AGENT_IDLE_TIMEOUT.total_seconds() // 60))
    if idle >= SEEN_PRECISION:
        session[SEEN_AT] = now
    return None


def has_second_factor(request: HttpRequest) -> bool:
    """Remembered for the session; removing a factor ends the sessions that knew it (see accounts.signals)."""
    if not request.session.get(SECOND_FACTOR):
        active = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists()
        if active:
            request.session[SECOND_FACTOR] = True
        return active
    return True


def page_to_return_to(request: HttpRequest) -> str:
    """The page itself, or the one the form or fragment was on."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return "/"
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _view_name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _to_login(page: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}")


def _for_fragments(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A fragment or a script can't hold the login page: htmx is told to leave the page for it, ours know what to do."""
    if not isinstance(response, HttpResponseRedirect) or urlsplit(response.url).path != resolve_url(settings.LOGIN_URL):
        return response
    if "HX-Request" not in request.headers:
        return HttpResponse(status=401) if _is_by_script(request) else response
    expired = HttpResponse(status=401)
    expired.headers["HX-Redirect"] = _to_login(page_to_return_to(request)).url
    return expired


def _is_by_script(request: HttpRequest) -> bool:
    return any(header in request.headers for header in BY_SCRIPT)
