"""Recovery codes, shown and downloaded. The library's own views note on a GET that they were seen; ours only read."""

from allauth.account.decorators import reauthentication_required
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.guards import SignedInRequest


@require_GET
@reauthentication_required(app="allauth.mfa")
def recovery_codes(request: SignedInRequest) -> HttpResponse:
    context = {"unused_codes": _codes(request), "total_count": app_settings.RECOVERY_CODE_COUNT}
    return render(request, "mfa/recovery_codes/index.html", context)


@require_GET
@reauthentication_required(app="allauth.mfa")
def recovery_codes_file(request: SignedInRequest) -> HttpResponse:
    context = {"unused_codes": _codes(request)}
    page = render(request, "mfa/recovery_codes/download.txt", context, content_type="text/plain; charset=utf-8")
    page["Content-Disposition"] = 'attachment; filename="codes-de-secours.txt"'
    return page


def _codes(request: SignedInRequest) -> list[str]:
    """Those not used yet; a 404 for who has no factor."""
    found = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    if found is None:
        raise Http404
    codes: list[str] = found.wrap().get_unused_codes()
    return codes
