"""A structure asks for access; the answer tells nothing; the DPID decides."""

import re

import pytest
from django.urls import reverse

from accounts.enums import RequestState, Role
from accounts.exceptions import Refused
from accounts.models import AccessRequest, Invitation, Structure
from accounts.services import access
from tests import factories
from tests.accounts.conftest import NOW

pytestmark = pytest.mark.django_db


def details(**changes):
    return {
        "siret": factories.make_siret(),
        "structure_name": "Association du Détroit",
        "legal_form": "association",
        "territory": factories.make_territory("Calaisis"),
        "first_name": "Claire",
        "last_name": "Vasseur",
        "email": "claire@exemple.fr",
    } | changes


def make_request(**changes):
    access.request_access(**details(**changes), now=NOW)
    return AccessRequest.objects.latest("pk")


def posted(**changes):
    data = details(**changes)
    return data | {"territory": data["territory"].pk}


def test_the_answer_is_the_same_for_known_and_unknown(client, commit, mailoutbox):
    known = factories.make_user(Role.STRUCTURE_ADMIN)
    answers = []
    for siret, email in [(known.structure.siret, known.email), (factories.make_siret(), "inconnue@exemple.fr")]:
        with commit():
            response = client.post(reverse("access_request"), posted(siret=siret, email=email))
        page = client.get(response["Location"]).content.decode()
        answers.append((response.status_code, response["Location"], re.sub(r'value="\w{64}"', "", page)))
    assert answers[0] == answers[1]
    to_person = [mail for mail in mailoutbox if mail.to != ["label@exemple.fr"]]
    assert [mail.to[0] for mail in to_person] == [known.email, "inconnue@exemple.fr"]
    assert to_person[0].body == to_person[1].body
    assert sum(mail.to == ["label@exemple.fr"] for mail in mailoutbox) == 2
    assert AccessRequest.objects.count() == 2


def test_known_and_unknown_cost_the_same(client, django_assert_num_queries):
    known = factories.make_user(Role.STRUCTURE_ADMIN)
    for siret, email in [(known.structure.siret, known.email), (factories.make_siret(), "inconnue@exemple.fr")]:
        data = details(siret=siret, email=email)
        with django_assert_num_queries(4):
            access.request_access(**data, now=NOW)


def test_asking_twice_adds_nothing(commit, mailoutbox):
    data = details()
    with commit():
        access.request_access(**data, now=NOW)
        access.request_access(**{**data, "email": "CLAIRE@exemple.fr"}, now=NOW)
    assert AccessRequest.objects.count() == 1
    assert len(mailoutbox) == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("siret", "", "Cette réponse est nécessaire."),
        ("siret", "512 900 770 0001", "Il manque un chiffre"),
        ("siret", "51290077000012", "Ce numéro n’est pas un SIRET"),
        ("structure_name", "x" * 161, "160"),
        ("email", "claire", "incomplète"),
        ("phone", "abc", "pas complet"),
        ("territory", 999999, "Cette réponse n’est pas dans la liste."),
        ("message", "x" * 2001, "2000"),
    ],
)
def test_wrong_answers_are_told_at_the_field(client, field, value, words):
    response = client.post(reverse("access_request"), {**posted(), field: value})
    assert response.status_code == 422
    assert words in response.content.decode().replace("\u202f", "")
    assert not AccessRequest.objects.exists()


def test_acceptance_creates_the_structure_and_invites_its_administrator(commit, mailoutbox):
    request, agent = make_request(), factories.make_user(Role.DPID_AGENT)
    with commit():
        invitation = access.accept_access_request(request=request, actor=agent, now=NOW, structure_name="Le Détroit")
    structure = Structure.objects.get(siret=request.siret)
    assert (structure.name, structure.lead_territory) == ("Le Détroit", request.territory)
    assert (invitation.structure, invitation.role, invitation.email) == (
        structure,
        Role.STRUCTURE_ADMIN,
        request.email,
    )
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.decided_at) == (RequestState.ACCEPTED, agent, NOW)
    assert [mail.to for mail in mailoutbox] == [["claire@exemple.fr"]]


def test_acceptance_leaves_a_known_structure_as_it_is():
    structure = factories.make_structure("Les Amarres")
    request = make_request(siret=structure.siret)
    invitation = access.accept_access_request(
        request=request,
        actor=factories.make_user(Role.DPID_MANAGER),
        now=NOW,
        role=Role.STRUCTURE_MEMBER,
        structure_name="Autre nom",
    )
    assert (invitation.structure, invitation.role) == (structure, Role.STRUCTURE_MEMBER)
    structure.refresh_from_db()
    assert structure.name == "Les Amarres"


def test_acceptance_is_whole_or_nothing():
    """The address has an account: nothing is created, the request still waits."""
    request = make_request(email=factories.make_user().email)
    with pytest.raises(Refused, match="déjà un compte"):
        access.accept_access_request(request=request, actor=factories.make_user(Role.DPID_AGENT), now=NOW)
    request.refresh_from_db()
    assert request.state == RequestState.PENDING
    assert not Structure.objects.filter(siret=request.siret).exists()


def test_refusal_sends_its_reason(commit, mailoutbox):
    request, agent = make_request(), factories.make_user(Role.DPID_AGENT)
    with pytest.raises(Refused, match="motif"):
        access.refuse_access_request(request=request, actor=agent, reason="  ", now=NOW)
    with commit():
        access.refuse_access_request(request=request, actor=agent, reason="Hors du champ du label.", now=NOW)
    request.refresh_from_db()
    assert (request.state, request.reason) == (RequestState.REFUSED, "Hors du champ du label.")
    assert "Hors du champ du label." in mailoutbox[0].body
    assert not Invitation.objects.exists()


def test_a_request_is_examined_once():
    request, agent = make_request(), factories.make_user(Role.DPID_AGENT)
    access.accept_access_request(request=request, actor=agent, now=NOW)
    with pytest.raises(Refused, match="déjà été examinée"):
        access.accept_access_request(request=request, actor=agent, now=NOW)
    with pytest.raises(Refused, match="déjà été examinée"):
        access.refuse_access_request(request=request, actor=agent, reason="Non", now=NOW)


@pytest.mark.parametrize("role", Role)
def test_who_examines(role):
    request, actor = make_request(), factories.make_user(role)
    if role in (Role.DPID_AGENT, Role.DPID_MANAGER):
        assert access.accept_access_request(request=request, actor=actor, now=NOW)
        return
    with pytest.raises(Refused, match="examinées par la DPID"):
        access.accept_access_request(request=request, actor=actor, now=NOW)
    with pytest.raises(Refused, match="examinées par la DPID"):
        access.refuse_access_request(request=request, actor=actor, reason="Non", now=NOW)


def test_a_role_outside_the_structure_is_refused():
    with pytest.raises(Refused):
        access.accept_access_request(
            request=make_request(), actor=factories.make_user(Role.DPID_AGENT), now=NOW, role=Role.ADMINISTRATOR
        )


# Pages --------------------------------------------------------------------------------------------------------


def test_accepting_from_the_page(client, sign_in):
    sign_in(Role.DPID_AGENT)
    request = make_request()
    page = client.get(reverse("access_request_detail", args=[request.pk])).content.decode()
    assert "Association du Détroit" in page
    assert "Rôle de la personne" not in page
    response = client.post(
        reverse("access_request_accept", args=[request.pk]),
        {"structure_name": "Le Détroit", "legal_form": "foundation", "territory": request.territory_id},
    )
    assert response["Location"] == reverse("access_request_list")
    assert Structure.objects.get(siret=request.siret).legal_form == "foundation"
    assert "Acceptée" in client.get(reverse("access_request_detail", args=[request.pk])).content.decode()
    assert "Acceptée" in client.get(reverse("access_request_list"), {"liste": "examinees"}).content.decode()


def test_a_known_structure_is_shown_with_its_administrators(client, sign_in):
    admin = factories.make_user(Role.STRUCTURE_ADMIN)
    request = make_request(siret=admin.structure.siret)
    sign_in(Role.DPID_AGENT)
    page = client.get(reverse("access_request_detail", args=[request.pk]))
    assert admin.email in page.content.decode()
    assert page.context["accept_form"].initial["role"] == Role.STRUCTURE_MEMBER
    client.post(reverse("access_request_accept", args=[request.pk]), {"role": Role.STRUCTURE_MEMBER})
    assert Invitation.objects.get().role == Role.STRUCTURE_MEMBER


def test_wrong_forms_come_back(client, sign_in):
    sign_in(Role.DPID_AGENT)
    request = make_request()
    for name, data in [("access_request_accept", {}), ("access_request_refuse", {"reason": " "})]:
        response = client.post(reverse(name, args=[request.pk]), data)
        assert response.status_code == 200
        assert "Cette réponse est nécessaire." in response.content.decode()
    request.refresh_from_db()
    assert request.state == RequestState.PENDING


def test_too_late_is_said(client, sign_in):
    sign_in(Role.DPID_AGENT)
    request = make_request()
    url = reverse("access_request_refuse", args=[request.pk])
    client.post(url, {"reason": "Non"})
    response = client.post(url, {"reason": "Non"}, follow=True)
    assert "Cette demande a déjà été examinée." in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_s_queries_do_not_grow(client, sign_in, count, django_assert_num_queries):
    sign_in(Role.DPID_AGENT)
    for number in range(count):
        make_request(email=f"p{number}@exemple.fr")
    client.get(reverse("access_request_list"))
    with django_assert_num_queries(5):
        assert len(client.get(reverse("access_request_list")).context["page_obj"].object_list) == count


def test_requests_are_limited(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"access_request": "20/h/ip,3/h/key"}
    statuses = [client.post(reverse("access_request"), posted()).status_code for _ in range(4)]
    assert statuses == [302, 302, 302, 429]
    assert client.post(reverse("access_request"), posted(email="autre@exemple.fr")).status_code == 302
