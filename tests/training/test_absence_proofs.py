"""The proof of an absence (CdC 5-1 b): read by the DPID alone, gone the night after the training is done."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.enums import Role
from accounts.services.referents import record_departure
from documents.enums import FileAct, FileState
from documents.journal import erased_at
from documents.keeping import erase_due_files
from documents.models import FileEvent, StoredFile
from rulebook.book import current_rulebook
from tests.factories import make_referent, make_user
from tests.training.test_promises import accept
from tests.training.test_services import NOW, TODAY, absence, newcomer, stored
from training.coverage import Status
from training.enums import CertificateState
from training.models import AttendanceCertificate, TrainingRecord
from training.rulings import refuse_certificate
from training.selectors import coverage_of
from training.services.promises import record_commitments

TOMORROW = TODAY + timedelta(days=1)
pytestmark = pytest.mark.django_db


def night(day: date) -> int:
    return erase_due_files(today=day, now=datetime.combine(day, time(1), UTC))


def status(referent, day: date = TODAY) -> Status:
    covered = coverage_of(referent.structure, rulebook=current_rulebook(), today=day)
    return covered.cells[referent.code, "M3"].status


def refuse() -> None:
    refuse_certificate(
        certificate=AttendanceCertificate.objects.get(), reason="Illisible.", actor=make_user(Role.DPID_AGENT), now=NOW,
        seen=CertificateState.ACCEPTED,
    )  # fmt: skip


def test_it_goes_the_night_after_the_training_and_leaves_a_record(referent, actor):
    commitment = absence(referent, actor)
    assert night(TOMORROW) == 0
    accept(referent, "M3")
    assert night(TODAY) == 0
    assert night(TOMORROW) == 1
    proof = StoredFile.objects.get(pk=commitment.proof_id)
    assert (proof.state, proof.original_name) == (FileState.ERASED, "fichier effacé")
    assert set(erased_at([proof.pk])) == {proof.pk}
    assert FileEvent.objects.get(act=FileAct.DELETED).sha256 == proof.sha256
    record_commitments(today=TOMORROW, now=NOW)
    assert night(TOMORROW) == 0, "once"


def test_another_module_followed_leaves_it(referent, actor):
    absence(referent, actor)
    accept(referent, "M4")
    assert night(TOMORROW) == 0


def test_a_litigation_holds_it(referent, actor):
    commitment = absence(referent, actor)
    accept(referent, "M3")
    StoredFile.objects.filter(pk=commitment.proof_id).update(legal_hold=True)
    assert night(TOMORROW) == 0


def test_nobody_trained_it_goes_a_month_after_the_commitment_lapsed(referent, actor):
    absence(referent, actor)
    assert night(date(2027, 3, 10)) == 0
    assert night(date(2027, 3, 11)) == 1


def test_so_it_does_for_a_referent_who_left(referent, actor):
    absence(referent, actor)
    record_departure(referent=referent, actor=actor, left_on=TODAY)
    record_commitments(today=TOMORROW, now=NOW)
    assert night(date(2027, 3, 11)) == 1


def test_the_commitment_holds_without_the_proof_that_was_seen(referent, actor):
    """An attestation accepted by mistake, then refused once the proof is gone."""
    absence(referent, actor)
    accept(referent, "M3")
    night(TOMORROW)
    assert status(referent) is Status.MET
    refuse()
    assert status(referent) is Status.CONDITIONAL


def test_a_training_that_is_withdrawn_the_same_day_keeps_it(referent, actor):
    absence(referent, actor)
    accept(referent, "M3")
    refuse()
    assert night(TOMORROW) == 0


def test_a_commitment_older_than_this_rule_is_told_by_the_sweep(referent, actor):
    commitment = absence(referent, actor)
    StoredFile.objects.update(purge_after=None)
    TrainingRecord.objects.update(settled_on=None)
    record_commitments(today=TODAY, now=NOW)
    commitment.proof.refresh_from_db()
    assert commitment.proof.purge_after == date(2027, 3, 10)


def test_the_plan_of_a_newcomer_has_no_such_end(structure, actor):
    referent = make_referent(structure, arrived_on=date(2025, 9, 15))
    newcomer(referent, actor, session_on=None, plan=stored("plan"))
    accept(referent, "M3")
    assert not StoredFile.objects.filter(purge_after__isnull=False).exists()
