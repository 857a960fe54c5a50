"""Reads on decisions and what follows them."""

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import Delegation, Territory
from applications.enums import ApplicationState
from applications.models import Application, Proposal
from documents.enums import FileState
from documents.models import Letter
from labels.enums import LabelState
from labels.models import Decision, Label, Moratorium, Notification
from rulebook import calendar


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


def search_register(labels: QuerySet[Label], *, text: str = "", territory: Territory | None = None) -> QuerySet[Label]:
    """Narrow a list of labels by structure, town, number or SIRET, and by territory."""
    if text:
        digits = "".join(text.split())
        labels = labels.filter(
            Q(structure__name__icontains=text)
            | Q(structure__city__icontains=text)
            | Q(number__icontains=digits)
            | Q(structure__siret__startswith=digits)
        )
    return labels.filter(structure__lead_territory=territory) if territory else labels


def labels_of(user: Any, *, view: str = "", day: date) -> QuerySet[Label]:
    """The labels an agent follows, those that end first on top. `view`: see LabelSearch.VIEWS."""
    in_a_year = calendar.add_months(day, 12)
    conditions = {
        "valides": Q(state=LabelState.ACTIVE, valid_until__gte=day),
        "renouvellement": Q(
            state=LabelState.ACTIVE, valid_until__gte=day, renewal_opens_on__lte=day, renewal_closes_on__gte=day
        ),
        "bientot": Q(state=LabelState.ACTIVE, valid_until__gte=day, valid_until__lte=in_a_year),
        "expires": Q(valid_until__lt=day),
    }
    return (
        Label.objects.visible_to(user)
        .filter(conditions.get(view, Q()))
        .select_related("structure__lead_territory")
        .order_by("valid_until", "pk")
    )


def moratoria_of(user: Any) -> QuerySet[Moratorium]:
    """The moratoria of one's territories, with the state of the second application if any."""
    return (
        Moratorium.objects.visible_to(user)
        .select_related("structure", "decision__application__lead_territory", "decision__application__next")
        .order_by(F("ends_on").asc(nulls_first=True), "pk")
    )


def open_moratoria(user: Any) -> QuerySet[Moratorium]:
    """Those whose second study is not decided yet."""
    return moratoria_of(user).filter(decision__application__next__decided_at=None)


def closed_moratoria(user: Any) -> QuerySet[Moratorium]:
    return moratoria_of(user).filter(decision__application__next__decided_at__isnull=False)


def notified_decisions(user: Any) -> QuerySet[Notification]:
    """The register of proofs of notification, the latest first."""
    return (
        Notification.objects.visible_to(user)
        .select_related("decision__application__structure", "proof", "recorded_by")
        .order_by("-received_on", "-pk")
    )


def proofs_refused(user: Any) -> QuerySet[Notification]:
    """The notifications whose proof came in and can't be kept: another is to be joined."""
    return notified_decisions(user).filter(proof__state=FileState.REFUSED)


def readable_letter(user: Any, pk: int) -> Letter | None:
    """The letter, when `user` may see the decision, the label or the file that owns it."""
    owned = (
        Decision.objects.visible_to(user).filter(letter=pk).exists()
        or Label.objects.visible_to(user).filter(certificate=pk).exists()
        or Application.objects.visible_to(user).filter(Q(receipt=pk) | Q(acknowledgement=pk)).exists()
    )
    return Letter.objects.select_related("pdf").get(pk=pk) if owned else None
