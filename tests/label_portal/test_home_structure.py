"""The structure's home page at every moment of the label's life: where, what, when, and only true dates."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Structure
from applications.enums import ApplicationState
from applications.models import Application
from core.clock import PARIS
from labels.models import Label
from rulebook.book import current_rulebook
from tests.applications.builders import filed, make_draft, under_review
from tests.applications.filing.builders import member_of, open_draft
from tests.factories import make_referent, make_structure, make_user
from tests.labels.builders import granted, moratorium_running, moratorium_signed, noon, notify, refused
from training.services import commit_newcomer

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def at(time_machine):
    """Move the clock to a civil day, at noon."""

    def move(day: date) -> None:
        time_machine.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=PARIS), tick=False)

    return move


def page(client, structure: Structure) -> str:
    client.force_login(structure.members.first() or make_user(Role.STRUCTURE_ADMIN, structure=structure))
    response = client.get(reverse("home"))
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_without_an_application_the_page_opens_one(client, at):
    at(date(2026, 3, 16))
    html = page(client, make_structure())
    assert "Demandez le label Référent RSA" in html
    assert "Préparer la demande" in html


def test_a_draft_says_what_is_left_with_links(client, at):
    at(date(2026, 3, 16))
    html = page(client, open_draft(referents=1).structure)
    assert "Brouillon, non déposé" in html
    assert "Compléter 2 étapes" in html
    assert reverse("filing_structure") in html
    assert reverse("filing_cers") in html


def test_a_draft_that_lacks_nothing_leads_to_the_filing(client, at):
    at(date(2026, 3, 16))
    html = page(client, make_draft().structure)
    assert "prêt à être déposé" in html
    assert reverse("filing_summary") in html


def test_a_filed_file_has_its_number_and_its_receipt(client, at):
    at(date(2026, 3, 16))
    application = filed()
    html = page(client, application.structure)
    assert f"n° {application.number}" in html
    assert "La DPID vérifie" in html
    assert "Accusé d’enregistrement" in html
    assert reverse("letter_pdf", args=[application.receipt_id]) in html


def test_under_review_the_page_says_by_when_and_why(client, at):
    at(date(2026, 3, 20))
    application = under_review()
    html = page(client, application.structure)
    assert "En instruction" in html
    assert "dans 180 jours" in html
    assert "mercredi" in html
    assert "Six mois plus tard" in html
    assert str(application.assigned_to) in html


def test_a_signed_moratorium_waits_for_its_notification_and_no_clock_runs(client, at):
    at(date(2026, 5, 12))
    html = page(client, moratorium_signed().application.structure)
    assert "Notification en attente" in html
    assert "Moratoire de six mois" in html
    assert "dans " not in html.split("Le fil de votre label")[0]


def test_a_signed_label_waits_for_its_notification_too(client, at):
    at(date(2026, 5, 12))
    html = page(client, granted().application.structure)
    assert "Label valide" in html
    assert "Notification en attente" in html


def test_a_moratorium_counts_its_days_and_says_when_to_file_again(client, at):
    at(date(2026, 7, 6))
    html = page(client, moratorium_running().structure)
    assert "Votre structure est en moratoire" in html
    assert "dans 130 jours" in html
    assert "14 novembre 2026" in html
    assert "Préparer la nouvelle demande" in html


def test_the_next_application_is_prepared_during_the_moratorium_but_not_filed(client, at):
    at(date(2026, 7, 6))
    moratorium = moratorium_running()
    page(client, moratorium.structure)
    client.post(reverse("second_application_prepare", args=[moratorium.pk]))
    assert Application.objects.get(state=ApplicationState.DRAFT).not_before == date(2026, 11, 14)
    html = page(client, moratorium.structure)
    assert "Votre nouvelle demande se prépare" in html
    assert "Premier jour pour déposer" in html
    assert "dans 131 jours" in html


def test_after_the_moratorium_the_page_calls_for_a_new_application(client, at):
    at(date(2026, 11, 14))
    moratorium = moratorium_running()
    html = page(client, moratorium.structure)
    assert "Vous pouvez déposer une nouvelle demande" in html
    assert reverse("second_application_prepare", args=[moratorium.pk]) in html


def test_a_label_shows_its_number_its_last_day_and_its_certificate(client, at):
    at(date(2026, 5, 14))
    decision = granted()
    notify(decision)
    label = Label.objects.get()
    html = page(client, decision.application.structure)
    assert label.number in html
    assert "Label valide" in html
    assert "Décision reçue le 13 mai 2026" in html
    assert reverse("letter_pdf", args=[label.certificate_id]) in html
    assert "Demander le renouvellement" not in html


def test_in_its_window_the_page_speaks_of_renewal_then_of_expiry(client, at):
    at(date(2026, 5, 14))
    decision = granted()
    notify(decision)
    label, structure = Label.objects.get(), decision.application.structure
    at(label.renewal_opens_on)
    assert "Demander le renouvellement" in page(client, structure)
    at(label.valid_until)
    assert "Label valide" in page(client, structure)
    at(label.valid_until + timedelta(days=1))
    assert "Votre label a expiré" in page(client, structure)


def test_a_labelled_structure_is_told_whom_it_had_to_train_in_time(client, at):
    at(date(2026, 5, 14))
    decision = granted()
    notify(decision)
    structure = decision.application.structure
    administrator = member_of(structure)
    arrived = make_referent(structure, first_name="Rémi", last_name="Lesage", arrived_on=date(2026, 4, 2))
    commit_newcomer(
        referent=arrived, obligation="M3", session_on=date(2026, 9, 15), rulebook=current_rulebook(),
        actor=administrator, now=noon(date(2026, 5, 14)),
    )  # fmt: skip
    at(date(2027, 4, 2))
    html = page(client, structure)
    assert "Engagement en retard" not in html
    assert "Engagement de formation, à tenir au plus tard le 2 avril 2027" in html
    at(date(2027, 4, 3))
    html = page(client, structure)
    assert "Former Rémi Lesage." in html
    assert "1 engagement en retard : le dernier jour était le 2 avril 2027" in html
    assert "Rémi Lesage, « Public féminin »" in html
    assert reverse("referent_training", args=[arrived.pk]) in html
    assert "5 obligations justifiées sur 10" in html


def test_a_refusal_leads_to_the_letter_and_to_a_new_application(client, at):
    decision = refused()
    structure = decision.application.structure
    at(date(2026, 11, 16))
    assert "Notification en attente" in page(client, structure)
    notify(decision, received_on=date(2026, 11, 16))
    html = page(client, structure)
    assert "Le label n’a pas été accordé" in html
    assert reverse("letter_pdf", args=[decision.letter_id]) in html
    client.post(reverse("filing_open"))
    assert "Votre demande est en préparation" in page(client, structure)


def test_the_page_is_the_structures_own(client):
    mine, other = filed(), filed()
    html = page(client, mine.structure)
    assert other.number not in html
    assert client.get(reverse("letter_pdf", args=[other.receipt_id])).status_code == 404
    assert client.get(reverse("letter", args=[other.receipt_id])).status_code == 404


@pytest.mark.parametrize("referents", [1, 3])
def test_the_draft_home_takes_the_same_queries_whatever_the_number_of_referents(
    client, at, referents, django_assert_num_queries
):
    at(date(2026, 3, 16))
    structure = open_draft(referents=referents).structure
    page(client, structure)
    with django_assert_num_queries(30):
        client.get(reverse("home"))
