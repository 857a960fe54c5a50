"""Delivery: claim in a short transaction, send outside it, write the result. At least once, never in silence.

Between the mail server's « 250 » and our own write a crash sends twice, with the same Message-ID: a lost message
would be worse.
"""

import logging
import smtplib
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.template.loader import render_to_string

from notices.enums import Event, NoticeState
from notices.models import Notice

logger = logging.getLogger(__name__)
BATCH = 20
LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 80  # with the delays of `wait_after`, more than 72 hours of temporary refusals
MAX_ACCIDENTS = 5
LONGEST_WAIT = timedelta(hours=1)
MAIL_ERRORS = (OSError, smtplib.SMTPException)


def deliver_queued(*, now: datetime) -> Counter[Event]:
    """Send one batch of the outbox and count what happened; an empty count when nothing was ready.

    UNREACHABLE means that the mail server does not answer at all: nothing is gained by another batch now.
    """
    tally: Counter[Event] = Counter()
    batch = _claim(now, tally)
    if not batch:
        return +tally
    connection = get_connection()
    try:
        connection.open()
    except MAIL_ERRORS as error:
        logger.warning("The mail server does not answer: %s", error)
        for notice in batch:
            _postpone(notice, now, "Le serveur de courriel ne répond pas.", tally)
        tally[Event.UNREACHABLE] += 1
        return +tally
    try:
        for notice in batch:
            if _begin(notice):
                _send(notice, connection, now, tally)
    finally:
        _close(connection)
    return +tally


def _claim(now: datetime, tally: Counter[Event]) -> list[Notice]:
    """Reserve a batch. First drop what must not go out any more: its deadline is closed, or a newer step is here.

    Those tried least come first: a message that kills its worker holds nobody up.
    """
    waiting = Notice.objects.waiting(now)
    newer = Notice.objects.filter(
        deadline=OuterRef("deadline"), address=OuterRef("address"), step_on__gt=OuterRef("step_on")
    )
    with transaction.atomic():
        tally[Event.CANCELLED] += _drop(waiting.filter(deadline__closed_on__isnull=False), NoticeState.CANCELLED)
        tally[Event.SUPERSEDED] += _drop(
            waiting.filter(Q(deadline__isnull=False) & Exists(newer)), NoticeState.SUPERSEDED
        )
        ready = Notice.objects.ready(now).order_by("attempts", "created_at", "pk")
        batch = list(ready.select_for_update(no_key=True, skip_locked=True)[:BATCH])
        Notice.objects.filter(pk__in=[notice.pk for notice in batch]).update(
            state=NoticeState.SENDING, lease_until=now + LEASE
        )
    for notice in batch:
        notice.lease_until = now + LEASE
    return batch


def _drop(rows: QuerySet[Notice], state: NoticeState) -> int:
    """Rows that somebody else holds are left for the next round: whoever never waits is in no deadlock."""
    free = rows.order_by("pk").select_for_update(no_key=True, skip_locked=True, of=("self",))
    ours = list(free.values_list("pk", flat=True))
    return Notice.objects.filter(pk__in=ours).update(state=state, lease_until=None) if ours else 0


def _held(notice: Notice) -> QuerySet[Notice]:
    """The row, as long as this claim on it holds: the lease's end is its token."""
    return Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING, lease_until=notice.lease_until)


def _begin(notice: Notice) -> bool:
    """Count the attempt. False when the claim was lost, or the deadline closed, while the messages before it left."""
    open_matter = Q(deadline=None) | Q(deadline__closed_on=None)
    notice.attempts += 1
    return bool(_held(notice).filter(open_matter).update(attempts=F("attempts") + 1))


def _send(notice: Notice, connection: BaseEmailBackend, now: datetime, tally: Counter[Event]) -> None:
    try:
        _message(notice, connection).send()
    except Exception as error:
        _close(connection)  # its state is unknown; the next message opens it again
        accident = not isinstance(error, MAIL_ERRORS)
        if accident:
            logger.exception("Notice %s can't be sent.", notice.pk)
        final, sentence = _verdict(error)
        if final or notice.attempts >= (MAX_ACCIDENTS if accident else MAX_ATTEMPTS):
            _fail(notice, sentence, tally)
        else:
            _postpone(notice, now, sentence, tally)
    else:
        # Whoever holds the claim by now: the message has left.
        Notice.objects.filter(pk=notice.pk).exclude(state=NoticeState.SENT).update(
            state=NoticeState.SENT, sent_at=now, lease_until=None, retry_at=None, error=""
        )
        tally[Event.SENT] += 1


def _message(notice: Notice, connection: BaseEmailBackend) -> EmailMessage:
    url = f"{settings.PORTAL_URL}{notice.path}" if notice.path else ""
    return EmailMessage(
        subject=" ".join(notice.subject.split()),
        body=render_to_string("notices/mail.txt", {"notice": notice, "url": url}),
        to=[notice.address],
        headers={"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )


def _verdict(error: Exception) -> tuple[bool, str]:
    """Whether the refusal is final, and a French sentence for an agent."""
    reply: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, reply = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, reply = error.smtp_code, error.smtp_error
    elif isinstance(error, MAIL_ERRORS):
        return False, "La liaison avec le serveur de courriel a été coupée."
    else:
        return False, "Le message n’a pas pu être préparé."
    words = reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
    who = "Le serveur de courriel refuse ce message" if code >= 500 else "Le serveur de courriel demande d’attendre"
    return code >= 500, f"{who} (réponse {code}\u00a0: {' '.join(words.split())})."


def wait_after(attempts: int) -> timedelta:
    """1, 2, 4, 8… minutes, then every hour."""
    return min(timedelta(minutes=2 ** min(max(attempts - 1, 0), 10)), LONGEST_WAIT)


def _postpone(notice: Notice, now: datetime, sentence: str, tally: Counter[Event]) -> None:
    _held(notice).update(
        state=NoticeState.QUEUED, lease_until=None, retry_at=now + wait_after(notice.attempts), error=sentence[:300]
    )
    tally[Event.POSTPONED] += 1


def _fail(notice: Notice, sentence: str, tally: Counter[Event]) -> None:
    _held(notice).update(state=NoticeState.FAILED, lease_until=None, retry_at=None, error=sentence[:300])
    logger.error("Notice %s failed for good after %s attempts: %s", notice.pk, notice.attempts, sentence)
    tally[Event.FAILED] += 1


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except MAIL_ERRORS:
        logger.info("The mail connection did not close properly.")
