"""Error pages that need more than a template: the expired form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without a valid token, most often after an expired session: say what to do, in French."""
    return render(request, "403_csrf.html", status=403)
