"""Step 3, before the files: every référent's list on one page, the draw, and the files that take the drawn places."""

import json

import pytest
from django.urls import reverse

from applications.models import Application
from evaluation import draw
from evaluation.enums import DrawKind
from evaluation.models import Cer, CerList, CerToSort, PanelDraw
from tests.applications.filing.builders import NOW, member_of, open_draft
from tests.documents.samples import pdf, upload
from tests.evaluation.builders import make_cer
from tests.factories import make_referent
from tests.said import page_of, shown, text_of

pytestmark = pytest.mark.django_db
TWELVE = "\n".join(f"Dossier {number}" for number in range(1, 13))


@pytest.fixture
def draft(client, time_machine) -> Application:
    time_machine.move_to(NOW, tick=False)
    draft = open_draft(referents=2)
    client.force_login(member_of(draft.structure))
    return draft


def words(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def post(client, name="filing_lists", *, autosave=False, version="", **texts):
    data = {f"liste-{code}": text for code, text in texts.items()} | {"version": version}
    return client.post(reverse(name), data, headers={"X-Autosave": "1"} if autosave else {})


def draw_for(client, **texts):
    assert post(client, "filing_draw", **texts).status_code == 302


def kept() -> dict[str, str]:
    return {row.referent.code: row.text for row in CerList.objects.all()}


def test_lists_are_kept_as_they_are_typed_and_read_at_once(client, draft):
    answer = post(client, autosave=True, R01=TWELVE, R02="A\nB\na")
    read = json.loads(answer.content)["readings"]
    assert read["R01"] == {"words": "12 contrats lus\u00a0: 5 seront tirés au sort.", "tone": "ok"}
    assert (read["R02"]["tone"], "deux fois" in read["R02"]["words"]) == ("bad", True)
    assert kept() == {"R01": TWELVE, "R02": "A\nB\na"}
    page = words(client.get(reverse("filing_lists")))
    assert "12 contrats lus : 5 seront tirés au sort." in page
    assert not Cer.objects.exists()


def test_a_table_is_told_from_a_column(client, draft):
    answer = post(client, autosave=True, R01="A\tDupont\nB\tDurand")
    assert "plusieurs colonnes" in json.loads(answer.content)["readings"]["R01"]["words"]


def test_a_list_too_long_is_said_and_the_others_are_kept(client, draft):
    answer = post(client, autosave=True, R01="x" * 70_000, R02="A")
    assert (answer.status_code, kept()) == (422, {"R02": "A"})
    assert "trop longue" in words(post(client, R01="x" * 70_000, R02="A"))


def test_without_script_the_lists_are_kept_too(client, draft):
    assert post(client, R01="40").url == reverse("filing_lists")
    assert kept() == {"R01": "40"}


def test_all_are_drawn_at_once_and_the_result_is_there(client, draft):
    draw_for(client, R01=TWELVE, R02="40")
    rows = list(PanelDraw.objects.order_by("pk"))
    assert [(row.referent.code, len(row.references), len(row.drawn)) for row in rows] == [
        ("R01", 12, 5),
        ("R02", 40, 5),
    ]
    assert all(draw.check(row.told, row.list_hash).holds for row in rows)
    assert kept() == {}
    page = words(client.get(reverse("filing_lists")))
    assert "Tous les CER sont tirés" in page
    assert all(reference in page for row in rows for reference in row.drawn)
    assert 'name="liste-' not in page


def test_what_is_empty_waits(client, draft):
    draw_for(client, R01=TWELVE, R02=" ")
    page = client.get(reverse("filing_lists"))
    assert "Déjà tirés" in text_of(page)
    assert shown(page_of(page), "liste-R02").strip() == ""


def test_a_wrong_list_draws_for_nobody_and_is_said_at_its_place(client, draft):
    page = post(client, "filing_draw", R01=TWELVE, R02="A\na")
    assert page.status_code == 422
    assert "R02 : Référence présente deux fois" in words(page)
    assert not PanelDraw.objects.exists()
    assert kept() == {"R01": TWELVE, "R02": "A\na"}


@pytest.mark.parametrize("texts", [{}, {"R01": "0"}])
def test_nothing_to_draw_is_said(client, draft, texts):
    assert "Donnez au moins une liste" in words(post(client, "filing_draw", **texts))


def test_two_tabs_on_the_lists_see_each_other(client, draft):
    version = shown(page_of(client.get(reverse("filing_lists"))), "version")
    assert post(client, autosave=True, version=version, R01="A\nB").headers["X-Version"] != version
    for autosave in (True, False):
        late = post(client, autosave=autosave, version=version, R01="C", R02="")
        assert late.status_code == 409
    assert kept() == {"R01": "A\nB"}
    assert "A<br>B" in late.content.decode()
    assert post(client, "filing_draw", version=version, R01="C").status_code == 409
    assert not PanelDraw.objects.exists()
    assert post(client, version=shown(page_of(late), "version"), R01="C").status_code == 302


def test_files_that_nobody_drew_are_said(client, draft):
    for referent in draft.structure.referents.all():
        for number in (1, 2):
            make_cer(draft.panel, referent, number)
    page = words(client.get(reverse("filing_lists")))
    assert "Des fichiers joints sans tirage" in page
    assert "2 CER joints" in page


def test_a_draw_on_paper_is_declared_for_several(client, draft):
    url = reverse("filing_paper_draw")
    assert "Choisissez au moins un référent" in words(client.post(url, {"reason": "En équipe."}))
    client.post(url, {"referents": ["R01", "R02"], "reason": "Le 2 février, devant l’équipe."})
    assert set(PanelDraw.objects.values_list("referent__code", "kind")) == {
        ("R01", DrawKind.PAPER), ("R02", DrawKind.PAPER),
    }  # fmt: skip
    assert "Chaque référent a déjà son tirage" in words(client.get(url))


def test_drawing_anew_starts_from_the_list_and_takes_a_reason(client, draft):
    draw_for(client, R01=TWELVE)
    url = reverse("filing_redraw", args=["R01"])
    assert "Dossier 12" in words(client.get(url))
    assert client.post(url, {"text": f"{TWELVE}\nDossier 13", "reason": ""}).status_code == 422
    assert client.post(url, {"text": "A\na", "reason": "Oubli."}).status_code == 422
    client.post(url, {"text": f"{TWELVE}\nDossier 13", "reason": "Un contrat oublié."})
    last = PanelDraw.objects.order_by("pk").last()
    assert (last.kind, len(last.references), last.reason) == (DrawKind.AGAIN, 13, "Un contrat oublié.")
    assert client.get(reverse("filing_redraw", args=["R02"])).status_code == 404


def test_drawn_places_are_named_and_lead_to_their_page(client, draft):
    draw_for(client, R01=TWELVE)
    page = words(client.get(reverse("filing_cers")))
    for cer in Cer.objects.all():
        assert f'href="{reverse("filing_cer", args=[cer.pk])}"' in page
        assert cer.drawn_as in page
    assert "1 référent n’a pas encore son tirage" in page
    own = words(client.get(reverse("filing_cer", args=[cer.pk])))
    assert "Joindre ce contrat" in own
    assert f"« {cer.drawn_as} » dans votre liste" in own
    answer = client.post(reverse("filing_cer_replace", args=[cer.pk]), {"file": upload(pdf("un contrat"), "x.pdf")})
    cer.refresh_from_db()
    assert (answer.status_code, cer.file.original_name) == (302, "x.pdf")


def test_another_contract_is_drawn_in_the_place_of_one(client, draft):
    draw_for(client, R01=TWELVE)
    cer = Cer.objects.first()
    url, was = reverse("filing_cer_redraw", args=[cer.pk]), cer.drawn_as
    assert client.post(url, {"reason": " "}).status_code == 422
    client.post(url, {"reason": "Contrat clos."})
    cer.refresh_from_db()
    assert cer.drawn_as != was
    assert f"« {was} » est remplacé par « {cer.drawn_as} ». Contrat clos." in words(client.get(url))


@pytest.mark.parametrize("name", ["{code}-CER{number}.pdf", "{drawn}.pdf", "{drawn} anonyme.pdf", "scan-{slug}_v2.PDF"])
@pytest.mark.parametrize("chosen", [True, False])
def test_a_file_named_after_a_place_takes_it(client, draft, name, chosen):
    draw_for(client, R01=TWELVE, R02="\n".join(f"Fiche {number}" for number in range(1, 13)))
    cer = Cer.objects.get(referent__code="R02", number=4)
    slug = cer.drawn_as.lower().replace(" ", "_")
    name = name.format(code="R02", number=4, drawn=cer.drawn_as, slug=slug)
    sent = {"uploads": [upload(pdf("un contrat"), name)], "referent": "R02" if chosen else ""}
    client.post(reverse("filing_cers_add"), sent)
    cer.refresh_from_db()
    assert cer.file.original_name == name


def test_a_name_that_two_referents_listed_waits_to_be_sorted(client, draft):
    draw_for(client, R01="5", R02="5")
    client.post(reverse("filing_cers_add"), {"uploads": [upload(pdf("un contrat"), "contrat-3.pdf")], "referent": ""})
    assert CerToSort.objects.count() == 1


def test_a_referent_who_left_takes_the_drawn_places_away(client, draft):
    draw_for(client, R01=TWELVE)
    draft.structure.referents.filter(code="R01").update(left_on="2026-02-01")
    for cer in Cer.objects.all():
        client.post(reverse("filing_cer_remove", args=[cer.pk]))
    assert not Cer.objects.exists()


def test_another_structures_draws_do_not_exist(client, draft):
    draw_for(client, R01=TWELVE)
    other = open_draft(referents=0)
    make_referent(other.structure, code="R07")
    client.force_login(member_of(other.structure))
    assert client.get(reverse("filing_redraw", args=["R01"])).status_code == 404
    assert client.get(reverse("filing_cer_redraw", args=[Cer.objects.first().pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(("drawn", "queries"), [(True, 27), (False, 26)])
def test_the_page_takes_the_same_queries_whatever_the_number_of_referents(
    client, django_assert_num_queries, count, drawn, queries, time_machine
):
    time_machine.move_to(NOW, tick=False)
    draft = open_draft(referents=count)
    client.force_login(member_of(draft.structure))
    texts = {f"R{number:02}": TWELVE for number in range(1, count + 1)}
    post(client, "filing_draw" if drawn else "filing_lists", **texts)
    with django_assert_num_queries(queries):
        client.get(reverse("filing_lists"))
