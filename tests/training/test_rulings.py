"""What the DPID decides on an attestation."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.enums import Role
from applications.selectors.files import events
from tests.applications.builders import LATER, under_review
from tests.evaluation.builders import make_file
from tests.factories import make_referent, make_user
from training.enums import CertificateState, RecordStage
from training.models import AttendanceCertificate
from training.records import move_record
from training.rulings import RulingRefused, StaleRuling, accept_certificate, refuse_certificate

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)
TO_CHECK = CertificateState.TO_CHECK


def make_certificate(**fields):
    """An attestation of a filed structure."""
    referent = make_referent()
    move_record(structure=referent.structure, stage=RecordStage.CONTROL)
    defaults = {
        "structure": referent.structure, "referent": referent, "module": "M4", "file": make_file(),
        "state": TO_CHECK, "followed_on": date(2025, 5, 6), "created_at": NOW,
    }  # fmt: skip
    return AttendanceCertificate.objects.create(**{**defaults, **fields})


def test_accepted_by_the_dpid_with_date_and_author():
    agent = make_user(Role.DPID_AGENT)

    ruled = accept_certificate(certificate=make_certificate(), actor=agent, now=NOW, seen=TO_CHECK)

    ruled.refresh_from_db()
    assert (ruled.state, ruled.reason, ruled.ruled_by, ruled.ruled_at) == (CertificateState.ACCEPTED, "", agent, NOW)


def test_refused_with_the_reason_that_the_structure_reads():
    certificate = make_certificate(state=CertificateState.EQUIVALENCE, is_equivalence=True)

    refuse_certificate(
        certificate=certificate, reason=" 3 h, deux objectifs sur trois non couverts. ",
        actor=make_user(Role.DPID_MANAGER), now=NOW, seen=CertificateState.EQUIVALENCE,
    )  # fmt: skip

    certificate.refresh_from_db()
    assert certificate.state == CertificateState.REFUSED
    assert certificate.reason == "3 h, deux objectifs sur trois non couverts."


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_refusal_says_why(reason):
    certificate = make_certificate()
    with pytest.raises(RulingRefused, match="motif"):
        refuse_certificate(
            certificate=certificate, reason=reason, actor=make_user(Role.DPID_AGENT), now=NOW, seen=TO_CHECK
        )
    certificate.refresh_from_db()
    assert certificate.state == TO_CHECK


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DPID_AGENT, Role.DPID_MANAGER}))
def test_nobody_else_rules(role):
    certificate = make_certificate()
    with pytest.raises(RulingRefused, match="DPID"):
        accept_certificate(certificate=certificate, actor=make_user(role), now=NOW, seen=TO_CHECK)
    certificate.refresh_from_db()
    assert certificate.state == TO_CHECK


def test_an_attestation_still_to_sort_waits_for_the_structure():
    certificate = make_certificate(state=CertificateState.TO_SORT)
    with pytest.raises(RulingRefused, match="rangée"):
        accept_certificate(
            certificate=certificate, actor=make_user(Role.DPID_AGENT), now=NOW, seen=CertificateState.TO_SORT
        )


def test_a_ruling_is_corrected_by_whoever_sees_it():
    certificate, agent = make_certificate(), make_user(Role.DPID_AGENT)
    refuse_certificate(certificate=certificate, reason="Illisible.", actor=agent, now=NOW, seen=TO_CHECK)

    accept_certificate(certificate=certificate, actor=agent, now=NOW, seen=CertificateState.REFUSED)

    certificate.refresh_from_db()
    assert (certificate.state, certificate.reason) == (CertificateState.ACCEPTED, "")


def test_every_ruling_is_kept():
    """The attestation shows the last one; what was said before, by whom and why, can be read."""
    certificate = make_certificate()
    first, second = make_user(Role.DPID_AGENT), make_user(Role.DPID_MANAGER)
    refuse_certificate(certificate=certificate, reason="Illisible.", actor=first, now=NOW, seen=TO_CHECK)
    later = NOW + timedelta(days=2)
    accept_certificate(certificate=certificate, actor=second, now=later, seen=CertificateState.REFUSED)
    with pytest.raises(StaleRuling):
        accept_certificate(certificate=certificate, actor=first, now=later, seen=TO_CHECK)

    assert list(certificate.rulings.values_list("state", "reason", "author", "at")) == [
        (CertificateState.REFUSED, "Illisible.", first.pk, NOW),
        (CertificateState.ACCEPTED, "", second.pk, later),
    ]


def test_two_agents_do_not_overwrite_each_other():
    certificate, first = make_certificate(), make_user(Role.DPID_AGENT)
    accept_certificate(certificate=certificate, actor=first, now=NOW, seen=TO_CHECK)

    with pytest.raises(StaleRuling, match=f"acceptée\xa0» par {first}"):
        refuse_certificate(
            certificate=certificate, reason="Illisible.", actor=make_user(Role.DPID_AGENT), now=NOW, seen=TO_CHECK
        )

    certificate.refresh_from_db()
    assert (certificate.state, certificate.ruled_by) == (CertificateState.ACCEPTED, first)


def test_the_timeline_of_the_file_tells_a_refusal_and_its_correction():
    application, agent = under_review(), make_user(Role.DPID_AGENT)
    first, other = application.structure.certificates.all()[:2]
    refuse_certificate(certificate=first, reason="Illisible.", actor=agent, now=LATER, seen=TO_CHECK)
    accept_certificate(certificate=other, actor=agent, now=LATER, seen=TO_CHECK)
    after = LATER + timedelta(hours=1)
    accept_certificate(certificate=first, actor=agent, now=after, seen=CertificateState.REFUSED)

    told = [(event.at, event.title, event.detail) for event in events(application, {}) if "Attestation" in event.title]
    assert told == [(after, "Attestation acceptée, R01", ""), (LATER, "Attestation refusée, R01", "Illisible.")]
