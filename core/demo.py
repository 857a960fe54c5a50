"""The demo mode's « date du jour »: one shift, read by the clock of every process."""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from core import clock
from core.models import DemoDay

FIRST_DAY = date(2024, 10, 1)
LONGEST_WALK = timedelta(days=20 * 366)


class DemoDayRefused(ValueError):  # noqa: N818
    """The message is a French sentence for the person who tried."""


def move_to(day: date) -> None:
    """Make `day` the portal's civil day, at once and for everybody; the time of day goes on."""
    if not settings.DEMO_MODE:
        raise DemoDayRefused("La date du jour ne se change qu’en démonstration.")
    real_day = clock.civil_date(timezone.now())
    if not FIRST_DAY <= day <= real_day + LONGEST_WALK:
        raise DemoDayRefused(
            "Choisissez une date entre le 1er octobre 2024 et vingt ans après aujourd’hui. La date n’a pas changé."
        )
    shift = day - real_day
    DemoDay.objects.update_or_create(pk=1, defaults={"shift_days": shift.days})
    clock.follow(shift)
