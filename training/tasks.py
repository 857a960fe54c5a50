"""Celery adapters of this floor."""

from celery import shared_task

from core import clock
from training.services.closing import issue_due
from training.services.convocations import send_convocations


@shared_task(name="training.tasks.send_due_convocations")
def send_due_convocations() -> None:
    """Every five minutes by beat; what one round misses, the next one takes up."""
    send_convocations(now=clock.now())


@shared_task(name="training.tasks.issue_due_attestations")
def issue_due_attestations() -> None:
    """Each minute by beat, and whenever a session is closed."""
    issue_due(now=clock.now)
