"""Attestations put forward and sorted, commitments taken."""

from datetime import UTC, date, datetime

import pytest

from accounts.enums import Role
from documents.models import StoredFile
from documents.services import store_content
from rulebook.book import current_rulebook
from tests.documents.samples import pdf
from tests.factories import make_referent, make_user
from training import services
from training.enums import AbsenceReason, CertificateState
from training.models import AttendanceCertificate, TrainingCommitment
from training.services import Placing, SameFile, TrainingRefused
from training.sorting import Guess

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 2, 10)
RULEBOOK = current_rulebook()
pytestmark = pytest.mark.django_db


def stored(text: str = "Attestation") -> StoredFile:
    return store_content(content=pdf(text), name="attestation.pdf", actor=None, now=NOW)


def added(structure, actor, guess: Guess | None = None, text: str = "Attestation") -> AttendanceCertificate:
    return services.add_certificate(
        structure=structure, file=stored(text), guess=guess or Guess(), actor=actor, now=NOW
    )


def assigned(certificate, actor, **placing) -> AttendanceCertificate:
    return services.assign_certificate(
        certificate=certificate, placing=Placing(**placing), rulebook=RULEBOOK, actor=actor, today=TODAY
    )


def test_a_file_comes_in_to_sort_with_its_proposal(structure, actor, referent):
    certificate = added(structure, actor, Guess("R01", "M2", 2, date(2024, 3, 14)))
    assert certificate.state == CertificateState.TO_SORT
    assert (certificate.referent, certificate.module, certificate.part) == (referent, "M2", 2)


def test_the_same_file_twice_is_said_and_not_kept_twice(structure, actor, referent):
    content = pdf("la même")
    first, twin = (store_content(content=content, name="a.pdf", actor=None, now=NOW) for _ in range(2))
    services.add_certificate(structure=structure, file=first, guess=Guess(), actor=actor, now=NOW)
    with pytest.raises(SameFile, match="déjà là"):
        services.add_certificate(structure=structure, file=twin, guess=Guess(), actor=actor, now=NOW)
    assert structure.certificates.count() == 1


def test_another_structure_may_have_the_same_file(structure, actor):
    content = pdf("la même")
    other = make_user(Role.STRUCTURE_MEMBER)
    for user in (actor, other):
        file = store_content(content=content, name="a.pdf", actor=None, now=NOW)
        services.add_certificate(structure=user.structure, file=file, guess=Guess(), actor=user, now=NOW)
    assert AttendanceCertificate.objects.count() == 2


def test_sorting_makes_it_wait_for_the_dpid(structure, actor, referent):
    certificate = assigned(added(structure, actor), actor, referent=referent, module="M4", followed_on=TODAY)
    assert (certificate.state, certificate.module, certificate.followed_on) == (CertificateState.TO_CHECK, "M4", TODAY)


def test_a_training_of_its_own_asks_for_equivalence(structure, actor, referent):
    certificate = assigned(
        added(structure, actor),
        actor,
        referent=referent,
        module="M4",
        provider="CNFPT",
        is_equivalence=True,
        course="Le secret professionnel",
    )
    assert certificate.state == CertificateState.EQUIVALENCE


@pytest.mark.parametrize(
    ("placing", "field", "message"),
    [
        ({"module": "M9"}, "module", "plan de formation"),
        ({"module": "M4", "part": 1}, "module", "partie"),
        ({"module": "M2", "part": 3}, "module", "partie"),
        ({"module": "M4", "followed_on": date(2026, 2, 11)}, "followed_on", "avenir"),
        ({"module": "M4", "is_equivalence": True}, "provider", "organisme"),
        ({"module": "M4", "is_equivalence": True, "provider": "CNFPT"}, "course", "intitulé"),
    ],
)
def test_a_wrong_placing_is_refused_at_its_field(structure, actor, referent, placing, field, message):
    certificate = added(structure, actor)
    with pytest.raises(TrainingRefused, match=message) as caught:
        assigned(certificate, actor, referent=referent, **placing)
    assert caught.value.field == field
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.TO_SORT


def test_a_referent_of_another_structure_is_refused(structure, actor):
    with pytest.raises(TrainingRefused, match="votre structure"):
        assigned(added(structure, actor), actor, referent=make_referent(), module="M4")


@pytest.mark.parametrize("role", [Role.STRUCTURE_ADMIN, Role.DPID_AGENT, Role.SLAI])
def test_nobody_else_touches_the_attestations(structure, actor, referent, role):
    certificate, stranger = added(structure, actor), make_user(role)
    with pytest.raises(TrainingRefused):
        assigned(certificate, stranger, referent=referent, module="M4")
    with pytest.raises(TrainingRefused):
        services.remove_certificate(certificate=certificate, actor=stranger)
    with pytest.raises(TrainingRefused):
        added(structure, stranger, text="autre")


def ruled(certificate, actor, state=CertificateState.ACCEPTED) -> AttendanceCertificate:
    certificate.state, certificate.ruled_by, certificate.ruled_at, certificate.reason = state, actor, NOW, "Illisible."
    certificate.save()
    return certificate


def test_what_the_dpid_ruled_on_no_longer_changes(structure, actor, referent):
    certificate = ruled(assigned(added(structure, actor), actor, referent=referent, module="M4"), actor)
    with pytest.raises(TrainingRefused, match="prononcée"):
        assigned(certificate, actor, referent=referent, module="M3")
    with pytest.raises(TrainingRefused, match="prononcée"):
        services.remove_certificate(certificate=certificate, actor=actor)


@pytest.mark.django_db(transaction=True)
def test_taking_back_an_attestation_erases_its_file(structure, actor, private_storage):
    services.remove_certificate(certificate=added(structure, actor), actor=actor)
    assert AttendanceCertificate.objects.count() == StoredFile.objects.count() == 0
    assert [path for path in private_storage.rglob("*") if path.is_file()] == []


def newcomer(referent, actor, **fields) -> TrainingCommitment:
    defaults = {"obligation": "M3", "session_on": date(2026, 5, 12), "rulebook": RULEBOOK, "actor": actor, "now": NOW}
    return services.commit_newcomer(referent=referent, **{**defaults, **fields})


def absence(referent, actor, **fields) -> TrainingCommitment:
    defaults = {
        "obligation": "M3",
        "reason": AbsenceReason.ANNUAL_LEAVE,
        "session_on": date(2026, 5, 12),
        "proof": stored("justificatif"),
        "rulebook": RULEBOOK,
        "actor": actor,
        "now": NOW,
    }
    return services.commit_absence(referent=referent, **{**defaults, **fields})


def test_a_newcomer_is_due_a_year_after_arriving(structure, actor):
    commitment = newcomer(make_referent(structure, arrived_on=date(2025, 9, 15)), actor)
    assert commitment.due_on == date(2026, 9, 15)


def test_a_newcomer_of_more_than_a_year_is_no_newcomer(referent, actor):
    with pytest.raises(TrainingRefused, match="année d’arrivée"):
        newcomer(referent, actor)


def test_a_newcomer_needs_a_session_or_a_plan(structure, actor):
    referent = make_referent(structure, arrived_on=date(2025, 9, 15))
    with pytest.raises(TrainingRefused, match="plan de formation") as caught:
        newcomer(referent, actor, session_on=None)
    assert caught.value.field == "session_on"
    assert newcomer(referent, actor, session_on=None, plan=stored("plan")).proof


def test_an_absence_is_due_within_twelve_months_and_proven(referent, actor):
    assert absence(referent, actor).due_on == date(2027, 2, 10)
    with pytest.raises(TrainingRefused, match="justificatif"):
        absence(referent, actor, obligation="M4", proof=None)


@pytest.mark.parametrize(
    ("session_on", "message"), [(date(2026, 2, 9), "déjà passée"), (date(2027, 2, 11), "avant l’échéance")]
)
def test_the_session_lies_between_today_and_the_due_day(referent, actor, session_on, message):
    with pytest.raises(TrainingRefused, match=message) as caught:
        absence(referent, actor, session_on=session_on)
    assert caught.value.field == "session_on"


def test_one_commitment_per_obligation(referent, actor):
    absence(referent, actor)
    with pytest.raises(TrainingRefused, match="existe déjà"):
        absence(referent, actor)


def test_an_optional_module_is_committed_to_as_one_obligation(referent, actor):
    assert absence(referent, actor, obligation="OPT").obligation == "OPT"
    with pytest.raises(TrainingRefused, match="pas une obligation"):
        absence(referent, actor, obligation="O1")


def test_a_litigation_keeps_the_commitment_with_its_proof(referent, actor):
    commitment = absence(referent, actor)
    StoredFile.objects.update(legal_hold=True)
    with pytest.raises(TrainingRefused, match="contentieux"):
        services.remove_commitment(commitment=commitment, actor=actor, today=TODAY)
    assert TrainingCommitment.objects.exists()


def test_giving_up_a_commitment_erases_its_proof(referent, actor):
    services.remove_commitment(commitment=absence(referent, actor), actor=actor, today=TODAY)
    assert TrainingCommitment.objects.count() == StoredFile.objects.count() == 0
