"""The home pages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from label_portal.public import public_home


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    return public_home(request)
