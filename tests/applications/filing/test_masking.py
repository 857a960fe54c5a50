"""The screen where a held contract is put right: what it says, what it keeps, whom it knows."""

import pytest
from django.urls import reverse

from documents.enums import FileState, Ruling
from documents.rulings import open_findings
from evaluation.enums import PanelStage
from evaluation.models import Cer
from tests.applications.filing.builders import NOW, add_cers, member_of, open_draft
from tests.documents.held import LEAK, held_cer
from tests.evaluation.builders import make_cer
from tests.factories import make_referent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def cer(client) -> Cer:
    draft = open_draft(referents=1)
    cer = add_cers(draft, 1)[0]
    cer.file = held_cer()
    cer.save()
    client.force_login(member_of(draft.structure))
    return cer


def address(cer):
    return reverse("cer_mask", args=[cer.pk])


def answers(cer, ruling=Ruling.MASKED, **more):
    return {"seen": cer.file.sha256, **{f"ruling_{f.pk}": ruling for f in open_findings(cer.file)}, **more}


def test_the_page_shows_where_and_never_what(client, cer):
    page = client.get(address(cer))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count('class="hit"') == 2
    assert "Nom d’une personne" in text
    assert "Téléphone" in text
    assert LEAK not in text


def test_everything_masked_in_one_sending(client, cer):
    sent = client.post(address(cer), answers(cer, box=["1:0.1,0.1,0.5,0.2"]), follow=True)
    assert sent.redirect_chain[-1][0] == reverse("filing_cers")
    cer.file.refresh_from_db()
    assert cer.file.state == FileState.RECEIVED
    assert cer.file.events.get().detail == "2 signes masqués, 1 cadre tracé"


def test_what_is_left_out_is_said_beside_it_and_what_is_typed_stays(client, cer):
    first, second = open_findings(cer.file)
    data = {"seen": cer.file.sha256, f"ruling_{first.pk}": "not_personal", f"why_{first.pk}": "", "box": "1:0,0,1,0.5"}
    page = client.post(address(cer), data)
    text = page.content.decode()
    assert page.status_code == 422
    assert f'id="id_why_{first.pk}_error"' in text
    assert f'id="id_ruling_{second.pk}_error"' in text
    assert 'value="1:0,0,1,0.5"' in text
    cer.file.refresh_from_db()
    assert cer.file.state == FileState.TO_FIX


@pytest.mark.parametrize(
    ("page", "top", "bottom"), [("2", "0", "10"), ("1", "40", "30"), ("1", "", "10"), ("x", "1", "2")]
)
def test_a_band_that_is_none_is_said(client, cer, page, top, bottom):
    sent = client.post(address(cer), answers(cer, band_page=page, band_top=top, band_bottom=bottom))
    assert sent.status_code == 422
    assert "Zone à masquer" in sent.content.decode()
    assert f'value="{bottom}"' in sent.content.decode()


def test_a_band_is_masked_without_a_script(client, cer):
    assert (
        client.post(
            address(cer), answers(cer, band_page=["1", ""], band_top=["0", ""], band_bottom=["14", ""])
        ).status_code
        == 302
    )
    assert cer.file.events.get().detail == "2 signes masqués, 1 cadre tracé"


def test_a_second_tab_changes_nothing_and_says_so(client, cer):
    data = answers(cer)
    client.post(address(cer), data)
    page = client.post(address(cer), data, follow=True)
    assert "n’a rien changé" in page.content.decode()
    again = held_cer()
    Cer.objects.filter(pk=cer.pk).update(file=again)
    page = client.post(address(cer), {**answers(Cer.objects.get(pk=cer.pk)), "seen": "0" * 64})
    assert page.status_code == 409
    assert "n’a rien changé" in page.content.decode()


def test_the_next_one_to_fix_opens(client, cer):
    other = add_cers(cer.panel.application, 1)[0]
    other.file = held_cer()
    other.save()
    assert client.post(address(cer), answers(cer)).url == address(other)


@pytest.mark.parametrize("state", [FileState.READY, FileState.RECEIVED])
def test_a_file_that_is_not_to_fix_has_no_such_page(client, cer, state):
    cer.file.state = state
    cer.file.save()
    assert client.get(address(cer)).url == reverse("filing_cer", args=[cer.pk])


@pytest.mark.parametrize("role", ["structure_admin", "dpid_agent", "slai", "auditor"])
@pytest.mark.parametrize("stage", [PanelStage.DRAFT, PanelStage.CONTROL])
def test_nobody_else_sees_it_nor_its_pages(client, cer, role, stage):
    panel = cer.panel
    panel.stage, panel.label, panel.due_on = stage, "D-2026-0001", NOW.date()
    panel.save()
    client.force_login(make_user(role))
    assert client.get(address(cer)).status_code == 404
    assert client.post(address(cer), answers(cer)).status_code == 404
    assert client.get(reverse("cer_page", args=[cer.pk, 1])).status_code == 404
    cer.file.refresh_from_db()
    assert cer.file.state == FileState.TO_FIX


def test_the_structure_sees_the_pages_but_cannot_download(client, cer):
    assert client.get(reverse("cer_page", args=[cer.pk, 1])).status_code == 200
    assert client.get(reverse("cer_file", args=[cer.pk])).status_code == 404


def test_the_list_leads_to_what_needs_a_hand(client, cer):
    other = make_referent(cer.panel.structure)
    make_cer(cer.panel, other, 1)
    page = client.get(reverse("filing_cers")).content.decode()
    assert page.count(address(cer)) == 2, "its folio, and the button of the first to correct"
    assert "R02" in page
    alone = client.get(reverse("filing_cers") + "?voir=a-corriger").content.decode()
    assert "Voir tous les CER" in alone
    assert 'id="f-R02"' not in alone
    assert "R01-CER2" not in alone, "a place to fill is nothing to correct"
    assert address(cer) in client.get(reverse("filing_cer", args=[cer.pk])).content.decode()
