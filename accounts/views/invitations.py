"""Opening an account from a personal link. The link's token leaves the address bar at once."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.exceptions import InvitationUnusable
from accounts.forms.people import AcceptInvitationForm
from accounts.services.invitations import accept_invitation, find_invitation
from core import clock
from core.forms import sent

TOKEN = "invitation_token"  # noqa: S105 — le nom de la clé de session


@login_not_required
@require_GET
def invitation_open(request: HttpRequest, token: str) -> HttpResponse:
    if too_many := ratelimit.consume_or_429(request, action="open_invitation"):
        return too_many
    request.session[TOKEN] = token
    return redirect("invitation_accept")


@login_not_required
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def invitation_accept(request: HttpRequest) -> HttpResponse:
    token, now = request.session.get(TOKEN, ""), clock.now()
    try:
        invitation = find_invitation(token=token, now=now)
        if request.user.is_authenticated:
            return render(request, "accounts/invitation_other_user.html", {"invitation": invitation})
        names = {"first_name": invitation.first_name, "last_name": invitation.last_name}
        form = AcceptInvitationForm(sent(request), invitation=invitation, initial=names)
        if request.method == "POST" and form.is_valid():
            person = {key: value for key, value in form.cleaned_data.items() if not key.startswith("password")}
            user = accept_invitation(token=token, password=form.cleaned_data["password1"], now=now, **person)
            _sign_in(request, user)
            return redirect("home")
    except InvitationUnusable:
        return render(request, "accounts/invitation_unusable.html", status=410)
    return render(request, "accounts/invitation_accept.html", {"form": form, "invitation": invitation})


def _sign_in(request: HttpRequest, user: Any) -> None:
    """The password has just been typed: it counts as a sign-in, under a new session key."""
    request.session.pop(TOKEN, None)
    record_authentication(request, user, method="password")
    get_adapter(request).login(request, user)
    messages.success(request, "Votre compte est ouvert.")
