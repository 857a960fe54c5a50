"""Each act on a file: by the right person at the right time, and by nobody else at no other."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from applications.enums import ApplicationState, OpinionBody, Outcome
from applications.models import Application, Opinion, Proposal, WorkingSession
from notices.models import Deadline, Notice
from tests.applications.desk.builders import NOW, make_application, make_proposal, slai_of
from tests.factories import make_territory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
S = ApplicationState
OPINION = {"favourable": "oui", "statement": "Les deux critères sont atteints."}
MINUTES = {"held_on": "20/03/2026", "participants": "L. Montaigne (DPID), J. Hennebelle (SLAI)", "minutes": "Confirmé."}
GRANT = {"outcome": "grant", "training_reasons": "", "cer_reasons": ""}
ADVERSE = {"outcome": "moratorium", "training_reasons": "", "cer_reasons": "Moyenne de 0 % (point 5-2)."}

# url name, what is posted, the state it starts from, who may, the state it leads to
ACTS = {
    "file_declare_complete": ({}, S.SUBMITTED, {Role.DPID_AGENT, Role.DPID_MANAGER}, S.DPID_REVIEW),
    "file_dpid_opinion": (OPINION, S.DPID_REVIEW, {Role.DPID_AGENT, Role.DPID_MANAGER}, S.SLAI_REVIEW),
    "file_slai_opinion": (OPINION, S.SLAI_REVIEW, {Role.SLAI}, S.PROPOSAL),
    "file_convene": (
        {"planned_on": ""}, S.SLAI_REVIEW, {Role.DPID_AGENT, Role.DPID_MANAGER, Role.SLAI}, S.WORKING_SESSION,
    ),
    "file_session": (
        MINUTES, S.WORKING_SESSION, {Role.DPID_AGENT, Role.DPID_MANAGER, Role.SLAI}, S.WORKING_SESSION,
    ),
    "file_proposal": (GRANT, S.PROPOSAL, {Role.DPID_AGENT, Role.DPID_MANAGER}, S.PROPOSAL),
}  # fmt: skip
READERS = {Role.DPID_AGENT, Role.DPID_MANAGER, Role.SLAI, Role.AUDITOR, Role.SIGNATORY}


def url(name, file):
    return reverse(name, args=[file.pk])


def person(role, file):
    if role == Role.SLAI:
        return slai_of(file)
    if role in {Role.STRUCTURE_ADMIN, Role.STRUCTURE_MEMBER}:
        return make_user(role, structure=file.structure)
    return make_user(role)


def written(file):
    """What an act may write, to see that a refused one wrote nothing."""
    file = Application.objects.get(pk=file.pk)
    session = WorkingSession.objects.filter(application=file).values_list("closed_at", flat=True)
    return (
        file.state, file.assigned_to_id, file.opinions.count(), file.log.count(), list(session),
        Proposal.objects.filter(application=file).count(), Notice.objects.count(), Deadline.objects.count(),
    )  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("role", list(Role))
def test_right_and_wrong_role(signed_in, name, role):
    data, state, allowed, target = ACTS[name]
    file = make_application(state, cers=2)
    before = written(file)
    response = signed_in(person(role, file)).post(url(name, file), data)
    if role in allowed:
        assert response.status_code == 302, response.context and response.context["form"].errors
        assert Application.objects.get(pk=file.pk).state == target
        assert written(file) != before
    else:
        assert response.status_code == (403 if role in READERS else 404)
        assert written(file) == before


# The SLAI's opinion has its own test in the working session.
RIGHT_STATES = {(name, source) for name, (_, source, *_) in ACTS.items()} | {("file_slai_opinion", S.WORKING_SESSION)}
WRONG_STATES = [
    (name, state)
    for name in ACTS
    for state in S
    if state not in {S.DRAFT, S.WITHDRAWN} and (name, state) not in RIGHT_STATES
]


@pytest.mark.parametrize(("name", "state"), WRONG_STATES)
def test_wrong_state(signed_in, name, state):
    data, _, allowed, _ = ACTS[name]
    file = make_application(state, cers=2)
    before = written(file)
    role = Role.SLAI if Role.SLAI in allowed else Role.DPID_AGENT
    response = signed_in(person(role, file)).post(url(name, file), data, follow=True)
    assert response.status_code == 200
    assert written(file) == before
    assert "is-invalid" in response.text or "t-bad" in response.text, "the person is told why"


@pytest.mark.parametrize("name", ACTS)
def test_wrong_territory(signed_in, name):
    data, state, _, _ = ACTS[name]
    file = make_application(state, cers=2)
    before = written(file)
    elsewhere = make_user(Role.SLAI, territories=(make_territory("Artois"),))
    assert signed_in(elsewhere).post(url(name, file), data).status_code == 404
    assert written(file) == before


@pytest.mark.parametrize("name", [*ACTS, "file_assign", "file_assign_to_me"])
def test_reading_never_acts(signed_in, name):
    state = ACTS[name][1] if name in ACTS else S.DPID_REVIEW
    file = make_application(state, cers=2)
    before = written(file)
    role = Role.SLAI if name == "file_slai_opinion" else Role.DPID_AGENT
    assert signed_in(person(role, file)).get(url(name, file)).status_code in {200, 405}
    assert written(file) == before


def test_declaring_complete_starts_the_clock_and_tells_the_structure(signed_in):
    file, agent = make_application(S.SUBMITTED, cers=1), make_user(Role.DPID_AGENT)
    member = make_user(Role.STRUCTURE_ADMIN, structure=file.structure)
    response = signed_in(agent).post(url("file_declare_complete", file), follow=True)
    assert "Le dossier est déclaré complet" in response.text
    assert Deadline.objects.get(subject_id=file.pk).due_on == date(2026, 9, 16)
    assert Notice.objects.get(recipient=member).subject == f"Dossier {file.number} complet"
    assert Application.objects.get(pk=file.pk).assigned_to == agent


def test_following_and_entrusting(signed_in):
    file, agent, colleague = make_application(), make_user(Role.DPID_AGENT), make_user(Role.DPID_MANAGER)
    desk = signed_in(agent)
    desk.post(url("file_assign_to_me", file))
    assert Application.objects.get(pk=file.pk).assigned_to == agent
    desk.post(url("file_assign", file), {"agent": colleague.pk})
    assert Application.objects.get(pk=file.pk).assigned_to == colleague


@pytest.mark.parametrize("chosen", ["", "999999", "x", "slai"])
def test_a_file_is_entrusted_to_the_dpid_only(signed_in, chosen):
    file = make_application()
    value = slai_of(file).pk if chosen == "slai" else chosen
    response = signed_in(make_user(Role.DPID_AGENT)).post(url("file_assign", file), {"agent": value})
    assert response.context["form"].errors["agent"]
    assert Application.objects.get(pk=file.pk).assigned_to is None


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({}, "favourable", "Choisissez favorable ou défavorable."),
        ({"favourable": "peut-être"}, "favourable", "Cette réponse n’est pas dans la liste."),
        ({"favourable": "oui", "statement": "  "}, "statement", "Un avis est motivé."),
        ({"favourable": "oui", "statement": "x" * 4001}, "statement", "Ce texte dépasse 4000 caractères"),
    ],
)
def test_wrong_opinion(signed_in, data, field, message):
    file = make_application(cers=1)
    response = signed_in(make_user(Role.DPID_AGENT)).post(url("file_dpid_opinion", file), {"statement": "", **data})
    assert message in response.context["form"].errors[field][0]
    assert message in response.text
    assert Opinion.objects.count() == 0
    if data.get("statement", "").strip():
        assert data["statement"] in response.text, "nothing typed is lost"


def test_an_opinion_starts_from_the_facts(signed_in):
    file = make_application(cers=2)
    statement = signed_in(make_user(Role.DPID_AGENT)).get(url("file_dpid_opinion", file)).context["form"]["statement"]
    assert "Pour 1 référent, 5 obligations sur 5 sont justifiées. Le critère est atteint." in statement.value()
    assert "La moyenne des 2 CER contrôlés est de 100\u202f%." in statement.value()


def test_the_opinion_waits_for_attestations_and_scores(signed_in):
    file = make_application(cers=2, scored=False)
    desk = signed_in(make_user(Role.DPID_AGENT))
    assert "2 CER restent à coter." in desk.get(url("file_dpid_opinion", file)).text
    response = desk.post(url("file_dpid_opinion", file), OPINION)
    assert "2 CER restent à coter." in response.text
    assert OPINION["statement"] in response.text, "nothing typed is lost"
    assert not Opinion.objects.exists()


def test_under_the_threshold_the_session_comes_before_the_slai_opinion(signed_in):
    file = make_application(S.SLAI_REVIEW, met=False, cers=2)
    desk = signed_in(slai_of(file))
    assert "temps de travail DPID–SLAI est obligatoire" in desk.post(url("file_slai_opinion", file), OPINION).text
    assert Application.objects.get(pk=file.pk).state == S.SLAI_REVIEW

    desk.post(url("file_convene", file), {"planned_on": "30/03/2026"})
    assert WorkingSession.objects.get(application=file).planned_on == date(2026, 3, 30)
    assert "compte rendu" in desk.post(url("file_slai_opinion", file), OPINION).text
    assert desk.post(url("file_session", file), MINUTES)["Location"] == url("file_detail", file)
    desk.post(url("file_slai_opinion", file), {**OPINION, "favourable": "non"})

    assert Application.objects.get(pk=file.pk).state == S.PROPOSAL
    assert Opinion.objects.get(application=file, body=OpinionBody.SLAI).favourable is False


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("22/03/2026", "Cette date est passée. Choisissez-en une à partir du 23\xa0mars 2026."),
        ("30/02/2026", "Cette date n’existe pas."),
        ("demain", "Cette date n’existe pas."),
    ],
)
def test_wrong_date_of_the_session(signed_in, typed, message):
    file = make_application(S.SLAI_REVIEW, met=False, cers=1)
    response = signed_in(slai_of(file)).post(url("file_convene", file), {"planned_on": typed})
    assert message in response.context["form"].errors["planned_on"][0]
    assert f'value="{typed}"' in response.text
    assert not WorkingSession.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("held_on", "", "Indiquez une date."),
        ("held_on", "24/03/2026", "Le temps de travail ne peut pas s’être tenu dans l’avenir."),
        ("held_on", "01/03/2026", "il l’est depuis le 16\xa0mars 2026"),
        ("participants", " ", "Indiquez qui était présent"),
        ("participants", "x" * 1001, "Ce texte dépasse 1000 caractères"),
        ("minutes", "", "Le compte rendu est nécessaire."),
        ("minutes", "x" * 8001, "Ce texte dépasse 8000 caractères"),
    ],
)
def test_wrong_minutes(signed_in, field, typed, message):
    file = make_application(S.WORKING_SESSION, met=False, cers=1)
    response = signed_in(slai_of(file)).post(url("file_session", file), {**MINUTES, field: typed})
    assert message in response.context["form"].errors[field][0]
    assert WorkingSession.objects.get(application=file).closed_at is None
    for name, value in MINUTES.items():
        if name != field:
            assert value in response.text, "nothing typed is lost"


def test_closed_minutes_are_read_by_all_and_written_by_nobody(signed_in):
    file = make_application(S.WORKING_SESSION, met=False, cers=1)
    desk = signed_in(slai_of(file))
    desk.post(url("file_session", file), MINUTES)
    response = desk.post(url("file_session", file), {**MINUTES, "minutes": "Autre version."})
    assert "Le compte rendu est déjà enregistré." in response.text
    assert WorkingSession.objects.get(application=file).minutes == "Confirmé."
    assert "Confirmé." in signed_in(make_user(Role.AUDITOR)).get(url("file_session", file)).text


def test_without_a_session_its_page_leads_back_to_the_file(signed_in):
    file = make_application(S.SLAI_REVIEW, cers=1)
    response = signed_in(slai_of(file)).get(url("file_session", file), follow=True)
    assert "Aucun temps de travail n’est convoqué" in response.text


class TestProposal:
    def test_what_the_criteria_allow_is_offered_and_the_rest_explained(self, signed_in):
        desk = signed_in(make_user(Role.DPID_AGENT))
        met = desk.get(url("file_proposal", make_application(S.PROPOSAL, cers=1)))
        assert [value for value, _ in met.context["form"].fields["outcome"].choices] == ["grant"]
        assert "seul l’accord du label peut être proposé" in met.text
        assert met.context["form"]["outcome"].value() == "grant"
        unmet = desk.get(url("file_proposal", make_application(S.PROPOSAL, met=False, cers=1)))
        assert [value for value, _ in unmet.context["form"].fields["outcome"].choices] == ["moratorium"]
        assert "Le label ne peut être proposé" in unmet.text

    def test_a_second_study_ends_in_a_grant_or_a_refusal(self, signed_in):
        first = make_application(S.MORATORIUM, met=False, referents=0)
        second = make_application(S.PROPOSAL, structure=first.structure, previous=first, met=False, cers=1)
        response = signed_in(make_user(Role.DPID_AGENT)).get(url("file_proposal", second))
        assert [value for value, _ in response.context["form"].fields["outcome"].choices] == ["refusal"]
        assert "Un moratoire a déjà eu lieu" in response.text

    def test_the_reasons_are_drafted_in_law_and_in_fact(self, signed_in):
        file = make_application(S.PROPOSAL, met=False, cers=2)
        file.structure.certificates.filter(module="M4").update(state="refused", reason="3 h, objectifs non couverts.")
        form = signed_in(make_user(Role.DPID_AGENT)).get(url("file_proposal", file)).context["form"]
        training, cer = form["training_reasons"].value(), form["cer_reasons"].value()
        assert "Le point 5-1 du cahier des charges (délibération n°\xa02024-10)" in training
        assert "R01, «\xa0Secret professionnel\xa0». 3 h, objectifs non couverts." in training
        assert file.structure.referents.get().last_name not in training + cer
        assert "Le point 5-2 et l’annexe 2" in cer
        assert "La moyenne des 2 CER contrôlés est de 0\u202f%" in cer
        assert "R01 (0\u202f%)" in cer

    def test_preview_writes_nothing_and_keeps_what_is_typed(self, signed_in):
        file = make_application(S.PROPOSAL, met=False, cers=1)
        response = signed_in(make_user(Role.DPID_AGENT)).post(url("file_proposal", file), {**ADVERSE, "apercu": "1"})
        assert response.context["preview"]["outcome"] == "Moratoire de six mois"
        assert response.text.count(ADVERSE["cer_reasons"]) == 2
        assert not Proposal.objects.exists()

    @pytest.mark.parametrize(
        ("changed", "field", "message"),
        [
            ({"outcome": ""}, "outcome", "Choisissez ce qui est proposé"),
            ({"outcome": "grant"}, "outcome", "Cette réponse n’est pas dans la liste."),
            ({"cer_reasons": " "}, "cer_reasons", "Dites pourquoi"),
            ({"cer_reasons": "x" * 4001}, "cer_reasons", "Ce texte dépasse 4000 caractères"),
        ],
    )
    def test_wrong_proposal(self, signed_in, changed, field, message):
        file = make_application(S.PROPOSAL, met=False, cers=1)
        response = signed_in(make_user(Role.DPID_AGENT)).post(url("file_proposal", file), {**ADVERSE, **changed})
        assert message in response.context["form"].errors[field][0]
        assert not Proposal.objects.exists()

    def test_it_is_rewritten_knowingly_only(self, signed_in):
        file, first = make_application(S.PROPOSAL, met=False, cers=1), make_user(Role.DPID_AGENT)
        desk = signed_in(make_user(Role.DPID_AGENT))
        desk.get(url("file_proposal", file))
        make_proposal(file, Outcome.MORATORIUM, prepared_by=first)

        response = desk.post(url("file_proposal", file), {**ADVERSE, "seen": ""})
        assert f"{first} a préparé une proposition entre-temps." in response.text
        assert ADVERSE["cer_reasons"] in response.text
        assert Proposal.objects.get().prepared_by == first

        seen = desk.get(url("file_proposal", file)).context["form"]["seen"].value()
        assert desk.post(url("file_proposal", file), {**ADVERSE, "seen": seen}).status_code == 302
        assert Proposal.objects.get().cer_reasons == ADVERSE["cer_reasons"]

    @pytest.mark.parametrize("seen", ["hier", "2026-13-45", (NOW - timedelta(days=1)).isoformat()])
    def test_a_forged_token_rewrites_nothing(self, signed_in, seen):
        file = make_application(S.PROPOSAL, met=False, cers=1)
        kept = make_proposal(file, Outcome.MORATORIUM)
        signed_in(make_user(Role.DPID_AGENT)).post(url("file_proposal", file), {**ADVERSE, "seen": seen})
        assert Proposal.objects.get().cer_reasons == kept.cer_reasons
