"""Whoever has left the CERs of a file to others decides nothing that rests on them."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.enums import Role
from applications import services
from applications.enums import ApplicationState, Outcome
from applications.models import Application
from evaluation.enums import RecusalCause
from evaluation.errors import Recused
from evaluation.services import abstain
from tests.applications.builders import LATER, filed, rule_certificates, score_panel, under_review, weak_ticks
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def leave(application, *people):
    for actor in people:
        abstain(panel=application.panel, cause=RecusalCause.FAMILY, words="", actor=actor, now=LATER)


def opinion(give, application, actor):
    return give(application=application, actor=actor, favourable=False, statement="Avis motivé.", now=LATER)


def refused(write):
    with pytest.raises(Recused, match="en déport sur ce dossier"):
        write()


def test_no_opinion_no_session_and_no_proposal_by_who_left_the_cers_to_others():
    application = under_review()
    agent, recused = make_user(Role.DPID_AGENT), make_user(Role.DPID_AGENT)
    slai, left = (make_user(Role.SLAI, territories=(application.lead_territory,)) for _ in range(2))
    leave(application, recused, left)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent, ticks=weak_ticks())

    refused(lambda: opinion(services.give_dpid_opinion, application, recused))
    opinion(services.give_dpid_opinion, application, agent)
    convened = {"application": application, "planned_on": None, "now": LATER}
    refused(lambda: services.open_working_session(actor=left, **convened))
    services.open_working_session(actor=slai, **convened)
    held = {
        "application": application, "held_on": date(2026, 4, 17), "participants": "DPID, SLAI", "minutes": "Confirmé.",
        "now": LATER,
    }  # fmt: skip
    for actor in (recused, left):
        refused(lambda actor=actor: services.close_working_session(actor=actor, **held))
    services.close_working_session(actor=agent, **held)
    refused(lambda: opinion(services.give_slai_opinion, application, left))
    opinion(services.give_slai_opinion, application, slai)
    proposal = {"application": application, "outcome": Outcome.MORATORIUM, "cer_reasons": "65 %.", "now": LATER}
    refused(lambda: services.prepare_proposal(actor=recused, **proposal))
    services.prepare_proposal(actor=agent, **proposal)
    assert Application.objects.get(pk=application.pk).state == ApplicationState.PROPOSAL


def test_a_refused_opinion_is_told_on_the_page_and_stays_as_it_was_typed(client):
    application = under_review()
    agent = make_user(Role.DPID_AGENT)
    leave(application, agent)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=make_user(Role.DPID_AGENT))
    client.force_login(agent)
    sent = {"favourable": "oui", "statement": "Avis favorable, motivé."}
    page = client.post(reverse("file_dpid_opinion", args=[application.pk]), sent)
    html = page.content.decode()
    assert "Vous êtes en déport sur ce dossier" in html
    assert "Avis favorable, motivé." in html
    assert not application.opinions.exists()


def test_a_file_is_not_given_to_who_left_its_cers_to_others(client):
    application = under_review()
    chief, recused = make_user(Role.DPID_MANAGER), make_user(Role.DPID_AGENT)
    leave(application, recused)
    client.force_login(chief)
    page = client.post(reverse("file_assign", args=[application.pk]), {"agent": recused.pk})
    assert f"{recused} est en déport sur ce dossier" in page.text
    client.force_login(recused)
    page = client.post(reverse("file_assign_to_me", args=[application.pk]), follow=True)
    assert "Vous êtes en déport sur ce dossier : une autre personne le suit." in page.text.replace("\u00a0", " ")
    assert Application.objects.get(pk=application.pk).assigned_to != recused
    services.assign(application=application, agent=chief, actor=chief)
    assert Application.objects.get(pk=application.pk).assigned_to == chief


def test_a_file_declared_complete_by_who_left_its_cers_is_nobodys_yet():
    application, agent = filed(), make_user(Role.DPID_AGENT)
    leave(application, agent)
    assert under_review(application, agent=agent).assigned_to is None


def test_the_slai_leaves_from_the_page_of_its_opinion(client):
    application = under_review()
    agent = make_user(Role.DPID_AGENT)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent)
    opinion(services.give_dpid_opinion, application, agent)
    slai = make_user(Role.SLAI, territories=(application.lead_territory,))
    client.force_login(slai)
    address = reverse("recuse", args=[application.panel_id])
    assert address in client.get(reverse("file_slai_opinion", args=[application.pk])).text
    assert client.get(address).status_code == 200
    leave(application, slai)
    refused(lambda: opinion(services.give_slai_opinion, application, slai))
