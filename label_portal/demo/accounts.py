"""The demonstration's accounts, listed on its sign-in page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.enums import Role
from label_portal.demo import DEMO_PASSWORD
from label_portal.sample import people

SHOWS = {
    "amarres": "en moratoire",
    "gris-nez": "labellisée",
    "marais": "demande en préparation",
    "port-marelle": "dossier déposé",
    "parcours-aa": "en instruction",
    "trois-chenaies": "avis du SLAI attendu",
    "canche": "temps de travail DPID–SLAI",
    "horizon-ternois": "label à signer",
    "plaine-artois": "moratoire à signer",
    "vimeux": "nouvelle demande après moratoire",
    "trait-union": "label refusé",
    "sud-artois": "moratoire à notifier",
}
"""Where each structure of `demo.story` stands, to choose whom to sign in as."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    name: str
    email: str
    about: str


def accounts() -> list[DemoAccount]:
    """One line per person worth trying: every structure, then every agent."""
    return [
        *(
            DemoAccount(
                each.administrator.full_name,
                each.administrator.email,
                f"{each.name} ({each.territory}), {SHOWS[each.key]}",
            )
            for each in people.structures()
        ),
        *(
            DemoAccount(each.full_name, each.email, ", ".join(filter(None, [Role(each.role).label, each.territory])))
            for each in people.agents()
        ),
    ]


def demo_accounts(request: HttpRequest) -> dict[str, Any]:
    """`demo_accounts` and `demo_password`, on the sign-in page of the demonstration only."""
    match = request.resolver_match
    if not settings.DEMO_MODE or match is None or match.view_name != "account_login":
        return {}
    return {"demo_accounts": accounts(), "demo_password": DEMO_PASSWORD}
