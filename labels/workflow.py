"""The life cycles that follow a decision (domain.md §2, rows M1-M3, L1-L2). Timers record facts, never decisions."""

from datetime import datetime
from typing import Any

from accounts import roles
from core import clock
from core.transitions import Transition, Workflow
from labels.enums import LabelState, MoratoriumState
from labels.models import Label, Moratorium


def may_notify(user: Any, subject: Any) -> bool:
    """La DPID, qui garde la preuve de la notification."""
    return roles.is_dpid(user)


def by_the_calendar(user: Any, subject: Any) -> bool:
    """Le portail, qui constate un fait daté."""
    return user is None


def moratorium_is_over(moratorium: Moratorium, now: datetime) -> str | None:
    if moratorium.ends_on and clock.civil_date(now) > moratorium.ends_on:
        return None
    return "Le moratoire court encore."


def validity_is_over(label: Label, now: datetime) -> str | None:
    return None if clock.civil_date(now) > label.valid_until else "Le label est encore valable."


MORATORIUM = Workflow(
    "moratoire",
    MoratoriumState,
    (
        Transition(
            "notify", "Enregistrer la notification", frozenset({MoratoriumState.AWAITING_NOTIFICATION}),
            MoratoriumState.RUNNING, may_notify, opens=("moratorium_end",),
        ),
        Transition(
            "end", "Constater la fin du moratoire", frozenset({MoratoriumState.RUNNING}), MoratoriumState.ENDED,
            by_the_calendar, guards=(moratorium_is_over,),
        ),
    ),
)  # fmt: skip
LABEL = Workflow(
    "label",
    LabelState,
    (
        Transition(
            "expire", "Constater l’expiration", frozenset({LabelState.ACTIVE}), LabelState.EXPIRED, by_the_calendar,
            guards=(validity_is_over,), closes=("label_expiry", "renewal_window"),
        ),
    ),
)  # fmt: skip
