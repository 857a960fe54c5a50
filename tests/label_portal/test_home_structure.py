"""The structure's home page at every moment of the label's life: where, what, when, and only true dates."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Delegation, Structure, User
from applications.enums import ApplicationState
from applications.models import Application
from core.clock import PARIS
from labels import services as labels
from labels.enums import NotificationMode
from labels.models import Decision, Label, Moratorium
from tests.applications.builders import LATER, filed, make_draft, proposed, under_review
from tests.applications.filing.builders import open_draft
from tests.factories import make_structure, make_user

pytestmark = pytest.mark.django_db
RECEIVED = date(2026, 5, 13)
DAY = timedelta(days=1)


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


def signatory() -> User:
    user = make_user(Role.SIGNATORY)
    Delegation.objects.create(user=user, quality="Président", reference="arrêté n° 2026-1", valid_from=date(2026, 1, 1))
    return user


def decided(*, good: bool) -> Decision:
    application = proposed(good=good)
    return labels.sign_decision(
        application=application, actor=signatory(), prepared_at=application.proposal.prepared_at, now=LATER
    )


def notified(decision: Decision, received_on: date = RECEIVED) -> Decision:
    labels.record_notification(
        decision=decision,
        actor=make_user(Role.DPID_AGENT),
        mode=NotificationMode.HAND_DELIVERY,
        received_on=received_on,
        now=datetime(received_on.year, received_on.month, received_on.day, 15, tzinfo=UTC),
    )
    return Decision.objects.get(pk=decision.pk)


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


@pytest.mark.parametrize("good", [True, False])
def test_a_signed_decision_waits_for_its_notification_and_no_clock_runs(client, at, good):
    at(date(2026, 4, 21))
    decision = decided(good=good)
    html = page(client, decision.application.structure)
    assert "otification en attente" in html
    if not good:
        assert "Moratoire de six mois" in html
        assert "dans " not in html.split("Le fil de votre label")[0]


def test_a_moratorium_counts_its_days_and_says_when_to_file_again(client, at):
    at(date(2026, 7, 6))
    decision = notified(decided(good=False))
    html = page(client, decision.application.structure)
    assert "Votre structure est en moratoire" in html
    assert "dans 130 jours" in html
    assert "14 novembre 2026" in html
    assert "Préparer la nouvelle demande" in html


def test_the_next_application_is_prepared_during_the_moratorium_but_not_filed(client, at):
    at(date(2026, 7, 6))
    structure = notified(decided(good=False)).application.structure
    page(client, structure)
    client.post(reverse("second_application_prepare", args=[Moratorium.objects.get().pk]))
    draft = Application.objects.get(state=ApplicationState.DRAFT)
    assert draft.not_before == date(2026, 11, 14)
    html = page(client, structure)
    assert "Votre nouvelle demande se prépare" in html
    assert "Premier jour pour déposer" in html
    assert "dans 131 jours" in html


def test_after_the_moratorium_the_page_calls_for_a_new_application(client, at):
    at(date(2026, 11, 14))
    structure = notified(decided(good=False)).application.structure
    html = page(client, structure)
    assert "Vous pouvez déposer une nouvelle demande" in html
    assert reverse("second_application_prepare", args=[Moratorium.objects.get().pk]) in html


def test_a_label_shows_its_number_its_last_day_and_its_certificate(client, at):
    at(date(2026, 5, 14))
    structure = notified(decided(good=True)).application.structure
    label = Label.objects.get()
    html = page(client, structure)
    assert label.number in html
    assert "Label valide" in html
    assert reverse("letter_pdf", args=[label.certificate_id]) in html
    assert "Demander le renouvellement" not in html


def test_in_its_window_the_page_speaks_of_renewal_then_of_expiry(client, at):
    at(date(2026, 5, 14))
    structure = notified(decided(good=True)).application.structure
    label = Label.objects.get()
    at(label.renewal_opens_on)
    assert "Demander le renouvellement" in page(client, structure)
    at(label.valid_until)
    assert "Label valide" in page(client, structure)
    at(label.valid_until + DAY)
    assert "Votre label a expiré" in page(client, structure)


def test_a_refusal_leads_to_the_letter_and_to_a_new_application(client, at):
    at(date(2026, 11, 16))
    structure = notified(decided(good=False)).application.structure
    draft = labels.prepare_second_application(
        moratorium=Moratorium.objects.get(), actor=structure.members.first(), now=LATER
    )
    assert draft.study == 2
    html = page(client, structure)
    assert "en préparation" in html


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
    with django_assert_num_queries(23):
        client.get(reverse("home"))
