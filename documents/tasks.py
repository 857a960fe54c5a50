"""Celery adapters of this floor; they run on the queue `files`, so that a long check delays nobody’s message."""

from celery import shared_task

from core import clock
from documents import keeping, receiving


@shared_task(name="documents.tasks.examine_file")
def examine_file(file_pk: int) -> None:
    """As soon as a file is received."""
    receiving.examine(file_pk=file_pk, now=clock.now)


@shared_task(name="documents.tasks.examine_waiting_files")
def examine_waiting_files() -> None:
    """Each minute by beat: what no wake-up reached, what a dead worker left, what waits for the antivirus."""
    receiving.examine_all(now=clock.now)


@shared_task(name="documents.tasks.sweep_storage")
def sweep_storage() -> None:
    """Each night by beat."""
    keeping.sweep_storage(now=clock.now())
