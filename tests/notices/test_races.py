"""Two sweeps, two senders at once, on a database that locks; each with a control that must fail."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection

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
