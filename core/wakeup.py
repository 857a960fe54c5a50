"""Waking a worker up, by the name of its task. Losing a call loses nothing: what is due is a row, and each minute's
sweep takes it up.

A broker that is down or frozen costs one call its short time-out; then nobody in this process asks it for a while, so
that fifty files arriving together wait for it once.
"""

import time

from celery import current_app

REST = 30  # secondes
_resting: dict[str, float] = {}
"""Brokers that gave no answer, by address: until when they are left alone."""


def wake(task: str, *args: object, lifetime: int) -> None:
    """Ask a worker for `task` now; the call is void after `lifetime` seconds. A broker's failure goes through."""
    broker = str(current_app.conf.broker_url)
    if time.monotonic() < _resting.get(broker, 0.0):
        return
    try:
        current_app.send_task(task, args=args, expires=lifetime, retry=False, ignore_result=True)
    except Exception:  # chaque transport a ses propres pannes
        _resting[broker] = time.monotonic() + REST
        raise
