"""The portal's one clock: civil dates are those of Europe/Paris.

Rules never read it: they receive `today` or `now`. Views, commands and tasks ask here. In demo mode the day may be
moved (`DemoDay`), so that six months can be walked in a minute; production has no demo mode.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")
_shift: ContextVar[timedelta | None] = ContextVar("demo_shift", default=None)


def now() -> datetime:
    """The aware instant that the portal lives in. Moved in demo mode, by days on the wall: 23 h 30 stays 23 h 30."""
    return timezone.now().astimezone(PARIS) + _demo_shift()


def today() -> date:
    """The civil date in Pas-de-Calais at `now()`."""
    return now().astimezone(PARIS).date()


def civil_date(instant: datetime) -> date:
    """The civil date in Pas-de-Calais of an aware instant."""
    return instant.astimezone(PARIS).date()


def follow(shift: timedelta) -> None:
    """Have the rest of this request live in the demo day that has just been chosen."""
    if _shift.get() is not None:
        _shift.set(shift)


def _demo_shift() -> timedelta:
    if not settings.DEMO_MODE:
        return timedelta()
    known = _shift.get()
    return _read_shift() if known is None else known


def _read_shift() -> timedelta:
    from core.models import DemoDay

    demo_day = DemoDay.objects.first()
    return timedelta(days=demo_day.shift_days) if demo_day else timedelta()


class ClockMiddleware:
    """Read the demo day once per request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.DEMO_MODE:
            return self.get_response(request)
        token = _shift.set(_read_shift())
        try:
            return self.get_response(request)
        finally:
            _shift.reset(token)
