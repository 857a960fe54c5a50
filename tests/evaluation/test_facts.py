"""What the facts of a contract propose, line by line, and what they draw attention to."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.facts import Action, Facts, confirmed, proposals
from evaluation.grid import score
from evaluation.vigilance import Point, full_length, vigilance
from rulebook.book import get_rulebook
from rulebook.enums import ContractType, FullLengthCheck

GRID = get_rulebook("2024-10").grid
SOLIDARITY, SOCIO = ContractType.SOLIDARITY, ContractType.SOCIO_PROFESSIONAL
EDITED, OVER = date(2025, 2, 1), date(2025, 7, 31)
FULL = Action("Permis", EDITED, OVER, vocational=True, detailed=True)
SHORT = Action("Logement", date(2025, 2, 3), date(2025, 3, 31), vocational=False, detailed=True)
EARLY = Action("CV", date(2025, 1, 28), date(2025, 3, 31))
LATE = Action("Stage", date(2025, 2, 3), date(2025, 8, 1))
BLANK = Action("Santé")
OBJECTIVE = {
    "duration_start", "duration_end", "actions_three", "actions_vocational", "detail_complete", "remark_present",
}  # fmt: skip
TOO_EARLY = "une action commence le 28/01/2025, avant l’édition du 01/02/2025"
TOO_LATE = "une action finit le 01/08/2025, après la fin du contrat, le 31/07/2025"


def contract(*actions: Action, remark: bool | None = None, dated: bool = True) -> Facts:
    return Facts(EDITED if dated else None, OVER if dated else None, actions, remark)


CASES = [
    ("duration_start", contract(FULL), True, "1 action, début 01/02/2025, le jour de l’édition"),
    ("duration_start", contract(SHORT, LATE), True, "2 actions, début 03/02/2025, après l’édition du 01/02/2025"),
    ("duration_start", contract(SHORT, EARLY), False, TOO_EARLY),
    ("duration_start", contract(BLANK, EARLY), False, TOO_EARLY),
    ("duration_start", contract(SHORT, BLANK), None, ""),
    ("duration_start", contract(SHORT, dated=False), None, ""),
    ("duration_start", contract(), None, ""),
    ("duration_end", contract(FULL), True, "1 action, fin 31/07/2025, le dernier jour du contrat"),
    ("duration_end", contract(SHORT), True, "1 action, fin 31/03/2025, avant la fin du contrat, le 31/07/2025"),
    ("duration_end", contract(SHORT, LATE), False, TOO_LATE),
    ("duration_end", contract(LATE, BLANK), False, TOO_LATE),
    ("duration_end", contract(FULL, BLANK), None, ""),
    ("duration_end", contract(FULL, dated=False), None, ""),
    ("actions_one", contract(BLANK), True, "1 action"),
    ("actions_one", contract(), None, ""),
    ("actions_three", contract(BLANK, BLANK), False, "2 actions, il en faut 3"),
    ("actions_three", contract(BLANK, BLANK, BLANK), True, "3 actions"),
    ("actions_vocational", contract(SHORT, FULL), True, "1 action à visée d’insertion professionnelle"),
    ("actions_vocational", contract(BLANK, FULL), True, "1 action à visée d’insertion professionnelle"),
    ("actions_vocational", contract(SHORT, SHORT), False, "aucune action à visée d’insertion professionnelle"),
    ("actions_vocational", contract(SHORT, BLANK), None, ""),
    ("detail_complete", contract(FULL), True, "l’action est détaillée"),
    ("detail_complete", contract(FULL, SHORT), True, "les 2 actions sont détaillées"),
    ("detail_complete", contract(FULL, Action(detailed=False)), False, "1 action détaillée sur 2"),
    ("detail_complete", contract(BLANK, Action(detailed=False)), False, "au moins une action n’est pas détaillée"),
    ("detail_complete", contract(FULL, BLANK), None, ""),
    ("remark_present", contract(remark=True), True, "une remarque est écrite"),
    ("remark_present", contract(remark=False), False, "aucune remarque"),
    ("remark_present", contract(FULL), None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "facts", "granted", "reason"), CASES)
def test_decision_table(line, facts, granted, reason):
    proposal = proposals([GRID.line(line)], facts).get(line)
    assert (proposal.granted, proposal.reason) == (granted, reason) if granted is not None else proposal is None


def test_every_objective_line_is_in_the_table_and_no_judgment_proposes_itself():
    assert {line for line, *_ in CASES} == OBJECTIVE | {"actions_one"}
    judged = [line for line in GRID.lines if line.id not in OBJECTIVE | {"actions_one"}]
    assert not proposals(judged, contract(FULL, SHORT, FULL, remark=True))


def test_confirming_touches_only_what_is_proposed():
    order = [line.id for line in GRID.lines_for(SOCIO)]
    proposed = proposals(GRID.lines_for(SOCIO), contract(SHORT, EARLY, remark=True))
    ticks = ["duration_start", "duration_fit", "remark_situation"]
    assert confirmed(ticks, proposed, order) == [
        "duration_end", "duration_fit", "remark_present", "remark_situation",
    ]  # fmt: skip


days = st.none() | st.dates(date(2025, 1, 1), date(2025, 12, 31))
said = st.none() | st.booleans()
actions = st.builds(Action, st.just(""), days, days, said, said, said)
facts = st.builds(Facts, days, days, st.lists(actions, max_size=6).map(tuple), said)


@given(facts, st.sampled_from(ContractType), st.randoms())
def test_the_order_of_actions_changes_no_proposal(told, kind, chance):
    lines = GRID.lines_for(kind)
    mixed = Facts(told.edited_on, told.ends_on, tuple(chance.sample(told.actions, len(told.actions))), told.remark)
    assert proposals(lines, mixed) == proposals(lines, told)


@given(facts, st.sampled_from(ContractType))
def test_a_proposal_goes_to_lines_of_the_contract_and_says_why(told, kind):
    lines = GRID.lines_for(kind)
    proposed = proposals(lines, told)
    assert proposed.keys() <= {line.id for line in lines if line.fact}
    assert all(each.reason for each in proposed.values())


@given(facts, actions)
def test_one_more_action_never_takes_a_number_back(told, more):
    longer = Facts(told.edited_on, told.ends_on, (*told.actions, more), told.remark)
    for line in (GRID.line("actions_one"), GRID.line("actions_three")):
        before, after = proposals([line], told).get(line.id), proposals([line], longer)[line.id]
        assert after.granted or not (before and before.granted)


@given(st.dates(date(2025, 2, 1), date(2025, 7, 31)), st.integers(-3, 3))
def test_a_day_decides(edited, shift):
    told = Facts(edited, None, (Action(start=edited + timedelta(days=shift)),))
    assert proposals([GRID.line("duration_start")], told)["duration_start"].granted is (shift >= 0)


def points(told: Facts, *, check: str = "warn", ticks: list[str] | None = None) -> list[Point]:
    scored = None if ticks is None else score(GRID, SOLIDARITY, ticks)
    return [each.point for each in vigilance(told, scored, months=6, check=check)]


def test_an_action_as_long_as_the_contract():
    assert full_length(contract(SHORT, FULL), 6) is True
    assert full_length(contract(SHORT, BLANK), 6) is None
    assert full_length(contract(), 6) is None
    assert full_length(contract(SHORT), 6) is False
    assert full_length(contract(Action(start=EDITED + timedelta(days=1), end=OVER)), 6) is False
    assert points(contract(SHORT)) == [Point.FULL_LENGTH]
    assert points(contract(SHORT), check=FullLengthCheck.OFF) == []
    assert points(contract(BLANK)) == []
    (found,) = vigilance(contract(SHORT), None, months=6, check="warn")
    assert found.words == (
        "Aucune action ne dure autant que le contrat (du 01/02/2025 au 31/07/2025)\u00a0: "
        "la plus longue va du 03/02/2025 au 31/03/2025."
    )


def test_without_the_dates_of_the_contract_six_months_are_six_months():
    whole, shorter = Action(start=EDITED, end=OVER), Action(start=EDITED, end=OVER - timedelta(days=1))
    assert full_length(contract(whole, dated=False), 6) is True
    assert full_length(contract(shorter, dated=False), 6) is False


def test_a_simple_step_is_shorter_than_the_contract():
    whole = Action(start=EDITED, end=OVER, simple=True)
    assert points(contract(whole)) == [Point.SIMPLE_STEP]
    assert points(contract(FULL, Action(start=EDITED, end=OVER - timedelta(days=1), simple=True))) == []
    assert points(contract(FULL, Action(simple=True))) == []


@pytest.mark.parametrize("ticks", [[], ["duration_start"], [line.id for line in GRID.lines]])
def test_confidentiality_at_zero_is_said_once_something_is_ticked(ticks):
    assert points(contract(), ticks=ticks) == ([] if "secrecy_respected" in ticks else [Point.ALERT])
    assert points(contract(), ticks=None) == []


@given(facts, st.lists(st.sampled_from([line.id for line in GRID.lines])))
def test_what_draws_attention_never_changes_a_score(told, ticks):
    before = score(GRID, SOLIDARITY, ticks)
    vigilance(told, before, months=6, check="warn")
    assert score(GRID, SOLIDARITY, ticks) == before
