"""A training outside the plan: refused with its reason, corrected, accepted, and proposed for the same course."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from rulebook.book import current_rulebook
from tests.applications.builders import under_review
from tests.factories import make_user
from training.enums import CertificateState
from training.rulings import RulingRefused, accept_certificate, known_ruling

pytestmark = [pytest.mark.django_db, pytest.mark.once]
OBJECTIVES = list(current_rulebook().module("M4").objectives)
ACCEPTED, REFUSED, ASKED = CertificateState.ACCEPTED, CertificateState.REFUSED, CertificateState.EQUIVALENCE


@pytest.fixture
def agent(client):
    user = make_user(Role.DPID_AGENT)
    client.force_login(user)
    return user


def outside(**fields):
    """A filed attestation of the same course, in a structure of its own."""
    file = under_review()
    row = file.structure.certificates.filter(module="M4").first()
    same = {"provider": "CNFPT", "course": "Le secret professionnel", "edition": "2020",
            "course_key": "cnfpt | le secret professionnel | 2020"}  # fmt: skip
    for name, value in {"is_equivalence": True, "state": ASKED, "ruled_by": None, "ruled_at": None,
                        **same, **fields}.items():  # fmt: skip
        setattr(row, name, value)
    row.save()
    return file, row


def act(client, name, file, row, **sent):
    return client.post(reverse(name, args=[file.pk, row.pk]), {"seen": row.state, **sent}, follow=True)


def page(client, file, row):
    return client.get(reverse("certificate_review", args=[file.pk, row.pk])).text.replace("\u202f", " ")


def test_refused_objective_by_objective_then_corrected(client, agent):
    file, row = outside()
    response = act(client, "certificate_accept", file, row, covered=OBJECTIVES[1:])
    assert response.status_code == 422
    assert "quand chaque objectif du module est couvert" in response.text
    act(client, "certificate_refuse", file, row, covered=OBJECTIVES[1:], reason="Rien sur le premier objectif.")
    row.refresh_from_db()
    assert row.state == REFUSED
    assert row.rulings.get().lacking == OBJECTIVES[:1]
    act(client, "certificate_accept", file, row, covered=OBJECTIVES)
    row.refresh_from_db()
    assert row.state == ACCEPTED
    assert [ruling.covered for ruling in row.rulings.all()] == [OBJECTIVES[1:], OBJECTIVES]


def test_an_equivalence_is_never_accepted_without_its_objectives(agent):
    _, row = outside()
    with pytest.raises(RulingRefused, match="chaque objectif"):
        accept_certificate(certificate=row, actor=agent, now=row.created_at, seen=ASKED)
    row.refresh_from_db()
    assert row.state == ASKED


def test_the_same_course_is_proposed_and_not_applied(client, agent):
    file, row = outside()
    act(client, "certificate_refuse", file, row, covered=OBJECTIVES[:1], reason="Deux heures seulement.")
    again, other = outside()
    shown = page(client, again, other)
    assert "Cette formation a déjà été jugée" in shown
    assert "Deux heures seulement." in shown
    assert shown.count("checked") == 1
    other.refresh_from_db()
    assert (other.state, other.rulings.count()) == (ASKED, 0)


def test_a_refusal_that_ticks_nothing_says_nothing_of_the_objectives(client, agent):
    file, row = outside()
    act(client, "certificate_refuse", file, row, covered=OBJECTIVES[:2], reason="Il manque le dernier.")
    again, other = outside()
    act(client, "certificate_refuse", again, other, reason="La durée n’est pas dite.")
    ruling = other.rulings.get()
    assert (ruling.state, ruling.covered, ruling.lacking) == (REFUSED, [], [])
    assert known_ruling(outside()[1]).covered == OBJECTIVES[:2]


def test_the_words_written_for_another_structure_are_not_offered_for_this_one(client, agent):
    file, row = outside()
    act(client, "certificate_refuse", file, row, covered=OBJECTIVES[:1], reason="Deux heures seulement.")
    again, other = outside()
    response = client.get(reverse("certificate_review", args=[again.pk, other.pk]))
    assert response.context["objectives"]["covered"].value() == OBJECTIVES[:1]
    assert not response.context["form"]["reason"].value()


@pytest.mark.parametrize(
    "fields", [{"course_key": "cnfpt | le secret professionnel | 2021"}, {"course_key": ""}, {"module": "M3"},
               {"is_equivalence": False}],
)  # fmt: skip
def test_another_course_or_another_module_is_not(client, agent, fields):
    file, row = outside()
    act(client, "certificate_accept", file, row, covered=OBJECTIVES)
    assert known_ruling(outside()[1]).covered == OBJECTIVES
    assert known_ruling(outside(**fields)[1]) is None


def test_who_only_reads_gets_no_proposal(client, agent):
    file, row = outside()
    act(client, "certificate_accept", file, row, covered=OBJECTIVES)
    again, other = outside()
    client.force_login(make_user(Role.AUDITOR))
    assert "déjà été jugée" not in page(client, again, other)


def test_the_agent_reads_what_else_the_same_file_proves(client, agent):
    file, row = outside()
    assert "Même fichier" not in page(client, file, row)
    other = file.structure.certificates.get(module="M3")
    other.file = row.file
    other.save()
    title = current_rulebook().module("M3").short_title
    assert ("Même fichier", f"{other.referent}, {title}") in client.get(
        reverse("certificate_review", args=[file.pk, row.pk])
    ).context["declared"]  # fmt: skip
    other.state = CertificateState.TO_SORT
    other.save()
    assert "Même fichier" not in page(client, file, row), "not sorted: not filed"
