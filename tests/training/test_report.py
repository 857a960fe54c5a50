"""Every structure's first criterion in one go (the same as one by one), and the command that tells it."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.enums import LegalForm, Role
from accounts.models import Referent, Structure
from core import clock
from rulebook.book import current_rulebook
from tests.applications.builders import make_certificate, make_file
from tests.factories import make_referent, make_structure, make_territory, make_user
from training import selectors
from training.enums import CertificateState, CommitmentKind
from training.models import AttendanceCertificate, TrainingCommitment

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 2, 10)
RULEBOOK = current_rulebook()
pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


def train(referent, agent, *modules):
    for module in modules:
        make_certificate(
            referent, module, state=CertificateState.ACCEPTED, ruled_by=agent, ruled_at=NOW, created_at=NOW
        )


def some_structures(agent, count):
    """Trained, committed, waiting, missing, in turn."""
    for rank in range(count):
        structure = make_structure(lead_territory=make_territory(["Artois", "Boulonnais"][rank % 2]))
        referent = make_referent(structure, arrived_on=date(2025, 9, 15))
        make_referent(structure, funded=False)
        train(referent, agent, "M1", "M2", "M3", *(["M4"] if rank % 4 == 0 else []), "O1")
        if rank % 4 == 1:
            TrainingCommitment.objects.create(
                structure=structure, referent=referent, obligation="M4", kind=CommitmentKind.NEWCOMER,
                session_on=date(2026, 5, 12), due_on=date(2026, 9, 15), created_at=NOW,
            )  # fmt: skip
        if rank % 4 == 2:
            make_certificate(referent, "M4")
            make_certificate(referent, "M4", state=CertificateState.TO_SORT)


def test_together_is_the_same_as_one_by_one(agent):
    some_structures(agent, 8)
    together = dict(selectors.coverages_of(Structure.objects.order_by("pk"), rulebook=RULEBOOK, today=TODAY))
    assert len(together) == 8
    for structure, covered in together.items():
        assert covered == selectors.coverage_of(structure, rulebook=RULEBOOK, today=TODAY)


@pytest.mark.parametrize(("count", "thousand", "queries"), [(1, 4, 4), (4, 4, 4), (8, 4, 7)])
def test_four_queries_whatever_the_number_and_three_more_for_the_next_thousand(
    agent, count, thousand, queries, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(selectors, "THOUSAND", thousand)
    some_structures(agent, count)
    with django_assert_num_queries(queries):
        assert sum(1 for _ in selectors.coverages_of(Structure.objects.all(), rulebook=RULEBOOK, today=TODAY)) == count


def test_the_command_counts_by_territory(agent, monkeypatch, capsys):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    some_structures(agent, 6)
    call_command("report_coverage")
    lines = capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ").splitlines()
    assert lines == [
        "Artois : 2 rempli, 0 sous engagement, 1 à vérifier, 0 non rempli",
        "Boulonnais : 0 rempli, 2 sous engagement, 0 à vérifier, 1 non rempli",
        "6 structures, 6 référents comptés, 93,33 % des obligations : "
        "2 rempli, 2 sous engagement, 1 à vérifier, 1 non rempli",
    ]


def test_an_empty_portal_is_told_too(capsys):
    call_command("report_coverage")
    assert capsys.readouterr().out.startswith("0 structure, 0 référent compté")


@pytest.mark.long
def test_two_thousand_structures_of_fifteen(agent, django_assert_num_queries):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # the keys of 450,000 rows are checked at the end: no page waits for it
            cursor.execute("SET LOCAL statement_timeout = 0")
    territory, file = make_territory("Artois"), make_file()
    structures = Structure.objects.bulk_create(
        Structure(name=f"S{rank}", siret=f"{rank:014d}", legal_form=LegalForm.ASSOCIATION, lead_territory=territory)
        for rank in range(2000)
    )
    referents = Referent.objects.bulk_create(
        Referent(structure=structure, code=f"R{rank:02d}", first_name="C", last_name="R", arrived_on=date(2024, 9, 2))
        for structure in structures
        for rank in range(1, 16)
    )
    AttendanceCertificate.objects.bulk_create(
        (
            AttendanceCertificate(
                structure_id=referent.structure_id, referent=referent, module=module, file=file, created_at=NOW,
                state=CertificateState.ACCEPTED, ruled_by=agent, ruled_at=NOW,
            )
            for referent in referents
            for module in ("M1", "M2", "M3", "O1")
        ),
        batch_size=5000,
    )  # fmt: skip
    with django_assert_num_queries(7):
        covered = [
            found for _, found in selectors.coverages_of(Structure.objects.all(), rulebook=RULEBOOK, today=TODAY)
        ]
    assert len(covered) == 2000
    assert {len(found.cells) for found in covered} == {75}
