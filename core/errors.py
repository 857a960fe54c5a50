"""Error pages. The plain ones (400, 413, 500, 503, expired form) ask nothing of a database, a session or a context."""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.http import url_has_allowed_host_and_scheme

RETRY_SECONDS = 120


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django answers an upload over the limits with 400 as well: people need to hear what was too big."""
    if isinstance(exception, RequestDataTooBig):
        return _plain("413", request)
    return _plain("400", request)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The reason given to PermissionDenied is a French sentence for the reader."""
    return render(request, "errors/403.html", {"reason": str(exception or "")}, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """An unreachable database is an interruption, not a fault: 503, so that browsers and robots come back."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = _plain("503", request)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    return _plain("500", request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without a valid token, most often after an expired session: say what to do, in French."""
    return _plain("403_csrf", request)


def _plain(name: str, request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {"back": _origin(request)}
    return HttpResponse(get_template(f"errors/{name}.html").render(context), status=int(name[:3]))


def _origin(request: HttpRequest) -> str:
    """The page the form was on, when it is one of ours."""
    address = request.META.get("HTTP_REFERER", "")
    host = request.META.get("HTTP_HOST", "")
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts={host} if host else None) else "/"
