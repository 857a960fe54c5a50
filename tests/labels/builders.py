"""Decisions in any state of their life, brought there through the services as people would."""

from datetime import date, datetime
from typing import Any

from accounts.enums import Role
from accounts.models import User
from applications.models import Application
from core.clock import PARIS
from labels import services
from labels.enums import NotificationMode
from labels.models import Decision, Label, Moratorium
from tests.applications.builders import filed, make_draft, proposed
from tests.factories import make_delegation, make_user

SIGNED_AT = datetime(2026, 5, 11, 10, 0, tzinfo=PARIS)
RECEIVED = date(2026, 5, 13)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)


def make_signatory(**fields: Any) -> User:
    """With a delegation (see `make_delegation` for its fields)."""
    signatory = make_user(Role.SIGNATORY)
    make_delegation(signatory, **fields)
    return signatory


def sign(application: Application, *, signatory: User | None = None, now: datetime = SIGNED_AT) -> Decision:
    return services.sign_decision(
        application=application,
        actor=signatory or make_signatory(),
        prepared_at=application.proposal.prepared_at,
        now=now,
    )


def granted(**fields: Any) -> Decision:
    return sign(proposed(**fields))


def moratorium_signed(**fields: Any) -> Decision:
    return sign(proposed(good=False, **fields))


def notify(decision: Decision, *, received_on: date = RECEIVED, now: datetime | None = None, **fields: Any) -> Any:
    defaults = {"mode": NotificationMode.REGISTERED_LETTER, "tracking_number": "2C 123 456 7890 1"}
    return services.record_notification(
        decision=decision,
        actor=make_user(Role.DPID_AGENT),
        received_on=received_on,
        now=now or noon(received_on),
        **{**defaults, **fields},
    )


def labelled(**fields: Any) -> Label:
    """The label is granted and the structure has the letter."""
    decision = granted(**fields)
    notify(decision)
    return Label.objects.get(decision=decision)


def moratorium_running(**fields: Any) -> Moratorium:
    decision = moratorium_signed(**fields)
    notify(decision)
    return Moratorium.objects.get(decision=decision)


def second_filed(moratorium: Moratorium, *, good: bool, now: datetime) -> Application:
    """The second application, opened by the structure, studied and put to signature at `now`."""
    member = moratorium.structure.members.first()
    services.prepare_second_application(moratorium=moratorium, actor=member, now=now)
    return proposed(filed(make_draft(member=member, now=now), now=now), good=good)


def refused() -> Decision:
    moratorium = moratorium_running()
    again = noon(moratorium.refile_from)
    return sign(second_filed(moratorium, good=False, now=again), now=again)
