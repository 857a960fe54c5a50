"""People who have an account: their role, their access, their second factor, their sessions."""

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F

from accounts import mails, roles
from accounts.enums import AGENT_ROLES, STRUCTURE_ROLES, Role
from accounts.exceptions import Refused
from accounts.models import Structure, Territory, User
from accounts.selectors import managed_by
from accounts.services.invitations import check_territories


def update_profile(*, user: User, first_name: str, last_name: str, job_title: str, phone: str) -> None:
    with transaction.atomic():
        locked = _locked(user)
        locked.first_name, locked.last_name = first_name, last_name
        locked.job_title, locked.phone = job_title, phone
        locked.full_clean(exclude=["password"])
        locked.save(update_fields=["first_name", "last_name", "job_title", "phone"])


def change_role(*, member: User, role: str, territories: Collection[Territory] = (), actor: User) -> None:
    """Takes effect at the member's very next request."""
    with transaction.atomic():
        locked = _lock_managed(member, actor)
        if role not in (STRUCTURE_ROLES if locked.structure_id else AGENT_ROLES):
            raise Refused("Ce rôle ne convient pas à cette personne.")
        check_territories(role=role, territories=territories)
        if role != locked.role:
            _refuse_if_last_administrator(locked)
        locked.role = role
        locked.save(update_fields=["role"])
        locked.territories.set(territories)


def deactivate_member(*, member: User, actor: User) -> None:
    """The person is out at once, in every browser. The account stays, as the author of what was done."""
    with transaction.atomic():
        locked = _lock_managed(member, actor)
        _refuse_if_last_administrator(locked)
        locked.is_active = False
        locked.save(update_fields=["is_active"])
        end_sessions(user=locked)


def leave_portal(*, user: User) -> None:
    """A person closes one's own access; nobody may leave a structure or the portal without an administrator."""
    with transaction.atomic():
        locked = _lock_with_team(user)
        _refuse_if_last_administrator(locked)
        locked.is_active = False
        locked.save(update_fields=["is_active"])
        end_sessions(user=locked)


def reactivate_member(*, member: User, actor: User) -> None:
    """The person signs in again with the former password, or asks for a new one."""
    with transaction.atomic():
        locked = _lock_managed(member, actor)
        locked.is_active = True
        locked.save(update_fields=["is_active"])


def reset_second_factor(*, member: User, actor: User) -> None:
    """A lost telephone: remove the factor and its recovery codes, end the sessions, tell the person.

    The person sets a new factor up at the next sign-in. Only the administrator may, after having made sure of who
    asks; never for oneself.
    """
    if not roles.is_administrator(actor):
        raise Refused("Seul l’administrateur du portail réinitialise un second facteur.")
    if member.pk == actor.pk:
        raise Refused("Demandez à un autre administrateur de réinitialiser votre second facteur.")
    with transaction.atomic():
        locked = _locked(member)
        removed, _ = Authenticator.objects.filter(user=locked).delete()
        if not removed:
            raise Refused("Cette personne n’a pas de second facteur.")
        end_sessions(user=locked)
        mails.send_second_factor_reset(locked.email)


def end_sessions(*, user: User) -> None:
    """End every open session of `user`; the caller may keep its own with `update_session_auth_hash`."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _lock_managed(member: User, actor: User) -> User:
    if not managed_by(actor).filter(pk=member.pk).exists():
        raise Refused("Cette personne ne fait pas partie de votre équipe.")
    return _lock_with_team(member)


def _lock_with_team(member: User) -> User:
    """The team is locked before the person, so that two administrators can't remove each other at the same time."""
    if member.structure_id:
        Structure.objects.select_for_update().get(pk=member.structure_id)
    else:
        list(User.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk").values_list("pk"))
    return _locked(member)


def _refuse_if_last_administrator(user: User) -> None:
    """A structure, and the portal, always keep somebody who can let others in."""
    if not user.is_active or user.role not in (Role.STRUCTURE_ADMIN, Role.ADMINISTRATOR):
        return
    peers = User.objects.filter(role=user.role, structure_id=user.structure_id, is_active=True).exclude(pk=user.pk)
    if not peers.exists():
        raise Refused(
            "C’est le dernier administrateur\u00a0: nommez-en un autre avant de changer ce rôle ou de fermer cet accès."
        )
