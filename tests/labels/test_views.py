"""Every page of decisions and labels, by every role; and what each act says when it can't be done."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.enums import DPID_ROLES, STRUCTURE_ROLES, Role
from applications.enums import ApplicationState, Outcome
from applications.models import Application
from applications.services import prepare_proposal
from documents.enums import FileState
from documents.models import StoredFile
from label_portal.sample.files import BAD_FILES
from labels.models import Decision, Label, Notification
from tests.applications.builders import proposed
from tests.documents.checks import examine_all
from tests.documents.samples import pdf, upload
from tests.factories import make_territory, make_user
from tests.labels.builders import RECEIVED, granted, make_signatory, moratorium_running, moratorium_signed, noon

pytestmark = [pytest.mark.django_db, pytest.mark.once]

READERS = frozenset({*DPID_ROLES, Role.SLAI, Role.SIGNATORY, Role.AUDITOR})
PROPOSERS = READERS - {Role.SLAI}
NOTIFIERS = frozenset({*DPID_ROLES, Role.AUDITOR})


def text(response):
    return plain(response.content.decode())


def plain(words):
    return " ".join(words.replace("\u00a0", " ").replace("\u202f", " ").split())


def pages():
    """Each page with the roles that open it; structures open theirs as members of the structure concerned."""
    waiting, decided, moratorium = proposed(), granted(), moratorium_running()
    label, to_notify = Label.objects.get(decision=decided), moratorium_signed()
    return {
        ("proposal_list",): PROPOSERS,
        ("decision_review", waiting.pk): PROPOSERS,
        ("decision_preview", waiting.pk): PROPOSERS,
        ("notification_list",): NOTIFIERS,
        ("notification_record", to_notify.pk): DPID_ROLES,
        ("label_list",): READERS,
        ("label_detail", label.pk): READERS,
        ("label_mine",): STRUCTURE_ROLES,
        ("moratorium_list",): READERS,
        ("moratorium_detail", moratorium.pk): READERS,
        ("letter", decided.letter_id): READERS,
        ("letter_pdf", label.certificate_id): READERS,
        ("letter", waiting.receipt_id): READERS,
        ("label_check",): frozenset(Role),
        ("label_register",): frozenset(Role),
        ("label_register_csv",): frozenset(Role),
    }


def test_every_page_by_every_role(enter):
    addresses = {reverse(name, args=args): allowed for (name, *args), allowed in pages().items()}
    seen = {}
    for role in Role:
        territories = (make_territory("Boulonnais"),) if role == Role.SLAI else ()
        visitor = enter(role, territories=territories)
        for address, allowed in addresses.items():
            response = visitor.get(address)
            list(getattr(response, "streaming_content", ()))
            seen[address, role] = response.status_code
            refused = 404 if any(part.isdigit() for part in address.split("/")) else 403
            expected = {200 if role in allowed else refused}
            if role == Role.AUDITOR and address.endswith("/notification/"):
                expected = {403}  # reads the decision, records nothing
            assert response.status_code in expected, (address, role, response.status_code)
    assert len(seen) == len(addresses) * len(Role)


def test_nobody_enters_without_signing_in(client, on_day):
    public = {"label_check", "label_register", "label_register_csv"}
    for name, *args in pages():
        response = client.get(reverse(name, args=args))
        assert response.status_code == (200 if name in public else 302), name


def test_a_slai_sees_its_territories_only(enter):
    label, moratorium = Label.objects.get(decision=granted()), moratorium_running()
    elsewhere = enter(Role.SLAI, territories=(make_territory("Calaisis"),))
    assert elsewhere.get(reverse("label_detail", args=[label.pk])).status_code == 404
    assert elsewhere.get(reverse("moratorium_detail", args=[moratorium.pk])).status_code == 404
    assert elsewhere.get(reverse("letter_pdf", args=[label.certificate_id])).status_code == 404
    assert label.number not in text(elsewhere.get(reverse("label_list")))


def test_a_structure_reads_its_own_letters_and_no_other(enter):
    decision, other = moratorium_signed(), granted()
    member = enter(decision.application.structure.members.get())
    assert member.get(reverse("letter", args=[decision.letter_id])).status_code == 200
    pdf_file = member.get(reverse("letter_pdf", args=[decision.letter_id]))
    assert b"".join(pdf_file.streaming_content).startswith(b"%PDF")
    assert member.get(reverse("letter", args=[other.letter_id])).status_code == 404
    assert member.get(reverse("moratorium_detail", args=[decision.moratorium.pk])).status_code == 200


# Signing ------------------------------------------------------------------------------------------------------


def sign_address(application):
    return reverse("decision_sign", args=[application.pk])


def read_at(application):
    return {"prepared_at": application.proposal.prepared_at.isoformat()}


def test_the_review_shows_what_is_judged_and_the_letter(enter):
    application = proposed(good=False, referents=2, refused=("M3",))
    visitor = enter(make_signatory())
    page = text(visitor.get(reverse("decision_review", args=[application.pk])))
    for words in ("65 %", "R01", "Avis de la DPID.", "Avis du SLAI.", "Objectifs non couverts.", "Ouvrir le moratoire"):
        assert words in page
    preview = visitor.get(reverse("decision_preview", args=[application.pk]))
    assert "moratoire de six mois" in text(preview)
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert preview["X-Frame-Options"] == "SAMEORIGIN"


def test_a_signatory_signs_what_was_read(enter):
    application = proposed()
    answer = enter(make_signatory()).post(sign_address(application), read_at(application), follow=True)
    assert "Décision signée" in text(answer)
    assert Label.objects.get().structure == application.structure


def test_a_rewritten_proposal_comes_back_to_be_read(enter):
    application = proposed(good=False)
    before = read_at(application)
    prepare_proposal(
        application=application, actor=make_user(Role.DPID_AGENT), outcome=Outcome.MORATORIUM,
        cer_reasons="Motifs réécrits.", seen=application.proposal.prepared_at, now=noon(date(2026, 5, 12)),
    )  # fmt: skip
    page = text(enter(make_signatory()).post(sign_address(application), before, follow=True))
    assert "Rien n’est signé. La proposition a été modifiée" in page
    assert "Motifs réécrits." in page
    assert not Decision.objects.exists()


def test_a_second_signature_is_told(enter):
    application = proposed()
    visitor = enter(make_signatory())
    visitor.post(sign_address(application), read_at(application))
    page = text(visitor.post(sign_address(application), read_at(application), follow=True))
    assert "Rien n’est signé." in page
    assert "Une décision est déjà signée" in page
    assert Decision.objects.count() == 1


def test_without_delegation_the_page_says_so_and_offers_no_signature(enter):
    application = proposed()
    visitor = enter(Role.SIGNATORY)
    page = text(visitor.get(reverse("decision_review", args=[application.pk])))
    assert "Aucune délégation de signature en cours" in page
    assert sign_address(application) not in page
    assert "Aucune délégation" in text(visitor.post(sign_address(application), read_at(application), follow=True))
    assert not Decision.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SIGNATORY])
def test_nobody_else_posts_a_signature(enter, role):
    application = proposed()
    assert enter(role).post(sign_address(application), read_at(application)).status_code in {403, 404}
    assert Application.objects.get(pk=application.pk).state == ApplicationState.PROPOSAL


def test_a_signature_without_its_reading_is_not_taken(enter):
    application = proposed()
    page = text(enter(make_signatory()).post(sign_address(application), {"prepared_at": "hier"}, follow=True))
    assert "La signature n’est pas partie" in page
    assert not Decision.objects.exists()


# Notification -------------------------------------------------------------------------------------------------

TYPED = {
    "mode": "registered_letter", "tracking_number": "2C 123 456 7890 1", "sent_on": "12/05/2026",
    "received_on": "13/05/2026",
}  # fmt: skip


def record_address(decision):
    return reverse("notification_record", args=[decision.pk])


def test_the_dpid_records_the_receipt_with_its_proof(enter):
    decision = moratorium_signed()
    agent = enter(Role.DPID_AGENT)
    assert decision.application.number in text(agent.get(reverse("notification_list")))
    answer = agent.post(record_address(decision), {**TYPED, "proof": upload(pdf("Avis de réception"))}, follow=True)
    assert "Notification enregistrée" in text(answer)
    notification = Notification.objects.get()
    assert notification.received_on == RECEIVED
    assert decision.application.number not in text(agent.get(reverse("notification_list")))
    assert decision.application.number in text(agent.get(reverse("notification_list"), {"vue": "enregistrees"}))
    url = reverse("notification_proof", args=[notification.pk])
    assert agent.get(url).status_code == 404
    assert "En cours de contrôle" in text(agent.get(reverse("notification_list"), {"vue": "enregistrees"}))
    examine_all()
    proof = agent.get(url)
    assert b"".join(proof.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"received_on": ""}, "Indiquez une date."),
        ({"received_on": "31/02/2026"}, "Cette date n’existe pas."),
        ({"received_on": "10/05/2026"}, "entre la signature, le 11 mai 2026, et aujourd’hui"),
        ({"received_on": "21/05/2026"}, "entre la signature, le 11 mai 2026, et aujourd’hui"),
        ({"sent_on": "14/05/2026"}, "L’envoi a lieu entre la signature"),
        ({"tracking_number": " "}, "Un recommandé porte un numéro de suivi."),
        ({"mode": "pigeon"}, "Cette réponse n’est pas dans la liste."),
    ],
)
def test_a_wrong_answer_is_told_at_its_field_and_nothing_typed_is_lost(enter, typed, said):
    decision = moratorium_signed()
    response = enter(Role.DPID_AGENT).post(
        record_address(decision), {**TYPED, **typed, "proof": upload(pdf("Avis de réception"))}
    )
    page = text(response)
    assert response.status_code == 422
    assert said in page
    assert "Choisissez de nouveau ce fichier" in page
    for name, value in {**TYPED, **typed}.items():
        if name in {"sent_on", "received_on"}:
            assert f'value="{value}"' in page or not value
    assert not Notification.objects.exists()


def test_a_proof_that_is_not_a_document_is_refused(enter):
    decision = moratorium_signed()
    response = enter(Role.DPID_AGENT).post(
        record_address(decision), {**TYPED, "proof": upload(b"MZ\x90\x00 not a document", "avis.pdf")}
    )
    assert response.status_code == 422
    assert not Notification.objects.exists()
    assert 'value="2C 123 456 7890 1"' in text(response)


def test_a_proof_refused_once_read_is_told_and_replaced(enter):
    decision = moratorium_signed()
    agent = enter(Role.DPID_AGENT)
    agent.post(record_address(decision), {**TYPED, "proof": upload(BAD_FILES["truncated_pdf"]()[1], "avis.pdf")})
    examine_all()
    refused = Notification.objects.select_related("proof").get()
    assert refused.proof.state == FileState.REFUSED
    address = reverse("notification_proof_join", args=[refused.pk])
    seen, why = text(agent.get(reverse("notification_list"))), plain(refused.proof.reason)
    assert (why in seen, address in seen) == (True, True)
    assert why in text(agent.get(address))
    assert address not in text(enter(Role.AUDITOR).get(reverse("notification_list")))
    agent = enter(Role.DPID_AGENT)
    assert agent.post(address, {"proof": upload(b"MZ", "avis.pdf")}).status_code == 422
    assert "Preuve reçue" in text(agent.post(address, {"proof": upload(pdf("Avis"), "avis.pdf")}, follow=True))
    examine_all()
    joined = Notification.objects.select_related("proof").get()
    assert (joined.proof.is_ready, joined.received_on) == (True, RECEIVED)
    assert not StoredFile.objects.filter(pk=refused.proof.pk).exists()
    again = agent.post(address, {"proof": upload(pdf("Autre"), "avis.pdf")}, follow=True)
    assert "déjà jointe" in text(again)
    assert Notification.objects.get().proof == joined.proof


def test_a_recorded_notification_is_not_recorded_again(enter):
    moratorium = moratorium_running()
    page = text(enter(Role.DPID_AGENT).post(record_address(moratorium.decision), TYPED, follow=True))
    assert "déjà enregistrée" in page


# Moratorium, label ---------------------------------------------------------------------------------------------


def test_until_its_notification_the_page_says_that_no_clock_runs(enter):
    decision = moratorium_signed()
    address = reverse("moratorium_detail", args=[decision.moratorium.pk])
    page = text(enter(decision.application.structure.members.get()).get(address))
    assert "Notification en attente" in page
    assert "Aucun délai de recours ne court avant" in page
    assert "Préparer la nouvelle demande" not in page


def test_the_structure_prepares_its_new_application_early_and_files_it_in_time(enter):
    moratorium = moratorium_running()
    member = enter(moratorium.structure.members.get())
    address = reverse("moratorium_detail", args=[moratorium.pk])
    page = text(member.get(address))
    assert "déposée à partir du <strong>samedi 14 novembre 2026" in page
    assert "Pourquoi cette date" in page
    answer = member.post(reverse("second_application_prepare", args=[moratorium.pk]))
    assert answer.status_code == 302
    draft = Application.objects.get(previous=moratorium.decision.application)
    assert (draft.state, draft.mission, draft.not_before) == (
        ApplicationState.DRAFT, moratorium.decision.application.mission, moratorium.refile_from,
    )  # fmt: skip
    assert "Reprendre la nouvelle demande" in text(member.get(address))


def test_a_moratorium_without_notification_opens_no_new_application(enter):
    decision = moratorium_signed()
    member = enter(decision.application.structure.members.get())
    answer = member.post(reverse("second_application_prepare", args=[decision.moratorium.pk]), follow=True)
    assert "une fois le moratoire notifié" in text(answer)
    assert Application.objects.filter(state=ApplicationState.DRAFT).count() == 0


def test_somebody_elses_moratorium_is_nowhere(enter):
    moratorium = moratorium_running()
    other = enter(Role.STRUCTURE_ADMIN)
    assert other.post(reverse("second_application_prepare", args=[moratorium.pk])).status_code == 404
    assert other.get(reverse("moratorium_detail", args=[moratorium.pk])).status_code == 404


def test_the_structure_finds_its_label_and_its_certificate(enter):
    label = Label.objects.get(decision=granted())
    member = enter(label.structure.members.get())
    page = text(member.get(reverse("label_mine")))
    assert "Votre label est valable jusqu’au 10 mai 2031" in page
    assert reverse("letter_pdf", args=[label.certificate_id]) in page
    assert "Aucun label à ce jour" in text(enter(Role.STRUCTURE_ADMIN).get(reverse("label_mine")))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True), ({"q": "R62-2026"}, True), ({"q": "introuvable"}, False), ({"etat": "valides"}, True),
        ({"etat": "expires"}, False), ({"etat": "renouvellement"}, False), ({"etat": "bientot"}, False),
        ({"territoire": "boulonnais"}, True), ({"territoire": "calaisis"}, False),
    ],
)  # fmt: skip
def test_agents_search_labels(enter, query, found):
    make_territory("Calaisis")
    label = Label.objects.get(decision=granted())
    assert (label.number in text(enter(Role.DPID_AGENT).get(reverse("label_list"), query))) is found


def test_labels_whose_renewal_is_open_are_found_that_year(enter, on_day):
    label = Label.objects.get(decision=granted())
    agent = enter(Role.DPID_AGENT)
    on_day(date(2030, 7, 31))
    assert label.number in text(agent.get(reverse("label_list"), {"etat": "renouvellement"}))
    on_day(date(2030, 8, 1))
    assert label.number not in text(agent.get(reverse("label_list"), {"etat": "renouvellement"}))


# Queries ------------------------------------------------------------------------------------------------------


def measure(django_assert_num_queries, visitor, address, count):
    with django_assert_num_queries(count):
        visitor.get(address)


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("name", "make", "queries"),
    [
        ("proposal_list", proposed, 5),
        ("notification_list", moratorium_signed, 6),
        ("label_list", granted, 5),
        ("moratorium_list", moratorium_running, 6),
    ],
)
def test_lists_cost_the_same_whatever_their_length(enter, django_assert_num_queries, name, make, queries, items):
    for _ in range(items):
        make()
    visitor = enter(Role.DPID_AGENT)
    measure(django_assert_num_queries, visitor, reverse(name), queries)


@pytest.mark.parametrize("items", [1, 3])
def test_the_register_costs_the_same_whatever_its_length(client, on_day, django_assert_num_queries, items):
    for _ in range(items):
        granted()
    measure(django_assert_num_queries, client, reverse("label_register"), 3)
