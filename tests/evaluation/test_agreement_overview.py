"""Agreement across files: whose, between which days, in which territory; the same cost whatever their number."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from evaluation.enums import PanelStage, Round
from evaluation.models import Scoring
from tests.evaluation.builders import NOW, every_line, make_panel, make_scoring
from tests.factories import make_structure, make_territory, make_user
from tests.said import text_of

pytestmark = pytest.mark.django_db
STRICT = [line for line in every_line() if line != "remark_positioning"]


@pytest.fixture
def here():
    return make_territory("Boulonnais")


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


def scored(territory, author, *, cers=3, control=None, own=None):
    panel = make_panel(PanelStage.CONTROL, cers=cers, structure=make_structure(lead_territory=territory))
    for cer in panel.cers.all():
        make_scoring(cer, Round.SELF, ticks=own, author=author)
        make_scoring(cer, Round.CONTROL, ticks=control, author=author)
    return panel


def opened(client, user, **query):
    client.force_login(user)
    return client.get(reverse("agreement_overview", query=query))


def test_by_line_by_territory_and_file_by_file(client, agent, here):
    panel = scored(here, agent, control=STRICT)
    scored(make_territory("Calaisis"), agent)
    response = opened(client, agent)
    said = text_of(response)
    assert "Réponses identiques : 95 %" in said
    assert "Sur 6 CER comparés" in said
    assert "C’est dans le territoire Boulonnais que les notes s’éloignent le plus" in said
    assert [name for name, _, _ in response.context["groups"]] == ["Boulonnais", "Calaisis"]
    name, address, group = response.context["files"][0]
    assert name == f"{panel.label}, {panel.structure}"
    assert address == f"{reverse('gaps_of_panel', args=[panel.pk])}?tours=structure-dpid"
    assert group.bias == 2


def test_the_slai_sees_its_territories_alone(client, agent, here):
    scored(here, agent)
    scored(make_territory("Calaisis"), agent)
    response = opened(client, make_user(Role.SLAI, territories=(here,)))
    assert [name for name, _, _ in response.context["groups"]] == ["Boulonnais"]
    assert "Calaisis" not in text_of(response)


def test_another_territory_cannot_be_asked_for(client, agent, here):
    elsewhere = make_territory("Calaisis")
    scored(elsewhere, agent)
    response = opened(client, make_user(Role.SLAI, territories=(here,)), territoire=elsewhere.pk)
    assert response.context["found"].count == 0
    assert "Calaisis" not in text_of(response)


def test_a_structure_and_the_administrator_do_not_open_it(client, agent, here):
    panel = scored(here, agent)
    for user in (make_user(Role.STRUCTURE_ADMIN, structure=panel.structure), make_user(Role.ADMINISTRATOR)):
        assert opened(client, user).status_code == 403


def test_territory_and_period_narrow_it(client, agent, here):
    scored(here, agent)
    elsewhere = make_territory("Calaisis")
    late = scored(elsewhere, agent, cers=2)
    Scoring.objects.filter(cer__panel=late).update(validated_at=NOW + timedelta(days=10))
    assert opened(client, agent, territoire=elsewhere.pk).context["found"].count == 2
    assert opened(client, agent, du="01/04/2026").context["found"].count == 2
    assert opened(client, agent, au="23/03/2026").context["found"].count == 3, "both days included"
    assert opened(client, agent, du="02/04/2026", au="03/04/2026").context["found"].count == 2
    assert opened(client, agent, du="04/04/2026").context["found"].count == 0


def test_wrong_days_are_said_and_narrow_nothing(client, agent, here):
    scored(here, agent)
    response = opened(client, agent, du="02/04/2026", au="01/04/2026")
    assert "Le dernier jour ne peut pas précéder le premier." in text_of(response)
    assert response.context["found"].count == 3


def test_what_the_dpid_has_not_validated_is_not_counted(client, agent, here):
    panel = scored(here, agent, own=[])
    Scoring.objects.filter(cer__panel=panel, round=Round.CONTROL).update(validated_at=None)
    said = text_of(opened(client, agent))
    assert "Rien à comparer" in said
    assert panel.label not in said


def test_enough_contracts_and_the_kappa_speaks(client, agent, here):
    for control in (STRICT, None, []):
        panel = scored(here, agent, cers=10, control=control)
        panel.cers.order_by("number")[0].scorings.filter(round=Round.SELF).update(ticks=[])
    said = text_of(opened(client, agent))
    assert "kappa pondéré" in said
    assert "à 95 %" in said


@pytest.mark.parametrize("files", [1, 3])
def test_as_many_queries_for_one_file_as_for_three(client, agent, here, django_assert_num_queries, files):
    for _ in range(files):
        scored(here, agent, control=STRICT)
    opened(client, agent)
    with django_assert_num_queries(5):
        client.get(reverse("agreement_overview"))


def test_files_come_by_pages(client, agent, here):
    for _ in range(26):
        scored(here, agent, cers=1)
    response = opened(client, agent, page=2)
    assert len(response.context["files"]) == 1
    assert "tours=" in response.context["files"][0][1]
