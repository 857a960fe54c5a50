"""The factories give valid objects: other tests stand on them."""

import pytest
from stdnum.fr import siret

from accounts.enums import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_sirets_are_valid_and_new():
    sirets = [factories.make_siret() for _ in range(30)]
    assert [siret.validate(number) for number in sirets] == sirets
    assert len(set(sirets)) == 30


@pytest.mark.parametrize("role", Role)
def test_every_role_is_valid_and_signs_in(client, role):
    user = factories.make_user(role)
    user.full_clean()
    assert client.login(email=user.email, password=factories.PASSWORD)


def test_structures_and_referents_are_valid():
    structure = factories.make_structure()
    structure.full_clean()
    codes = [factories.make_referent(structure).code for _ in range(2)]
    assert codes == ["R01", "R02"]
