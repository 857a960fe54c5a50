"""The draft most tests of wrong input start from."""

from datetime import date

import pytest

from accounts.services.referents import add_referent
from applications.models import Application
from tests.applications.filing.builders import drawn_on_paper, member_of, open_draft
from tests.factories import make_structure


@pytest.fixture
def draft(client) -> Application:
    """Two référents, nothing else; its member is signed in."""
    structure = make_structure("Association Les Amarres")
    draft = open_draft(structure=structure)
    arrived = {"actor": member_of(structure), "arrived_on": date(2024, 9, 2)}
    add_referent(first_name="Karim", last_name="Benali", email="karim@exemple.fr", **arrived)
    add_referent(first_name="Émilie", last_name="Fournier", **arrived)
    client.force_login(member_of(structure))
    return drawn_on_paper(draft)
