"""Référents × modules on screen and as a spreadsheet, and each référent's page."""

import gzip
import re
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Referent
from core import clock
from documents.services import store_content
from tests.documents.samples import pdf
from tests.factories import make_referent, make_structure, make_territory, make_user
from tests.training.plans import NOW, make_session
from training.enums import CertificateState, CommitmentKind
from training.models import AttendanceCertificate, PastTraining, RosterImport, TrainingCommitment
from training.services.enrolments import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def the_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def owner(client):
    user = make_user(Role.STRUCTURE_ADMIN)
    client.force_login(user)
    return user


def certify(*referents, modules=("M1", "M2", "M3", "M4", "O1"), state=CertificateState.ACCEPTED):
    """One file may prove several people."""
    agent = make_user(Role.DPID_AGENT)
    file = store_content(content=pdf("attestation"), name="a.pdf", actor=None, now=NOW)
    ruled = state in {CertificateState.ACCEPTED, CertificateState.REFUSED}
    AttendanceCertificate.objects.bulk_create(
        AttendanceCertificate(
            structure=referent.structure, referent=referent, module=module, file=file, followed_on=date(2025, 5, 12),
            state=state, reason="Le programme manque." if state == CertificateState.REFUSED else "",
            ruled_by=agent if ruled else None, ruled_at=NOW if ruled else None, created_at=NOW,
        )
        for referent in referents
        for module in modules
    )  # fmt: skip


def words(response):
    text = response.content.decode().replace("\u202f", " ").replace("\xa0", " ")
    return text.replace("<sup>er</sup>", "er")


def test_the_table_says_who_blocks_and_which_session_would_do(client, owner):
    trained, late = make_referent(owner.structure), make_referent(owner.structure, last_name="Retard")
    certify(trained)
    certify(late, modules=("M1", "M2", "M3", "O1"))
    session = make_session("M4")
    page = words(client.get(reverse("coverage_detail", args=[owner.structure_id])))
    assert "9 obligations sur 10 remplies ou sous engagement (90 %)" in page
    assert '<strong>Camille Retard</strong></a><br><span class="muted">1 obligation manque' in page
    assert f'Manque <a href="{reverse("session_enrol", args=[session.pk])}">12 mai</a>' in page
    assert "plus rien ne bloque à partir du <strong>mardi 12 mai 2026" in page
    assert "Suivi<br>12 mai 2025" in page


def test_a_training_of_an_imported_table_asks_for_its_paper_everywhere(client, owner):
    known, other = make_referent(owner.structure), make_referent(owner.structure)
    certify(known, modules=("M1", "M2", "M3", "O1"))
    certify(other, modules=("M1", "M2", "M3", "O1"))
    session = make_session("M4")
    brought = RosterImport.objects.create(structure=owner.structure, author=owner, at=NOW, referents=0, trainings=1)
    PastTraining.objects.create(referent=known, module="M4", followed_on=date(2025, 3, 12), brought_by=brought)
    page = words(client.get(reverse("coverage_detail", args=[owner.structure_id])))
    assert page.count('data-l="Secret professionnel">À joindre<br>attestation') == 1
    assert page.count('data-l="Secret professionnel">Manque') == 1
    assert "manque à 1 référent<" in page
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("coverage_export", args=[owner.structure_id])).content))
    assert [row[5].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["À joindre, attestation", "Manque"]
    paper = f'href="{reverse("filing_obligation", args=[known.code, "M4"])}#ajouter"'
    assert (page.count(paper), words(client.get(reverse("session_offer"))).count(paper)) == (1, 1)
    page = words(client.get(reverse("referent_training", args=[known.pk])))
    assert "<b>À joindre</b>, attestation" in page
    assert page.count(paper) == 1
    assert reverse("session_enrol", args=[session.pk]) not in page
    assert "<strong>1 de vos référents en a besoin</strong>" in words(client.get(reverse("session_offer")))
    form = client.get(reverse("session_enrol", args=[session.pk])).context["form"]
    assert form.initial["referents"] == [other.pk]
    assert [words_.rpartition(", ")[2] for _, words_ in form.fields["referents"].choices] == [
        "ce module lui manque", "attestation à joindre",
    ]  # fmt: skip
    client.force_login(make_user(Role.DPID_AGENT))
    assert paper not in words(client.get(reverse("referent_training", args=[known.pk])))


def test_each_state_has_its_sign_and_its_word(client, owner):
    referent = make_referent(owner.structure)
    certify(referent, modules=("M1",), state=CertificateState.TO_CHECK)
    certify(referent, modules=("M3",), state=CertificateState.REFUSED)
    TrainingCommitment.objects.create(
        structure=owner.structure, referent=referent, obligation="M4", kind=CommitmentKind.ABSENCE,
        absence_reason="other", session_on=date(2026, 5, 12), due_on=date(2027, 3, 1), created_at=NOW,
        proof=store_content(content=pdf("absence"), name="p.pdf", actor=None, now=NOW),
    )  # fmt: skip
    page = words(client.get(reverse("coverage_detail", args=[owner.structure_id])))
    for sign, word in (("eq", "À vérifier"), ("no", "Refusé"), ("eng", "Engagement"), ("miss", "Manque")):
        assert re.search(f'class="{sign}" data-l="[^"]+">{word}', page)
    assert "jusqu’au 1er mars 2027" in page


def test_who_is_not_counted_is_listed_with_the_reason(client, owner):
    make_referent(owner.structure, last_name="Privé", funded=False)
    make_referent(owner.structure, last_name="Parti", left_on=date(2026, 1, 31))
    page = words(client.get(reverse("coverage_detail", args=[owner.structure_id])))
    assert "Aucun référent à compter" in page
    assert "N’est pas financé par le Département" in page
    assert "A quitté la structure le samedi 31 janvier 2026" in page


def test_a_session_of_another_territory_fixes_nothing(client, owner):
    make_referent(owner.structure)
    make_session("M4", territory=make_territory("Calaisis"))
    client.force_login(make_user(Role.DPID_AGENT))
    page = words(client.get(reverse("coverage_detail", args=[owner.structure_id])))
    assert "12 mai 2026" not in page


def test_the_export_tells_the_same_and_runs_nothing(client, owner):
    certify(make_referent(owner.structure, first_name="=1+1", last_name="Référent"), modules=("M4",))
    make_referent(owner.structure, funded=False)
    response = client.get(reverse("coverage_export", args=[owner.structure_id]))
    book = openpyxl.load_workbook(BytesIO(response.content))
    table, others = book.worksheets
    assert [cell.value for cell in table[1]][:3] == ["Code", "Référent", "Santé mentale"]
    assert [cell.value for cell in table[2]][:2] == ["R01", "=1+1 Référent"]
    assert table["B2"].data_type == "s"
    assert table["F2"].value.replace("\xa0", " ") == "Suivi, 12 mai 2025"
    assert [cell.value for cell in others[1]] == ["Code", "Référent", "Pourquoi"]
    assert (others.title, others["A2"].value) == ("Non comptés", "R02")
    assert "financé" in others["C2"].value
    assert response["Content-Disposition"].endswith('2026-03-16.xlsx"')


def test_a_referents_page_shows_what_each_obligation_rests_on(client, owner):
    referent = make_referent(owner.structure, arrived_on=date(2025, 9, 15))
    certify(referent, modules=("M1",))
    certify(referent, modules=("M3",), state=CertificateState.REFUSED)
    session = make_session("M4")
    enrol(session=session, referents=[referent], actor=owner, now=NOW)
    page = words(client.get(reverse("referent_training", args=[referent.pk])))
    assert "à suivre au plus tard le <strong>mardi 15 septembre 2026" in page
    assert "Plan de formation" in page
    assert page.count("Le programme manque.") == 2
    assert "Inscrit" in page


def test_who_left_keeps_a_page(client, owner):
    referent = make_referent(owner.structure, left_on=date(2026, 1, 31))
    certify(referent)
    page = words(client.get(reverse("referent_training", args=[referent.pk])))
    assert "n’est pas compté" in page
    assert page.count("<b>Suivi</b>") == 5


def test_agents_find_a_structure_by_name_siret_or_territory(client):
    here, there = make_structure("CCAS des Dunes"), make_structure("Mer", lead_territory=make_territory("Calaisis"))
    make_referent(here)
    client.force_login(make_user(Role.DPID_AGENT))
    assert "Mer</a>" in words(client.get(reverse("coverage_list")))
    for query in ({"q": "dunes"}, {"q": here.siret}, {"territoire": here.lead_territory_id}):
        page = words(client.get(reverse("coverage_list"), query))
        assert here.name in page
        assert f"{there.name}</a>" not in page
    assert "Aucune structure ne correspond" in words(client.get(reverse("coverage_list"), {"q": "zzz"}))
    client.force_login(make_user(Role.SLAI, territories=(there.lead_territory,)))
    assert here.name not in words(client.get(reverse("coverage_list")))


def test_the_queries_do_not_grow_with_people_sessions_or_structures(client, owner):
    first = make_referent(owner.structure)
    pages = {
        reverse("coverage_detail", args=[owner.structure_id]): owner,
        reverse("coverage_export", args=[owner.structure_id]): owner,
        reverse("referent_training", args=[first.pk]): owner,
        reverse("coverage_list"): make_user(Role.DPID_AGENT),
    }

    def counts():
        found = []
        for url, user in pages.items():
            client.force_login(user)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            found.append(len(queries))
        return found

    enrol(session=make_session("M3"), referents=[first], actor=owner, now=NOW)
    certify(first, modules=("M4",))
    before = counts()
    certify(make_referent(owner.structure), make_referent(owner.structure))
    for day in (date(2026, 6, 2), date(2026, 6, 9)):
        enrol(session=make_session("M1", first=day), referents=[make_referent(owner.structure)], actor=owner, now=NOW)
        make_referent(make_structure())
    assert counts() == before


@pytest.mark.parametrize("trained", [0, 120])
def test_two_hundred_referents_fit_in_a_light_page(client, owner, trained):
    Referent.objects.bulk_create(
        Referent(structure=owner.structure, code=f"R{n:03d}", first_name="Marie-Amélie", last_name=f"Dubois{n}",
                 arrived_on=date(2024, 9, 2))
        for n in range(1, 201)
    )  # fmt: skip
    certify(*owner.structure.referents.order_by("code")[:trained])
    for module in ("M1", "M2", "M3", "M4", "O1"):
        make_session(module, capacity=200)
    content = client.get(reverse("coverage_detail", args=[owner.structure_id])).content
    assert len(content) <= 150_000
    assert len(gzip.compress(content, 6)) < 20_000
