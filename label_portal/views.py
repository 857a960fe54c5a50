"""The home pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.roles import is_signatory, is_structure
from applications.rights import may_read_files
from label_portal.home import structure_home
from label_portal.public import public_home


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each person's work first: the structure's file, what is to be signed, the desk."""
    if is_structure(request.user):
        return structure_home(request)
    if is_signatory(request.user):
        return redirect("proposal_list")
    if may_read_files(request.user):
        return redirect("desk")
    return public_home(request)
