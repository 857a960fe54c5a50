"""The details of a structure that its own people keep up to date. SIRET and territory are the DPID's to change."""

from typing import Any

from django.db import transaction

from accounts import roles
from accounts.exceptions import Refused
from accounts.models import Structure, User
from core.versions import check_version

OWN_FIELDS: tuple[str, ...] = ("name", "rna", "legal_form", "address", "postal_code", "city", "phone", "email")
DPID_FIELDS: tuple[str, ...] = (*OWN_FIELDS, "siret", "lead_territory")


def edit_structure(*, structure: Structure, actor: User, version: str = "", **details: Any) -> Structure:
    """Write the given details; ValidationError when one is wrong, Refused when the actor may not change one, Overtaken
    when they are no longer those of `version`."""
    allowed = _editable_by(actor, structure)
    if forbidden := sorted(set(details) - set(allowed)):
        raise Refused(f"Vous ne pouvez pas modifier\u00a0: {', '.join(forbidden)}.")
    with transaction.atomic():
        locked = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)
        check_version(locked, version, details)
        for name, value in details.items():
            setattr(locked, name, value)
        locked.full_clean()
        locked.save()
    return locked


def _editable_by(actor: User, structure: Structure) -> tuple[str, ...]:
    if roles.is_dpid(actor):
        return DPID_FIELDS
    if roles.is_structure(actor) and actor.structure_id == structure.pk:
        return OWN_FIELDS
    return ()
