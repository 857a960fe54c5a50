"""The people of a structure, and the agents: who is there, inviting, roles, closing an access."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import roles, selectors
from accounts.exceptions import Refused
from accounts.forms.people import InviteAgentForm, InviteMemberForm, RoleForm
from accounts.guards import SignedInRequest, only_for
from accounts.services import invitations, members
from core import clock
from core.forms import sent


def team_url(user: Any) -> str:
    """The page of the people whom `user` manages."""
    return reverse("member_list" if roles.is_structure(user) else "agent_list")


@only_for(roles.is_structure)
@require_GET
def member_list(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/member_list.html", _team(request))


@only_for(roles.is_administrator)
@require_GET
def agent_list(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/agent_list.html", _team(request))


def _team(request: SignedInRequest) -> dict[str, Any]:
    people = selectors.team_of(request.user).order_by("-is_active", "last_name", "first_name", "pk")
    return {
        "people": people.prefetch_related("territories", "authenticator_set"),
        "invitations": selectors.waiting_invitations(request.user),
        "now": clock.now(),
        "may_manage": roles.may_manage_members(request.user),
    }


@only_for(roles.is_structure_admin)
@require_http_methods(["GET", "POST"])
def member_invite(request: SignedInRequest) -> HttpResponse:
    return _invite(request, InviteMemberForm(sent(request)), invitations.invite_member)


@only_for(roles.is_administrator)
@require_http_methods(["GET", "POST"])
def agent_invite(request: SignedInRequest) -> HttpResponse:
    return _invite(request, InviteAgentForm(sent(request)), invitations.invite_agent)


def _invite(request: SignedInRequest, form: Any, invite: Callable[..., Any]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            invite(invited_by=request.user, now=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, f"Une invitation est envoyée à {form.cleaned_data['email']}.")
            return redirect(team_url(request.user))
    return render(request, "accounts/invite.html", {"form": form, "back": team_url(request.user)})


@only_for(roles.may_manage_members)
@require_POST
def invitation_resend(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(selectors.invitations_of(request.user), pk=pk)
    return _act(
        request,
        lambda: invitations.resend_invitation(invitation=invitation, actor=request.user, now=clock.now()),
        f"Un nouveau lien est envoyé à {invitation.email}. L’ancien ne fonctionne plus.",
    )


@only_for(roles.may_manage_members)
@require_POST
def invitation_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(selectors.invitations_of(request.user), pk=pk)
    return _act(
        request,
        lambda: invitations.revoke_invitation(invitation=invitation, actor=request.user, now=clock.now()),
        f"L’invitation de {invitation.email} est annulée.",
    )


@only_for(roles.may_manage_members)
@require_http_methods(["GET", "POST"])
def member_role(request: SignedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(selectors.managed_by(request.user), pk=pk)
    form = RoleForm(sent(request), member=member)
    if request.method == "POST" and form.is_valid():
        try:
            members.change_role(member=member, actor=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, f"Le rôle de {member} est modifié.")
            return redirect("home" if member.pk == request.user.pk else team_url(request.user))
    context = {"form": form, "member": member, "back": team_url(request.user)}
    return render(request, "accounts/member_role.html", context)


@only_for(roles.may_manage_members)
@require_http_methods(["GET", "POST"])
def member_deactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(selectors.managed_by(request.user), pk=pk)
    if request.method == "POST":
        return _act(
            request,
            lambda: members.deactivate_member(member=member, actor=request.user),
            f"L’accès de {member} est fermé.",
        )
    return render(request, "accounts/member_deactivate.html", {"member": member, "back": team_url(request.user)})


@only_for(roles.may_manage_members)
@require_POST
def member_reactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(selectors.managed_by(request.user), pk=pk)
    return _act(
        request,
        lambda: members.reactivate_member(member=member, actor=request.user),
        f"L’accès de {member} est rouvert.",
    )


@only_for(roles.is_administrator)
@require_http_methods(["GET", "POST"])
def member_reset_factor(request: SignedInRequest, pk: int) -> HttpResponse:
    """Structures' people may have a factor too: the administrator resets anybody's."""
    member = get_object_or_404(selectors.everybody(request.user), pk=pk)
    if request.method == "POST":
        return _act(
            request,
            lambda: members.reset_second_factor(member=member, actor=request.user),
            f"Le second facteur de {member} est réinitialisé. Un courriel l’en informe.",
        )
    return render(request, "accounts/member_reset_factor.html", {"member": member, "back": team_url(request.user)})


def _act(request: SignedInRequest, act: Callable[[], Any], done: str) -> HttpResponse:
    """Run the service, say what happened, go back to the team (or home, for who has just left it)."""
    team = team_url(request.user)
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(team)
