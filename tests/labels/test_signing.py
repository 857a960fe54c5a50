"""Signing a decision: what is written, what is refused, and that a failure leaves nothing behind."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Referent
from applications.enums import ApplicationState, Outcome
from applications.models import Application, Proposal
from applications.services import prepare_proposal
from core.transitions import StaleState, TransitionForbidden, TransitionRefused
from documents.enums import LetterKind
from documents.models import Letter, StoredFile
from labels import services
from labels.enums import MoratoriumState
from labels.models import Decision, Label, Moratorium
from notices.models import Deadline, Notice
from tests.applications.builders import opined, proposed
from tests.factories import make_user
from tests.labels.builders import (
    SIGNED_AT,
    granted,
    make_signatory,
    moratorium_running,
    moratorium_signed,
    noon,
    notify,
    refused,
    second_filed,
    sign,
)

pytestmark = pytest.mark.django_db


def stored_objects(folder=""):
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    return len(files) + sum(stored_objects(f"{folder}/{name}".strip("/")) for name in folders)


def test_a_grant_makes_label_letter_certificate_deadlines_and_notices():
    decision = granted()
    label = Label.objects.get(decision=decision)
    application = Application.objects.get(pk=decision.application_id)
    assert application.state == ApplicationState.GRANTED
    assert (label.number, label.valid_from.isoformat(), label.valid_until.isoformat()) == (
        "R62-2026-0001", "2026-05-11", "2031-05-10",
    )  # fmt: skip
    assert (decision.letter.kind, label.certificate.kind) == (LetterKind.GRANT, LetterKind.CERTIFICATE)
    due = dict(Deadline.objects.open().values_list("kind", "due_on"))
    assert {kind: day.isoformat() for kind, day in due.items()} == {
        "label_expiry": "2031-05-10", "renewal_window": "2030-07-31", "silence": "2026-05-16",
    }  # fmt: skip
    member = application.structure.members.get()
    assert Notice.objects.filter(recipient=member, subject__contains="décision est signée").count() == 1
    assert Notice.objects.filter(recipient=application.assigned_to, subject__contains="à notifier").count() == 1


def test_a_moratorium_has_no_date_until_it_is_notified():
    moratorium = Moratorium.objects.get(decision=moratorium_signed())
    assert moratorium.state == MoratoriumState.AWAITING_NOTIFICATION
    assert (moratorium.starts_on, moratorium.ends_on, moratorium.refile_from) == (None, None, None)
    assert set(Deadline.objects.open().values_list("kind", flat=True)) == {"silence"}, "it runs until the notification"


def test_a_refusal_follows_a_moratorium_and_a_second_study():
    decision = refused()
    assert (decision.outcome, decision.letter.kind) == (Outcome.REFUSAL, LetterKind.REFUSAL)
    assert decision.application.study == 2
    assert not Label.objects.exists()


def test_a_second_study_that_succeeds_is_granted():
    moratorium = moratorium_running()
    again = noon(moratorium.refile_from)
    decision = sign(second_filed(moratorium, good=True, now=again), now=again)
    assert decision.label.valid_from == moratorium.refile_from


def test_no_refusal_without_a_moratorium():
    application = opined(good=False)
    Proposal.objects.create(
        application=application, outcome=Outcome.REFUSAL, cer_reasons="Sous le seuil.",
        prepared_by=make_user(Role.DPID_AGENT), prepared_at=SIGNED_AT,
    )  # fmt: skip
    with pytest.raises(TransitionRefused, match="après un moratoire"):
        sign(Application.objects.get(pk=application.pk))
    with pytest.raises(IntegrityError, match=r"no_refusal_without_moratorium|CHECK"), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(state="refused", decided_at=SIGNED_AT)


@pytest.mark.parametrize(
    "delegation",
    [{"valid_from": SIGNED_AT.date() + timedelta(days=1)}, {"valid_until": SIGNED_AT.date() - timedelta(days=1)}],
    ids=["not yet", "no longer"],
)
def test_a_delegation_must_be_valid_that_day(delegation):
    application = proposed()
    with pytest.raises(TransitionForbidden, match="délégation"):
        sign(application, signatory=make_signatory(**delegation))
    assert not Decision.objects.exists()


def test_the_last_day_of_a_delegation_counts():
    assert sign(proposed(), signatory=make_signatory(valid_until=SIGNED_AT.date())).pk


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SIGNATORY])
def test_nobody_else_signs(role):
    application = proposed()
    with pytest.raises(TransitionForbidden):
        sign(application, signatory=make_user(role))
    assert not Letter.objects.filter(kind=LetterKind.GRANT).exists()


def test_a_proposal_rewritten_since_it_was_read_is_not_signed():
    application = proposed(good=False)
    read = application.proposal.prepared_at
    prepare_proposal(
        application=application, actor=make_user(Role.DPID_AGENT), outcome=Outcome.MORATORIUM,
        cer_reasons="Motifs réécrits.", seen=read, now=SIGNED_AT,
    )  # fmt: skip
    with pytest.raises(StaleState, match="relisez"):
        services.sign_decision(application=application, actor=make_signatory(), prepared_at=read, now=SIGNED_AT)
    assert Application.objects.get(pk=application.pk).state == ApplicationState.PROPOSAL


def test_a_decision_is_signed_once():
    application = proposed()
    sign(application)
    with pytest.raises(StaleState):
        sign(application)
    assert Label.objects.count() == 1


def test_a_file_without_both_opinions_is_not_signed():
    application = opined()
    with pytest.raises(TransitionRefused, match="pas encore préparée"):
        services.sign_decision(application=application, actor=make_signatory(), prepared_at=SIGNED_AT, now=SIGNED_AT)


def test_a_grant_whose_criterion_has_fallen_since_is_not_signed():
    application = proposed()
    application.structure.certificates.filter(module="M3").update(state="refused", reason="Faux.")
    with pytest.raises(TransitionRefused, match="critère"):
        sign(application)


def test_a_failure_at_the_very_end_leaves_nothing(monkeypatch):
    """The last thing that a signature writes is its notices: when they fail, no row, no number, no stored object."""
    application = proposed()
    before = (StoredFile.objects.count(), Letter.objects.count(), Notice.objects.count(), stored_objects())
    with monkeypatch.context() as broken:
        broken.setattr(services, "queue_notice", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sign(application)
    assert (StoredFile.objects.count(), Letter.objects.count(), Notice.objects.count(), stored_objects()) == before
    assert not Decision.objects.exists()
    assert not Label.objects.exists()
    assert Application.objects.get(pk=application.pk).state == ApplicationState.PROPOSAL
    assert sign(application).label.number == "R62-2026-0001", "the number was given back"
    assert stored_objects() == before[3] + 2, "the control: a signature keeps its letter and its certificate"


def test_what_was_judged_is_frozen():
    decision = granted()
    frozen = Decision.objects.get(pk=decision.pk).snapshot
    Referent.objects.filter(structure=decision.application.structure).update(last_name="Autre")
    decision.application.structure.certificates.all().update(state="refused", reason="Après coup.")
    assert Decision.objects.get(pk=decision.pk).snapshot == frozen
    assert (frozen["training"]["verdict"], frozen["cer"]["mean"], frozen["cer"]["reached"]) == ("met", "1", True)
    assert len(frozen["cer"]["cers"]) == 5


def test_the_notification_starts_the_clock_of_the_moratorium():
    decision = moratorium_signed()
    notify(decision)
    moratorium = Moratorium.objects.get(decision=decision)
    assert moratorium.state == MoratoriumState.RUNNING
    assert (moratorium.ends_on.isoformat(), moratorium.refile_from.isoformat()) == ("2026-11-13", "2026-11-14")
    assert Deadline.objects.open().get(kind="moratorium_end").due_on == moratorium.ends_on
    told = Notice.objects.get(subject__contains="notification enregistrée")
    assert "vendredi 13 novembre 2026".replace("13 n", "13\u00a0n") in told.body


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"received_on": SIGNED_AT.date() - timedelta(days=1)}, "received_on"),
        ({"received_on": SIGNED_AT.date() + timedelta(days=1), "now": SIGNED_AT}, "received_on"),
        ({"sent_on": SIGNED_AT.date() - timedelta(days=1)}, "sent_on"),
        ({"tracking_number": ""}, "tracking_number"),
    ],
    ids=["before signature", "in the future", "sent before signature", "no tracking number"],
)
def test_a_notification_must_be_plausible(fields, field):
    decision = moratorium_signed()
    with pytest.raises(TransitionRefused):
        notify(decision, **fields)
    assert Moratorium.objects.get(decision=decision).state == MoratoriumState.AWAITING_NOTIFICATION


def test_a_notification_is_recorded_once():
    decision = moratorium_signed()
    notify(decision)
    with pytest.raises(StaleState):
        notify(decision)
    assert Deadline.objects.filter(kind="moratorium_end").count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.DPID_AGENT, Role.DPID_MANAGER}])
def test_only_the_dpid_records_a_notification(role):
    decision = moratorium_signed()
    with pytest.raises(TransitionForbidden):
        services.record_notification(
            decision=decision, actor=make_user(role), mode="hand_delivery", received_on=SIGNED_AT.date(), now=SIGNED_AT
        )
