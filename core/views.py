"""Pages that belong to no wing: the person's colours, and the page of components."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from core.markdown import render_document
from core.showcase import showcase
from core.texts import find_site_text

THEMES = frozenset({"light", "dark"})
ONE_YEAR = 365 * 24 * 3600


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """The address that the form, or the page it is on, asks to go back to, when it is ours."""
    address = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if ours else default


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """The choice lives in a cookie: it is a matter of the screen, not of the account, and public pages have it too."""
    response = HttpResponseRedirect(safe_next(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=ONE_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )
    return response


@login_not_required
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every part and every state on one page; demo mode only."""
    if not settings.DEMO_MODE:
        raise Http404
    return render(request, "core/components.html", showcase())


@login_not_required
@require_GET
def site_text(request: HttpRequest, slug: str) -> HttpResponse:
    """Legal notice, personal data, terms, accessibility."""
    text = find_site_text(slug)
    if text is None:
        raise Http404
    return render(request, "core/site_text.html", {"text": text, "document": render_document(text.body)})
