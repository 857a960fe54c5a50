"""The steps of the filing: how far each is, autosave, the summary, the filing itself."""

import json

import pytest
from django.urls import reverse

from accounts.enums import Role
from applications.enums import ApplicationState
from applications.filing import Step, draft_state, steps
from applications.models import Application
from core.components import Progress
from documents.enums import FileState
from documents.models import StoredFile
from documents.serving import read_content
from notices.models import Notice
from tests.applications.builders import FILED_AT, filed, make_draft
from tests.applications.filing.builders import FORM, TODAY, add_cers, certify, member_of, open_draft
from tests.factories import make_referent, make_structure, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
BOTH = {"anonymised_declared": "on", "accuracy_declared": "on", "key": "jeton"}


@pytest.fixture(autouse=True)
def on_filing_day(time_machine):
    time_machine.move_to(FILED_AT, tick=False)


def signed_in(client, draft: Application):
    client.force_login(member_of(draft.structure))
    return client


def text(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_the_way_in_opens_one_draft_and_finds_it_again(client):
    user = make_user(Role.STRUCTURE_MEMBER)
    client.force_login(user)
    assert "Commencer la demande" in text(client.get(reverse("filing")))
    for _ in range(2):
        assert client.post(reverse("filing_open")).url == reverse("filing_structure")
    assert Application.objects.count() == 1
    assert client.get(reverse("filing")).url == reverse("filing_structure")


def test_looking_at_the_way_in_opens_nothing(client):
    client.force_login(make_user(Role.STRUCTURE_MEMBER))
    client.get(reverse("filing"))
    client.get(reverse("filing_structure"))
    assert Application.objects.count() == 0


def test_each_step_says_how_far_it_is():
    draft = open_draft(referents=2)
    cers = add_cers(draft, 2)
    certify(draft.structure.referents.first(), "M1")
    state = draft_state(draft, today=TODAY)
    assert [(step.detail, step.progress) for step in steps(state, Step.CERS)] == [
        ("2 à compléter", Progress.PARTIAL),
        ("9 à compléter", Progress.PARTIAL),
        ("4 prêts sur 10", Progress.PARTIAL),
        ("Non commencée", Progress.AHEAD),
        ("Non déposé", Progress.AHEAD),
    ]
    assert len(cers) == 4
    assert state.first_to_mend() is Step.STRUCTURE


def test_without_a_referent_no_step_reads_complete():
    state = draft_state(open_draft(), today=TODAY)
    assert [(step.detail, step.progress) for step in steps(state, Step.STRUCTURE)][1:] == [
        ("Non commencées", Progress.AHEAD),
        ("Non commencés", Progress.AHEAD),
        ("Non commencée", Progress.AHEAD),
        ("Non déposé", Progress.AHEAD),
    ]


def test_a_draft_that_lacks_nothing_is_ready():
    state = draft_state(make_draft(), today=FILED_AT.date())
    assert [step.detail for step in steps(state, Step.SUMMARY)] == [
        "Complet", "Complet", "5 prêts sur 5", "5 sur 5", "Prêt à déposer",
    ]  # fmt: skip
    assert state.can_be_filed


PAGES = ("filing_structure", "filing_certificates", "filing_cers", "filing_self", "filing_summary")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [Role.DPID_AGENT, Role.SLAI, Role.SIGNATORY, Role.AUDITOR])
def test_agents_have_no_business_in_the_steps(client, name, role):
    make_draft()
    client.force_login(make_user(role))
    assert client.get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", PAGES[:3])
def test_without_a_draft_the_steps_lead_to_the_way_in(client, name):
    client.force_login(make_user(Role.STRUCTURE_MEMBER))
    assert client.get(reverse(name)).url == reverse("filing")


@pytest.mark.parametrize(
    ("name", "queries"),
    [("filing_structure", 24), ("filing_certificates", 27), ("filing_cers", 29), ("filing_summary", 25)],
)
@pytest.mark.parametrize("count", [1, 3])
def test_a_step_takes_the_same_queries_whatever_the_number_of_referents(
    client, django_assert_num_queries, name, queries, count
):
    draft = open_draft(referents=count)
    add_cers(draft, 5)
    for referent in draft.structure.referents.all():
        certify(referent, "M1")
        certify(referent, "M2", state="to_sort")
    signed_in(client, draft)
    with django_assert_num_queries(queries):
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_contracts_to_fix_alone_take_the_same_queries_whatever_their_number(
    client, django_assert_num_queries, count
):
    draft = open_draft(referents=count)
    for cer in add_cers(draft, 2):
        StoredFile.objects.filter(pk=cer.file_id).update(state=FileState.TO_FIX, reason="Un signe à masquer.")
    signed_in(client, draft)
    with django_assert_num_queries(29):
        page = client.get(reverse("filing_cers"), {"voir": "a-corriger"})
    assert len(page.context["rows"]) == count


# Étape 1 ------------------------------------------------------------------------------------------------------


def test_the_presentation_is_saved_and_leads_on(client):
    draft = open_draft()
    assert signed_in(client, draft).post(reverse("filing_structure"), FORM).url == reverse("filing_certificates")
    draft.refresh_from_db()
    assert draft.mission == FORM["mission"]


def test_the_autosave_keeps_what_is_empty_for_later(client):
    draft = open_draft()
    response = signed_in(client, draft).post(
        reverse("filing_structure"), {**FORM, "contact_name": ""}, headers={"X-Autosave": "1"}
    )
    assert response.status_code == 204
    draft.refresh_from_db()
    assert (draft.mission, draft.contact_name) == (FORM["mission"], "")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("mission", "", "Cette réponse est nécessaire."),
        ("mission", "x" * 3001, "3000"),
        ("contact_name", "", "Cette réponse est nécessaire."),
        ("contact_name", "x" * 161, "160"),
        ("contact_email", "", "Cette réponse est nécessaire."),
        ("contact_email", "claire.vasseur", "Cette adresse est incomplète."),
        ("contact_phone", "12", "numéro"),
        ("contact_phone", "abc", "numéro"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field_and_the_others_are_kept(client, field, value, message):
    draft = open_draft()
    response = signed_in(client, draft).post(reverse("filing_structure"), {**FORM, field: value})
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors[field])
    assert set(response.context["form"].errors) == {field}
    assert f'id="id_{field}_error"' in response.content.decode() or message in text(response)
    draft.refresh_from_db()
    others = {name: getattr(draft, name) for name in FORM if name != field}
    assert others == {name: kept for name, kept in FORM.items() if name != field}


def test_a_wrong_answer_in_the_autosave_is_told_and_the_others_kept(client):
    draft = open_draft()
    response = signed_in(client, draft).post(
        reverse("filing_structure"), {**FORM, "contact_email": "claire"}, headers={"X-Autosave": "1"}
    )
    assert response.status_code == 422
    draft.refresh_from_db()
    assert draft.mission == FORM["mission"]


def test_an_autosave_that_comes_after_the_filing_writes_nothing(client):
    application = filed()
    response = signed_in(client, application).post(reverse("filing_structure"), FORM, headers={"X-Autosave": "1"})
    assert response.status_code == 409


# Étape 5 ------------------------------------------------------------------------------------------------------


def test_the_summary_lists_what_is_missing_with_links(client):
    draft = open_draft(referents=1)
    html = text(signed_in(client, draft).get(reverse("filing_summary")))
    assert "étapes sont à compléter" in html
    assert "Décrivez la mission" in html
    assert "R01 (Camille Référent01) : listez tous ses contrats et tirez au sort." in html
    assert f'href="{reverse("filing_cers")}"' in html
    assert 'data-confirm="d-deposer" disabled' in html


def test_a_file_that_lacks_something_is_not_filed(client):
    draft = open_draft(referents=1)
    response = signed_in(client, draft).post(reverse("filing_submit"), BOTH)
    assert response.status_code == 422
    assert "Il manque encore" in text(response)
    assert Application.objects.get().state == ApplicationState.DRAFT


@pytest.mark.parametrize("missing", ["anonymised_declared", "accuracy_declared"])
def test_both_declarations_are_needed(client, missing):
    draft = make_draft()
    response = signed_in(client, draft).post(reverse("filing_submit"), {k: v for k, v in BOTH.items() if k != missing})
    assert response.status_code == 422
    assert response.context["form"].errors == {missing: ["Cochez cette case pour continuer."]}
    assert Application.objects.get().state == ApplicationState.DRAFT


def test_the_declarations_are_kept_as_they_are_ticked(client):
    draft = open_draft()
    url = reverse("filing_declare")
    signed_in(client, draft).post(url, {"accuracy_declared": "on"}, headers={"X-Autosave": "1"})
    draft.refresh_from_db()
    assert (draft.anonymised_declared, draft.accuracy_declared) == (False, True)


def test_filing_gives_a_number_a_receipt_and_an_email(client):
    draft = make_draft(referents=2)
    response = signed_in(client, draft).post(reverse("filing_submit"), BOTH)
    draft.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED
    assert draft.number == "D-2026-0001"
    assert response.url == reverse("filing_receipt", args=[draft.pk])
    page = text(client.get(response.url))
    assert "D-2026-0001" in page
    assert reverse("letter_pdf", args=[draft.receipt_id]) in page
    notice = Notice.objects.get()
    assert notice.address == member_of(draft.structure).email
    assert "D-2026-0001" in notice.subject


def test_the_receipt_has_its_mentions(client, settings):
    """CRPA, art. R.112-11-1; domain.md §7."""
    from tests.documents.test_letters import words

    draft = make_draft(referents=2)
    signed_in(client, draft).post(reverse("filing_submit"), BOTH)
    draft.refresh_from_db()
    letter = " ".join(words(read_content(draft.receipt.pdf)).replace("\u00a0", " ").split())
    for mention in (
        "Accusé d’enregistrement",
        "16 mars 2026, 10 h",
        draft.number,
        "Direction des Politiques d’Inclusion Durable",
        settings.CONTACT_ADDRESS,
        "label@exemple.fr",
        "03 00 00 00 00",
        "12 attestations",
        "10 contrats",
        "Sous réserve que votre demande soit complète",
        "acceptée",
        "16 mai 2026",
        "L.231-1",
        "L.232-3",
        "six mois au plus",
        "Données personnelles",
        draft.structure.name,
    ):
        assert mention in letter, (mention, letter)


def test_the_same_form_sent_twice_files_once(client):
    draft = make_draft()
    signed_in(client, draft)
    first, second = (client.post(reverse("filing_submit"), BOTH) for _ in range(2))
    assert first.url == second.url == reverse("filing_receipt", args=[draft.pk])
    assert Application.objects.filter(number__isnull=False).count() == 1


def test_after_the_filing_the_file_is_read_and_no_longer_changed(client):
    application = filed()
    signed_in(client, application)
    assert client.get(reverse("filing")).url == reverse("filing_filed", args=[application.pk])
    assert client.get(reverse("filing_structure")).url == reverse("filing")
    page = text(client.get(reverse("filing_filed", args=[application.pk])))
    assert application.number in page
    assert "Attestation reçue" in page
    assert "R01-CER5" in page


def test_another_structures_filed_file_does_not_exist(client):
    application = filed()
    client.force_login(make_user(Role.STRUCTURE_ADMIN))
    for name in ("filing_filed", "filing_receipt"):
        assert client.get(reverse(name, args=[application.pk])).status_code == 404


def test_a_second_study_is_not_filed_before_its_day(client):
    structure = make_structure()
    draft = make_draft(structure=structure, member=make_user(Role.STRUCTURE_ADMIN, structure=structure))
    Application.objects.update(not_before="2026-11-14")
    page = text(signed_in(client, draft).get(reverse("filing_summary")))
    assert "Le dépôt sera possible à partir du" in page
    response = client.post(reverse("filing_submit"), BOTH)
    assert response.status_code == 422
    assert Application.objects.get().state == ApplicationState.DRAFT


def test_a_self_score_under_the_threshold_warns_and_does_not_block(client):
    """A30: filing is never blocked by unmet criteria."""
    draft = make_draft(trained=False)
    page = text(signed_in(client, draft).get(reverse("filing_summary")))
    assert "Des formations ne sont pas justifiées" in page
    assert client.post(reverse("filing_submit"), BOTH).status_code == 302


def test_a_referent_who_left_is_no_longer_asked_about(client):
    draft = make_draft()
    make_referent(draft.structure, left_on="2026-01-31")
    assert signed_in(client, draft).post(reverse("filing_submit"), BOTH).status_code == 302
    draft.refresh_from_db()
    frozen = json.loads(json.dumps(draft.submitted_snapshot))
    assert [referent["code"] for referent in frozen["training"]["referents"]] == ["R01"]
