"""Celery adapters of this floor."""

import logging

from celery import shared_task

from core import clock
from notices import services
from notices.enums import Event

logger = logging.getLogger(__name__)


@shared_task(name="notices.tasks.send_due_notices")
def send_due_notices() -> None:
    """Each minute by beat, and whenever a notice is queued."""
    if broken := services.send_due_notices(clock=clock.now)[Event.BROKEN]:
        things = "thing" if broken == 1 else "things"
        logger.error("%s %s of this round could not be done; see above, it is tried again each minute.", broken, things)
