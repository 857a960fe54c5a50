"""What is guessed from an attestation: a proposal, or nothing."""

from datetime import date

import pytest

from documents.pages import first_words
from label_portal.sample.certificates import certificate_pdf
from rulebook.book import current_rulebook
from training.sorting import Guess, Person, guess

TODAY = date(2026, 2, 10)
RULEBOOK = current_rulebook()
PEOPLE = (
    Person("R01", "Nadia", "Delattre"),
    Person("R02", "Hugo", "Leclercq"),
    Person("R05", "Émilie", "Fournier"),
    Person("R07", "Nadia", "Le Goff"),
)


def read(text: str, name: str = "scan_0231.pdf") -> Guess:
    return guess(text, name=name, people=PEOPLE, rulebook=RULEBOOK, today=TODAY)


@pytest.mark.parametrize("module", RULEBOOK.modules, ids=lambda module: module.id)
def test_a_real_certificate_of_each_module_is_recognised(module):
    pdf = certificate_pdf(
        person="Émilie Fournier",
        module_title=module.title,
        dates=[date(2024, 3, 14)],
        hours=14,
        provider="CNFPT",
        objectives=module.objectives,
    )
    assert read(first_words(pdf, "application/pdf")) == Guess("R05", module.id, None, date(2024, 3, 14))


def test_the_part_is_read():
    title = RULEBOOK.module("M2").title
    assert read(f"{title}\nSeconde partie\nHugo Leclercq").part == 2
    assert read(f"{title} (1re partie) Hugo Leclercq").part == 1
    assert read(f"{title}\nPremière partie (2 jours)\nHugo Leclercq").part == 1
    assert read(f"{title} : première partie et deuxième partie").part is None


def test_a_module_without_parts_has_none():
    assert read("Secret professionnel, seconde partie du plan").part is None


def test_accents_case_and_line_breaks_do_not_matter():
    assert read("MADAME EMILIE\nFOURNIER").code == "R05"


def test_a_first_name_alone_names_nobody():
    assert read("Nadia a suivi la formation").code == ""


def test_two_people_named_name_nobody():
    assert read("Nadia Delattre et Hugo Leclercq").code == ""


def test_a_scan_is_guessed_from_its_name():
    assert read("", name="Leclercq Hugo - secret professionnel.jpg") == Guess("R02", "M4")


def test_two_modules_named_propose_none():
    assert read("Secret professionnel, agressivité").module == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("le 14 mars 2024", date(2024, 3, 14)),
        ("le 1er août 2023", date(2023, 8, 1)),
        ("du 03/10/2023 au 04/10/2023", date(2023, 10, 3)),
        ("le 31/02/2024, puis le 05.06.2024", date(2024, 6, 5)),
        ("le 14 mars 2099", None),
        ("sans date", None),
    ],
)
def test_the_day_is_read_and_never_in_the_future(text, day):
    assert read(text).followed_on == day


def test_nothing_is_made_up():
    assert read("Facture n° 12") == Guess()
