"""The référents of a structure. A code (R01, R02…) is given once: a référent leaves, and is never deleted."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import roles
from accounts.exceptions import Refused
from accounts.models import Referent, Structure, User
from core.identifiers import folded
from core.models import RegisterNumber
from core.versions import check_version

REFERENT_FIELDS = ("first_name", "last_name", "email", "arrived_on", "left_on", "funded")


@dataclass(frozen=True, slots=True)
class NewReferent:
    """Somebody to add to the list."""

    first_name: str
    last_name: str
    arrived_on: date
    email: str = ""
    left_on: date | None = None
    funded: bool = True


def next_referent_code(structure: Structure) -> str:
    """The structure's next neutral code, from its own locked counter."""
    return f"R{RegisterNumber.take(f'referent:{structure.pk}'):02d}"


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
    """ValidationError when the dates contradict each other or the person is already on the list."""
    with transaction.atomic():
        referent = Referent(
            structure=_lock_structure(actor),
            first_name=first_name,
            last_name=last_name,
            email=email,
            arrived_on=arrived_on,
            left_on=left_on,
            funded=funded,
        )
        _refuse_double(referent, referent.structure.referents.all())
        return _saved(referent)


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
    version: str = "",
) -> Referent:
    """ValidationError when the dates contradict each other or the person is already on the list, Overtaken when the
    entry is no longer that of `version`."""
    answers = dict(zip(REFERENT_FIELDS, (first_name, last_name, email, arrived_on, left_on, funded), strict=True))
    with transaction.atomic():
        locked = _lock_referent(referent, actor)
        check_version(locked, version, answers)
        for name, value in answers.items():
            setattr(locked, name, value)
        locked.full_clean()
        _refuse_double(locked, locked.structure.referents.all())
        locked.save()
    return locked


def record_departure(*, referent: Referent, actor: User, left_on: date, version: str = "") -> Referent:
    """The last day in the structure, `left_on` included. ValidationError when it precedes the arrival, Overtaken when
    the day kept is no longer that of `version`."""
    with transaction.atomic():
        locked = _lock_referent(referent, actor)
        check_version(locked, version, {"left_on": left_on})
        locked.left_on = left_on
        locked.full_clean()
        locked.save(update_fields=["left_on"])
    return locked


def import_referents(*, actor: User, structure: Structure, entries: Iterable[NewReferent]) -> list[Referent]:
    """Add them all or none, in their order.

    ValidationError when one of them is on the list already.
    """
    with transaction.atomic():
        locked = lock_roster(actor=actor, structure=structure)
        present = list(locked.referents.all())
        added = [Referent(structure=locked, **asdict(entry)) for entry in entries]
        for referent in added:
            _refuse_double(referent, present)
        return [_saved(referent) for referent in added]


def lock_roster(*, actor: User, structure: Structure) -> Structure:
    """To be called inside the transaction of an import. Refused when the list is not the actor's to fill: a structure
    fills its own, the DPID and the SLAI those they follow."""
    seen = Structure.objects.visible_to(actor) if roles.may_import_referents(actor) else Structure.objects.none()
    locked = seen.select_for_update(of=("self",)).filter(pk=structure.pk).first()
    if locked is None:
        raise Refused("Cette liste de référents n’est pas la vôtre.")
    return locked


def person_key(first_name: str, last_name: str) -> tuple[str, str]:
    """Two spellings of one name compare equal."""
    return folded(first_name), folded(last_name)


def _saved(referent: Referent) -> Referent:
    """With its code, the structure being locked."""
    referent.code = next_referent_code(referent.structure)
    referent.full_clean()
    referent.save()
    return referent


def _refuse_double(referent: Referent, present: Iterable[Referent]) -> None:
    """Nobody is there twice at once, and an address is one person's. Somebody who left and comes back has a second
    entry, from the day of return."""
    for other in present:
        if other.pk == referent.pk or not _together(referent, other):
            continue
        who = f"{other} ({other.code})"
        if person_key(other.first_name, other.last_name) == person_key(referent.first_name, referent.last_name):
            words = f"{who} est déjà dans votre liste à ces dates. S’il s’agit d’un homonyme, ajoutez un second prénom."
            raise ValidationError({"last_name": words})
        if referent.email and other.email.casefold() == referent.email.casefold():
            words = f"Cette adresse est déjà celle de {who}. Laissez vide si elle est partagée."
            raise ValidationError({"email": words})


def _together(one: Referent, other: Referent) -> bool:
    """Both are there on one day at least."""
    return one.arrived_on <= (other.left_on or date.max) and other.arrived_on <= (one.left_on or date.max)


def _lock_structure(actor: User) -> Structure:
    if not roles.is_structure(actor):
        raise Refused("Les référents sont saisis par leur structure.")
    return Structure.objects.select_for_update(of=("self",)).get(pk=actor.structure_id)


def _lock_referent(referent: Referent, actor: User) -> Referent:
    structure = _lock_structure(actor)
    if referent.structure_id != structure.pk:
        raise Refused("Ce référent ne fait pas partie de votre structure.")
    return Referent.objects.select_for_update(of=("self",)).get(pk=referent.pk)
