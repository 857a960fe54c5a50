"""Reads on decisions and what follows them."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Delegation
from applications.enums import ApplicationState
from applications.models import Proposal
from labels.enums import LabelState
from labels.models import Decision, Label, Moratorium


def delegation_of(user: Any, *, day: date) -> Delegation | None:
    """The delegation under which `user` may sign on `day` (A29); the most recent one."""
    return (
        Delegation.objects.filter(user=user, valid_from__lte=day)
        .filter(Q(valid_until=None) | Q(valid_until__gte=day))
        .first()
    )


def proposals_to_sign(user: Any) -> QuerySet[Proposal]:
    return (
        Proposal.objects.visible_to(user)
        .filter(application__state=ApplicationState.PROPOSAL)
        .select_related("application__structure", "application__lead_territory", "prepared_by")
    )


def decisions_to_notify(user: Any) -> QuerySet[Decision]:
    """Signed, but nobody has recorded how and when the structure received the letter."""
    return (
        Decision.objects.visible_to(user)
        .filter(notification=None)
        .select_related("application__structure", "application__lead_territory", "letter")
        .order_by("signed_at", "pk")
    )


def valid_labels(*, day: date) -> QuerySet[Label]:
    """The public register: labels valid on `day`, structures only, no person (R71)."""
    return (
        Label.objects.filter(state=LabelState.ACTIVE, valid_from__lte=day, valid_until__gte=day)
        .select_related("structure__lead_territory")
        .order_by("structure__name", "pk")
    )


def find_label(query: str) -> Label | None:
    """The label of a number or a verification code, whatever its state; None when neither is known."""
    cleaned = query.strip()
    if not cleaned:
        return None
    return (
        Label.objects.filter(Q(number__iexact=cleaned) | Q(check_code=cleaned))
        .select_related("structure__lead_territory")
        .first()
    )


def current_moratorium(structure_id: int) -> Moratorium | None:
    """The moratorium whose second study has not been decided yet."""
    return (
        Moratorium.objects.filter(structure=structure_id, decision__application__state=ApplicationState.MORATORIUM)
        .filter(Q(decision__application__next=None) | Q(decision__application__next__decided_at=None))
        .select_related("decision__application", "decision__notification", "decision__letter")
        .order_by("-pk")
        .first()
    )


def current_label(structure_id: int) -> Label | None:
    return Label.objects.filter(structure=structure_id).select_related("certificate", "decision__letter").first()
