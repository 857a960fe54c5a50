"""A control drawn apart (`cer.control_sample`), from the lists to the opinion, as each side sees it."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.enums import Role
from applications import selectors, services
from applications.filing import Step, draft_state, steps
from applications.models import Application
from evaluation.enums import CerType, Round, Sample
from tests.applications.builders import FILED_AT, LATER, OBLIGATIONS, make_certificate, rule_certificates, under_review
from tests.evaluation.builders import control_apart, make_file, make_scoring
from tests.factories import make_referent, make_structure, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TODAY = FILED_AT.date()


@pytest.fixture
def member(client, monkeypatch):
    control_apart(monkeypatch)
    user = make_user(Role.STRUCTURE_ADMIN, structure=make_structure())
    client.force_login(user)
    return user


@pytest.fixture
def referent(member):
    return make_referent(member.structure)


@pytest.fixture
def draft(member, referent):
    """Everything but the CERs."""
    draft = services.open_application(structure=member.structure, actor=member, now=FILED_AT)
    for module, part in OBLIGATIONS:
        make_certificate(referent, module, part)
    return services.save_form(
        application=draft, actor=member, now=FILED_AT, mission="Accompagnement.", contact_name="Claire Vasseur",
        contact_email="claire@exemple.fr", anonymised_declared=True, accuracy_declared=True,
    )  # fmt: skip


def read(client, name, *args):
    return " ".join(strip_tags(client.get(reverse(name, args=args)).text).split()).replace("\u00a0", " ")


def listed(client, draft, referent, count=12):
    """Fix a list of so many contracts and draw, from the page."""
    return client.post(reverse("filing_draw"), {f"liste-{referent.code}": str(count), "version": ""}, follow=True)


def fill(draft):
    for cer in draft.panel.cers.filter(file=None):
        cer.file, cer.contract_type = make_file(), CerType.SOCIO_PROFESSIONAL
        cer.save()


def lacking(draft):
    return [missing.text.replace("\u00a0", " ") for missing in selectors.missing_pieces(draft, today=TODAY)]


def test_the_structure_is_told_what_each_cer_is_for(client, draft, referent):
    assert "le portail en tire 10 au sort" in read(client, "filing_lists")
    page = " ".join(strip_tags(listed(client, draft, referent).text).split())
    assert (page.count("CER1Auto-évaluation"), page.count("CER6Contrôle de la DPID")) == (1, 1)
    assert "cinq que vous évaluez, cinq autres que la DPID contrôle" in read(client, "filing_cers")
    own, other = draft.panel.cers.get(number=1), draft.panel.cers.get(number=6)
    assert "Il sert à votre auto-évaluation" in read(client, "filing_cer", own.pk)
    assert "vous n’avez pas à l’évaluer" in read(client, "filing_cer", other.pk)
    proof = read(client, "draw_proof", draft.panel.draws.get().number)
    assert "Deux échantillons en découlent" in proof


def test_a_list_that_is_short_is_said_to_serve_twice(client, draft, referent):
    answer = client.post(
        reverse("filing_lists"), {f"liste-{referent.code}": "7", "version": ""}, headers={"X-Autosave": "1"}
    )
    said = answer.json()["readings"][referent.code]
    assert said["tone"] == "ok"
    assert "dont 3 pour l’auto-évaluation et le contrôle à la fois" in said["words"]


def test_a_cer_of_the_control_owes_its_file_and_no_self_evaluation(client, draft, referent):
    listed(client, draft, referent)
    assert sum("ajoutez le fichier" in text for text in lacking(draft)) == 10
    fill(draft)
    assert sorted(lacking(draft)) == sorted(
        f"{referent.code}-CER{number} : terminez l’auto-évaluation." for number in range(1, 6)
    )
    details = {step.label: step.detail for step in steps(draft_state(draft, today=TODAY), Step.CERS)}
    assert details["CER"] == "10 prêts sur 10"
    for number, cer in enumerate(draft.panel.cers.in_round(Round.SELF), 1):
        make_scoring(cer, Round.SELF)
        details = {step.label: step.detail for step in steps(draft_state(draft, today=TODAY), Step.SELF)}
        assert details["Auto-évaluation"] == f"{number} sur 5"
    assert lacking(draft) == []


def test_the_self_evaluation_shows_its_own_sample_only(client, draft, referent):
    listed(client, draft, referent)
    fill(draft)
    own, other = draft.panel.cers.get(number=1), draft.panel.cers.get(number=6)
    page = client.get(reverse("filing_self"))
    assert page.context["scores"].total == 5
    assert "Seuls les CER tirés pour votre auto-évaluation sont ici" in page.text
    assert client.get(reverse("filing_self_cer", args=[own.pk])).status_code == 200
    assert client.get(reverse("filing_self_cer", args=[other.pk])).status_code == 404
    last = draft.panel.cers.get(number=5)
    response = client.get(reverse("filing_self_cer", args=[last.pk]))
    assert (response.context["place"], response.context["total"], response.context["next_url"]) == (5, 5, "")


@pytest.fixture
def opened(client, draft, referent):
    """Filed and open to the control, the structure's ticks all granted."""
    listed(client, draft, referent)
    fill(draft)
    for cer in draft.panel.cers.in_round(Round.SELF):
        make_scoring(cer, Round.SELF)
    filed = services.submit_application(
        application=draft, actor=draft.structure.members.first(), now=FILED_AT, key="key"
    )  # fmt: skip
    return under_review(filed)


def test_the_dpid_opens_scores_and_reads_its_own_sample(client, opened, referent):
    agent = make_user(Role.DPID_AGENT)
    client.force_login(agent)
    own, other = opened.panel.cers.get(number=1), opened.panel.cers.get(number=6)
    assert client.get(reverse("score_cer", args=[own.pk])).status_code == 404
    page = client.get(reverse("score_cer", args=[other.pk]))
    assert (page.status_code, page.context["place"], page.context["total"]) == (200, 1, 5)
    assert selectors.cers_to_score(opened).count() == 5
    assert [row["cers"] for row in desk_rows(opened)] == [5]
    rule_certificates(opened, agent=agent)
    for cer in opened.panel.cers.in_round(Round.CONTROL):
        make_scoring(cer, author=agent)
    words = read(client, "file_scores", opened.pk)
    assert "100 % de moyenne sur 5 CER" in words.replace("\u202f", " ")
    assert f"sans contrôle de la DPID : {referent.code}-CER1, {referent.code}-CER2" in words
    assert "les 5 premiers pour l’auto-évaluation, les suivants pour le contrôle" in words
    assert "seuls les CER qui servent aux deux se comparent" in read(client, "file_gaps", opened.pk)
    opinion = {"favourable": True, "statement": "Avis."}
    services.give_dpid_opinion(application=opened, actor=agent, now=LATER, **opinion)
    assert Application.objects.get(pk=opened.pk).panel.cers.in_round(Round.SELF).filter(sample=Sample.BOTH).count() == 0


def desk_rows(application):
    from applications.selectors.desk import ROWS

    return list(ROWS.filter(pk=application.pk))


def test_where_both_are_the_same_nothing_is_said_of_samples(client):
    user = make_user(Role.STRUCTURE_ADMIN, structure=make_structure())
    client.force_login(user)
    referent = make_referent(user.structure)
    draft = services.open_application(structure=user.structure, actor=user, now=FILED_AT)
    listed(client, draft, referent)
    pages = [read(client, name) for name in ("filing_lists", "filing_cers", "filing_self")]
    pages.append(read(client, "filing_cer", draft.panel.cers.first().pk))
    pages.append(read(client, "draw_proof", draft.panel.draws.get().number))
    assert not any(words in page for page in pages for words in ("échantillon", "Contrôle de la DPID", "Dix CER"))
