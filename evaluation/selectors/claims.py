"""Reads of who is at work on what, and of who has left a panel to others."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.enums import DPID_ROLES, Role
from accounts.models import User
from accounts.roles import is_slai
from evaluation.models import Cer, CerClaim, Panel, Recusal
from evaluation.models.panels import CerQuerySet
from evaluation.rights import may_abstain


def live_claims(panels: Iterable[Panel], now: datetime) -> dict[int, list[CerClaim]]:
    """Who scores in these panels at this hour, by panel, in one query."""
    found: dict[int, list[CerClaim]] = {}
    claims = CerClaim.objects.live(now).filter(cer__panel__in=panels).select_related("user", "cer__referent")
    for claim in claims:
        found.setdefault(claim.cer.panel_id, []).append(claim)
    return found


def claim_of(cer: Cer, now: datetime) -> CerClaim | None:
    return CerClaim.objects.live(now).filter(cer=cer).select_related("user").first()


def cers_at_work(user: Any) -> CerQuerySet:
    """The CERs that this person may open, each with its `claim` if it has one, and `recused`: the panel is left to
    others by this person."""
    return (
        Cer.objects.visible_to(user)
        .select_related("panel__structure", "referent", "file", "claim__user")
        .annotate(recused=recused_by(user))
    )


def recused_by(user: Any) -> Exists:
    """Of a CER: its panel is left to others by this person."""
    return Exists(Recusal.standing().filter(user=user, panel=OuterRef("panel")))


def is_recused(user: Any, panel: Panel) -> bool:
    return Recusal.standing().filter(panel=panel, user=user).exists()


def standing_recusals(user: Any, panels: Iterable[Panel]) -> dict[int, list[Recusal]]:
    """Who has left these panels to others, by panel, for those who may score them; nothing for anybody else."""
    found: dict[int, list[Recusal]] = {}
    if not may_abstain(user):
        return found
    rows = Recusal.standing().filter(panel__in=panels).select_related("user", "handed_to")
    for row in rows:
        found.setdefault(row.panel_id, []).append(row)
    return found


def successors(panel: Panel, user: User) -> QuerySet[User]:
    """Whom a panel may be handed to: the DPID's other agents, or those of the SLAI's own territory; those who have left
    it too excepted."""
    left = Recusal.standing().filter(panel=panel).values("user")
    if is_slai(user):
        colleagues = User.objects.filter(role=Role.SLAI, territories=panel.structure.lead_territory_id)
    else:
        colleagues = User.objects.filter(role__in=DPID_ROLES)
    return (
        colleagues.filter(is_active=True)
        .exclude(pk=user.pk)
        .exclude(pk__in=left)
        .order_by("last_name", "first_name", "pk")
    )
