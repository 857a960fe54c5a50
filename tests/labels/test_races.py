"""Two signatories, two agents at once, on a database that locks; each with a control that must fail."""

from threading import Barrier

import pytest
from django.core.files.storage import default_storage

from applications.enums import ApplicationState
from applications.models import Application
from core.transitions import StaleState
from documents.models import Letter
from labels.models import Decision, Label, Moratorium, Notification
from notices.models import Deadline
from tests import racing
from tests.applications.builders import proposed
from tests.labels.builders import RECEIVED, SIGNED_AT, make_signatory, moratorium_signed, notify, sign

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 4


def at_once(*actions):
    return racing.at_once(*actions, told=StaleState)


def certificates_stored():
    return sum(len(default_storage.listdir(folder)[1]) for folder in default_storage.listdir("")[0])


def test_signatures_at_once_make_one_decision():
    application = proposed()
    signatories = [make_signatory() for _ in range(THREADS)]
    stored = certificates_stored()
    outcomes = at_once(*(lambda who=who: sign(application, signatory=who) for who in signatories))
    assert sum(isinstance(outcome, Decision) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, StaleState) for outcome in outcomes) == THREADS - 1
    assert (Decision.objects.count(), Label.objects.count()) == (1, 1)
    assert Letter.objects.exclude(kind="registration_receipt").count() == 2
    assert certificates_stored() == stored + 2
    assert Application.objects.get().log.filter(to_state=ApplicationState.GRANTED).count() == 1


def test_control_without_lock_everybody_finds_the_proposal_waiting():
    """What the lock prevents: each thread reads the state before any of them has written."""
    application = proposed()
    barrier = Barrier(THREADS)

    def sign_without_lock():
        waiting = Application.objects.get(pk=application.pk).state == ApplicationState.PROPOSAL
        barrier.wait()
        if waiting:
            Application.objects.filter(pk=application.pk).update(state=ApplicationState.GRANTED, decided_at=SIGNED_AT)
        return waiting

    assert at_once(*[sign_without_lock] * THREADS) == [True] * THREADS


def test_notifications_at_once_start_one_clock():
    decision = moratorium_signed()
    outcomes = at_once(*[lambda: notify(decision)] * THREADS)
    assert sum(isinstance(outcome, StaleState) for outcome in outcomes) == THREADS - 1
    assert Notification.objects.count() == 1
    assert Deadline.objects.filter(kind="moratorium_end").count() == 1
    assert Moratorium.objects.get().starts_on == RECEIVED
