"""Celery adapters of this floor."""

from celery import shared_task

from core import clock
from notices import services


@shared_task(name="notices.tasks.send_due_notices")
def send_due_notices() -> None:
    """Each minute by beat, and whenever a notice is queued."""
    services.send_due_notices(clock=clock.now)
