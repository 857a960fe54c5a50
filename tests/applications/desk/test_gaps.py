"""« Où nous divergeons le plus » on a file: what it shows, to whom, and never before the DPID has judged."""

import re

import pytest
from django.urls import reverse

from accounts.enums import Role
from applications.enums import ApplicationState as S
from evaluation.enums import Round
from evaluation.models import Scoring
from tests.applications.desk.builders import make_application
from tests.evaluation.builders import every_line, make_scoring
from tests.factories import make_user
from tests.said import text_of

pytestmark = pytest.mark.django_db
STRICT = [line for line in every_line() if line != "remark_positioning"]


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


def page(file, **query):
    return reverse("file_gaps", args=[file.pk], query=query)


def self_scored(file, ticks=None):
    author = make_user(Role.STRUCTURE_MEMBER, structure=file.structure)
    for cer in file.panel.cers.all():
        make_scoring(cer, Round.SELF, ticks=ticks, author=author)
    return file


def test_the_line_the_referent_and_the_cers_that_part_us(signed_in, agent):
    file = self_scored(make_application(S.DPID_REVIEW, cers=4))
    Scoring.objects.filter(round=Round.CONTROL).order_by("pk").first().cer.scorings.filter(round=Round.CONTROL).update(
        ticks=STRICT
    )
    response = signed_in(agent).get(page(file))
    said = text_of(response)
    assert "Sur 4 CER comparés, 97,50 % des réponses sont les mêmes." in said
    assert "sépare le plus : la structure dit oui et la DPID non sur 1 CER." in said
    assert "La structure donne en moyenne 0,5 point de plus que la DPID par CER." in said
    assert "1 CER sur 4 est coté différemment" in said
    cer = response.context["page_obj"][0]
    assert f'href="{reverse("score_cer", args=[cer.cer])}"' in response.content.decode()
    assert "la structure oui, la DPID non" in said


def test_every_drawing_says_in_words_what_it_shows(signed_in, agent):
    file = self_scored(make_application(S.DPID_REVIEW, met=False))
    html = signed_in(agent).get(page(file)).content.decode()
    drawings = re.findall(r'<svg class="(?:apart|means)".*?</svg>', html, re.DOTALL)
    assert len(drawings) == 11
    assert all('role="img"' in drawing and "<title>" in drawing for drawing in drawings)
    assert "Structure seule\u00a0: 5, DPID seule\u00a0: 0" in html


def test_a_cer_is_compared_only_once_the_dpid_has_validated_it(signed_in, agent):
    file = self_scored(make_application(S.DPID_REVIEW, scored=False), ticks=[])
    first, second = file.panel.cers.all()[:2]
    make_scoring(first, ticks=every_line(), author=agent)
    make_scoring(second, ticks=every_line(), author=agent, validated=False)
    response = signed_in(agent).get(page(file))
    assert response.context["found"].count == 1
    assert second.reference not in text_of(response)


def test_what_the_structure_has_not_validated_is_not_compared(signed_in, agent):
    file = self_scored(make_application(S.DPID_REVIEW, cers=2))
    Scoring.objects.filter(round=Round.SELF, cer=file.panel.cers.first()).update(validated_at=None)
    assert signed_in(agent).get(page(file)).context["found"].count == 1


def test_nothing_to_compare_is_said(signed_in, agent):
    said = text_of(signed_in(agent).get(page(self_scored(make_application(S.SUBMITTED)))))
    assert "Rien à comparer pour l’instant" in said


def test_the_working_session_is_compared_once_it_is_there(signed_in, agent):
    running = make_application(S.DPID_REVIEW)
    assert signed_in(agent).get(page(running, tours="dpid-temps-de-travail")).status_code == 404
    assert signed_in(agent).get(page(running, tours="x")).status_code == 404
    file = self_scored(make_application(S.WORKING_SESSION))
    make_scoring(file.panel.cers.first(), Round.SESSION, ticks=STRICT, author=agent)
    response = signed_in(agent).get(page(file, tours="dpid-temps-de-travail"))
    assert response.context["found"].count == 1
    assert "La DPID donne en moyenne 2 points de plus que le temps de travail par CER." in text_of(response)
    assert reverse("score_session", args=[file.panel.cers.first().pk]) in response.content.decode()


def test_a_structure_does_not_open_it(signed_in):
    file = make_application(S.DPID_REVIEW)
    member = make_user(Role.STRUCTURE_MEMBER, structure=file.structure)
    assert signed_in(member).get(page(file)).status_code == 404


@pytest.mark.parametrize("referents", [1, 3])
def test_query_count(signed_in, agent, django_assert_num_queries, referents):
    file = self_scored(make_application(S.DPID_REVIEW, referents=referents), ticks=STRICT)
    desk = signed_in(agent)
    desk.get(page(file))
    with django_assert_num_queries(5):
        desk.get(page(file))


def test_from_a_panel_to_its_file(signed_in, agent):
    file = make_application(S.DPID_REVIEW)
    there = signed_in(agent).get(reverse("gaps_of_panel", args=[file.panel_id]), {"tours": "structure-dpid"})
    assert there.url == page(file, tours="structure-dpid")
    assert signed_in(agent).get(reverse("gaps_of_panel", args=[file.panel_id]), {"tours": "//x"}).url == page(file)
