"""Lines held against the people of the structure: who is meant, what is new, what is there already. Pure."""

from dataclasses import replace
from datetime import date

import pytest

from training.imports.matching import LEFT_OUT, NEW, Known, Outcome, plan_import
from training.imports.reading import ImportRow, TrainingLine

KARIM = Known("R01", "Karim", "Benali", date(2024, 9, 2), "karim@exemple.fr")
TWIN = Known("R02", "KARIM", "BÉNALI", date(2025, 9, 1), "k.benali@exemple.fr")
GONE = Known("R03", "Lou", "D’Hondt", date(2020, 1, 6), left_on=date(2023, 6, 30))
PEOPLE = [KARIM, GONE]
SECRET = TrainingLine("M4", date(2025, 3, 12))


def row(line=2, first_name="Karim", last_name="Benali", **fields):
    return ImportRow(line, first_name, last_name, **{"arrived_on": date(2024, 9, 2), **fields})


def outcomes(*rows, people=PEOPLE, **known):
    return [step.outcome for step in plan_import(rows, people, **known).steps]


@pytest.mark.parametrize(
    ("first_name", "last_name"),
    [("Karim", "Benali"), ("KARIM", "BENALI"), ("karim", "bénali"), (" Karim ", "Benali")],
)
def test_a_person_is_recognised_whatever_the_spelling(first_name, last_name):
    (step,) = plan_import([row(2, first_name, last_name)], PEOPLE).steps
    assert (step.outcome, step.code) == (Outcome.KNOWN, "R01")


@pytest.mark.parametrize("last_name", ["d'hondt", "D’HONDT", "d hondt"])
def test_apostrophes_and_hyphens_part_no_one(last_name):
    (step,) = plan_import([row(2, "Lou", last_name, arrived_on=None, training=SECRET)], PEOPLE).steps
    assert [value for value, _ in step.choice.options] == ["R03", NEW, LEFT_OUT]


def test_dates_that_may_be_of_somebody_else_are_asked_about():
    later = row(arrived_on=date(2025, 9, 1), training=TrainingLine("M4", date(2025, 10, 15)))
    (present,) = plan_import([later], PEOPLE).steps
    assert present.outcome is Outcome.ASK
    assert [value for value, _ in present.choice.options] == ["R01", LEFT_OUT]
    rows = [
        row(2, "Lou", "D’Hondt", arrived_on=None, training=TrainingLine("M3", date(2022, 3, 12))),
        row(3, "Lou", "D’Hondt", arrived_on=None, training=SECRET),
    ]
    assert outcomes(*rows) == [Outcome.ASK, Outcome.ASK]
    assert outcomes(rows[0]) == [Outcome.WRITE]
    assert outcomes(replace(later, email="karim@exemple.fr")) == [Outcome.WRITE]


def test_what_is_not_taken_from_the_file_is_said():
    line = row(email="lou@exemple.fr", first_name="Lou", last_name="D’Hondt", arrived_on=None, training=SECRET)
    line = replace(line, training=TrainingLine("M4", date(2022, 3, 12)), left_on=date(2023, 7, 1), funded=False)
    (step,) = plan_import([line], PEOPLE).steps
    assert "non repris du tableau\u00a0: e-mail, date de départ, financement" in step.told
    (same,) = plan_import([row(email="KARIM@exemple.fr")], PEOPLE).steps
    assert same.told == ("Déjà présent, R01",)


def test_somebody_new_joins_once_with_all_trainings():
    rows = [
        row(2, "Anne", "Caron", arrived_on=None, training=SECRET),
        row(3, "Anne", "Caron", email="anne@exemple.fr", training=TrainingLine("M3", date(2025, 3, 13))),
    ]
    plan = plan_import(rows, PEOPLE)
    assert [(step.joins, step.outcome) for step in plan.steps] == [(True, Outcome.WRITE), (False, Outcome.WRITE)]
    assert (plan.joining, plan.trainings, len(plan.to_write)) == (1, 2, 2)


def test_somebody_new_has_an_arrival_somewhere():
    (step,) = plan_import([row(2, "Anne", "Caron", arrived_on=None, training=SECRET)], PEOPLE).steps
    assert step.row.faults[0].words == "La date d’arrivée manque, pour un nouveau référent."


def test_the_address_of_somebody_else_is_refused():
    (step,) = plan_import([row(2, "Anne", "Caron", email="KARIM@exemple.fr")], PEOPLE).steps
    assert (step.outcome, step.row.faults[0].words) == (
        Outcome.WRONG, "Cette adresse est celle d’une autre personne de la liste.",
    )  # fmt: skip


def test_between_two_namesakes_the_address_tells_or_the_person_does():
    people = [KARIM, TWIN]
    (told,) = plan_import([row(email="k.benali@exemple.fr", training=SECRET)], people).steps
    assert (told.outcome, told.code) == (Outcome.WRITE, "R02")
    (asked,) = plan_import([row(training=SECRET)], people).steps
    assert asked.outcome is Outcome.ASK
    assert [value for value, _ in asked.choice.options] == ["R01", "R02", LEFT_OUT]
    for answer, outcome, code in (("R01", Outcome.WRITE, "R01"), (LEFT_OUT, Outcome.LEFT_OUT, "")):
        (step,) = plan_import([row(training=SECRET)], people, answers={2: answer}).steps
        assert (step.outcome, step.code) == (outcome, code)


@pytest.mark.parametrize("answer", ["", "R99", NEW, "<b>"])
def test_an_answer_that_was_not_offered_is_no_answer(answer):
    plan = plan_import([row(training=SECRET)], [KARIM, TWIN], answers={2: answer})
    assert (len(plan.unanswered), plan.to_write) == (1, ())


def test_another_address_than_the_one_known_is_asked_about():
    plan = plan_import([row(email="autre@exemple.fr"), row(3, email="autre@exemple.fr", training=SECRET)], PEOPLE)
    assert [step.outcome for step in plan.steps] == [Outcome.ASK, Outcome.ASK]
    assert [choice.line for choice in plan.unanswered] == [2]


def test_somebody_who_left_may_be_back():
    back = row(2, "Lou", "D’Hondt", arrived_on=date(2025, 1, 6))
    assert outcomes(back) == [Outcome.ASK]
    (step,) = plan_import([back], PEOPLE, answers={2: NEW}).steps
    assert (step.outcome, step.joins) == (Outcome.WRITE, True)
    (here,) = plan_import([replace(back, arrived_on=date(2021, 1, 6))], PEOPLE).steps
    assert [value for value, _ in here.choice.options] == ["R03", LEFT_OUT]


def test_what_is_noted_or_proven_is_not_written_again():
    line = row(training=SECRET)
    part = row(3, training=TrainingLine("M2", date(2025, 3, 12), part=1))
    assert outcomes(line, declared={("R01", "M4", None, date(2025, 3, 12))}) == [Outcome.KNOWN]
    assert outcomes(line, declared={("R01", "M4", None, date(2024, 3, 12))}) == [Outcome.WRITE]
    assert outcomes(line, proven={("R01", "M4", None)}) == [Outcome.KNOWN]
    assert outcomes(part, proven={("R01", "M2", 2)}) == [Outcome.WRITE]
    assert outcomes(part, proven={("R01", "M2", None)}) == [Outcome.KNOWN]


def test_a_wrong_line_writes_nothing_and_tells_nothing_of_the_person():
    wrong = row(2, "Anne", "Caron").blamed("Le prénom manque.")
    plan = plan_import([wrong, row(3, "Anne", "Caron", arrived_on=None, training=SECRET)], PEOPLE)
    assert [step.outcome for step in plan.steps] == [Outcome.WRONG, Outcome.WRONG]
