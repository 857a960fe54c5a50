"""Valid objects for tests, by small plain functions. Everything is fictional; every call gives a new one."""

from datetime import date
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils.text import slugify

from accounts.enums import STRUCTURE_ROLES, LegalForm, Role
from accounts.models import Delegation, Referent, Structure, Territory, User

PASSWORD = "marée haute à Wissant 62"


class Serial:
    """1, 2, 3… and 1 again in the next test, which so makes the same names whatever ran before it."""

    last = 0

    def __next__(self) -> int:
        self.last += 1
        return self.last


SERIAL = Serial()


def luhn_completed(digits: str) -> str:
    """`digits` and the key that makes them pass Luhn."""
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)) for place, digit in enumerate(reversed(digits))
    )
    return f"{digits}{-total % 10}"


def make_siret() -> str:
    """A SIRET that passes both keys and belongs to nobody in the tests."""
    return luhn_completed(f"{luhn_completed(f'{51290000 + next(SERIAL):08d}')}0001")


def make_territory(name: str = "", **fields: Any) -> Territory:
    name = name or f"Territoire {next(SERIAL)}"
    return Territory.objects.get_or_create(name=name, defaults={"slug": slugify(name), **fields})[0]


def make_structure(name: str = "", **fields: Any) -> Structure:
    defaults = {
        "name": name or f"Association n° {next(SERIAL)}",
        "siret": make_siret(),
        "legal_form": LegalForm.ASSOCIATION,
        "address": "1 quai des Essais",
        "postal_code": "62200",
        "city": "Boulogne-sur-Mer",
    }
    if "lead_territory" not in fields:
        fields["lead_territory"] = make_territory("Boulonnais")
    return Structure.objects.create(**{**defaults, **fields})


def make_referent(structure: Structure | None = None, **fields: Any) -> Referent:
    """Codes go R01, R02… within the structure, as the service gives them."""
    structure = structure or make_structure()
    serial = structure.referents.count() + 1
    defaults = {
        "code": f"R{serial:02d}",
        "first_name": "Camille",
        "last_name": f"Référent{serial:02d}",
        "arrived_on": date(2024, 9, 2),
    }
    return Referent.objects.create(structure=structure, **{**defaults, **fields})


def make_user(role: str = Role.STRUCTURE_ADMIN, *, territories: tuple[Territory, ...] = (), **fields: Any) -> User:
    """An active person with PASSWORD and a verified address; a structure's people get a structure."""
    serial = next(SERIAL)
    defaults = {"email": f"personne{serial}@exemple.fr", "first_name": "Dominique", "last_name": f"Personne{serial}"}
    if role in STRUCTURE_ROLES and "structure" not in fields:
        fields["structure"] = make_structure()
    user = User.objects.create_user(password=PASSWORD, role=role, **{**defaults, **fields})
    if territories:
        user.territories.set(territories)
    return user


def make_delegation(user: User, **fields: Any) -> Delegation:
    """Valid from September 2024 on, unless `valid_from`, `valid_until` say otherwise."""
    defaults = {
        "reference": "arrêté n° 2024-118 du 3 septembre 2024",
        "quality": "Directrice des Politiques d’Inclusion Durable",
        "valid_from": date(2024, 9, 3),
    }
    return Delegation.objects.create(user=user, **{**defaults, **fields})


def make_totp(user: User) -> str:
    """Give `user` an active second factor; returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret
