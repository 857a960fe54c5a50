"""The fictional structures, professionals and agents of people.toml, as frozen records."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

DOMAIN = "exemple.fr"
TERRITORIES = (
    "Calaisis", "Boulonnais", "Audomarois", "Montreuillois-Ternois", "Artois", "Lens-Hénin", "Arrageois",
)  # fmt: skip
PROVIDERS = (
    "Centre de formation des Deux Caps",
    "Institut du travail social Opale",
    "Coopérative Savoirs d’Artois",
    "Formation continue des Sept Rivières",
)


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    job: str = ""
    phone: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        return f"{slug(self.first_name)}.{slug(self.last_name)}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Referent(Person):
    """`since` and `until` count days before today; `until` is None for someone still there."""

    since: int = 0
    until: int | None = None
    funded: bool = True

    def arrived_on(self, today: date) -> date:
        return today - timedelta(days=self.since)

    def left_on(self, today: date) -> date | None:
        return None if self.until is None else today - timedelta(days=self.until)


@dataclass(frozen=True, slots=True)
class Agent(Person):
    """`role` is a value of accounts.enums.Role; `territory` is empty except for the SLAI."""

    role: str = ""
    territory: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """Fields as in accounts.Structure; `territory` is the name of its lead territory."""

    key: str
    name: str
    legal_form: str
    siret: str
    territory: str
    address: str
    postal_code: str
    city: str
    phone: str
    administrator: Person
    members: tuple[Person, ...]
    referents: tuple[Referent, ...]

    @property
    def email(self) -> str:
        return f"contact.{self.key}@{DOMAIN}"


@cache
def structures() -> tuple[Structure, ...]:
    return tuple(_structure(row) for row in _data()["structures"])


@cache
def agents() -> tuple[Agent, ...]:
    return tuple(Agent(**_named(row)) for row in _data()["agents"])


def structure(key: str) -> Structure:
    return next(each for each in structures() if each.key == key)


def slug(text: str) -> str:
    """« Marie-Laure », « Élodie » → « marie-laure », « elodie »."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "-").replace("'", "")


def _structure(row: Mapping[str, Any]) -> Structure:
    people = {
        "administrator": Person(**_named(row["administrator"])),
        "members": tuple(Person(**_named(each)) for each in row.get("members", ())),
        "referents": tuple(Referent(**_named(each)) for each in row["referents"]),
    }
    return Structure(**{**row, **people})


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    first, last = row["name"].split(" ", 1)
    return {key: value for key, value in row.items() if key != "name"} | {"first_name": first, "last_name": last}


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("people.toml").read_text(encoding="utf-8"))
