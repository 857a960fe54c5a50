"""Reads: who is there, who asked to come in, who was invited."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts import roles
from accounts.enums import AGENT_ROLES, RequestState, Role
from accounts.models import AccessRequest, Invitation, Referent, Structure, User


def team_of(user: Any) -> QuerySet[User]:
    """The people `user` works with and may see: those of the structure, or every agent for the administrator."""
    if roles.is_structure(user):
        return User.objects.filter(structure_id=user.structure_id)
    if roles.is_administrator(user):
        return User.objects.filter(role__in=AGENT_ROLES)
    return User.objects.none()


def managed_by(user: Any) -> QuerySet[User]:
    """The people whose role and access `user` may change."""
    return team_of(user) if roles.may_manage_members(user) else User.objects.none()


def invitations_of(user: Any) -> QuerySet[Invitation]:
    """The invitations that `user` may send again or revoke: those of the structure, or those of agents."""
    if roles.is_structure_admin(user):
        return Invitation.objects.filter(structure_id=user.structure_id)
    if roles.is_administrator(user):
        return Invitation.objects.filter(role__in=AGENT_ROLES)
    return Invitation.objects.none()


def waiting_invitations(user: Any) -> QuerySet[Invitation]:
    """Those neither used nor revoked; expired ones are still shown, to be sent again."""
    return invitations_of(user).filter(accepted_at=None, revoked_at=None).prefetch_related("territories")


def access_requests(user: Any) -> QuerySet[AccessRequest]:
    """All of them for the DPID, the administrator and the auditor; `is_known` tells whether the SIRET is."""
    if not roles.may_read_access_requests(user):
        return AccessRequest.objects.none()
    known = Structure.objects.filter(siret=OuterRef("siret"))
    return AccessRequest.objects.select_related("territory", "decided_by").annotate(is_known=Exists(known))


def pending_access_requests(user: Any) -> QuerySet[AccessRequest]:
    return access_requests(user).filter(state=RequestState.PENDING)


def structure_of_siret(siret: str) -> Structure | None:
    return Structure.objects.select_related("lead_territory").filter(siret=siret).first()


def administrators_of(structure: Structure) -> QuerySet[User]:
    """Those who can still sign in."""
    return structure.members.filter(role=Role.STRUCTURE_ADMIN, is_active=True)


def referents_of(user: Any) -> QuerySet[Referent]:
    """The référents of the user's own structure, present or gone."""
    if not roles.is_structure(user):
        return Referent.objects.none()
    return Referent.objects.filter(structure_id=user.structure_id).order_by("code")


def everybody(user: Any) -> QuerySet[User]:
    """Every account, for the administrator, who helps those who have lost a factor."""
    return User.objects.all() if roles.is_administrator(user) else User.objects.none()
