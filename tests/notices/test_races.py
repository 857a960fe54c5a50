"""Two sweeps, two senders at once, on a database that locks; each with a control that must fail."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import OperationalError, connection, transaction

from notices.enums import NoticeState
from notices.models import Deadline, Notice
from notices.services import deliver_queued, queue_notice, sweep_due_notices
from tests.notices.conftest import noon

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY = date(2026, 5, 1)
THREADS = 4


def at_once(action):
    """Run `action(barrier)` in several threads; what they returned."""
    barrier = Barrier(THREADS)

    def run(_):
        try:
            return action(barrier)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_sweeps_at_once_write_each_reminder_once(open_test_end):
    for subject_id in range(30):
        open_test_end(subject_id)

    def sweep(barrier):
        barrier.wait()
        sweep_due_notices(today=DAY, now=noon(DAY))

    at_once(sweep)
    assert Notice.objects.count() == 30
    assert Deadline.objects.filter(next_step_on=date(2026, 5, 6)).count() == 30


def test_control_sweeps_without_key_nor_lock_write_doubles(open_test_end):
    deadlines = [open_test_end(subject_id) for subject_id in range(30)]

    def sweep(barrier):
        for deadline in deadlines:
            missing = not Notice.objects.filter(deadline=deadline).exists()
            barrier.wait()
            if missing:
                Notice.objects.create(
                    key=secrets.token_hex(), message_id=secrets.token_hex(), deadline=deadline, step="1-mai",
                    step_on=DAY, address="structure@exemple.fr", subject="Rappel", body="…", created_at=noon(DAY),
                )  # fmt: skip

    at_once(sweep)
    assert Notice.objects.count() > 30


def queue(count):
    for number in range(count):
        queue_notice(key=str(number), address=f"p{number}@exemple.fr", subject="Objet", body="Texte", now=noon(DAY))


def addresses():
    return sorted(message.to[0] for message in mail.outbox)


def test_senders_at_once_send_each_message_once():
    queue(100)

    def send(barrier):
        barrier.wait()
        while deliver_queued(now=noon(DAY)):
            pass

    at_once(send)
    assert len(addresses()) == len(set(addresses())) == 100
    assert set(Notice.objects.values_list("state", "attempts")) == {(NoticeState.SENT, 1)}


def test_control_senders_without_claim_send_doubles():
    queue(20)

    def send(barrier):
        batch = list(Notice.objects.filter(state=NoticeState.QUEUED))
        barrier.wait()
        for notice in batch:
            EmailMessage(notice.subject, notice.body, to=[notice.address]).send()
            Notice.objects.filter(pk=notice.pk).update(state=NoticeState.SENT, sent_at=noon(DAY))

    at_once(send)
    assert len(addresses()) > len(set(addresses())) == 20


def withdrawn(open_test_end):
    """A reminder in the outbox whose deadline has been closed since; another message behind it."""
    deadline = open_test_end(1)
    sweep_due_notices(today=DAY, now=noon(DAY))
    Deadline.objects.filter(pk=deadline.pk).update(closed_on=DAY, closing_reason="Fait", next_step_on=None)
    queue(1)
    return Notice.objects.get(deadline=deadline)


def while_held(notice, action):
    """Run `action` in another connection while this one holds the row."""
    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        Notice.objects.select_for_update().get(pk=notice.pk)

        def run():
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '1s'")
                return action()
            finally:
                connection.close()

        return pool.submit(run).result()


def test_a_sender_waits_for_nobody(open_test_end):
    """Senders, the closing of a deadline and people lock rows in orders of their own: a sender never waits for one."""
    notice = withdrawn(open_test_end)

    while_held(notice, lambda: deliver_queued(now=noon(DAY)))

    assert addresses() == ["p0@exemple.fr"]
    deliver_queued(now=noon(DAY))
    notice.refresh_from_db()
    assert notice.state == NoticeState.CANCELLED


def test_control_a_plain_update_waits(open_test_end):
    notice = withdrawn(open_test_end)
    doomed = Notice.objects.filter(deadline__closed_on__isnull=False)
    with pytest.raises(OperationalError, match="lock timeout"):
        while_held(notice, lambda: doomed.update(state=NoticeState.CANCELLED))
