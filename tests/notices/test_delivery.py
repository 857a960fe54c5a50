"""Delivery: sent only after the server's yes, tried again when it may help, said when it will not."""

import smtplib
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notices.enums import Event, NoticeState
from notices.models import Notice
from notices.services import (
    close_deadline,
    deliver_queued,
    mark_read,
    queue_notice,
    retry_notice,
    send_due_notices,
    sweep_due_notices,
)
from notices.services.delivery import LEASE, MAX_ACCIDENTS, MAX_ATTEMPTS, wait_after
from tests.factories import make_user
from tests.notices.conftest import noon

pytestmark = pytest.mark.django_db
NOW = noon(date(2026, 5, 4))
MINUTE = timedelta(minutes=1)


class ScriptedServer(EmailBackend):
    """A mail server that answers as told, by address; what it accepts lands in `mail.outbox`."""

    answers: dict[str, Exception] = {}
    down: Exception | None = None

    def open(self):
        if self.down:
            raise self.down

    def send_messages(self, messages):
        for message in messages:
            if error := self.answers.get(message.to[0]):
                raise error
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.ScriptedServer"
    monkeypatch.setattr(ScriptedServer, "answers", {})
    monkeypatch.setattr(ScriptedServer, "down", None)
    return ScriptedServer


def queue(address="claire@exemple.fr", key="receipt-1", **fields):
    return queue_notice(key=key, address=address, subject="Dossier déposé", body="Bien reçu.", now=NOW, **fields)


def state_of(notice):
    notice.refresh_from_db()
    return notice.state


def test_a_queued_notice_is_sent_once():
    notice = queue(path="/ma-structure/")
    assert deliver_queued(now=NOW) == {Event.SENT: 1}
    assert deliver_queued(now=NOW + 2 * LEASE) == {}
    [message] = mail.outbox
    assert (message.to, message.subject) == (["claire@exemple.fr"], "Dossier déposé")
    assert message.extra_headers["Message-ID"] == notice.message_id
    assert "Bien reçu." in message.body
    assert "http://127.0.0.1:8000/ma-structure/" in message.body
    assert (state_of(notice), notice.sent_at, notice.attempts, notice.lease_until) == (NoticeState.SENT, NOW, 1, None)


def test_the_text_is_not_escaped_and_the_subject_is_one_line():
    notice = queue()
    Notice.objects.filter(pk=notice.pk).update(subject="Dossier\r\nBcc: x@exemple.fr", body="L’été & <l’hiver>")
    deliver_queued(now=NOW)
    assert mail.outbox[0].subject == "Dossier Bcc: x@exemple.fr"
    assert "L’été & <l’hiver>" in mail.outbox[0].body


def test_the_same_cause_to_the_same_address_is_written_once():
    first = queue()
    assert queue(address="Claire@exemple.fr") == first
    queue(address="paul@exemple.fr")
    queue(key="receipt-2")
    assert Notice.objects.count() == 3


def test_the_address_is_the_recipients_unless_another_is_given():
    user = make_user()
    assert queue(address="", recipient=user).address == user.email
    with pytest.raises(ValueError, match="recipient or an address"):
        queue(address="")


def test_a_notice_disappears_with_its_cause():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_a_server_that_is_down_costs_nothing_but_time(server):
    notices = [queue(f"p{number}@exemple.fr") for number in range(3)]
    server.down = ConnectionRefusedError()
    assert deliver_queued(now=NOW) == {Event.POSTPONED: 3, Event.UNREACHABLE: 1}
    assert [state_of(notice) for notice in notices] == [NoticeState.QUEUED] * 3
    assert (notices[0].attempts, notices[0].error) == (0, "Le serveur de courriel ne répond pas.")
    assert deliver_queued(now=NOW) == {}, "not before a minute"
    server.down = None
    assert deliver_queued(now=NOW + MINUTE) == {Event.SENT: 3}
    assert (state_of(notices[0]), notices[0].error) == (NoticeState.SENT, "")


def test_an_unreachable_server_ends_the_round(server, monkeypatch):
    monkeypatch.setattr("notices.services.delivery.BATCH", 1)
    for number in range(4):
        queue(f"p{number}@exemple.fr")
    server.down = smtplib.SMTPConnectError(421, b"too busy")
    assert send_due_notices(clock=lambda: NOW)[Event.POSTPONED] == 1


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPDataError(451, b"greylisted"),
        smtplib.SMTPRecipientsRefused({"claire@exemple.fr": (450, b"mailbox busy")}),
        smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
        TimeoutError("timed out"),
    ],
)
def test_what_may_pass_is_tried_again_with_longer_waits(server, error):
    notice = queue()
    server.answers["claire@exemple.fr"] = error
    now, waits = NOW, []
    for _ in range(8):
        assert deliver_queued(now=now) == {Event.POSTPONED: 1}
        notice.refresh_from_db()
        waits.append((notice.retry_at - now) // MINUTE)
        assert deliver_queued(now=notice.retry_at - timedelta(seconds=1)) == {}
        now = notice.retry_at
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "serveur de courriel" in notice.error
    server.answers.clear()
    assert deliver_queued(now=now) == {Event.SENT: 1}


def test_temporary_refusals_are_endured_for_three_days():
    total = sum((wait_after(attempt) for attempt in range(1, MAX_ATTEMPTS)), timedelta())
    assert timedelta(hours=72) < total < timedelta(hours=80)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            smtplib.SMTPRecipientsRefused({"claire@exemple.fr": (550, b"no such user")}),
            "Le serveur de courriel refuse ce message (réponse 550\u00a0: no such user).",
        ),
        (
            smtplib.SMTPDataError(554, "message refusé"),
            "Le serveur de courriel refuse ce message (réponse 554\u00a0: message refusé).",
        ),
    ],
)
def test_a_final_refusal_is_said_at_once_and_the_others_leave(server, error, words):
    notice, other = queue(), queue("paul@exemple.fr")
    server.answers["claire@exemple.fr"] = error
    assert deliver_queued(now=NOW) == {Event.FAILED: 1, Event.SENT: 1}
    assert (state_of(notice), notice.error) == (NoticeState.FAILED, words)
    assert state_of(other) == NoticeState.SENT
    assert deliver_queued(now=NOW + timedelta(days=30)) == {}


def test_a_poisoned_message_is_set_aside_after_a_few_tries(server, caplog):
    poison, now = queue(), NOW
    server.answers["claire@exemple.fr"] = UnicodeError("label empty or too long")
    for _ in range(MAX_ACCIDENTS - 1):
        assert deliver_queued(now=now) == {Event.POSTPONED: 1}
        now += timedelta(hours=1)
    assert deliver_queued(now=now) == {Event.FAILED: 1}
    assert (state_of(poison), poison.error) == (NoticeState.FAILED, "Le message n’a pas pu être préparé.")
    assert "failed for good after 5 attempts" in caplog.text


def test_the_last_temporary_refusal_is_a_failure(server):
    notice = queue()
    Notice.objects.update(attempts=MAX_ATTEMPTS - 1)
    server.answers["claire@exemple.fr"] = smtplib.SMTPDataError(451, b"greylisted")
    assert deliver_queued(now=NOW) == {Event.FAILED: 1}
    assert "demande d’attendre" in Notice.objects.get(pk=notice.pk).error


def test_a_failed_notice_may_be_sent_again_to_a_mended_address(server):
    notice = queue()
    server.answers["claire@exemple.fr"] = smtplib.SMTPDataError(550, b"no such user")
    deliver_queued(now=NOW)
    assert retry_notice(notice=notice, address="claire.vasseur@exemple.fr") is True
    assert retry_notice(notice=notice) is False, "it is queued already"
    deliver_queued(now=NOW)
    assert mail.outbox[0].to == ["claire.vasseur@exemple.fr"]
    assert queue().pk == notice.pk, "its cause is still written once"


def test_a_claim_that_nobody_finished_is_taken_up_when_its_lease_ends():
    notice = queue()
    Notice.objects.update(state=NoticeState.SENDING, lease_until=NOW + LEASE, attempts=1)
    assert deliver_queued(now=NOW + LEASE - MINUTE) == {}
    assert deliver_queued(now=NOW + LEASE) == {Event.SENT: 1}
    assert mail.outbox[0].extra_headers["Message-ID"] == notice.message_id
    assert Notice.objects.get().attempts == 2


def test_a_sender_that_lost_its_claim_neither_sends_nor_spoils(server, monkeypatch):
    """While the first message leaves, somebody else takes up the second one (a frozen process, then thawed)."""
    queue("a@exemple.fr"), queue("b@exemple.fr")
    taken_over = NOW + 3 * LEASE

    def steal(self, messages):
        Notice.objects.filter(address="b@exemple.fr").update(lease_until=taken_over)
        return EmailBackend.send_messages(self, messages)

    with monkeypatch.context() as patch:
        patch.setattr(server, "send_messages", steal)
        assert deliver_queued(now=NOW) == {Event.SENT: 1}
    stolen = Notice.objects.get(address="b@exemple.fr")
    assert (stolen.state, stolen.lease_until, stolen.attempts) == (NoticeState.SENDING, taken_over, 0)
    assert [message.to for message in mail.outbox] == [["a@exemple.fr"]]


def test_those_tried_least_leave_first(monkeypatch):
    monkeypatch.setattr("notices.services.delivery.BATCH", 1)
    queue("tried@exemple.fr")
    Notice.objects.update(attempts=3)
    queue("fresh@exemple.fr")
    deliver_queued(now=NOW)
    assert mail.outbox[0].to == ["fresh@exemple.fr"]


def test_what_waits_is_cancelled_when_its_deadline_closes(open_test_end):
    open_test_end()
    sweep_due_notices(today=date(2026, 5, 1), now=NOW)
    close_deadline(kind="test_end", subject_id=1, reason="Dossier déposé", today=date(2026, 5, 2))
    assert deliver_queued(now=NOW) == {Event.CANCELLED: 1}
    assert Notice.objects.get().state == NoticeState.CANCELLED
    assert mail.outbox == []


def test_a_deadline_closed_while_its_batch_leaves_is_not_recalled(open_test_end, server, monkeypatch):
    queue("first@exemple.fr")
    open_test_end()
    sweep_due_notices(today=date(2026, 5, 1), now=NOW + MINUTE)

    def close_meanwhile(self, messages):
        close_deadline(kind="test_end", subject_id=1, reason="Dossier déposé", today=date(2026, 5, 2))
        return EmailBackend.send_messages(self, messages)

    with monkeypatch.context() as patch:
        patch.setattr(server, "send_messages", close_meanwhile)
        assert deliver_queued(now=NOW + MINUTE) == {Event.SENT: 1}
    assert deliver_queued(now=NOW + 2 * LEASE) == {Event.CANCELLED: 1}
    assert [message.to for message in mail.outbox] == [["first@exemple.fr"]]


def test_a_reminder_held_up_by_the_server_gives_way_to_the_next_step(open_test_end, server):
    open_test_end()
    server.down = ConnectionRefusedError()
    send_due_notices(clock=lambda: noon(date(2026, 5, 6)))
    send_due_notices(clock=lambda: noon(date(2026, 6, 5)))
    server.down = None
    send_due_notices(clock=lambda: noon(date(2026, 6, 6)))
    assert [message.subject for message in mail.outbox] == ["Rappel J-30"]
    assert list(Notice.objects.order_by("step_on").values_list("step", "state")) == [
        ("1-mai", NoticeState.SUPERSEDED),
        ("J-60", NoticeState.SUPERSEDED),
        ("J-30", NoticeState.SENT),
    ]


def test_batch_after_batch_until_nothing_is_ready(monkeypatch):
    monkeypatch.setattr("notices.services.delivery.BATCH", 2)
    for number in range(5):
        queue(f"p{number}@exemple.fr")
    moments = iter(NOW + timedelta(seconds=number) for number in range(10))
    assert send_due_notices(clock=lambda: next(moments)) == {Event.SENT: 5}
    assert len(set(Notice.objects.values_list("sent_at", flat=True))) == 3, "the clock is asked for each batch"


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_a_batch(count):
    for number in range(count):
        queue(f"p{number}@exemple.fr")
    with CaptureQueriesContext(connection) as queries:
        deliver_queued(now=NOW)
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 4 + 2 * count, "claiming, then the attempt and the result of each"


def test_reading_is_the_persons_own():
    claire, paul = make_user(), make_user()
    first, second = queue(address="", recipient=claire), queue(address="", recipient=claire, key="receipt-2")
    other = queue(address="", recipient=paul)
    assert mark_read(user=claire, notice=other, now=NOW) == 0
    assert mark_read(user=claire, notice=first, now=NOW) == 1
    assert mark_read(user=claire, now=NOW + MINUTE) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.read_at, second.read_at) == (NOW, NOW + MINUTE)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": NoticeState.SENT}, "notices_sent_is_dated"),
        ({"sent_at": NOW}, "notices_sent_is_dated"),
        ({"state": NoticeState.SENDING}, "notices_sending_is_leased"),
    ],
)
def test_the_database_holds_the_invariants(fields, constraint):
    queue()
    with pytest.raises(IntegrityError, match=constraint):
        Notice.objects.update(**fields)
