"""The details of a structure."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts import roles
from accounts.forms.structures import StructureByDpidForm, StructureForm
from accounts.guards import SignedInRequest, only_for
from accounts.models import Structure
from accounts.services.structures import edit_structure
from core.forms import sent
from core.versions import Overtaken
from core.views import safe_next


@only_for(roles.is_structure)
@require_http_methods(["GET", "POST"])
def structure_edit(request: SignedInRequest) -> HttpResponse:
    """The structure's own people."""
    own = get_object_or_404(Structure.objects.visible_to(request.user).select_related("lead_territory"))
    return _edit(request, StructureForm(sent(request), instance=own), own)


@only_for(roles.is_dpid)
@require_http_methods(["GET", "POST"])
def structure_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """The DPID, who alone changes SIRET and territory."""
    found = get_object_or_404(Structure.objects.visible_to(request.user), pk=pk)
    return _edit(request, StructureByDpidForm(sent(request), instance=found), found)


def _edit(request: SignedInRequest, form: Any, structure: Structure) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            edit_structure(structure=structure, actor=request.user, **form.cleaned_data)
        except Overtaken as changed:
            form.overtaken(changed, Structure.objects.get(pk=structure.pk))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Les coordonnées de la structure sont enregistrées.")
            return redirect(safe_next(request, request.path))
    return render(
        request,
        "accounts/structure_edit.html",
        {"form": form, "structure": structure, "own": roles.is_structure(request.user)},
        status=409 if form.elsewhere is not None else 422 if form.errors else 200,
    )
