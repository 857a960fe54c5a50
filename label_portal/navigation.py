"""The header's navigation: one short list per role."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts import roles
from applications.rights import may_read_files
from core.components import NavEntry
from core.texts import SLUGS, shipped_text
from evaluation.rights import may_read_cers
from labels.rights import may_read_notifications, may_read_registers
from training.rights import may_read_plan

ALSO = {"Formations": ("/formations/",)}
"""Other addresses of a section of the agents."""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`nav` (header), `account_nav` (person's menu), `footer_nav`: NavEntry each, made where they are shown; `agent`:
    the dense scale."""
    user = getattr(request, "user", None)
    return {
        "nav": SimpleLazyObject(partial(main_entries, request, user)),
        "account_nav": SimpleLazyObject(partial(account_entries, user)),
        "footer_nav": SimpleLazyObject(footer_entries),
        "agent": roles.is_agent(user),
    }


def footer_entries() -> list[NavEntry]:
    return [NavEntry(shipped_text(slug).title, reverse("site_text", args=[slug])) for slug in SLUGS]


def main_entries(request: HttpRequest, user: Any) -> list[NavEntry]:
    if roles.is_structure(user):
        return structure_entries(request)
    return agent_entries(request) if roles.is_agent(user) else public_entries(request)


def public_entries(request: HttpRequest) -> list[NavEntry]:
    sections = (
        ("Le label", "home"),
        ("Demander", "access_request"),
        ("Vérifier un certificat", "label_check"),
        ("Structures labellisées", "label_register"),
    )
    entries = [(label, reverse(name)) for label, name in sections]
    return [
        NavEntry(label, url, current=request.path == url if url == "/" else request.path.startswith(url))
        for label, url in entries
    ]


def structure_entries(request: HttpRequest) -> list[NavEntry]:
    """Home, our file, our référents, what they may follow, our messages, our dates; the section one is in is marked."""
    sections = (
        ("Accueil", "home", None),
        ("Notre dossier", "filing", "/dossier/"),
        ("Référents", "referent_list", "/structure/referents/"),
        ("Formations", "session_offer", "/formations/"),
        ("Messages", "message_list", "/messages/"),
        ("Échéances", "deadline_list", "/echeances/"),
    )
    return [
        NavEntry(label, reverse(name), current=request.path.startswith(prefix) if prefix else request.path == "/")
        for label, name, prefix in sections
    ]


def agent_entries(request: HttpRequest) -> list[NavEntry]:
    """The sections that this agent may open, those of the daily work first."""
    user = getattr(request, "user", None)
    sections = (
        ("À signer", "proposal_list", roles.is_signatory(user)),
        ("Dossiers", "desk", may_read_files(user)),
        ("Cotation", "scoring_queue", may_read_cers(user)),
        ("À notifier", "notification_list", may_read_notifications(user)),
        ("Moratoires", "moratorium_list", may_read_registers(user)),
        ("Labels", "label_list", may_read_registers(user)),
        ("Formations", "training_plan", may_read_plan(user)),
        ("Échéances", "deadline_list", may_read_files(user)),
    )
    entries = [(label, reverse(name)) for label, name, allowed in sections if allowed]
    return [
        NavEntry(label, url, current=request.path.startswith((url, *ALSO.get(label, ())))) for label, url in entries
    ]


def account_entries(user: Any) -> list[NavEntry]:
    """One's own account, then what one manages, then help."""
    if not getattr(user, "is_authenticated", False):
        return []
    entries = [("Notifications", "notice_list"), ("Mon profil", "profile"), ("Sécurité du compte", "security")]
    if roles.is_structure(user):
        entries += [
            ("Coordonnées de la structure", "structure_edit"),
            ("Référents", "referent_list"),
            ("Membres de la structure", "member_list"),
        ]
    if roles.may_read_access_requests(user):
        entries.append(("Demandes d’accès", "access_request_list"))
    if roles.is_administrator(user):
        entries += [("Agents", "agent_list"), ("Données de référence", "admin:index")]
    return [NavEntry(label, reverse(name)) for label, name in [*entries, ("Aide", "help")]]
