"""A course outside the plan: the same under two spellings, and judged objective by objective."""

import pytest

from rulebook.book import current_rulebook
from training.courses import course_key, judge

OBJECTIVES = current_rulebook().module("M4").objectives


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("CNFPT", "Le secret professionnel", "2020"), ("cnfpt", "LE SECRET  PROFESSIONNEL", "2020"), True),
        (("CNFPT", "L’écoute, niveau 1", ""), ("Cnfpt", "L'ecoute niveau 1", ""), True),
        (("CNFPT", "Le secret professionnel", "2020"), ("CNFPT", "Le secret professionnel", "2021"), False),
        (("CNFPT", "Le secret professionnel", "2020"), ("CNFPT", "Le secret professionnel", ""), False),
        (("CNFPT", "Le secret", "2020"), ("IRTS", "Le secret", "2020"), False),
    ],
)
def test_two_spellings_of_a_course(one, other, same):
    assert (course_key(*one) == course_key(*other)) is same


def test_a_course_without_provider_or_title_is_like_no_other():
    assert course_key("", "Le secret", "2020") == course_key("CNFPT", " … ", "2020") == ""


def test_each_objective_is_covered_or_lacking_in_the_order_of_the_annex():
    judged = judge(OBJECTIVES, ["Autre chose", *reversed(OBJECTIVES[1:])])
    assert judged.covered == OBJECTIVES[1:]
    assert judged.lacking == OBJECTIVES[:1]
