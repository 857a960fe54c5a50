"""One's own account: profile, security, leaving."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import roles
from accounts.exceptions import Refused
from accounts.forms.people import ProfileForm
from accounts.guards import SignedInRequest
from accounts.models import User
from accounts.services import members
from core.forms import sent


@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(sent(request), instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        members.update_profile(user=request.user, **form.cleaned_data)
        messages.success(request, "Votre profil est enregistré.")
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@require_GET
def security(request: SignedInRequest) -> HttpResponse:
    factors = {each.type: each.wrap() for each in Authenticator.objects.filter(user=request.user)}
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    return render(
        request,
        "accounts/security.html",
        {
            "has_factor": Authenticator.Type.TOTP in factors,
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "factor_required": settings.AGENT_MFA_REQUIRED and roles.needs_second_factor(request.user),
            "new_address": EmailAddress.objects.get_new(request.user),
        },
    )


@require_POST
def end_sessions(request: SignedInRequest) -> HttpResponse:
    members.end_sessions(user=request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, "Vos autres sessions sont fermées. Celle-ci reste ouverte.")
    return redirect("security")


@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "accounts/leave.html")
    try:
        members.leave_portal(user=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("security")
    logout(request)
    messages.success(request, "Votre accès est fermé. Ce que vous avez fait reste au dossier.")
    return redirect("home")
