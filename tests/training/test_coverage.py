"""Who is trained in what (section 5-1): rules R12 to R24, readings A5, A6, A8 and A9."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook.book import get_rulebook
from training.coverage import (
    UNMET,
    Status,
    Verdict,
    cover,
    obligation_title,
)
from training.enums import CertificateState, CommitmentKind
from training.facts import CertificateFacts, CommitmentFacts, ReferentFacts

RULEBOOK = get_rulebook("2024-10")
FILED_ON = date(2026, 2, 10)
TODAY = date(2026, 3, 16)
ACCEPTED, REFUSED, TO_CHECK = CertificateState.ACCEPTED, CertificateState.REFUSED, CertificateState.TO_CHECK
NADIA = ReferentFacts("R01", "Nadia Delattre", date(2020, 9, 1))


def with_setting(key, value, rulebook=RULEBOOK):
    settings = {**rulebook.settings, key: replace(rulebook.settings[key], value=value)}
    return replace(rulebook, settings=MappingProxyType(settings))


def restricted(**allowed):
    return replace(RULEBOOK, training=replace(RULEBOOK.training, optional_allowed=allowed))


def accepted(*module_ids, code="R01"):
    return [CertificateFacts(code, module_id, status=ACCEPTED) for module_id in module_ids]


def covered(certificates=(), commitments=(), referents=(NADIA,), rulebook=RULEBOOK, today=TODAY, territory=""):
    return cover(
        rulebook,
        referents=referents,
        certificates=certificates,
        commitments=commitments,
        active_on=FILED_ON,
        today=today,
        territory=territory,
    )


def state(obligation, *certificates, commitments=(), **options):
    return covered(certificates, commitments, **options).cells["R01", obligation]


def test_everything_accepted_meets_the_criterion():
    coverage = covered(accepted("M1", "M2", "M3", "M4", "O1"))
    assert coverage.obligations == ("M1", "M2", "M3", "M4", "OPT")
    assert {cell.status for cell in coverage.row("R01")} == {Status.MET}
    assert (coverage.verdict, coverage.fraction, coverage.blockers) == (Verdict.MET, 1, ())


@pytest.mark.parametrize(
    ("certificates", "status", "why"),
    [
        ([], Status.MISSING, ""),
        ([(1, ACCEPTED)], Status.PARTIAL, "Il manque\u00a0: seconde partie (2\u00a0jours)."),
        ([(2, TO_CHECK)], Status.PARTIAL, "Il manque\u00a0: première partie (2\u00a0jours)."),
        ([(1, ACCEPTED), (2, ACCEPTED)], Status.MET, ""),
        ([(1, ACCEPTED), (2, TO_CHECK)], Status.TO_CHECK, ""),
        ([(1, ACCEPTED), (2, CertificateState.EQUIVALENCE)], Status.TO_CHECK, ""),
        ([(1, ACCEPTED), (2, REFUSED)], Status.PARTIAL, "Il manque\u00a0: seconde partie (2\u00a0jours)."),
        ([(1, ACCEPTED), (1, ACCEPTED)], Status.PARTIAL, "Il manque\u00a0: seconde partie (2\u00a0jours)."),
        ([(None, ACCEPTED)], Status.MET, ""),
        ([(None, TO_CHECK)], Status.TO_CHECK, ""),
        ([(None, REFUSED)], Status.REFUSED, "Objectifs non couverts."),
        ([(None, REFUSED), (None, ACCEPTED)], Status.MET, ""),
        ([(None, CertificateState.TO_SORT)], Status.MISSING, ""),
    ],
)
def test_a_module_in_two_parts(certificates, status, why):
    facts = [
        CertificateFacts("R01", "M2", part, status, reason="Objectifs non couverts." if status == REFUSED else "")
        for part, status in certificates
    ]
    cell = state("M2", *facts)
    assert (cell.status, cell.why) == (status, why)


def test_a_part_number_on_a_module_without_parts_changes_nothing():
    assert state("M1", CertificateFacts("R01", "M1", 2, ACCEPTED)).status is Status.MET


@pytest.mark.parametrize("module_id", ["O1", "O2", "O3", "O4", "O5", "O6"])
def test_any_optional_module_is_the_fifth_obligation(module_id):
    cell = state("OPT", *accepted(module_id))
    assert (cell.status, cell.module_id) == (Status.MET, module_id)


def test_the_best_optional_module_counts():
    cell = state("OPT", CertificateFacts("R01", "O1", status=REFUSED), *accepted("O5"))
    assert (cell.status, cell.module_id) == (Status.MET, "O5")


def test_a_territory_may_restrict_the_optional_modules():
    rulebook = restricted(boulonnais=("O2", "O5"))
    elsewhere = state("OPT", *accepted("O3"), rulebook=rulebook, territory="artois")
    here = state("OPT", *accepted("O3"), rulebook=rulebook, territory="boulonnais")
    assert elsewhere.status is Status.MET
    assert (here.status, here.why) == (
        Status.MISSING,
        "Le territoire ne retient pas le module «\u00a0Agressivité\u00a0».",
    )


def test_two_optional_modules_when_the_rulebook_asks_for_two():
    rulebook = replace(RULEBOOK, training=replace(RULEBOOK.training, optional_required=2))
    assert state("OPT", *accepted("O1"), rulebook=rulebook).status is Status.MISSING
    assert state("OPT", *accepted("O1", "O1"), rulebook=rulebook).status is Status.MISSING
    assert state("OPT", *accepted("O1", "O4"), rulebook=rulebook).status is Status.MET


def test_no_age_limit_unless_the_rulebook_sets_one():
    old = CertificateFacts("R01", "M4", status=ACCEPTED, followed_on=date(2020, 3, 15))
    limited = with_setting("training.max_age_years", 6)
    assert state("M4", old).status is Status.MET
    assert state("M4", old, rulebook=limited, today=date(2026, 3, 15)).status is Status.MET
    too_old = state("M4", old, rulebook=limited, today=date(2026, 3, 16))
    assert (too_old.status, too_old.why) == (Status.REFUSED, "Formation suivie il y a plus de 6\u00a0ans.")


def absence(due_on=date(2027, 2, 10), session_on=date(2026, 5, 12), has_proof=True, obligation="M3"):
    return CommitmentFacts("R01", obligation, CommitmentKind.ABSENCE, due_on, session_on, has_proof)


def newcomer(due_on=date(2026, 9, 15), has_proof=True):
    return CommitmentFacts("R01", "M3", CommitmentKind.NEWCOMER, due_on, None, has_proof)


@pytest.mark.parametrize(
    ("commitment", "status", "why"),
    [
        (absence(), Status.CONDITIONAL, "Absence justifiée, session le mardi 12 mai 2026."),
        (absence(has_proof=False), Status.MISSING, "Le justificatif d’absence manque."),
        (absence(session_on=None), Status.MISSING, "La nouvelle session manque."),
        (absence(due_on=TODAY), Status.CONDITIONAL, "Absence justifiée, session le mardi 12 mai 2026."),
        (
            absence(due_on=TODAY - timedelta(1)),
            Status.MISSING,
            "L’engagement n’a pas été tenu\u00a0: son dernier jour était le dimanche 15 mars 2026.",
        ),
    ],
)
def test_a_justified_absence(commitment, status, why):
    cell = state("M3", commitments=[commitment])
    assert (cell.status, cell.why, cell.commitment) == (status, why, commitment)
    assert cell.until == (commitment.due_on if status is Status.CONDITIONAL else None)


def test_an_absence_counts_for_nothing_when_the_rulebook_says_so():
    cell = state("M3", commitments=[absence()], rulebook=with_setting("training.absence_counts_as", "unmet"))
    assert (cell.status, cell.why) == (Status.MISSING, "Une absence ne dispense pas de la formation.")


@pytest.mark.parametrize(
    ("arrived_on", "today", "status", "until"),
    [
        (date(2025, 9, 15), TODAY, Status.CONDITIONAL, date(2026, 9, 15)),
        (date(2025, 9, 15), date(2026, 9, 15), Status.CONDITIONAL, date(2026, 9, 15)),
        (date(2025, 9, 15), date(2026, 9, 16), Status.MISSING, None),
        (date(2025, 6, 1), TODAY, Status.CONDITIONAL, date(2026, 6, 1)),  # never beyond the year of arrival
        (None, TODAY, Status.MISSING, None),
    ],
)
def test_a_newcomer_has_one_year(arrived_on, today, status, until):
    emilie = replace(NADIA, arrived_on=arrived_on)
    cell = state("M3", commitments=[newcomer()], referents=[emilie], today=today)
    assert (cell.status, cell.until) == (status, until)


def test_the_calendar_year_variant_for_newcomers():
    emilie = replace(NADIA, arrived_on=date(2025, 9, 15))
    rulebook = with_setting("training.newcomer_rule", "calendar_year")
    cell = state("M3", commitments=[newcomer()], referents=[emilie], rulebook=rulebook)
    assert (cell.status, cell.why) == (
        Status.MISSING,
        "L’engagement n’a pas été tenu\u00a0: son dernier jour était le mercredi 31 décembre 2025.",
    )


def test_the_months_left_to_newcomers_are_those_of_the_rulebook():
    emilie = replace(NADIA, arrived_on=date(2025, 10, 1))
    shorter, longer = (with_setting("training.commitment_months", months) for months in (6, 24))
    held = newcomer(due_on=date(2028, 1, 1))
    assert state("M3", commitments=[held], referents=[emilie], rulebook=shorter).until == date(2026, 4, 1)
    assert state("M3", commitments=[held], referents=[emilie], rulebook=longer).until == date(2027, 10, 1)


def test_a_newcomer_without_a_training_plan_is_not_held():
    emilie = replace(NADIA, arrived_on=date(2025, 9, 15))
    cell = state("M3", commitments=[newcomer(has_proof=False)], referents=[emilie])
    assert (cell.status, cell.why) == (Status.MISSING, "Le plan de formation manque.")


def test_a_commitment_completes_a_part_or_makes_up_for_a_refusal():
    held = absence(obligation="M2")
    assert state("M2", CertificateFacts("R01", "M2", 1, ACCEPTED), commitments=[held]).status is Status.CONDITIONAL
    assert state("M2", CertificateFacts("R01", "M2", status=REFUSED), commitments=[held]).status is Status.CONDITIONAL


def test_a_commitment_that_fails_leaves_the_first_reason_readable():
    refused = CertificateFacts("R01", "M3", status=REFUSED, reason="Trois heures seulement.")
    cell = state("M3", refused, commitments=[absence(has_proof=False)])
    assert (cell.status, cell.why) == (Status.REFUSED, "Trois heures seulement. Le justificatif d’absence manque.")


def test_a_certificate_that_arrives_ends_the_commitment():
    assert state("M3", *accepted("M3"), commitments=[absence()]).status is Status.MET
    assert state("M3", CertificateFacts("R01", "M3"), commitments=[absence()]).status is Status.TO_CHECK


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"funded": False}, False),
        ({"arrived_on": FILED_ON}, True),
        ({"arrived_on": FILED_ON + timedelta(1)}, False),
        ({"arrived_on": None}, True),
        ({"left_on": FILED_ON}, True),
        ({"left_on": FILED_ON - timedelta(1)}, False),
    ],
)
def test_who_counts_on_the_filing_date(change, counts):
    referent = replace(NADIA, **change)
    coverage = covered(referents=[referent])
    assert (coverage.counted, coverage.not_counted) == (((referent,), ()) if counts else ((), (referent,)))


def test_the_wider_scope_counts_everyone_in_post():
    everyone = with_setting("referent.scope", "all")
    assert covered(referents=[replace(NADIA, funded=False)], rulebook=everyone).not_counted == ()
    assert covered(referents=[replace(NADIA, left_on=date(2025, 1, 1))], rulebook=everyone).counted == ()


def test_nobody_to_count_is_not_a_success():
    coverage = covered(referents=[])
    assert (coverage.verdict, coverage.fraction) == (Verdict.NOT_MET, 0)
    assert coverage.blockers == ("Aucun référent en poste n’est à compter.",)


FOUR = accepted("M1", "M2", "M4", "O1")


@pytest.mark.parametrize(
    ("certificates", "commitments", "verdict", "fraction"),
    [
        (FOUR, [], Verdict.NOT_MET, Fraction(4, 5)),
        ([*FOUR, CertificateFacts("R01", "M3")], [], Verdict.PENDING, Fraction(4, 5)),
        (FOUR, [absence()], Verdict.MET_UNDER_COMMITMENT, 1),
        ([*FOUR[1:], CertificateFacts("R01", "M1")], [absence()], Verdict.PENDING, Fraction(4, 5)),
        ([*FOUR[1:], CertificateFacts("R01", "M1")], [], Verdict.NOT_MET, Fraction(3, 5)),
        ([*FOUR, CertificateFacts("R01", "M3", status=REFUSED, reason="Non.")], [], Verdict.NOT_MET, Fraction(4, 5)),
    ],
)
def test_the_verdict_of_the_structure(certificates, commitments, verdict, fraction):
    coverage = covered(certificates, commitments)
    assert (coverage.verdict, coverage.fraction) == (verdict, fraction)
    assert [cell.obligation for cell in coverage.commitments] == (["M3"] if coverage.counts[Status.CONDITIONAL] else [])


def test_one_referent_short_of_one_module_holds_back_the_structure():
    hugo = ReferentFacts("R02", "Hugo Leclercq", date(2021, 1, 4))
    certificates = [
        *accepted("M1", "M2", "M3", "M4", "O1"),
        *accepted("M1", "M3", "O6", code="R02"),
        CertificateFacts("R02", "M2", 1, ACCEPTED),
    ]
    coverage = covered(certificates, referents=[hugo, NADIA])
    assert [referent.code for referent in coverage.counted] == ["R01", "R02"]
    assert coverage.verdict is Verdict.NOT_MET
    assert coverage.blockers == (
        "R02, «\u00a0Développement des potentiels\u00a0». Il manque\u00a0: seconde partie (2\u00a0jours).",
        "R02, «\u00a0Secret professionnel\u00a0». Aucune attestation.",
    )


def test_titles_of_the_columns():
    titles = [obligation_title(RULEBOOK, obligation) for obligation in covered().obligations]
    assert titles == [
        "Santé mentale",
        "Développement des potentiels",
        "Public féminin",
        "Secret professionnel",
        "Module au choix",
    ]


codes = st.sampled_from(["R01", "R02"])
module_ids = st.sampled_from([module.id for module in RULEBOOK.modules])
parts = st.sampled_from([None, 1, 2])
certificate_facts = st.builds(
    CertificateFacts,
    codes,
    module_ids,
    parts,
    st.sampled_from(CertificateState),
    st.none() | st.dates(date(2020, 1, 1), TODAY),
    st.sampled_from(["Motif.", "Autre motif."]),
)
commitment_facts = st.builds(
    CommitmentFacts,
    codes,
    st.sampled_from(["M1", "M2", "M3", "M4", "OPT"]),
    st.sampled_from(CommitmentKind),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.booleans(),
)
TWO = (NADIA, ReferentFacts("R02", "Hugo Leclercq", date(2025, 9, 15)))


@given(st.lists(certificate_facts, max_size=12), st.lists(commitment_facts, max_size=6))
def test_counts_fraction_and_blockers_agree_with_the_cells(certificates, commitments):
    coverage = covered(certificates, commitments, referents=TWO)
    assert len(coverage.cells) == sum(coverage.counts.values()) == 10
    assert len(coverage.blockers) == sum(coverage.counts[status] for status in UNMET)
    assert (coverage.verdict is Verdict.NOT_MET) == bool(coverage.blockers)
    assert sum(coverage.blocking.values()) == len(coverage.blockers)
    held = all(cell.is_held for cell in coverage.cells.values())
    assert (coverage.fraction == 1) == held
    assert held or coverage.verdict in {Verdict.PENDING, Verdict.NOT_MET}
    for cell in coverage.cells.values():
        assert cell.until is None or (cell.until >= TODAY and cell.status in {Status.CONDITIONAL, Status.TO_CHECK})
        assert cell.until is not None or cell.status is not Status.CONDITIONAL
        assert cell.section in {"5-1", "5-1 b", "annexe 1"}
        assert bool(cell.needs) == (cell.status in {*UNMET, Status.CONDITIONAL})


@given(st.lists(certificate_facts, max_size=12), st.lists(commitment_facts, max_size=6), codes, module_ids, parts)
def test_one_more_accepted_certificate_never_lowers_the_fraction(certificates, commitments, code, module_id, part):
    before = covered(certificates, commitments, referents=TWO)
    more = CertificateFacts(code, module_id, part, ACCEPTED)
    after = covered([*certificates, more], commitments, referents=TWO)
    assert before.fraction <= after.fraction
    assert all(after.cells[place].is_held for place, cell in before.cells.items() if cell.is_held)
    obligation = module_id if module_id.startswith("M") else "OPT"
    whole = part is None or module_id != "M2"
    assert after.cells[code, obligation].status is Status.MET or not whole


@given(st.lists(certificate_facts, max_size=12), st.lists(commitment_facts, max_size=6), st.randoms())
def test_the_order_of_the_facts_never_matters(certificates, commitments, random):
    shuffled = [random.sample(facts, len(facts)) for facts in (certificates, commitments, list(TWO))]
    first = covered(certificates, commitments, referents=TWO)
    assert covered(shuffled[0], shuffled[1], referents=shuffled[2]) == first
