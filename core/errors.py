"""Error pages. The plain ones (400, 413, 500, 503, expired form) ask nothing of a database, a session or a context."""

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.http import url_has_allowed_host_and_scheme

RETRY_SECONDS = 120
CHUNK = 256 * 1024


class Interruption(Exception):  # noqa: N818 — une panne passagère, pas une faute
    """Something that the portal stands on does not answer: nothing is lost, the page says to come back."""


class BodyLimitMiddleware:
    """A sending over the limit of the whole is refused before any of it is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return too_big(request) if _length(request) > settings.REQUEST_MAX_SIZE else self.get_response(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django answers an upload over the limits with 400 as well: people need to hear what was too big."""
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return too_big(request)
    return _plain("400", request)


def too_big(request: HttpRequest) -> HttpResponse:
    """What was not read yet is thrown away: a browser listens only once it has sent all, and says « connexion perdue »
    to a door that closes before. Twice the limit is patience enough."""
    left = min(_length(request), 2 * settings.REQUEST_MAX_SIZE)
    while left > 0 and (piece := request.read(min(CHUNK, left))):
        left -= len(piece)
    return _plain("413", request)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The reason given to PermissionDenied is a French sentence for the reader."""
    return render(request, "errors/403.html", {"reason": str(exception or "")}, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """An unreachable database or storage is an interruption, not a fault: 503, so that browsers come back."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError | Interruption):
        response = _plain("503", request)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    return _plain("500", request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without a valid token, most often after an expired session: say what to do, in French."""
    return _plain("403_csrf", request)


def plain_page(name: str, *, back: str = "/") -> str:
    """The page of a plain error by its name in `templates/errors/`; `back` is the page that the person came from."""
    context: dict[str, Any] = {
        "back": back,
        "file_limit": settings.FILE_UPLOAD_MAX_SIZE,
        "limit": settings.REQUEST_MAX_SIZE,
        "count": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    }
    return get_template(f"errors/{name}.html").render(context)


def _plain(name: str, request: HttpRequest) -> HttpResponse:
    return HttpResponse(plain_page(name, back=_origin(request)), status=int(name[:3]))


def _length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _origin(request: HttpRequest) -> str:
    """The page the form was on, when it is one of ours."""
    address = request.META.get("HTTP_REFERER", "")
    host = request.META.get("HTTP_HOST", "")
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts={host} if host else None) else "/"
