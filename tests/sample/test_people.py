"""Fictional people: complete, distinct, and impossible to mistake for real ones."""

from collections import Counter
from datetime import date

from stdnum.fr import siret

from accounts.enums import AGENT_ROLES, LegalForm
from label_portal.sample.people import TERRITORIES, agents, structure, structures

EVERYBODY = [
    *agents(),
    *(person for each in structures() for person in (each.administrator, *each.members, *each.referents)),
]


def test_twelve_structures_cover_the_seven_territories():
    assert len(structures()) == 12
    assert {each.territory for each in structures()} == set(TERRITORIES)
    assert len(TERRITORIES) == 7
    assert {each.legal_form for each in structures()} < set(LegalForm.values)
    assert all(len(each.referents) >= 3 for each in structures())


def test_sirets_are_valid_distinct_and_of_no_real_company():
    numbers = [each.siret for each in structures()]
    assert all(siret.is_valid(number) for number in numbers)
    assert len(set(numbers)) == 12
    assert all(number.startswith("000") for number in numbers)


def test_addresses_of_mail_and_telephone_are_fictional_and_distinct():
    mails = [each.email for each in (*EVERYBODY, *structures())]
    phones = [each.phone for each in (*agents(), *structures())]
    assert Counter(mails).most_common(1)[0][1] == 1
    assert all(mail.isascii() and mail.endswith("@exemple.fr") for mail in mails)
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("03 00 00 00 ") and len(phone) == 14 for phone in phones)


def test_every_role_of_the_departement_is_held_and_each_territory_has_its_slai():
    assert {each.role for each in agents()} == set(AGENT_ROLES)
    assert sorted(each.territory for each in agents() if each.role == "slai") == sorted(TERRITORIES)
    assert not any(each.territory for each in agents() if each.role != "slai")


def test_referents_arrive_and_leave_around_today():
    today = date(2026, 3, 16)
    fournier = next(each for each in structure("amarres").referents if each.last_name == "Fournier")
    assert (fournier.arrived_on(today), fournier.left_on(today)) == (date(2025, 9, 17), None)
    gone = [each for one in structures() for each in one.referents if each.until is not None]
    assert [each.left_on(today) for each in gone] == [date(2026, 1, 15)]
    assert all(each.arrived_on(today) < each.left_on(today) for each in gone)
    assert any(not each.funded for one in structures() for each in one.referents)
