"""The grid of Annex 2 as a document: its layout, what each person may read in it, and what is never in it."""

import zipfile
from io import BytesIO

import openpyxl
import pikepdf
import pytest
from django.urls import reverse

from accounts.enums import Role
from evaluation.annex import annex_of
from evaluation.annex_files import annex_pdf, annex_workbook
from evaluation.enums import CerType, PanelStage, Round
from tests.documents.test_letters import words
from tests.evaluation.builders import NOW, every_line, make_cer, make_panel, make_scoring, member_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NUMBER = "7418529"
WITHOUT_REMARK = [line for line in every_line() if not line.startswith("remark")]


@pytest.fixture
def panel():
    panel = make_panel(PanelStage.CONTROL, cers=3)
    panel.cers.update(caf_number=NUMBER)
    return panel


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


def pdf(client, panel, slug, user):
    client.force_login(user)
    return client.get(reverse("annex_pdf", args=[panel.pk, slug]))


def rows(content):
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def workbook(panel, round, user):
    return rows(annex_workbook(annex_of(panel, round, user), today=NOW.date()))


def cells(found):
    return "\n".join(str(cell) for row in found for cell in row if cell is not None)


def test_the_document_has_the_columns_of_the_annex_the_sums_and_the_legend(panel, agent):
    first, second, third = panel.cers.all()
    make_scoring(first, ticks=every_line())
    make_scoring(second, ticks=WITHOUT_REMARK)
    make_scoring(third, ticks=[])
    found = workbook(panel, Round.CONTROL, agent)
    top = next(index for index, row in enumerate(found) if row[0] == "N° CAF")
    assert found[top][:8] == [
        "N° CAF", "Solidarité/ sociopro", "Durée des actions", "Nombre d’actions", "Détail des actions", "Remarque",
        "Secret professionnel", "Total",
    ]  # fmt: skip
    assert found[top + 1][2:8] == ["/2", "/2", "/1", "/3,5", "/1,5", "/10"]
    assert found[top + 2][:8] == [first.reference, "Socioprofessionnel", 2, 2, 1, 3.5, 1.5, 10]
    assert found[top + 3][:8] == [second.reference, "Socioprofessionnel", 2, 2, 1, 0, 1.5, 6.5]
    code = first.referent.code
    assert found[top + 5][0] == f"{code}\u00a0: moyenne 55\u202f%"
    assert found[top + 5][7] == 16.5
    said = cells(found)
    assert "Est adaptée à la démarche à réaliser\u00a0: 1" in said
    assert f"Dossier {panel.label}." in said
    assert f"Cahier des charges {panel.rulebook_version}. Version 3, enregistrée le 23 mars 2026." in said.replace(
        "\u00a0", " "
    )
    assert "Moyenne\u00a0: 55\u202f%, pour 16,5 points sur 30 (seuil de 80\u202f%\u00a0: non atteint)." in said
    assert "Brouillon" not in said


def test_a_mean_a_hair_below_the_threshold_is_not_rounded_up(agent):
    panel = make_panel(PanelStage.CONTROL, cers=7)
    eight = [line for line in every_line() if line != "remark_positioning"]
    for cer in panel.cers.all():
        make_scoring(cer, ticks=eight)
    panel.cers.last().scorings.update(ticks=[line for line in eight if line != "duration_start"])
    assert "Moyenne\u00a0: 79,28\u202f%" in cells(workbook(panel, Round.CONTROL, agent))


def test_the_printed_document_says_the_same_is_tagged_and_marked_as_a_draft(client, panel, agent, time_machine):
    time_machine.move_to(NOW, tick=False)
    make_scoring(panel.cers.first(), ticks=WITHOUT_REMARK)
    response = pdf(client, panel, "controle", agent)
    assert response["Content-Type"] == "application/pdf"
    assert f"annexe-2-{panel.label}-controle-2026-03-23.pdf" in response["Content-Disposition"]
    said = words(response.content).replace("\r", "")
    for part in ("Contrôle de la DPID", "Brouillon", panel.cers.first().reference, "6,5", "Remarque", "/3,5", "65"):
        assert part in said
    assert "Elle permet d’appréhender la situation de la personne" in said
    with pikepdf.open(BytesIO(response.content)) as document:
        assert document.Root.MarkInfo.Marked


def test_the_caf_number_is_in_no_document(panel, agent):
    """Neither in the texts nor in the bytes of what the workbook packs."""
    for cer in panel.cers.all():
        make_scoring(cer)
        make_scoring(cer, Round.SELF)
    for round in (Round.SELF, Round.CONTROL):
        annex = annex_of(panel, round, agent)
        book = annex_workbook(annex, today=NOW.date())
        with zipfile.ZipFile(BytesIO(book)) as archive:
            assert not any(NUMBER.encode() in archive.read(name) for name in archive.namelist())
        assert NUMBER not in words(annex_pdf(annex, today=NOW.date()))
    assert panel.cers.first().caf_number == NUMBER, "the control: it is kept"


def test_agents_read_the_structures_score_only_after_their_own(panel, agent):
    first, second, _ = panel.cers.all()
    for cer in (first, second):
        make_scoring(cer, Round.SELF, ticks=WITHOUT_REMARK)
    make_scoring(first)
    make_scoring(second, validated=False)
    found = workbook(panel, Round.SELF, agent)
    line = {row[0]: row for row in found}
    assert line[first.reference][7] == 6.5
    assert line[second.reference][2:9] == [None] * 6 + ["non coté"]
    said = cells(found)
    assert "1 CER n’apparaît pas encore" in said
    assert "Brouillon\u00a0: 1 CER sur 3" in said
    assert "13" not in said.replace("2013", ""), "nor the sum of both"


def test_a_structure_reads_its_own_round_in_full_and_no_other(client, panel):
    for cer in panel.cers.all():
        make_scoring(cer, Round.SELF, ticks=WITHOUT_REMARK)
        make_scoring(cer, ticks=every_line())
    member = member_of(panel)
    assert "6.5" in cells(workbook(panel, Round.SELF, member))
    assert pdf(client, panel, "auto-evaluation", member).status_code == 200
    for slug in ("controle", "temps-de-travail", "autre"):
        assert pdf(client, panel, slug, member).status_code == 404


def test_the_working_session_keeps_what_it_did_not_take_up(client, agent):
    panel = make_panel(PanelStage.SESSION, cers=2)
    first, second = panel.cers.all()
    for cer in (first, second):
        make_scoring(cer, ticks=WITHOUT_REMARK)
    make_scoring(first, Round.SESSION, ticks=every_line())
    line = {row[0]: row for row in workbook(panel, Round.SESSION, agent)}
    assert line[first.reference][7:9] == [10, "revu en temps de travail"]
    assert line[second.reference][7:9] == [6.5, None]
    assert pdf(client, panel, "temps-de-travail", agent).status_code == 200


def test_a_round_that_has_not_begun_has_no_document(client, panel, agent):
    assert pdf(client, panel, "temps-de-travail", agent).status_code == 404


def test_nothing_typed_becomes_a_formula(agent):
    panel = make_panel(PanelStage.CONTROL, cers=1)
    panel.structure.name = '=HYPERLINK("x")'
    panel.structure.save()
    book = openpyxl.load_workbook(BytesIO(annex_workbook(annex_of(panel, Round.CONTROL, agent), today=NOW.date())))
    named = next(cell for row in book.active for cell in row if cell.value == panel.structure.name)
    assert named.data_type == "s"


def test_a_solidarity_contract_has_the_points_of_its_own_lines(agent):
    panel = make_panel(PanelStage.CONTROL, cers=1)
    cer = make_cer(panel, panel.cers.first().referent, 2, contract_type=CerType.SOLIDARITY)
    make_scoring(cer)
    line = {row[0]: row for row in workbook(panel, Round.CONTROL, agent)}
    assert line[cer.reference][1:8] == ["Solidarité", 2, 2, 1, 3.5, 1.5, 10]


def test_each_page_offers_what_its_reader_may_have(client, agent):
    draft = make_panel(cers=1)
    client.force_login(member_of(draft))
    offered = reverse("annex_xlsx", args=[draft.pk, "auto-evaluation"])
    assert client.get(offered).status_code == 200
    client.force_login(agent)
    assert client.get(offered).status_code == 404, "a draft is the structure's alone"


def test_as_many_queries_for_one_cer_as_for_thirty(client, agent, django_assert_num_queries):
    counts = []
    for cers in (1, 30):
        panel = make_panel(PanelStage.CONTROL, cers=cers)
        for cer in panel.cers.all():
            make_scoring(cer)
        with django_assert_num_queries(4) as asked:
            annex_of(panel, Round.CONTROL, agent)
        counts.append(len(asked))
    assert counts[0] == counts[1]
