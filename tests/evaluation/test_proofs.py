"""The proof of a draw, the daily commitments, the means to draw again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from core import clock
from evaluation import draw, services
from evaluation.enums import PanelStage
from evaluation.models import DaySecret
from tests.evaluation.builders import NOW, declare_drawn, make_panel, member_of
from tests.factories import make_referent, make_structure, make_user
from tests.said import text_of

pytestmark = pytest.mark.django_db
LISTED = [f"Dossier {number}" for number in range(1, 13)]


@pytest.fixture
def row(time_machine):
    time_machine.move_to(NOW, tick=False)
    panel = make_panel(cers=0)
    referent = make_referent(panel.structure)
    return services.draw_panels(panel=panel, lists={referent: LISTED}, actor=member_of(panel), now=NOW)[0]


def proof(client, row, user):
    client.force_login(user)
    return client.get(reverse("draw_proof", args=[row.number]))


def recompute(client, row, **changed):
    data = {
        "referent": row.referent.code, "text": "\n".join(row.references), "secret": row.secret, "count": row.count,
        "commitment": row.day.commitment, "rank": row.rank,
    }  # fmt: skip
    return client.post(reverse("draw_recompute"), data | changed)


def test_the_proof_shows_each_value_and_its_recomputing(client, row):
    page = text_of(proof(client, row, member_of(row.panel)))
    for value in (row.list_hash, row.day.commitment, row.secret, row.seed, ", ".join(row.drawn), "juste"):
        assert value in page
    assert "ne prouve pas que la liste est entière" in page
    assert row.day.root not in page


def test_a_draw_that_does_not_hold_is_said_wrong(client, row):
    DaySecret.objects.update(commitment="0" * 64)
    page = text_of(proof(client, row, member_of(row.panel)))
    assert "Ce tirage ne se retrouve pas" in page


def test_a_draw_on_paper_has_nothing_to_recompute(client):
    panel = make_panel(cers=0)
    declare_drawn(panel, make_referent(panel.structure))
    page = text_of(proof(client, panel.draws.get(), member_of(panel)))
    assert "Un tirage sur papier ne se recalcule pas" in page


@pytest.mark.parametrize("role", [Role.DPID_AGENT, Role.AUDITOR])
def test_agents_read_it_once_the_file_is_filed(client, row, role):
    agent = make_user(role)
    assert proof(client, row, agent).status_code == 404
    row.panel.stage, row.panel.label, row.panel.due_on = PanelStage.CONTROL, "D-1", NOW.date()
    row.panel.save()
    assert proof(client, row, agent).status_code == 200


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SIGNATORY])
def test_those_who_read_no_cer_read_no_draw(client, row, role):
    row.panel.stage, row.panel.label, row.panel.due_on = PanelStage.CONTROL, "D-1", NOW.date()
    row.panel.save()
    assert proof(client, row, make_user(role)).status_code == 404


def test_nobody_elses_draw_exists(client, row):
    stranger = make_user(Role.STRUCTURE_ADMIN, structure=make_structure())
    assert proof(client, row, stranger).status_code == 404
    assert client.get(reverse("draw_proof", args=["T62-2026-99999"])).status_code == 404


def test_a_days_root_is_shown_once_it_is_over(client, row, time_machine):
    services.publish_secrets(today=clock.civil_date(NOW), now=NOW)
    roots = list(DaySecret.objects.order_by("day").values_list("root", flat=True))
    page = text_of(client.get(reverse("draw_days")))
    assert all(draw.commitment(root) in page for root in roots)
    assert not any(root in page for root in roots)
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    page = text_of(client.get(reverse("draw_days")))
    assert (roots[0] in page, roots[1] in page) == (True, False)


def test_anybody_draws_again(client, row):
    page = text_of(recompute(client, row))
    for words in (", ".join(row.drawn), row.list_hash, row.seed, "Secret conforme à l’engagement"):
        assert words in page


def test_another_list_or_another_secret_gives_something_else(client, row):
    assert row.seed not in text_of(recompute(client, row, text="\n".join([*LISTED, "Dossier 13"])))
    assert "Secret étranger à cet engagement" in text_of(recompute(client, row, secret="ab" * 32))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"secret": "abc"}, "64 chiffres"),
        ({"text": ""}, "nécessaire"),
        ({"text": "A\na"}, "deux fois"),
        ({"count": "beaucoup"}, "nombre entier"),
        ({"rank": draw.CHAIN_LENGTH + 1}, "inférieure ou égale"),
    ],
)
def test_what_cannot_be_drawn_is_said(client, row, changed, words):
    page = recompute(client, row, **changed)
    assert (page.status_code, words in text_of(page)) == (422, True)


def test_a_list_of_one_number_is_a_reference(client, row):
    again = draw.draw("R01", ["12"], 5, published="", rank=0, secret=row.secret)
    page = text_of(recompute(client, row, referent="R01", text="12"))
    assert again.seed in page
