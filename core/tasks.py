"""Celery adapters of this floor."""

from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task(name="core.tasks.clear_sessions")
def clear_sessions() -> None:
    """Each night by beat: an expired session may still hold names, those of a table read and never confirmed."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
