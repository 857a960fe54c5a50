"""Sessions of the training plan for tests, as the services make them."""

from datetime import UTC, date, datetime, time, timedelta

from accounts.enums import Role
from rulebook.book import current_rulebook
from tests.factories import make_user
from training.enums import Half
from training.services.planning import SessionPlan, Slot, plan_session

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 16)
RULEBOOK = current_rulebook()
HOURS = {Half.MORNING: (time(9), time(12, 30)), Half.AFTERNOON: (time(13, 30), time(17))}


def slots(first=date(2026, 5, 12), days=1, halves=tuple(Half)):
    return tuple(Slot(first + timedelta(rank), *HOURS[half], half) for rank in range(days) for half in halves)


def make_plan(module="M4", *, first=date(2026, 5, 12), days=None, **fields):
    length = {"M1": 2, "M2": 2 if fields.get("part") else 4, "O3": 2}.get(module, 1)
    defaults = {"provider": "CNFPT", "place": "Maison du Département Solidarité, Arras", "capacity": 12}
    return SessionPlan(module=module, slots=slots(first, days or length), **{**defaults, **fields})


def make_session(module="M4", *, actor=None, now=NOW, **fields):
    actor = actor or make_user(Role.DPID_AGENT)
    return plan_session(plan=make_plan(module, **fields), rulebook=RULEBOOK, actor=actor, now=now)
