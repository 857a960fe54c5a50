"""The référents of a structure: typed in, or imported from a spreadsheet that is shown before it is taken."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import roles, selectors
from accounts.forms.structures import DepartureForm, ReferentForm, RosterForm
from accounts.guards import SignedInRequest, only_for
from accounts.models import Referent
from accounts.roster import Roster, RosterRow, RosterUnreadable, mark_known, read_roster
from accounts.services import referents
from core import clock
from core.forms import sent
from core.versions import Overtaken
from core.views import safe_next

ROSTER = "referent_roster"


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
        return _page(request, "referent_form", form, referent=referent, back=_back(request))
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
    return _page(request, "referent_leave", form, referent=referent)


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


@only_for(roles.is_structure)
@require_http_methods(["GET", "POST"])
def referent_import(request: SignedInRequest) -> HttpResponse:
    """Read the file and keep its lines in the session, to be looked at before they are taken."""
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if form.is_valid():
        try:
            roster = read_roster(form.cleaned_data["file"].read())
        except RosterUnreadable as reason:
            form.add_error("file", str(reason))
        else:
            request.session[ROSTER] = [_packed(row) for row in roster.rows]
            return _onwards(request, "referent_import_check")
    return _page(request, "referent_import", form, back=_back(request))


@only_for(roles.is_structure)
@require_GET
def referent_import_check(request: SignedInRequest) -> HttpResponse:
    roster = _kept_roster(request)
    if roster is None:
        return _onwards(request, "referent_import")
    context = {"roster": roster, "back": _back(request), "next": safe_next(request, "")}
    return render(request, "accounts/referent_import_check.html", context)


@only_for(roles.is_structure)
@require_POST
def referent_import_confirm(request: SignedInRequest) -> HttpResponse:
    roster = _kept_roster(request)
    if roster is None:
        return _onwards(request, "referent_import")
    try:
        added = referents.import_referents(actor=request.user, rows=roster.good)
    except ValidationError as error:
        messages.error(request, f"Rien n’est ajouté. {error.messages[0]}")
        return _onwards(request, "referent_import_check")
    del request.session[ROSTER]
    s = "s" if len(added) > 1 else ""
    messages.success(request, f"{len(added)} référent{s} ajouté{s} à votre liste.")
    return redirect(_back(request))


def _back(request: SignedInRequest) -> str:
    """The page that led here, a step of the filing for instance; else the list."""
    return safe_next(request, reverse("referent_list"))


def _onwards(request: SignedInRequest, name: str) -> HttpResponse:
    """To another page of this room, which knows where to go back to."""
    back = safe_next(request, "")
    return redirect(f"{reverse(name)}?{urlencode({'next': back})}" if back else reverse(name))


def _kept_roster(request: SignedInRequest) -> Roster | None:
    """The lines of the file, held against the list as it is now."""
    packed = request.session.get(ROSTER)
    if packed is None:
        return None
    present = list(selectors.referents_of(request.user))
    known = [referents.person_key(each.first_name, each.last_name) for each in present]
    return mark_known(Roster(tuple(_unpacked(row) for row in packed)), known, [each.email for each in present])


def _packed(row: RosterRow) -> dict[str, Any]:
    """Plain JSON values: the session holds nothing else."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(row).items()}


def _unpacked(packed: dict[str, Any]) -> RosterRow:
    days = {key: date.fromisoformat(packed[key]) if packed[key] else None for key in ("arrived_on", "left_on")}
    return RosterRow(**{**packed, **days, "errors": tuple(packed["errors"]), "notes": tuple(packed["notes"])})
