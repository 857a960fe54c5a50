"""What the worker does, done here: the check of what waits."""

from core import clock
from documents import receiving


def examine_all() -> None:
    receiving.examine_all(now=clock.now)
