"""The outbox: a message is a row, written in the transaction of its cause."""

from datetime import datetime
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from accounts.models import Structure, User
from core import clock
from core.wakeup import wake
from notices.enums import NoticeState
from notices.models import Notice

SENDER_TASK = "notices.tasks.send_due_notices"
WAKE_LIFETIME = 60  # seconds; after that the minute's own sweep has passed


def new_message_id() -> str:
    """Given once and kept: a message that had to be sent twice is recognised as the same."""
    return make_msgid(domain=urlsplit(settings.PORTAL_URL).hostname)


def notice_key(cause: str, address: str) -> str:
    return f"{cause}:{address.lower()}"


def queue_notice(
    *,
    key: str,
    subject: str,
    body: str,
    now: datetime,
    recipient: User | None = None,
    address: str = "",
    structure: Structure | None = None,
    path: str = "",
) -> Notice:
    """Queue one message that is not a reminder; `key` names its cause.

    The same cause to the same address is written once, whatever happens: the first row stays and is returned.
    `address` defaults to the recipient's; `path` is the page of the portal that the message leads to.
    """
    address = address or (recipient.email if recipient else "")
    if not address:
        raise ValueError("A notice needs a recipient or an address.")
    notice, _ = Notice.objects.get_or_create(
        key=notice_key(key, address),
        defaults={
            "recipient": recipient,
            "address": address,
            "structure": structure,
            "subject": subject,
            "body": body,
            "path": path,
            "step_on": clock.civil_date(now),
            "created_at": now,
            "message_id": new_message_id(),
        },
    )
    wake_sender()
    return notice


def wake_sender() -> None:
    """Once the transaction is committed, have the outbox emptied now rather than within a minute; once per transaction.

    Losing this call loses nothing. A broker that is down or frozen costs its short timeout and a line in the log.
    """
    connection = transaction.get_connection()
    if not any(call is _wake for _, call, _ in connection.run_on_commit):
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    # By name: the task stands above this room.
    wake(SENDER_TASK, lifetime=WAKE_LIFETIME)


@transaction.atomic
def mark_read(*, user: User, now: datetime, notice: Notice | None = None) -> int:
    """Mark one of the person's notices read, or all of them; how many were unread."""
    unread = Notice.objects.shown_to(user).filter(read_at=None)
    if notice is not None:
        unread = unread.filter(pk=notice.pk)
    return unread.update(read_at=now)


@transaction.atomic
def retry_notice(*, notice: Notice, address: str = "") -> bool:
    """Queue a failed notice again, to a mended address if given; False when it is no longer failed.

    The key keeps the first address, so that the cause is still written only once.
    """
    failed = Notice.objects.filter(pk=notice.pk, state=NoticeState.FAILED)
    done = failed.update(
        state=NoticeState.QUEUED, address=address or notice.address, attempts=0, retry_at=None, error=""
    )
    if done:
        wake_sender()
    return bool(done)
