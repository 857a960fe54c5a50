"""Celery adapters of this floor."""

from celery import shared_task

from core import clock
from labels import retention


@shared_task(name="labels.tasks.erase_contracts")
def erase_contracts() -> None:
    """Each night by beat; a missed night is caught up by the next."""
    retention.erase_contracts(today=clock.today(), now=clock.now())
