"""The home pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from accounts.roles import is_structure
from label_portal.home import structure_home
from label_portal.public import public_home


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    if is_structure(request.user):
        return structure_home(request)
    return public_home(request)
