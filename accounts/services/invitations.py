"""Personal links by which people come in. Only the link's holder knows the token: the row keeps its SHA-256."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts import mails, roles
from accounts.enums import AGENT_ROLES, STRUCTURE_ROLES, Role
from accounts.exceptions import InvitationUnusable, Refused
from accounts.models import Invitation, Structure, Territory, User
from accounts.selectors import invitations_of


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_invitation(
    *,
    email: str,
    role: str,
    structure: Structure | None = None,
    territories: Collection[Territory] = (),
    first_name: str = "",
    last_name: str = "",
    invited_by: User | None,
    now: datetime,
) -> tuple[Invitation, str]:
    """Create the row and return it with its token. A former invitation of the same address is revoked.

    Raises Refused when the address has an account.
    """
    email = email.strip().lower()
    with transaction.atomic():
        if User.objects.filter(email__iexact=email).exists():
            raise Refused("Ce courriel a déjà un compte sur le portail.")
        Invitation.objects.filter(email__iexact=email, accepted_at=None, revoked_at=None).update(revoked_at=now)
        token = secrets.token_urlsafe(32)
        invitation = Invitation.objects.create(
            email=email,
            first_name=first_name,
            last_name=last_name,
            role=role,
            structure=structure,
            token_hash=hash_token(token),
            invited_by=invited_by,
            created_at=now,
            expires_at=now + settings.INVITATION_LIFETIME,
        )
        invitation.territories.set(territories)
    return invitation, token


def invite_member(
    *, email: str, role: str, first_name: str = "", last_name: str = "", invited_by: User, now: datetime
) -> Invitation:
    """A structure's administrator invites a colleague into the same structure."""
    if not roles.is_structure_admin(invited_by) or role not in STRUCTURE_ROLES:
        raise Refused("Seul l’administrateur d’une structure invite ses collègues.")
    with transaction.atomic():
        invitation, token = open_invitation(
            email=email,
            role=role,
            structure=invited_by.structure,
            first_name=first_name,
            last_name=last_name,
            invited_by=invited_by,
            now=now,
        )
        mails.send_invitation(invitation, token)
    return invitation


def invite_agent(
    *,
    email: str,
    role: str,
    territories: Collection[Territory] = (),
    first_name: str = "",
    last_name: str = "",
    invited_by: User,
    now: datetime,
) -> Invitation:
    """The administrator invites an agent; a SLAI facilitator needs a territory, the other roles have none."""
    if not roles.is_administrator(invited_by) or role not in AGENT_ROLES:
        raise Refused("Seul l’administrateur du portail invite des agents.")
    check_territories(role=role, territories=territories)
    with transaction.atomic():
        invitation, token = open_invitation(
            email=email,
            role=role,
            territories=territories,
            first_name=first_name,
            last_name=last_name,
            invited_by=invited_by,
            now=now,
        )
        mails.send_invitation(invitation, token)
    return invitation


def check_territories(*, role: str, territories: Collection[Territory]) -> None:
    """Raises Refused when territories and role don't match."""
    if role == Role.SLAI and not territories:
        raise Refused("Choisissez au moins un territoire pour une personne du SLAI.")
    if role != Role.SLAI and territories:
        raise Refused("Les territoires ne concernent que les personnes du SLAI.")


def resend_invitation(*, invitation: Invitation, actor: User, now: datetime) -> Invitation:
    """A new link, valid for the whole time again; the former one stops working."""
    with transaction.atomic():
        former = _locked_for(actor, invitation)
        if former.accepted_at or former.revoked_at:
            raise Refused("Cette invitation a déjà été acceptée ou annulée.")
        successor, token = open_invitation(
            email=former.email,
            role=former.role,
            structure=former.structure,
            territories=list(former.territories.all()),
            first_name=former.first_name,
            last_name=former.last_name,
            invited_by=actor,
            now=now,
        )
        mails.send_invitation(successor, token)
    return successor


def revoke_invitation(*, invitation: Invitation, actor: User, now: datetime) -> None:
    with transaction.atomic():
        locked = _locked_for(actor, invitation)
        if locked.accepted_at:
            raise Refused("Cette invitation a déjà été acceptée.")
        if locked.revoked_at is None:
            locked.revoked_at = now
            locked.save(update_fields=["revoked_at"])


def find_invitation(*, token: str, now: datetime) -> Invitation:
    """The open invitation of this link; InvitationUnusable otherwise, in words that tell nothing of the cause."""
    invitation = (
        Invitation.objects.select_related("structure", "invited_by").filter(token_hash=hash_token(token)).first()
    )
    if invitation is None or not invitation.is_open_at(now):
        raise InvitationUnusable("Ce lien n’est plus valable.")
    return invitation


def accept_invitation(
    *,
    token: str,
    password: str,
    first_name: str,
    last_name: str,
    job_title: str = "",
    phone: str = "",
    now: datetime,
) -> User:
    """Open the account, once. The caller signs the person in."""
    with transaction.atomic():
        invitation = _locked(find_invitation(token=token, now=now))
        if not invitation.is_open_at(now) or User.objects.filter(email__iexact=invitation.email).exists():
            raise InvitationUnusable("Ce lien n’est plus valable.")
        user: User = User.objects.create_user(
            invitation.email,
            password,
            first_name=first_name,
            last_name=last_name,
            job_title=job_title,
            phone=phone,
            role=invitation.role,
            structure=invitation.structure,
        )
        user.territories.set(invitation.territories.all())
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
    return user


def _locked_for(actor: User, invitation: Invitation) -> Invitation:
    """Refused to whoever did not have the right to send it."""
    if not invitations_of(actor).filter(pk=invitation.pk).exists():
        raise Refused("Cette invitation n’est pas celle de votre équipe.")
    return _locked(invitation)


def _locked(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_for_update(of=("self",)).select_related("structure").get(pk=invitation.pk)
