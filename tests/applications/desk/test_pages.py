"""The page of a file and what is one click away: what each person sees of each state."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.enums import STRUCTURE_ROLES, Role
from applications import services
from applications.enums import ApplicationState, OpinionBody, Outcome
from core.french import NNBSP
from documents.keeping import erase_due_files, keep_until
from documents.services import store_content
from tests.applications.builders import make_certificate
from tests.applications.desk.builders import FILED, NOW, make_application, make_opinion, make_proposal, slai_of
from tests.documents.samples import pdf
from tests.evaluation.builders import make_scoring
from tests.factories import make_structure, make_territory, make_user
from training.enums import AbsenceReason, CertificateState, CommitmentKind
from training.models import TrainingCommitment

pytestmark = [pytest.mark.django_db, pytest.mark.once]
S = ApplicationState
FILED_STATES = [state for state in S if state not in {S.DRAFT, S.WITHDRAWN}]
PAGES = ["file_detail", "file_training", "file_scores"]


def page(name, file):
    return reverse(name, args=[file.pk])


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


def buttons(response):
    return {button.label: button.refused for button in response.context["next"].buttons}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("state", FILED_STATES)
@pytest.mark.parametrize("role", [Role.DPID_AGENT, Role.SLAI, Role.AUDITOR, Role.SIGNATORY])
def test_every_page_of_every_state_for_every_reader(signed_in, name, state, role):
    file = make_application(state, met=state != S.REFUSED, cers=2)
    user = slai_of(file) if role == Role.SLAI else make_user(role)
    response = signed_in(user).get(page(name, file))
    assert response.status_code == 200
    assert file.structure.name in response.text


@pytest.mark.parametrize(
    ("role", "opens"),
    [(Role.DPID_AGENT, 200), (Role.DPID_MANAGER, 200), (Role.SLAI, 403), (Role.AUDITOR, 403), (Role.SIGNATORY, 403)],
)
def test_a_proof_of_absence_is_for_the_dpid_alone(signed_in, role, opens):
    file = make_application()
    proof = store_content(content=pdf("congés"), name="arret-maladie.pdf", actor=None, now=FILED)
    commitment = TrainingCommitment.objects.create(
        structure=file.structure, referent=file.structure.referents.first(), obligation="M4",
        kind=CommitmentKind.ABSENCE, absence_reason=AbsenceReason.SICK_LEAVE, session_on=NOW.date(),
        due_on=NOW.date() + timedelta(days=90), proof=proof, created_at=FILED,
    )  # fmt: skip
    reader = signed_in(slai_of(file) if role == Role.SLAI else make_user(role))
    url = reverse("file_commitment_proof", args=[file.pk, commitment.pk])
    assert reader.get(url).status_code == opens
    seen = reader.get(page("file_training", file)).text
    assert (url in seen) == (opens == 200)
    assert ("justificatif reçu le" in seen) == (opens == 403)
    assert "arret-maladie" not in seen
    keep_until(files=[proof.pk], day=NOW.date())
    erase_due_files(today=NOW.date() + timedelta(days=1), now=NOW)
    assert reader.get(url).status_code == (404 if opens == 200 else 403)
    assert "justificatif supprimé le" in reader.get(page("file_training", file)).text


@pytest.mark.parametrize("name", PAGES)
def test_somebody_elses_file_is_not_found(signed_in, name):
    file = make_application()
    elsewhere = make_user(Role.SLAI, territories=(make_territory("Artois"),))
    assert signed_in(elsewhere).get(page(name, file)).status_code == 404
    assert signed_in(make_user(Role.DPID_AGENT)).get(page(name, make_application(S.DRAFT))).status_code == 404


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [*sorted(STRUCTURE_ROLES), Role.ADMINISTRATOR])
def test_a_structure_never_sees_the_agents_side(signed_in, name, role):
    file = make_application()
    own = {"structure": file.structure} if role in STRUCTURE_ROLES else {}
    assert signed_in(make_user(role, **own)).get(page(name, file)).status_code == 404


def test_anonymous_is_sent_to_the_sign_in(client):
    response = client.get(page("file_detail", make_application()))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_head_of_the_page(signed_in, agent):
    structure = make_structure("Association Les Amarres", siret="51290077000011")
    file = make_application(structure=structure, referents=2)
    response = signed_in(agent).get(page("file_detail", file))
    assert "<h1>Association Les Amarres</h1>" in response.text
    assert "Première demande · Boulonnais · SIRET 512\xa0900\xa0770\xa000011 · 2 référents" in response.text
    (clock,) = response.context["clocks"]
    assert (clock.label, f"{clock.deadline.due_on:%d/%m/%Y}") == ("Fin de l’instruction", "16/09/2026")
    assert f"Pourquoi cette date{NNBSP}?" in response.text


@pytest.mark.parametrize(
    ("state", "made", "title", "offered"),
    [
        (
            S.SUBMITTED, {}, "Vérifier que le dossier est complet",
            {"Déclarer le dossier complet": "", "Envoyer l’accusé de réception": ""},
        ),
        (
            S.DPID_REVIEW, {"ruled": False, "scored": False}, "Vérifier les attestations, coter les CER",
            {
                "Vérifier les attestations": "", "Coter les CER": "",
                "Rendre l’avis de la DPID": "6 attestations restent à vérifier.",
            },
        ),
        (
            S.DPID_REVIEW, {"scored": False}, "Coter les CER",
            {"Coter les CER": "", "Rendre l’avis de la DPID": "5 CER restent à coter."},
        ),
        (S.DPID_REVIEW, {}, "Rendre l’avis de la DPID", {"Rendre l’avis de la DPID": ""}),
        (S.SLAI_REVIEW, {}, "Rendre l’avis du SLAI avant le 22 avril 2026", {"Convoquer un temps de travail": ""}),
        (
            S.SLAI_REVIEW, {"met": False}, "Tenir le temps de travail avec le SLAI avant le 7 avril 2026",
            {"Convoquer le temps de travail": ""},
        ),
        (S.WORKING_SESSION, {"met": False}, "Tenir le temps de travail DPID–SLAI", {"Ouvrir le temps de travail": ""}),
        (S.PROPOSAL, {}, "Préparer la proposition", {"Préparer la proposition": ""}),
        (S.GRANTED, {}, "Label accordé", {}),
        (S.MORATORIUM, {"met": False}, "Attendre la nouvelle demande de la structure", {}),
        (S.REFUSED, {"met": False}, "Refusé", {}),
    ],
)  # fmt: skip
def test_the_next_act_and_who_may_do_it(signed_in, agent, state, made, title, offered):
    file = make_application(state, **made)
    response = signed_in(agent).get(page("file_detail", file))
    assert response.context["next"].title.replace("\xa0", " ") == title
    assert buttons(response) == offered
    for reason in filter(None, offered.values()):
        assert reason in response.text

    for_audit = signed_in(make_user(Role.AUDITOR)).get(page("file_detail", file))
    assert buttons(for_audit) == {}
    assert '<form class="msg-new"' not in for_audit.text


def test_a_file_scored_to_the_end_leads_to_the_next_one(signed_in, agent):
    file, waiting = make_application(), make_application(scored=False)
    response = signed_in(agent).get(page("file_detail", file))
    assert buttons(response) == {"Rendre l’avis de la DPID": "", "Coter le dossier suivant": ""}
    assert reverse("score_panel", args=[waiting.panel_id]) in response.text


def test_the_question_before_an_act_is_not_the_act(signed_in, agent):
    response = signed_in(agent).get(page("file_detail", make_application(S.SUBMITTED)))
    complete, acknowledge = response.context["next"].buttons
    assert complete.ask == f"Les quatre pièces sont-elles là{NNBSP}?"
    for number, button in enumerate((complete, acknowledge), 1):
        assert f'id="confirmation-{number}-titre">{button.ask}</h2>' in response.text


def test_the_slai_sees_why_its_opinion_waits(signed_in):
    file = make_application(S.SLAI_REVIEW, met=False)
    response = signed_in(slai_of(file)).get(page("file_detail", file))
    assert buttons(response)["Convoquer le temps de travail"] == ""
    assert "temps de travail DPID–SLAI est obligatoire" in buttons(response)["Rendre l’avis du SLAI"]


def test_a_prepared_proposal_is_reviewed_not_prepared_again(signed_in, agent):
    file = make_application(S.PROPOSAL)
    make_proposal(file, Outcome.GRANT, prepared_by=agent)
    response = signed_in(agent).get(page("file_detail", file))
    assert response.context["next"].title == "Faire signer la proposition\xa0: accord du label"
    assert buttons(response) == {"Revoir la proposition": ""}


def test_both_criteria_with_their_figures(signed_in, agent):
    file = make_application(S.DPID_REVIEW, referents=2, scored=False)
    first, *others = file.panel.cers.all()
    make_scoring(first, ticks=[], author=agent)
    for cer in others:
        make_scoring(cer, author=agent)
    make_scoring(first, "self", author=agent)
    refused = file.structure.certificates.filter(module="M4").first()
    type(refused).objects.filter(pk=refused.pk).update(state=CertificateState.REFUSED, reason="3 h seulement.")

    response = signed_in(agent).get(page("file_detail", file))

    bar = response.context["bar"]
    assert (bar.met, bar.unmet, bar.total) == (9, 1, 10)
    assert "R01 · Secret professionnel" in response.text
    assert "3 h seulement." in response.text
    assert f"<b>90{NNBSP}%</b>" in response.text
    assert "1 CER sur 10" in response.text


def test_the_structures_own_mean_waits_for_the_control(signed_in, agent):
    file = make_application(scored=False)
    for cer in file.panel.cers.all():
        make_scoring(cer, "self", author=agent)
    assert "auto-évaluation" not in signed_in(agent).get(page("file_detail", file)).text.replace(
        "d’auto-évaluation", ""
    )
    table = signed_in(agent).get(page("file_scores", file)).text.split("<tbody")[1].split("</tbody")[0]
    assert "10" not in strip_tags(f"<tbody{table}")
    for cer in file.panel.cers.all():
        make_scoring(cer, "control", ticks=[], author=agent)
    assert f"auto-évaluation 100{NNBSP}%" in signed_in(agent).get(page("file_detail", file)).text


def test_history_tells_who_and_when_the_latest_first(signed_in, agent):
    file = make_application(S.SUBMITTED)
    file.log.create(transition="submit", from_state="draft", to_state="submitted", actor=agent, at=FILED)
    services.declare_complete(application=file, actor=agent, now=NOW)
    file.log.create(
        transition="give_dpid_opinion", from_state="dpid_review", to_state="slai_review", actor=agent,
        at=NOW + timedelta(hours=1),
    )  # fmt: skip
    make_opinion(file, OpinionBody.DPID, favourable=False, author=agent)
    response = signed_in(agent).get(page("file_detail", file))
    assert [event.title for event in response.context["events"]] == [
        "Avis défavorable de la DPID", "Dossier complet", "Dossier déposé",
    ]  # fmt: skip


@pytest.mark.parametrize("referents", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("file_detail", 26), ("file_training", 11), ("file_scores", 22)])
def test_query_count(signed_in, agent, django_assert_num_queries, referents, name, queries):
    file = make_application(S.DPID_REVIEW, referents=referents, ruled=False)
    desk = signed_in(agent)
    desk.get(page(name, file))
    with django_assert_num_queries(queries):
        desk.get(page(name, file))


def test_the_second_study_leads_to_the_first_and_back(signed_in, agent):
    first = make_application(S.MORATORIUM)
    second = make_application(S.SUBMITTED, structure=first.structure, previous=first, referents=0)
    desk = signed_in(agent)
    assert (
        f'href="{page("file_detail", first)}">Première étude, {first.number}'
        in desk.get(page("file_detail", second)).text
    )
    assert f"Nouvelle demande, {second.number}" in desk.get(page("file_detail", first)).text


def test_files_are_served_to_readers_only(signed_in, agent):
    file = make_application(ruled=False)
    certificate = make_certificate(file.structure.referents.first(), "O2")
    other = make_application()
    wrong = reverse("certificate_file", args=[other.pk, certificate.pk])
    assert signed_in(agent).get(wrong).status_code == 404
    own = reverse("certificate_file", args=[file.pk, certificate.pk])
    member = make_user(Role.STRUCTURE_ADMIN, structure=file.structure)
    assert signed_in(member).get(own).status_code == 404


def test_the_workstation_leads_to_the_file(signed_in, agent):
    file = make_application()
    address = reverse("file_of_panel", args=[file.panel_id])
    assert signed_in(agent).get(address)["Location"] == page("file_detail", file)
    elsewhere = make_user(Role.SLAI, territories=(make_territory("Artois"),))
    assert signed_in(elsewhere).get(address).status_code == 404
    assert signed_in(make_user(Role.STRUCTURE_ADMIN, structure=file.structure)).get(address).status_code == 404
