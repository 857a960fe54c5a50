"""Writes of this floor: deadlines, the outbox, the sweep that fills it and the delivery that empties it."""

from notices.services.deadlines import close_deadline, correct_deadline, open_deadline, reschedule
from notices.services.delivery import deliver_queued
from notices.services.outbox import mark_read, queue_notice, retry_notice, wake_sender
from notices.services.run import send_due_notices
from notices.services.sweep import sweep_due_notices

__all__ = [
    "close_deadline",
    "correct_deadline",
    "deliver_queued",
    "mark_read",
    "open_deadline",
    "queue_notice",
    "reschedule",
    "retry_notice",
    "send_due_notices",
    "sweep_due_notices",
    "wake_sender",
]
