"""The demonstration's people: territories, structures with their référents, agents; one password for all."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.enums import Role
from accounts.models import Delegation, Referent, Structure, Territory, User
from accounts.services.referents import next_referent_code
from label_portal.demo import DEMO_PASSWORD
from label_portal.sample import people
from label_portal.territories import ensure_territories


def load_people(today: date, *, referents: Mapping[str, int]) -> None:
    """Everybody in `label_portal.sample.people`, with the first `referents` of each structure (by its key).

    Their dates are relative to `today`.
    """
    ensure_territories()
    territories = {territory.name: territory for territory in Territory.objects.all()}
    for structure in people.structures():
        _load_structure(structure, territories[structure.territory], today, referents[structure.key])
    for agent in people.agents():
        user = _create_user(agent, role=agent.role)
        if agent.territory:
            user.territories.set([territories[agent.territory]])
        if agent.role == Role.SIGNATORY:
            Delegation.objects.create(
                user=user,
                quality=agent.job,
                reference="Arrêté de délégation de démonstration",
                valid_from=today - timedelta(days=3 * 365),
            )


def agent(role: Role, *, territory: Territory | None = None) -> User:
    """The first agent of a role, for a territory where the role has one."""
    agents = User.objects.filter(role=role).order_by("pk")
    found = (agents.filter(territories=territory) if territory else agents).first()
    if found is None:
        raise LookupError(f"no {role} in the demonstration")
    return found


def instant(day: date, hour: int = 19, minute: int = 42) -> datetime:
    """A moment of a past day, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def _load_structure(sample: people.Structure, territory: Territory, today: date, referents: int) -> None:
    fields = ("name", "legal_form", "siret", "address", "postal_code", "city", "phone", "email")
    structure = Structure.objects.create(
        **{field: getattr(sample, field) for field in fields}, lead_territory=territory
    )
    _create_user(sample.administrator, role=Role.STRUCTURE_ADMIN, structure=structure)
    for member in sample.members:
        _create_user(member, role=Role.STRUCTURE_MEMBER, structure=structure)
    for referent in sample.referents[:referents]:
        Referent.objects.create(
            structure=structure,
            code=next_referent_code(structure),
            first_name=referent.first_name,
            last_name=referent.last_name,
            email=referent.email,
            arrived_on=referent.arrived_on(today),
            left_on=referent.left_on(today),
            funded=referent.funded,
        )


def _create_user(person: people.Person, *, role: str, structure: Structure | None = None) -> User:
    user = User(
        email=person.email,
        password=_hashed_password(),
        first_name=person.first_name,
        last_name=person.last_name,
        job_title=person.job,
        phone=person.phone,
        role=role,
        structure=structure,
    )
    user.full_clean()
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@cache
def _hashed_password() -> str:
    """Hashing is slow on purpose: once is enough for a password that is no secret."""
    return make_password(DEMO_PASSWORD)
