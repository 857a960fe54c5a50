"""One round, whoever asks for it: the worker each minute, a command, the demo day."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime

from core.clock import civil_date
from notices import registry
from notices.enums import Event
from notices.services.delivery import deliver_queued
from notices.services.sweep import sweep_due_notices

logger = logging.getLogger(__name__)


def send_due_notices(*, clock: Callable[[], datetime], today: date | None = None) -> Counter[Event]:
    """Record the facts of the day, queue what is due, deliver what is queued.

    `clock` is asked again before each batch, because sending takes time; `today` replaces its civil day.
    """
    now = clock()
    today = today or civil_date(now)
    tally: Counter[Event] = Counter()
    for recorder in registry.fact_recorders():
        try:
            recorder(today=today, now=now)
        except Exception:
            logger.exception("Facts of %s could not all be recorded; tried again later.", today)
            tally[Event.BROKEN] += 1
    tally += sweep_due_notices(today=today, now=now)
    while batch := deliver_queued(now=clock()):
        tally += batch
        if batch[Event.UNREACHABLE]:
            break
    return tally
