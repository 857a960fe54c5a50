"""Help, one page per role, and the texts of the site."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.guards import SignedInRequest
from core.markdown import render_markdown
from core.texts import site_text as find_site_text

HELP = {
    Role.STRUCTURE_ADMIN: "structure",
    Role.STRUCTURE_MEMBER: "structure",
    Role.SLAI: "slai",
    Role.DPID_AGENT: "dpid",
    Role.DPID_MANAGER: "dpid",
    Role.SIGNATORY: "signatory",
    Role.ADMINISTRATOR: "administrator",
    Role.AUDITOR: "auditor",
}


@require_GET
def help_page(request: SignedInRequest) -> HttpResponse:
    return render(request, f"label_portal/pages/help_{HELP[Role(request.user.role)]}.html")


@login_not_required
@require_GET
def site_text(request: HttpRequest, slug: str) -> HttpResponse:
    text = find_site_text(slug)
    if text is None:
        raise Http404
    context = {"text": text, "body": render_markdown(text.body)}
    return render(request, "label_portal/pages/site_text.html", context)
