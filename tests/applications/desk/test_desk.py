"""The agents' desk: who sees which file in which list, at what cost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import STRUCTURE_ROLES, Role
from applications.enums import ApplicationKind, ApplicationState, OpinionBody, Outcome
from applications.models import Application
from notices.models import Deadline
from tests.applications.builders import make_certificate
from tests.applications.desk.builders import FILED, make_application, make_opinion, make_proposal
from tests.factories import make_referent, make_structure, make_territory, make_user

pytestmark = pytest.mark.django_db
DESK = reverse("desk")
S = ApplicationState


def shown(response):
    files = Application.objects.in_bulk()
    return [files[row.pk] for row in response.context["rows"]]


def counts(response):
    return {tab.label: tab.count for tab in response.context["tabs"]}


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


@pytest.fixture
def everything():
    """A file in each state of the life cycle."""
    return {state: make_application(state) for state in S if state != S.WITHDRAWN}


def test_each_file_is_in_the_lists_of_its_state(signed_in, agent, everything):
    response = signed_in(agent).get(DESK)

    assert counts(response) == {
        "À traiter": 5, "Suivis par moi": 0, "En attente de la structure": 1, "En retard": 0, "Clos": 3,
    }  # fmt: skip
    assert {file.state for file in shown(response)} == {
        S.SUBMITTED, S.DPID_REVIEW, S.SLAI_REVIEW, S.WORKING_SESSION, S.PROPOSAL,
    }  # fmt: skip
    closed = signed_in(agent).get(DESK, {"liste": "clos"})
    assert {file.state for file in shown(closed)} == {S.GRANTED, S.REFUSED, S.MORATORIUM}


def test_a_moratorium_waits_for_the_structure_until_it_files_again(signed_in, agent):
    first = make_application(S.MORATORIUM)
    assert shown(signed_in(agent).get(DESK, {"liste": "structure"})) == [first]

    second = make_application(S.DRAFT, structure=first.structure, previous=first, referents=0)
    assert shown(signed_in(agent).get(DESK, {"liste": "structure"})) == [first]

    second.delete()
    make_application(S.SUBMITTED, structure=first.structure, previous=first, referents=0)
    assert shown(signed_in(agent).get(DESK, {"liste": "structure"})) == []
    assert shown(signed_in(agent).get(DESK, {"liste": "clos"})) == [first]


def test_the_files_i_follow(signed_in, agent, everything):
    mine = everything[S.SLAI_REVIEW]
    mine.assigned_to = agent
    mine.save()
    assert shown(signed_in(agent).get(DESK, {"liste": "suivis"})) == [mine]


def test_late_is_past_the_last_day_of_instruction(signed_in, agent):
    on_the_day, past = make_application(), make_application()
    Deadline.objects.filter(subject_id=on_the_day.pk).update(due_on=FILED.date() + timedelta(days=7))
    Deadline.objects.filter(subject_id=past.pk).update(due_on=FILED.date() + timedelta(days=6))

    response = signed_in(agent).get(DESK, {"liste": "retard"})

    assert shown(response) == [past]
    row = response.context["rows"][0]
    assert (row.days, row.urgency) == (-1, "is-late")
    assert "<b>−1<span" in response.text
    todo = signed_in(agent).get(DESK)
    assert [number for _, number, _ in todo.context["urgent"]] == [past.number, on_the_day.number]
    assert "en retard d’un jour" in todo.text


@pytest.mark.parametrize("role", [Role.DPID_AGENT, Role.DPID_MANAGER, Role.AUDITOR, Role.SIGNATORY])
def test_head_office_sees_every_territory(signed_in, role):
    files = {make_application(structure=make_structure(lead_territory=make_territory(name))) for name in "AB"}
    assert set(shown(signed_in(make_user(role)).get(DESK))) == files


def test_the_slai_treats_what_waits_for_it_on_its_territories(signed_in):
    ours, theirs = make_territory("Boulonnais"), make_territory("Artois")
    slai = make_user(Role.SLAI, territories=(ours,))
    waiting = make_application(S.SLAI_REVIEW, structure=make_structure(lead_territory=ours))
    running = make_application(S.DPID_REVIEW, structure=make_structure(lead_territory=ours))
    make_application(S.SLAI_REVIEW, structure=make_structure(lead_territory=theirs))

    assert shown(signed_in(slai).get(DESK)) == [waiting]
    assert set(shown(signed_in(slai).get(DESK, {"liste": "suivis"}))) == {waiting, running}
    assert counts(signed_in(slai).get(DESK)) == {
        "À traiter": 1, "En cours sur mes territoires": 2, "En attente de la structure": 0, "En retard": 0, "Clos": 0,
    }  # fmt: skip


def test_the_slai_of_a_second_territory_reads_but_does_not_treat(signed_in):
    lead, other = make_territory("Boulonnais"), make_territory("Artois")
    structure = make_structure(lead_territory=lead)
    structure.territories.add(other)
    file = make_application(S.SLAI_REVIEW, structure=structure)
    slai = make_user(Role.SLAI, territories=(other,))

    assert shown(signed_in(slai).get(DESK)) == []
    assert shown(signed_in(slai).get(DESK, {"liste": "suivis"})) == [file]


@pytest.mark.parametrize("role", [*sorted(STRUCTURE_ROLES), Role.ADMINISTRATOR])
def test_the_desk_is_closed_to_the_others(signed_in, role):
    assert signed_in(make_user(role)).get(DESK).status_code == 403


def test_a_draft_or_a_withdrawn_draft_is_nobody_elses(signed_in, agent):
    draft = make_application(S.DRAFT)
    for tab in ("a-traiter", "structure", "clos"):
        assert shown(signed_in(agent).get(DESK, {"liste": tab})) == []
    type(draft).objects.filter(pk=draft.pk).update(state=S.WITHDRAWN)
    assert shown(signed_in(agent).get(DESK, {"liste": "clos"})) == []


@pytest.mark.parametrize(
    "query",
    ["D-2026", "amarres", "AMARRES", "512 900 770 00011", "51290077000011", "900770", "vasseur", "Claire Vasseur"],
)
def test_search_by_number_structure_siret_or_referent(signed_in, agent, query):
    structure = make_structure("Association Les Amarres", siret="51290077000011")
    make_referent(structure, first_name="Claire", last_name="Vasseur")
    found = make_application(structure=structure)
    other = make_application()
    type(other).objects.filter(pk=other.pk).update(number="D-2025-0001")

    assert shown(signed_in(agent).get(DESK, {"q": query})) == [found]


@pytest.mark.parametrize("query", ["Claire Autre", "%", "51 2900 7700 0099", "x" * 500])
def test_search_that_finds_nothing(signed_in, agent, query):
    structure = make_structure("Association Les Amarres", siret="51290077000011")
    make_referent(structure, first_name="Claire", last_name="Vasseur")
    make_application(structure=structure)
    response = signed_in(agent).get(DESK, {"q": query})
    assert response.status_code == 200
    assert shown(response) == ([] if len(query) < 100 else [structure.applications.get()])


def test_filters_by_territory_kind_and_opinion(signed_in, agent):
    artois = make_territory("Artois")
    there = make_application(structure=make_structure(lead_territory=artois))
    against = make_application(S.SLAI_REVIEW)
    against.opinions.update(favourable=False)
    renewal = make_application(kind=ApplicationKind.RENEWAL)
    desk = signed_in(agent)

    assert shown(desk.get(DESK, {"territoire": "artois"})) == [there]
    assert shown(desk.get(DESK, {"nature": "renewal"})) == [renewal]
    assert set(shown(desk.get(DESK, {"avis": "dpid"}))) == {there, renewal}
    assert shown(desk.get(DESK, {"avis": "slai"})) == [against]
    assert shown(desk.get(DESK, {"avis": "defavorable"})) == [against]
    assert desk.get(DESK, {"territoire": "inconnu"}).status_code == 200


def test_the_most_pressing_comes_first_and_what_has_no_date_last(signed_in, agent):
    later = make_application(filed_at=FILED + timedelta(days=2))
    unopened = make_application(S.SUBMITTED, filed_at=FILED - timedelta(days=9))
    sooner = make_application(filed_at=FILED - timedelta(days=2))
    desk = signed_in(agent)

    assert shown(desk.get(DESK)) == [sooner, later, unopened]
    assert shown(desk.get(DESK, {"tri": "-echeance"})) == [later, sooner, unopened]
    by_name = sorted([later, unopened, sooner], key=lambda file: file.structure.name)
    assert shown(desk.get(DESK, {"tri": "structure"})) == by_name
    assert shown(desk.get(DESK, {"tri": "nimporte"})) == [sooner, later, unopened]


@pytest.mark.parametrize(
    ("state", "made", "words"),
    [
        (S.SUBMITTED, {}, "Complétude"),
        (S.DPID_REVIEW, {"ruled": False}, "Vérification des attestations"),
        (S.DPID_REVIEW, {"scored": False}, "Cotation"),
        (S.DPID_REVIEW, {}, "Avis de la DPID"),
        (S.SLAI_REVIEW, {}, "Avis du SLAI"),
        (S.WORKING_SESSION, {"met": False}, "Temps de travail DPID–SLAI"),
        (S.PROPOSAL, {}, "Proposition à préparer"),
    ],
)
def test_what_is_expected(signed_in, agent, state, made, words):
    make_application(state, **made)
    assert signed_in(agent).get(DESK).context["rows"][0].expected.label == words


def test_a_prepared_proposal_waits_for_its_signature(signed_in, agent):
    make_proposal(make_application(S.PROPOSAL), Outcome.GRANT)
    assert signed_in(agent).get(DESK).context["rows"][0].expected.label == "Signature du Président"


def test_counts_of_attestations_and_cers(signed_in, agent):
    file = make_application(ruled=False, scored=False, referents=2)
    file.panel.cers.first().scorings.create(
        round="control", ticks=[], author=agent, updated_at=FILED, validated_at=FILED
    )
    make_certificate(file.structure.referents.first(), "O2", state="accepted", ruled_by=agent, ruled_at=FILED)
    row = signed_in(agent).get(DESK).context["rows"][0]
    assert (row.to_rule, row.scored, row.cers) == (12, 1, 10)


def test_opinions_given_awaited_and_late(signed_in, agent, time_machine):
    file = make_application(S.DPID_REVIEW)
    desk = signed_in(agent)

    def words():
        return [(sign.body, sign.words) for sign in desk.get(DESK).context["rows"][0].opinions]

    assert words() == [("DPID", "attendu"), ("SLAI", "à venir")]
    make_opinion(file, OpinionBody.DPID, favourable=False)
    type(file).objects.filter(pk=file.pk).update(state=S.SLAI_REVIEW)
    assert words() == [("DPID", "défavorable"), ("SLAI", "attendu")]
    time_machine.shift(timedelta(days=31))
    desk.force_login(agent)
    assert words() == [("DPID", "défavorable"), ("SLAI", "en retard")]


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(("role", "queries"), [(Role.DPID_AGENT, 8), (Role.SLAI, 9)])
def test_query_count(signed_in, django_assert_num_queries, items, role, queries):
    territory = make_territory("Boulonnais")
    user = make_user(role, territories=(territory,) if role == Role.SLAI else ())
    for _ in range(items):
        make_application(S.SLAI_REVIEW, structure=make_structure(lead_territory=territory))
    desk = signed_in(user)
    desk.get(DESK)
    with django_assert_num_queries(queries):
        response = desk.get(DESK)
    assert len(shown(response)) == items


def test_twenty_five_rows_a_page_and_the_list_is_kept(signed_in, agent):
    for _ in range(27):
        make_application(S.SUBMITTED, referents=0)
    response = signed_in(agent).get(DESK, {"liste": "a-traiter", "tri": "depot", "page": 2})
    assert len(shown(response)) == 2
    assert "26 à 27 sur 27" in response.text
    assert "liste=a-traiter&amp;tri=depot&amp;page=1" in response.text


@pytest.mark.parametrize("role", [Role.DPID_AGENT, Role.SLAI])
def test_each_list_holds_as_many_files_as_its_tab_says(signed_in, everything, role):
    """The tabs are counted by state, the lists are filtered: two ways that must agree."""
    territory = everything[S.GRANTED].lead_territory
    user = make_user(role, territories=(territory,) if role == Role.SLAI else ())
    first = make_application(S.MORATORIUM)
    make_application(S.SUBMITTED, structure=first.structure, previous=first, referents=0)
    late = make_application(assigned_to=user) if role == Role.DPID_AGENT else make_application()
    Deadline.objects.filter(subject_id=late.pk).update(due_on=FILED.date())
    desk = signed_in(user)

    for tab in desk.get(DESK).context["tabs"]:
        assert len(shown(desk.get(DESK + tab.url))) == tab.count, tab.label
