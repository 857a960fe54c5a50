"""The decision table of the first criterion (CdC 5-1): one référent, one obligation, one line per case.

Facts are short strings, read by `certificates` and `commitment`: « M2.1 ok », « absence 2026-05-12 ≤ 2027-02-10 ».
"""

from dataclasses import replace
from datetime import date

import pytest

from tests.training.test_coverage import FILED_ON, RULEBOOK, restricted, with_setting
from training.coverage import Flaw, Status, cover
from training.enums import CertificateState, CommitmentKind
from training.facts import CertificateFacts, CommitmentFacts, ReferentFacts

NADIA = ReferentFacts("R01", "Nadia Delattre", date(2020, 9, 1))
STATES = {
    "ok": CertificateState.ACCEPTED,
    "no": CertificateState.REFUSED,
    "?": CertificateState.TO_CHECK,
    "eq": CertificateState.EQUIVALENCE,
    "loose": CertificateState.TO_SORT,
}
S, F = Status, Flaw


def certificates(words):
    """« M2.1 ok 2024-02-29 »: module, part, state, day."""
    for word in filter(None, words.split(", ")):
        place, state, *day = word.split()
        module, _, part = place.partition(".")
        yield CertificateFacts(
            "R01", module, int(part) if part else None, STATES[state], date.fromisoformat(day[0]) if day else None
        )


def commitment(words, obligation):
    """« absence 2026-05-12 ≤ 2027-02-10 », « plan ≤ 2026-09-15 », « - » for what is missing, « sans preuve »."""
    if not words:
        return []
    kind, _, rest = words.partition(" ")
    session, _, due = rest.removesuffix(" sans preuve").rpartition("≤ ")
    session = session.strip(" -")
    return [
        CommitmentFacts(
            "R01",
            obligation,
            CommitmentKind.ABSENCE if kind == "absence" else CommitmentKind.NEWCOMER,
            date.fromisoformat(due.strip()),
            date.fromisoformat(session) if session else None,
            not rest.endswith("sans preuve"),
        )
    ]


def ruled(case, obligation, held, today, arrived, rulebook, territory):
    coverage = cover(
        rulebook,
        referents=[replace(NADIA, arrived_on=date.fromisoformat(arrived) if arrived else None)],
        certificates=certificates(case),
        commitments=commitment(held, obligation),
        active_on=date.fromisoformat(today),
        today=date.fromisoformat(today),
        territory=territory,
    )
    return coverage.cells["R01", obligation]


LIMITED = with_setting("training.max_age_years", 6)
UNMET_ABSENCE = with_setting("training.absence_counts_as", "unmet")
YEAR = with_setting("training.newcomer_rule", "calendar_year")
SHORT = with_setting("training.commitment_months", 6)
HERE = restricted(boulonnais=("O2", "O5"))
TWO = replace(RULEBOOK, training=replace(RULEBOOK.training, optional_required=2))
DAY, OLD = "2026-03-16", "2020-09-01"

# obligation, attestations, commitment, expected status, until, flaw, section
PLAIN = [
    # Un module d’un seul tenant
    ("M1", "", "", S.MISSING, None, None, "5-1"),
    ("M1", "M1 ok", "", S.MET, None, None, "5-1"),
    ("M1", "M1 ?", "", S.TO_CHECK, None, None, "5-1"),
    ("M1", "M1 eq", "", S.TO_CHECK, None, None, "5-1"),
    ("M1", "M1 no", "", S.REFUSED, None, None, "5-1"),
    ("M1", "M1 loose", "", S.MISSING, None, None, "5-1"),
    ("M1", "M1 no, M1 ok", "", S.MET, None, None, "5-1"),
    ("M1", "M1 no, M1 ?", "", S.TO_CHECK, None, None, "5-1"),
    ("M1", "M1 ok, M1 ok", "", S.MET, None, None, "5-1"),
    ("M1", "M3 ok", "", S.MISSING, None, None, "5-1"),
    ("M1", "M1.2 ok", "", S.MET, None, None, "5-1"),
    ("M1", "M1 ok 2009-01-05", "", S.MET, None, None, "5-1"),  # aucune ancienneté maximale
    ("M4", "M4 ok 2020-05-14", "", S.MET, None, None, "5-1"),  # l’exemple du texte
    # Le module en deux parties de deux jours
    ("M2", "M2 ok", "", S.MET, None, None, "5-1"),
    ("M2", "M2.1 ok", "", S.PARTIAL, None, None, "annexe 1"),
    ("M2", "M2.2 ok", "", S.PARTIAL, None, None, "annexe 1"),
    ("M2", "M2.1 ok, M2.2 ok", "", S.MET, None, None, "5-1"),
    ("M2", "M2.1 ok, M2.1 ok", "", S.PARTIAL, None, None, "annexe 1"),
    ("M2", "M2.1 ok, M2.2 ?", "", S.TO_CHECK, None, None, "5-1"),
    ("M2", "M2.1 eq, M2.2 ?", "", S.TO_CHECK, None, None, "5-1"),
    ("M2", "M2.1 ok, M2.2 no", "", S.PARTIAL, None, None, "annexe 1"),
    ("M2", "M2.1 no, M2.2 no", "", S.REFUSED, None, None, "5-1"),
    ("M2", "M2 no, M2.1 ok, M2.2 ok", "", S.MET, None, None, "5-1"),
    ("M2", "M2.1 ?", "absence 2026-05-12 ≤ 2027-02-10", S.CONDITIONAL, "2027-02-10", None, "5-1 b"),
    ("M2", "M2.1 ok, M2.2 ?", "absence 2026-05-12 ≤ 2027-02-10", S.TO_CHECK, "2027-02-10", None, "5-1"),
    # Le module au choix
    ("OPT", "", "", S.MISSING, None, None, "5-1"),
    ("OPT", "O1 ok", "", S.MET, None, None, "5-1"),
    ("OPT", "O4 ok", "", S.MET, None, None, "5-1"),  # sans durée à l’annexe 1
    ("OPT", "O1 no, O6 ok", "", S.MET, None, None, "5-1"),
    ("OPT", "O1 no, O6 ?", "", S.TO_CHECK, None, None, "5-1"),
    ("OPT", "O1 no, O6 no", "", S.REFUSED, None, None, "5-1"),
    ("OPT", "M1 ok", "", S.MISSING, None, None, "5-1"),
    ("OPT", "", "absence 2026-05-12 ≤ 2027-02-10", S.CONDITIONAL, "2027-02-10", None, "5-1 b"),
    # L’absence justifiée, avec et sans nouvelle session
    ("M3", "", "absence 2026-05-12 ≤ 2027-02-10", S.CONDITIONAL, "2027-02-10", None, "5-1 b"),
    ("M3", "", "absence 2026-05-12 ≤ 2027-02-10 sans preuve", S.MISSING, None, F.NO_PROOF, "5-1 b"),
    ("M3", "", "absence - ≤ 2027-02-10", S.MISSING, None, F.NO_SESSION, "5-1 b"),
    ("M3", "", "absence - ≤ 2027-02-10 sans preuve", S.MISSING, None, F.NO_SESSION, "5-1 b"),
    ("M3", "", "absence 2026-03-16 ≤ 2026-03-16", S.CONDITIONAL, "2026-03-16", None, "5-1 b"),
    ("M3", "", "absence 2026-03-15 ≤ 2026-03-15", S.MISSING, None, F.LAPSED, "5-1 b"),
    ("M3", "", "absence 2026-03-02 ≤ 2027-02-10", S.CONDITIONAL, "2027-02-10", None, "5-1 b"),  # session passée
    ("M3", "M3 no", "absence 2026-05-12 ≤ 2027-02-10", S.CONDITIONAL, "2027-02-10", None, "5-1 b"),
    ("M3", "M3 no", "absence 2026-05-12 ≤ 2027-02-10 sans preuve", S.REFUSED, None, F.NO_PROOF, "5-1 b"),
    ("M3", "M3 ?", "absence 2026-05-12 ≤ 2027-02-10", S.TO_CHECK, "2027-02-10", None, "5-1"),
    ("M3", "M3 ?", "absence 2026-05-12 ≤ 2026-03-15", S.TO_CHECK, None, None, "5-1"),
    ("M3", "M3 ok", "absence 2026-05-12 ≤ 2027-02-10", S.MET, None, None, "5-1"),
    ("M3", "M3 ok", "absence - ≤ 2026-03-15 sans preuve", S.MET, None, None, "5-1"),
]


@pytest.mark.parametrize(("obligation", "case", "held", "status", "until", "flaw", "section"), PLAIN)
def test_one_obligation(obligation, case, held, status, until, flaw, section):
    cell = ruled(case, obligation, held, DAY, OLD, RULEBOOK, "")
    expected = (status, date.fromisoformat(until) if until else None, flaw, section)
    assert (cell.status, cell.until, cell.flaw, cell.section) == expected


# arrival, today, plan, rulebook, expected status, until, flaw
NEWCOMERS = [
    ("2025-09-15", "2025-09-15", "plan ≤ 2026-09-15", RULEBOOK, S.CONDITIONAL, "2026-09-15", None),
    ("2025-09-15", "2026-09-14", "plan ≤ 2026-09-15", RULEBOOK, S.CONDITIONAL, "2026-09-15", None),
    ("2025-09-15", "2026-09-15", "plan ≤ 2026-09-15", RULEBOOK, S.CONDITIONAL, "2026-09-15", None),
    ("2025-09-15", "2026-09-16", "plan ≤ 2026-09-15", RULEBOOK, S.MISSING, None, F.LAPSED),
    ("2025-09-15", "2026-03-16", "plan ≤ 2026-09-15 sans preuve", RULEBOOK, S.MISSING, None, F.NO_PLAN),
    ("2025-09-15", "2026-03-16", "plan 2026-05-12 ≤ 2026-09-15", RULEBOOK, S.CONDITIONAL, "2026-09-15", None),
    # jamais au-delà de l’année d’arrivée, ni au-delà de l’engagement
    ("2025-09-15", "2026-03-16", "plan ≤ 2027-01-01", RULEBOOK, S.CONDITIONAL, "2026-09-15", None),
    ("2025-09-15", "2026-03-16", "plan ≤ 2026-06-30", RULEBOOK, S.CONDITIONAL, "2026-06-30", None),
    ("", "2026-03-16", "plan ≤ 2026-09-15", RULEBOOK, S.MISSING, None, F.NO_ARRIVAL),
    # années bissextiles et fins de mois
    ("2024-02-29", "2025-02-28", "plan ≤ 2026-01-01", RULEBOOK, S.CONDITIONAL, "2025-02-28", None),
    ("2024-02-29", "2025-03-01", "plan ≤ 2026-01-01", RULEBOOK, S.MISSING, None, F.LAPSED),
    ("2027-02-28", "2028-02-28", "plan ≤ 2029-01-01", RULEBOOK, S.CONDITIONAL, "2028-02-28", None),
    ("2027-02-28", "2028-02-29", "plan ≤ 2029-01-01", RULEBOOK, S.MISSING, None, F.LAPSED),
    ("2027-03-01", "2028-02-29", "plan ≤ 2029-01-01", RULEBOOK, S.CONDITIONAL, "2028-03-01", None),
    ("2025-12-31", "2026-12-31", "plan ≤ 2027-12-31", RULEBOOK, S.CONDITIONAL, "2026-12-31", None),
    ("2025-12-31", "2027-01-01", "plan ≤ 2027-12-31", RULEBOOK, S.MISSING, None, F.LAPSED),
    # l’autre lecture : l’année civile
    ("2025-09-15", "2025-12-31", "plan ≤ 2026-09-15", YEAR, S.CONDITIONAL, "2025-12-31", None),
    ("2025-09-15", "2026-01-01", "plan ≤ 2026-09-15", YEAR, S.MISSING, None, F.LAPSED),
    ("2025-12-31", "2025-12-31", "plan ≤ 2026-09-15", YEAR, S.CONDITIONAL, "2025-12-31", None),
    # six mois : le 31 août mène au dernier jour de février
    ("2025-08-31", "2026-02-28", "plan ≤ 2026-12-31", SHORT, S.CONDITIONAL, "2026-02-28", None),
    ("2025-08-31", "2026-03-01", "plan ≤ 2026-12-31", SHORT, S.MISSING, None, F.LAPSED),
]


@pytest.mark.parametrize(("arrived", "today", "held", "rulebook", "status", "until", "flaw"), NEWCOMERS)
def test_a_newcomer(arrived, today, held, rulebook, status, until, flaw):
    cell = ruled("", "M3", held, today, arrived, rulebook, "")
    assert (cell.status, cell.flaw, cell.section) == (status, flaw, "5-1 b")
    assert cell.until == (date.fromisoformat(until) if until else None)


# obligation, attestations, commitment, today, rulebook, territory, expected status, section
READINGS = [
    ("M4", "M4 ok 2020-03-15", "", "2026-03-15", LIMITED, "", S.MET, "5-1"),
    ("M4", "M4 ok 2020-03-15", "", "2026-03-16", LIMITED, "", S.REFUSED, "5-1"),
    ("M4", "M4 ok 2020-02-29", "", "2026-02-28", LIMITED, "", S.MET, "5-1"),
    ("M4", "M4 ok 2020-02-29", "", "2026-03-01", LIMITED, "", S.REFUSED, "5-1"),
    ("M4", "M4 ok", "", "2026-03-16", LIMITED, "", S.MET, "5-1"),  # sans date, rien ne dit qu’elle est trop ancienne
    ("M4", "M4 ok 2020-03-15, M4 ok 2024-01-10", "", "2026-03-16", LIMITED, "", S.MET, "5-1"),
    ("M2", "M2.1 ok 2019-01-10, M2.2 ok 2024-01-10", "", "2026-03-16", LIMITED, "", S.PARTIAL, "annexe 1"),
    ("M3", "", "absence 2026-05-12 ≤ 2027-02-10", DAY, UNMET_ABSENCE, "", S.MISSING, "5-1 b"),
    ("OPT", "O3 ok", "", DAY, HERE, "artois", S.MET, "5-1"),
    ("OPT", "O3 ok", "", DAY, HERE, "boulonnais", S.MISSING, "5-1"),
    ("OPT", "O5 ok", "", DAY, HERE, "boulonnais", S.MET, "5-1"),
    ("OPT", "O3 ok, O5 ?", "", DAY, HERE, "boulonnais", S.TO_CHECK, "5-1"),
    ("OPT", "O1 ok", "", DAY, TWO, "", S.MISSING, "5-1"),
    ("OPT", "O1 ok, O1 ok", "", DAY, TWO, "", S.MISSING, "5-1"),
    ("OPT", "O1 ok, O2 ?", "", DAY, TWO, "", S.TO_CHECK, "5-1"),
    ("OPT", "O1 ok, O2 ok", "", DAY, TWO, "", S.MET, "5-1"),
]


@pytest.mark.parametrize(
    ("obligation", "case", "held", "today", "rulebook", "territory", "status", "section"), READINGS
)
def test_the_readings_that_the_rulebook_may_change(obligation, case, held, today, rulebook, territory, status, section):
    cell = ruled(case, obligation, held, today, OLD, rulebook, territory)
    assert (cell.status, cell.section) == (status, section)


# change to the référent, counted on the filing date, why not
SCOPE = [
    ({}, ""),
    ({"arrived_on": date(2026, 2, 10)}, ""),
    ({"arrived_on": date(2026, 2, 11)}, "Arrive le mercredi 11 février 2026."),
    ({"left_on": date(2026, 2, 10)}, ""),
    ({"left_on": date(2026, 2, 9)}, "A quitté la structure le lundi 9 février 2026."),
    ({"left_on": date(2026, 12, 31)}, ""),
    ({"funded": False}, "N’est pas financé par le Département (point 5-1)."),
    ({"funded": False, "left_on": date(2026, 2, 9)}, "A quitté la structure le lundi 9 février 2026."),
]


@pytest.mark.parametrize(("change", "why"), SCOPE)
def test_who_is_counted(change, why):
    coverage = cover(
        RULEBOOK, referents=[replace(NADIA, **change)], certificates=[], commitments=[], active_on=FILED_ON,
        today=FILED_ON,
    )  # fmt: skip
    assert coverage.exclusions == ({"R01": why} if why else {})
    assert len(coverage.cells) == (0 if why else 5)


def test_the_table_is_wide_enough():
    assert len(PLAIN) + len(NEWCOMERS) + len(READINGS) + len(SCOPE) >= 80
