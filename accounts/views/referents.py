"""The référents of a structure: typed in one by one. A spreadsheet brings them all: `training.imports`."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts import roles, selectors
from accounts.forms.structures import DepartureForm, ReferentForm
from accounts.guards import SignedInRequest, only_for
from accounts.leaving import given_up
from accounts.models import Referent
from accounts.services import referents
from core import clock
from core.forms import sent
from core.versions import Overtaken
from core.views import safe_next


@only_for(roles.is_structure)
@require_GET
def referent_list(request: SignedInRequest) -> HttpResponse:
    everybody = list(selectors.referents_of(request.user))
    today = clock.today()
    gone = [referent for referent in everybody if referent.left_on and referent.left_on < today]
    present = [referent for referent in everybody if referent not in gone]
    return render(request, "accounts/referent_list.html", {"present": present, "gone": gone})


@only_for(roles.is_structure)
@require_http_methods(["GET", "POST"])
def referent_add(request: SignedInRequest) -> HttpResponse:
    form = ReferentForm(sent(request), instance=Referent(structure=request.user.structure))
    saved = _save(request, form, lambda data: referents.add_referent(actor=request.user, **data))
    if saved is None:
        return _page(request, "referent_form", form, back=_back(request))
    messages.success(request, f"{saved} est dans votre liste, sous le code {saved.code}.")
    return _onwards(request, "referent_add") if "another" in request.POST else redirect(_back(request))


@only_for(roles.is_structure)
@require_http_methods(["GET", "POST"])
def referent_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    referent = get_object_or_404(selectors.referents_of(request.user), pk=pk)
    form = ReferentForm(sent(request), instance=referent)
    saved = _save(request, form, lambda data: referents.edit_referent(referent=referent, actor=request.user, **data))
    if saved is None:
        seats = given_up(referent, today=clock.today())
        return _page(request, "referent_form", form, referent=referent, back=_back(request), given_up=seats)
    messages.success(request, f"Les informations de {saved} sont enregistrées.")
    return redirect(_back(request))


@only_for(roles.is_structure)
@require_http_methods(["GET", "POST"])
def referent_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    referent = get_object_or_404(selectors.referents_of(request.user), pk=pk)
    form = DepartureForm(sent(request), referent=referent)
    saved = _save(request, form, lambda data: referents.record_departure(referent=referent, actor=request.user, **data))
    if saved:
        messages.success(request, f"Le départ de {referent} est enregistré.")
        return redirect("referent_list")
    return _page(request, "referent_leave", form, referent=referent, given_up=given_up(referent, today=clock.today()))


def _page(request: SignedInRequest, name: str, form: Any, **context: Any) -> HttpResponse:
    page, status = {"form": form, **context}, 422 if form.errors else 200
    if getattr(form, "elsewhere", None) is not None:
        status = 409
    return render(request, f"accounts/{name}.html", page, status=status)


def _save(request: SignedInRequest, form: Any, write: Callable[[dict[str, Any]], Referent]) -> Referent | None:
    """The saved référent, or None when there is a form to show."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return write(form.cleaned_data)
    except Overtaken as changed:
        form.overtaken(changed, Referent.objects.get(pk=form.instance.pk))
        return None
    except ValidationError as error:
        form.add_error(None, error)
        return None


def _back(request: SignedInRequest) -> str:
    """The page that led here, a step of the filing for instance; else the list."""
    return safe_next(request, reverse("referent_list"))


def _onwards(request: SignedInRequest, name: str) -> HttpResponse:
    """To another page of this room, which knows where to go back to."""
    back = safe_next(request, "")
    return redirect(f"{reverse(name)}?{urlencode({'next': back})}" if back else reverse(name))
