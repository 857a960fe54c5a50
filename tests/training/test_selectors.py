"""The first criterion as the database tells it."""

from datetime import UTC, date, datetime

import pytest

from accounts.enums import Role
from documents.services import store_content
from rulebook.book import current_rulebook
from tests.documents.samples import pdf
from tests.factories import make_referent, make_structure, make_territory, make_user
from training import selectors
from training.coverage import Status, Verdict
from training.enums import CertificateState
from training.models import AttendanceCertificate

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 2, 10)
RULEBOOK = current_rulebook()
pytestmark = pytest.mark.django_db


def certify(referent, module: str, part: int | None = None, state=CertificateState.ACCEPTED) -> AttendanceCertificate:
    agent = make_user(Role.DPID_AGENT) if state == CertificateState.ACCEPTED else None
    return AttendanceCertificate.objects.create(
        structure=referent.structure,
        referent=referent,
        module=module,
        part=part,
        file=store_content(content=pdf(f"{referent} {module} {part}"), name="a.pdf", actor=None, now=NOW),
        state=state,
        ruled_by=agent,
        ruled_at=NOW if agent else None,
        created_at=NOW,
    )


def trained(referent, optional: str = "O1") -> None:
    for module in ("M1", "M2", "M3", "M4", optional):
        certify(referent, module)


def test_only_funded_people_in_post_count():
    structure = make_structure()
    here = make_referent(structure)
    make_referent(structure, funded=False)
    make_referent(structure, left_on=date(2025, 12, 31))
    make_referent(structure, arrived_on=date(2026, 3, 1))
    assert selectors.counted_referents(structure, rulebook=RULEBOOK, day=TODAY) == [here]


def test_a_structure_whose_people_are_trained_meets_the_criterion():
    referent = make_referent()
    trained(referent)
    covered = selectors.coverage_of(referent.structure, rulebook=RULEBOOK, today=TODAY)
    assert covered.verdict == Verdict.MET


def test_what_waits_to_be_sorted_does_not_count():
    referent = make_referent()
    certify(referent, "M1", state=CertificateState.TO_SORT)
    covered = selectors.coverage_of(referent.structure, rulebook=RULEBOOK, today=TODAY)
    assert covered.cells["R01", "M1"].status == Status.MISSING


def test_a_territory_may_restrict_the_optional_module():
    structure = make_structure(lead_territory=make_territory("Artois", optional_modules=["O2"]))
    referent = make_referent(structure)
    trained(referent, optional="O1")
    assert selectors.coverage_of(structure, rulebook=RULEBOOK, today=TODAY).verdict == Verdict.NOT_MET
    certify(referent, "O2")
    assert selectors.coverage_of(structure, rulebook=RULEBOOK, today=TODAY).verdict == Verdict.MET


def test_the_snapshot_is_plain_json():
    import json

    referent = make_referent()
    certify(referent, "M1")
    frozen = selectors.coverage_snapshot(referent.structure, rulebook=RULEBOOK, today=TODAY)
    assert json.loads(json.dumps(frozen)) == frozen
    assert [cell["status"] for cell in frozen["cells"]] == ["met", "missing", "missing", "missing", "missing"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_coverage_takes_three_queries(count, django_assert_num_queries):
    structure = make_structure()
    for _ in range(count):
        trained(make_referent(structure))
    with django_assert_num_queries(3):
        selectors.coverage_of(structure, rulebook=RULEBOOK, today=TODAY)
