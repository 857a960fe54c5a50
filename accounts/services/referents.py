"""The référents of a structure. A code (R01, R02…) is given once: a référent leaves, and is never deleted."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from accounts import roles
from accounts.exceptions import Refused
from accounts.models import Referent, Structure, User
from accounts.roster import RosterRow, folded
from core.models import Counter


def next_referent_code(structure: Structure) -> str:
    """The structure's next neutral code, from its own locked counter."""
    return f"R{Counter.take(f'referent:{structure.pk}'):02d}"


def add_referent(
    *,
    actor: User,
    first_name: str,
    last_name: str,
    arrived_on: date,
    email: str = "",
    left_on: date | None = None,
    funded: bool = True,
) -> Referent:
    """ValidationError when the dates contradict each other."""
    with transaction.atomic():
        structure = _lock_structure(actor)
        referent = Referent(
            structure=structure,
            code=next_referent_code(structure),
            first_name=first_name,
            last_name=last_name,
            email=email,
            arrived_on=arrived_on,
            left_on=left_on,
            funded=funded,
        )
        referent.full_clean()
        referent.save()
    return referent


def edit_referent(
    *,
    referent: Referent,
    actor: User,
    first_name: str,
    last_name: str,
    arrived_on: date,
    email: str = "",
    left_on: date | None = None,
    funded: bool = True,
) -> Referent:
    """ValidationError when the dates contradict each other."""
    with transaction.atomic():
        locked = _lock_referent(referent, actor)
        locked.first_name, locked.last_name, locked.email = first_name, last_name, email
        locked.arrived_on, locked.left_on, locked.funded = arrived_on, left_on, funded
        locked.full_clean()
        locked.save()
    return locked


def record_departure(*, referent: Referent, actor: User, left_on: date) -> Referent:
    """The last day in the structure, `left_on` included. ValidationError when it precedes the arrival."""
    with transaction.atomic():
        locked = _lock_referent(referent, actor)
        locked.left_on = left_on
        locked.full_clean()
        locked.save(update_fields=["left_on"])
    return locked


def import_referents(*, actor: User, rows: Iterable[RosterRow]) -> list[Referent]:
    """Add the rows that name somebody new; all of them or none. Rows with errors are refused by the caller."""
    with transaction.atomic():
        structure = _lock_structure(actor)
        known = {person_key(first, last) for first, last in structure.referents.values_list("first_name", "last_name")}
        return [
            add_referent(
                actor=actor,
                first_name=row.first_name,
                last_name=row.last_name,
                email=row.email,
                arrived_on=row.arrived_on,
                left_on=row.left_on,
                funded=row.funded,
            )
            for row in rows
            if row.arrived_on and person_key(row.first_name, row.last_name) not in known
        ]


def person_key(first_name: str, last_name: str) -> tuple[str, str]:
    """Two spellings of one name compare equal."""
    return folded(first_name), folded(last_name)


def _lock_structure(actor: User) -> Structure:
    if not roles.is_structure(actor):
        raise Refused("Les référents sont saisis par leur structure.")
    return Structure.objects.select_for_update(of=("self",)).get(pk=actor.structure_id)


def _lock_referent(referent: Referent, actor: User) -> Referent:
    structure = _lock_structure(actor)
    if referent.structure_id != structure.pk:
        raise Refused("Ce référent ne fait pas partie de votre structure.")
    return Referent.objects.select_for_update(of=("self",)).get(pk=referent.pk)
