"""What the worker does, done here: the check of what waits, and what follows its commit."""

from django.test import TestCase

from core import clock
from documents import receiving


def examine_all() -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        receiving.examine_all(now=clock.now)
