"""How a structure comes in: it asks, the DPID accepts or refuses."""

from datetime import datetime

from django.db import transaction

from accounts import mails, roles
from accounts.enums import STRUCTURE_ROLES, RequestState, Role
from accounts.exceptions import Refused
from accounts.models import AccessRequest, Invitation, Structure, Territory, User
from accounts.services.invitations import open_invitation


def request_access(
    *,
    siret: str,
    structure_name: str,
    legal_form: str,
    territory: Territory,
    first_name: str,
    last_name: str,
    email: str,
    job_title: str = "",
    phone: str = "",
    message: str = "",
    now: datetime,
) -> None:
    """Record the request. Nothing here looks whether the SIRET or the address is known, and nothing is returned: the
    answer can't differ. The same person asking again for the same structure adds nothing while the first one waits."""
    with transaction.atomic():
        waiting = AccessRequest.objects.filter(siret=siret, email__iexact=email, state=RequestState.PENDING)
        if waiting.exists():
            return
        request = AccessRequest.objects.create(
            siret=siret,
            structure_name=structure_name,
            legal_form=legal_form,
            territory=territory,
            first_name=first_name,
            last_name=last_name,
            email=email.lower(),
            job_title=job_title,
            phone=phone,
            message=message,
            created_at=now,
        )
        mails.send_access_request_received(request)


def accept_access_request(
    *,
    request: AccessRequest,
    actor: User,
    now: datetime,
    role: str = Role.STRUCTURE_ADMIN,
    structure_name: str = "",
    legal_form: str = "",
    territory: Territory | None = None,
) -> Invitation:
    """Create the structure if its SIRET is unknown, and invite the person into it.

    The last three arguments correct what was typed in the request; a known structure is left as it is.
    """
    if role not in STRUCTURE_ROLES:
        raise Refused("Ce rôle n’est pas celui d’une structure.")
    with transaction.atomic():
        locked = _lock_pending(request, actor)
        structure, _ = Structure.objects.get_or_create(
            siret=locked.siret,
            defaults={
                "name": structure_name or locked.structure_name,
                "legal_form": legal_form or locked.legal_form,
                "lead_territory": territory or locked.territory,
                "phone": locked.phone,
            },
        )
        invitation, token = open_invitation(
            email=locked.email,
            role=role,
            structure=structure,
            first_name=locked.first_name,
            last_name=locked.last_name,
            invited_by=actor,
            now=now,
        )
        _decide(locked, RequestState.ACCEPTED, actor=actor, now=now)
        mails.send_invitation(invitation, token)
    return invitation


def refuse_access_request(*, request: AccessRequest, actor: User, reason: str, now: datetime) -> None:
    """The reason is sent to the person."""
    if not reason.strip():
        raise Refused("Indiquez le motif du refus.")
    with transaction.atomic():
        locked = _lock_pending(request, actor)
        locked.reason = reason.strip()
        _decide(locked, RequestState.REFUSED, actor=actor, now=now)
        mails.send_access_request_refused(locked)


def _lock_pending(request: AccessRequest, actor: User) -> AccessRequest:
    if not roles.may_review_access(actor):
        raise Refused("Les demandes d’accès sont examinées par la DPID.")
    locked = AccessRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if locked.state != RequestState.PENDING:
        raise Refused("Cette demande a déjà été examinée.")
    return locked


def _decide(request: AccessRequest, state: RequestState, *, actor: User, now: datetime) -> None:
    request.state = state
    request.decided_at = now
    request.decided_by = actor
    request.save()
