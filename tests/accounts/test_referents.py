"""Référents: typed in, changed, gone, imported; their codes are never given twice."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import AGENT_ROLES, Role
from accounts.exceptions import Refused
from accounts.models import Referent, Structure
from accounts.services import referents
from accounts.services.structures import edit_structure
from label_portal.sample import people, rosters
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 23)


@pytest.fixture
def member():
    return factories.make_user(Role.STRUCTURE_MEMBER)


def add(actor, last_name="Delattre", **fields):
    return referents.add_referent(
        actor=actor, **{"first_name": "Nadia", "last_name": last_name, "arrived_on": date(2024, 9, 2), **fields}
    )


def test_codes_follow_each_other_and_are_never_reused(member):
    first = add(member)
    add(member, "Caron")
    referents.record_departure(referent=first, actor=member, left_on=date(2025, 1, 1))
    assert add(member, "Haddad").code == "R03"
    assert add(factories.make_user(Role.STRUCTURE_ADMIN)).code == "R01"
    assert sorted(member.structure.referents.values_list("code", flat=True)) == ["R01", "R02", "R03"]


def test_a_failed_entry_takes_no_code(member):
    with pytest.raises(ValidationError, match="Le départ ne peut pas précéder"):
        add(member, left_on=date(2024, 9, 1))
    assert add(member).code == "R01"


def test_changes_and_departure(member):
    referent = add(member)
    referents.edit_referent(
        referent=referent,
        actor=member,
        first_name="Nadia",
        last_name="Caron",
        arrived_on=date(2024, 10, 1),
        funded=False,
    )
    referent.refresh_from_db()
    assert (referent.last_name, referent.arrived_on, referent.funded, referent.code) == (
        "Caron",
        date(2024, 10, 1),
        False,
        "R01",
    )
    with pytest.raises(ValidationError, match="Le départ ne peut pas précéder"):
        referents.record_departure(referent=referent, actor=member, left_on=date(2024, 9, 30))
    with pytest.raises(ValidationError, match="Le départ ne peut pas précéder"):
        referents.edit_referent(
            referent=referent, actor=member, first_name="N", last_name="C", arrived_on=TODAY, left_on=date(2024, 1, 1)
        )


@pytest.mark.parametrize("role", sorted(AGENT_ROLES))
def test_agents_do_not_write_référents(role):
    with pytest.raises(Refused, match="par leur structure"):
        add(factories.make_user(role))


def test_another_structure_s_référent_is_out_of_reach(member):
    other = factories.make_referent()
    with pytest.raises(Refused, match="votre structure"):
        referents.record_departure(referent=other, actor=member, left_on=TODAY)
    with pytest.raises(Refused, match="votre structure"):
        referents.edit_referent(referent=other, actor=member, first_name="A", last_name="B", arrived_on=TODAY)


def test_who_edits_a_structure(member):
    structure = member.structure
    edit_structure(structure=structure, actor=member, name="Nouveau nom", city="Arras")
    structure.refresh_from_db()
    assert (structure.name, structure.city) == ("Nouveau nom", "Arras")
    with pytest.raises(Refused):
        edit_structure(structure=structure, actor=member, siret=factories.make_siret())
    with pytest.raises(Refused):
        edit_structure(structure=structure, actor=factories.make_user(Role.STRUCTURE_ADMIN), name="X")
    for role in AGENT_ROLES - {Role.DPID_AGENT, Role.DPID_MANAGER}:
        with pytest.raises(Refused):
            edit_structure(structure=structure, actor=factories.make_user(role), name="X")
    siret = factories.make_siret()
    edit_structure(structure=structure, actor=factories.make_user(Role.DPID_AGENT), siret=siret)
    with pytest.raises(ValidationError, match="porte déjà ce SIRET"):
        edit_structure(structure=factories.make_structure(), actor=factories.make_user(Role.DPID_AGENT), siret=siret)


# Pages --------------------------------------------------------------------------------------------------------


def form_of(**changes):
    return {"first_name": "Nadia", "last_name": "Delattre", "arrived_on": "02/09/2024", "funded": "oui"} | changes


def test_typing_référents_in(client, sign_in, member):
    sign_in(member)
    assert "Aucun référent" in client.get(reverse("referent_list")).content.decode()
    assert client.post(reverse("referent_add"), form_of(another="1"))["Location"] == reverse("referent_add")
    response = client.post(reverse("referent_add"), form_of(last_name="Caron", funded="non", left_on="31/12/2024"))
    assert response["Location"] == reverse("referent_list")
    page = client.get(reverse("referent_list"))
    assert [each.code for each in page.context["present"]] == ["R01"]
    assert [(each.code, each.funded) for each in page.context["gone"]] == [("R02", False)]
    referent = Referent.objects.get(code="R01")
    client.post(reverse("referent_edit", args=[referent.pk]), form_of(email="nadia@exemple.fr"))
    assert client.get(reverse("referent_leave", args=[referent.pk])).status_code == 200
    client.post(reverse("referent_leave", args=[referent.pk]), {"left_on": "30/06/2025"})
    referent.refresh_from_db()
    assert (referent.email, referent.left_on) == ("nadia@exemple.fr", date(2025, 6, 30))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first_name": ""}, "Cette réponse est nécessaire."),
        ({"last_name": "N" * 81}, "80"),
        ({"arrived_on": ""}, "Indiquez une date."),
        ({"arrived_on": "31/02/2025"}, "Cette date n’existe pas."),
        ({"left_on": "01/09/2024"}, "Le départ ne peut pas précéder l’arrivée."),
        ({"email": "nadia"}, "incomplète"),
        ({"funded": "peut-être"}, "Cette réponse n’est pas dans la liste."),
    ],
)
def test_wrong_answers_are_told(client, sign_in, member, changes, words):
    sign_in(member)
    response = client.post(reverse("referent_add"), form_of(**changes))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Referent.objects.exists()


def test_a_departure_before_the_arrival_is_told(client, sign_in, member):
    sign_in(member)
    referent = factories.make_referent(member.structure)
    response = client.post(reverse("referent_leave", args=[referent.pk]), {"left_on": "01/01/2020"})
    assert "Le départ ne peut pas précéder l’arrivée." in response.content.decode()


@pytest.mark.parametrize("name", ["referent_edit", "referent_leave"])
def test_another_structure_s_référent_is_not_found(client, sign_in, name):
    other = factories.make_referent()
    sign_in()
    url = reverse(name, args=[other.pk])
    assert (client.get(url).status_code, client.post(url, form_of()).status_code) == (404, 404)


def test_a_step_of_the_filing_is_found_again(client, sign_in, member):
    """What was opened with « next » goes back there; another host's address never."""
    sign_in(member)
    step = reverse("filing_structure")
    adding = f"{reverse('referent_add')}?next={step}"
    assert f'href="{step}">Annuler' in client.get(adding).content.decode()
    assert client.post(adding, form_of())["Location"] == step
    again = client.post(adding, form_of(last_name="Caron", another="1"))["Location"]
    assert again == f"{reverse('referent_add')}?next=%2Fdossier%2Fstructure%2F"
    table = SimpleUploadedFile("r.xlsx", rosters.roster_xlsx(rosters.rows_of(people.structures()[1], TODAY)))
    check = client.post(f"{reverse('referent_import')}?next={step}", {"file": table})["Location"]
    assert f'name="next" value="{step}"' in client.get(check).content.decode()
    page = client.get(check).content.decode()
    count = len(rosters.rows_of(people.structures()[1], TODAY))
    assert f"Ajouter {count} lignes" in page
    digest = client.get(check).context["plan"].digest
    assert client.post(reverse("referent_import_confirm"), {"next": step, "apercu": digest})["Location"] == step
    elsewhere = f"{reverse('referent_add')}?next=https://ailleurs.exemple.fr/"
    assert client.post(elsewhere, form_of(last_name="Pruvost"))["Location"] == reverse("referent_list")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_s_queries_do_not_grow(client, sign_in, member, count, django_assert_num_queries):
    sign_in(member)
    for _ in range(count):
        factories.make_referent(member.structure)
    client.get(reverse("referent_list"))
    with django_assert_num_queries(4):
        assert len(client.get(reverse("referent_list")).context["present"]) == count


def test_the_structure_s_page(client, sign_in, member):
    sign_in(member)
    page = client.get(reverse("structure_edit"))
    assert "siret" not in page.context["form"].fields
    data = {"name": "Les Amarres", "legal_form": "ccas", "phone": "03 00 00 00 02", "postal_code": "62200"}
    client.post(reverse("structure_edit"), data | {"siret": factories.make_siret()})
    structure = Structure.objects.get(pk=member.structure_id)
    assert (structure.name, structure.legal_form, structure.phone) == ("Les Amarres", "ccas", "+33300000002")
    assert structure.siret == member.structure.siret
    assert "cinq chiffres" in client.post(reverse("structure_edit"), data | {"postal_code": "62"}).content.decode()


def test_the_dpid_corrects_siret_and_territory(client, sign_in):
    sign_in(Role.DPID_AGENT)
    structure, other = factories.make_structure(), factories.make_structure()
    territory, siret = factories.make_territory("Artois"), factories.make_siret()
    url = reverse("structure_correct", args=[structure.pk])
    data = {"name": "Les Amarres", "legal_form": "ccas", "siret": siret, "lead_territory": territory.pk}
    assert client.post(url, data).status_code == 302
    structure.refresh_from_db()
    assert (structure.siret, structure.lead_territory) == (siret, territory)
    response = client.post(url, data | {"siret": other.siret})
    assert "Une structure porte déjà ce SIRET." in response.content.decode()
