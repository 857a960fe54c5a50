"""Every constraint of the floor refuses what it must, in French where a form can show it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.enums import RequestState, Role
from accounts.managers import structure_scope
from accounts.models import AccessRequest, Delegation, Invitation, Referent, Structure, Territory, User
from tests import factories
from tests.accounts.conftest import NOW

pytestmark = pytest.mark.django_db


def refused_by_database(save):
    with pytest.raises(IntegrityError), transaction.atomic():
        save()


def test_a_merged_territory_has_a_host_and_a_date():
    territory = factories.make_territory()
    territory.merged_into = factories.make_territory()
    with pytest.raises(ValidationError, match="territoire d’accueil et une date"):
        territory.full_clean()
    refused_by_database(territory.save)


def test_a_siret_is_one_structure_s():
    structure = factories.make_structure()
    twin = Structure(siret=structure.siret, name="Autre", legal_form="ccas", lead_territory=structure.lead_territory)
    with pytest.raises(ValidationError, match="porte déjà ce SIRET"):
        twin.full_clean()
    refused_by_database(twin.save)


@pytest.mark.parametrize("siret", ["123", "12345678900011", "512 900 770 00011"])
def test_a_siret_is_valid_and_canonical(siret):
    structure = factories.make_structure()
    structure.siret = siret
    with pytest.raises(ValidationError) as error:
        structure.full_clean()
    assert set(error.value.message_dict) == {"siret"}


def test_a_referent_leaves_after_having_arrived():
    referent = factories.make_referent()
    referent.left_on = referent.arrived_on - timedelta(days=1)
    with pytest.raises(ValidationError, match="Le départ ne peut pas précéder l’arrivée"):
        referent.full_clean()
    refused_by_database(referent.save)
    referent.left_on = referent.arrived_on
    referent.save()
    assert referent.is_active_on(referent.arrived_on)
    assert not referent.is_active_on(referent.arrived_on + timedelta(days=1))


def test_a_code_is_given_once_in_a_structure():
    referent = factories.make_referent()
    twin = Referent(structure=referent.structure, code=referent.code, arrived_on=date(2026, 1, 5))
    refused_by_database(twin.save)
    twin.structure = factories.make_structure()
    twin.save()


@pytest.mark.parametrize("role", Role)
def test_a_structure_s_people_and_they_alone_have_a_structure(role):
    user = factories.make_user(role)
    user.structure = None if user.structure else factories.make_structure()
    with pytest.raises(ValidationError, match="Seules les personnes d’une structure"):
        user.full_clean(exclude=["password"])
    refused_by_database(user.save)


def test_an_address_is_one_account_s_whatever_its_capitals():
    user = factories.make_user()
    twin = User(email=user.email.upper(), first_name="A", last_name="B", role=Role.AUDITOR)
    with pytest.raises(ValidationError, match="Ce courriel a déjà un compte"):
        twin.full_clean(exclude=["password"])
    refused_by_database(twin.save)


def test_a_delegation_ends_after_it_begins():
    delegation = Delegation(
        user=factories.make_user(Role.SIGNATORY),
        quality="Directrice",
        reference="2026-01",
        valid_from=date(2026, 1, 2),
        valid_until=date(2026, 1, 1),
    )
    with pytest.raises(ValidationError, match="La fin de la délégation"):
        delegation.full_clean()
    refused_by_database(delegation.save)


@pytest.mark.parametrize("state", [RequestState.ACCEPTED, RequestState.REFUSED])
def test_an_examined_request_has_an_author_and_a_date(state):
    request = AccessRequest.objects.create(
        siret=factories.make_siret(), structure_name="A", territory=factories.make_territory(),
        first_name="A", last_name="B", email="a@exemple.fr", created_at=NOW,
    )  # fmt: skip
    request.state = state
    with pytest.raises(ValidationError, match="porte une date et un auteur"):
        request.full_clean()
    refused_by_database(request.save)


@pytest.mark.parametrize(
    "fields",
    [
        {"role": Role.STRUCTURE_ADMIN, "structure": None},
        {"role": Role.AUDITOR, "expires_at": NOW},
    ],
)
def test_an_invitation_is_whole(fields):
    invitation = Invitation(
        **{
            "email": "a@exemple.fr",
            "token_hash": "0" * 64,
            "created_at": NOW,
            "expires_at": NOW + timedelta(1),
            **fields,
        }
    )
    refused_by_database(invitation.save)


def test_scopes():
    near, far = factories.make_territory("Calaisis"), factories.make_territory("Artois")
    led = factories.make_structure(lead_territory=near)
    also = factories.make_structure(lead_territory=far)
    also.territories.add(near)
    other = factories.make_structure(lead_territory=far)
    member = factories.make_user(Role.STRUCTURE_MEMBER, structure=other)
    facilitator = factories.make_user(Role.SLAI, territories=(near,))

    def seen(user):
        return set(Structure.objects.visible_to(user))

    assert seen(member) == {other}
    assert seen(facilitator) == {led, also}
    assert seen(factories.make_user(Role.SLAI)) == set()
    for role in (Role.DPID_AGENT, Role.DPID_MANAGER, Role.SIGNATORY, Role.ADMINISTRATOR, Role.AUDITOR):
        assert seen(factories.make_user(role)) == {led, also, other}
    facilitator.is_active = False
    assert structure_scope(facilitator) is None


def test_a_merged_territory_stays_readable():
    host = factories.make_territory()
    merged = factories.make_territory(merged_into=host, merged_on=date(2026, 1, 1))
    merged.full_clean()
    assert str(Territory.objects.get(pk=merged.pk).merged_into) == host.name
