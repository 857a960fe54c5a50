"""Asking for access (public), and examining the requests (DPID)."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts import roles, selectors
from accounts.enums import RequestState, Role
from accounts.exceptions import Refused
from accounts.forms.people import AcceptAccessForm, AccessRequestForm, RefuseAccessForm
from accounts.guards import SignedInRequest, only_for
from accounts.models import AccessRequest
from accounts.services import access
from core import clock
from core.components import Tab
from core.forms import sent

PAGE_SIZE = 25


@login_not_required
@require_http_methods(["GET", "POST"])
def access_request(request: HttpRequest) -> HttpResponse:
    form = AccessRequestForm(sent(request))
    if request.method == "POST" and form.is_valid():
        if too_many := ratelimit.consume_or_429(request, action="access_request", key=form.cleaned_data["email"]):
            return too_many
        access.request_access(**form.cleaned_data, now=clock.now())
        return redirect("access_request_thanks")
    return render(request, "accounts/access_request.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_GET
def access_request_thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/access_request_thanks.html")


@only_for(roles.may_read_access_requests)
@require_GET
def access_request_list(request: SignedInRequest) -> HttpResponse:
    """Pending ones first, the oldest on top; « examinées » shows the latest on top."""
    decided = request.GET.get("liste") == "examinees"
    every, pending = selectors.access_requests(request.user), selectors.pending_access_requests(request.user)
    shown = every.exclude(state=RequestState.PENDING).order_by("-decided_at", "-pk") if decided else pending
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    tabs = [
        Tab("À examiner", request.path, pending.count(), current=not decided),
        Tab("Examinées", f"{request.path}?liste=examinees", current=decided),
    ]
    return render(request, "accounts/access_request_list.html", {"page_obj": page, "tabs": tabs, "decided": decided})


@only_for(roles.may_read_access_requests)
@require_GET
def access_request_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.access_requests(request.user), pk=pk)
    return _detail(request, found)


@only_for(roles.may_review_access)
@require_http_methods(["POST"])
def access_request_accept(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.access_requests(request.user), pk=pk)
    form = AcceptAccessForm(request.POST, structure=selectors.structure_of_siret(found.siret))
    if not form.is_valid():
        return _detail(request, found, accept_form=form)
    try:
        access.accept_access_request(request=found, actor=request.user, now=clock.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("access_request_detail", pk)
    messages.success(request, f"L’accès est accordé. Une invitation est envoyée à {found.email}.")
    return redirect("access_request_list")


@only_for(roles.may_review_access)
@require_http_methods(["POST"])
def access_request_refuse(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.access_requests(request.user), pk=pk)
    form = RefuseAccessForm(request.POST)
    if not form.is_valid():
        return _detail(request, found, refuse_form=form)
    try:
        access.refuse_access_request(request=found, actor=request.user, now=clock.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("access_request_detail", pk)
    messages.success(request, f"La demande est refusée. Le motif est envoyé à {found.email}.")
    return redirect("access_request_list")


def _detail(
    request: SignedInRequest,
    found: AccessRequest,
    accept_form: AcceptAccessForm | None = None,
    refuse_form: RefuseAccessForm | None = None,
) -> HttpResponse:
    structure = selectors.structure_of_siret(found.siret)
    administrators = list(selectors.administrators_of(structure)) if structure else []
    initial = {
        "structure_name": found.structure_name,
        "legal_form": found.legal_form,
        "territory": found.territory_id,
        "role": Role.STRUCTURE_MEMBER if administrators else Role.STRUCTURE_ADMIN,
    }
    context = {
        "access_request": found,
        "structure": structure,
        "administrators": administrators,
        "pending": found.state == RequestState.PENDING,
        "may_review": roles.may_review_access(request.user),
        "accept_form": accept_form or AcceptAccessForm(structure=structure, initial=initial),
        "refuse_form": refuse_form or RefuseAccessForm(),
    }
    return render(request, "accounts/access_request_detail.html", context)
