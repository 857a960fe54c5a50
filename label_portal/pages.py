"""Help: one page per role, one about the check of contracts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.guards import SignedInRequest

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


@require_GET
def anonymity_help(request: SignedInRequest) -> HttpResponse:
    """What the check of contracts can't promise: for whoever sends them and whoever reads them."""
    return render(request, "label_portal/pages/help_anonymity.html")
