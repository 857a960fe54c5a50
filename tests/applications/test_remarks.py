"""What the SLAI says of a CER (CdC 7.1): when the file is in its hands, for agents, each version kept."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from applications.enums import ApplicationState
from applications.services import remark_cer
from evaluation import selectors
from evaluation.enums import PanelStage, RecusalCause, Round
from evaluation.errors import EvaluationRefused, PanelClosed, Recused, StaleRemark
from evaluation.models import SlaiRemark
from evaluation.services import abstain, write_remark
from tests.applications.desk.builders import make_application
from tests.evaluation.builders import make_panel, make_scoring
from tests.factories import make_territory, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
S = ApplicationState


def slai_of(file, **names):
    return make_user(Role.SLAI, territories=(file.lead_territory,), **names)


@pytest.fixture
def file():
    return make_application(S.SLAI_REVIEW)


@pytest.fixture
def cer(file):
    return file.panel.cers.first()


@pytest.fixture
def slai(file):
    return slai_of(file, first_name="Léa", last_name="Morel")


def remark(cer, actor, text="Le territoire manque d’offres.", *, lines=(), version=0):
    return remark_cer(cer=cer, text=text, lines=lines, version=version, actor=actor, now=NOW)


@pytest.mark.parametrize("state", list(S))
def test_it_is_written_while_the_file_is_in_the_slais_hands(state):
    file = make_application(state)
    cer = file.panel.cers.first()
    if state in (S.SLAI_REVIEW, S.WORKING_SESSION):
        assert remark(cer, slai_of(file)).version == 1
        return
    with pytest.raises(EvaluationRefused, match="entre l’avis de la DPID et le sien"):
        remark(cer, slai_of(file))
    assert not SlaiRemark.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SLAI])
def test_by_the_slai_alone(cer, role):
    with pytest.raises(EvaluationRefused, match="SLAI du territoire"):
        remark(cer, make_user(role))


def test_of_the_lead_territory(cer):
    elsewhere = make_user(Role.SLAI, territories=(make_territory("Calaisis"),))
    with pytest.raises(EvaluationRefused, match="SLAI du territoire"):
        remark(cer, elsewhere)
    with pytest.raises(EvaluationRefused, match="SLAI du territoire"):
        write_remark(cer=cer, text="Oui.", lines=(), version=0, actor=elsewhere, now=NOW)


def test_not_by_who_has_left_the_file_to_others():
    file = make_application(S.WORKING_SESSION)
    cer, slai = file.panel.cers.first(), slai_of(file)
    abstain(panel=cer.panel, cause=RecusalCause.OTHER, words="Ancien collègue.", actor=slai, now=NOW)
    with pytest.raises(Recused):
        remark(cer, slai)


def test_not_before_the_control_is_over():
    panel = make_panel(PanelStage.CONTROL, cers=1)
    slai = make_user(Role.SLAI, territories=(panel.structure.lead_territory,))
    with pytest.raises(PanelClosed, match="après le contrôle"):
        write_remark(cer=panel.cers.get(), text="Oui.", lines=(), version=0, actor=slai, now=NOW)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": "  "}, "Écrivez"),
        ({"text": "x" * 1001}, "1000 caractères"),
        ({"lines": ["nulle"]}, "n’a pas de ligne"),
    ],
)
def test_wrong_words_are_refused(cer, slai, given, words):
    with pytest.raises(EvaluationRefused, match=words):
        remark(cer, slai, **given)


def test_each_version_is_kept_and_the_same_twice_is_one(cer, slai):
    remark(cer, slai, lines=["secrecy_respected", "duration_start"])
    remark(cer, slai, lines=["duration_start", "secrecy_respected"])
    remark(cer, slai, "Revu en équipe.", version=1)
    rows = [(row.version, row.text, row.lines) for row in cer.slai_remarks.all()]
    assert rows == [
        (1, "Le territoire manque d’offres.", ["duration_start", "secrecy_respected"]), (2, "Revu en équipe.", []),
    ]  # fmt: skip
    assert selectors.remarks(cer.panel)[cer.pk].version == 2


def test_a_colleagues_version_is_not_written_over(client, file, cer, slai):
    remark(cer, slai_of(file, first_name="Paul", last_name="Petit"), "Déjà dit.")
    with pytest.raises(StaleRemark, match="Paul Petit a écrit une autre remarque"):
        remark(cer, slai, "Autre.")
    client.force_login(slai)
    address = reverse("cer_remark", args=[cer.pk])
    answer = client.post(address, {"text": "Autre.", "version": 0})
    html = answer.content.decode()
    assert (answer.status_code, "Déjà dit." in html, "Autre." in html) == (409, True, True)
    assert client.post(address, {"text": "Les deux.", "version": 1}).status_code == 302
    assert cer.slai_remarks.count() == 2


def test_the_database_keeps_a_version_once_and_no_empty_remark(cer, slai):
    remark(cer, slai)
    for wrong in ({"version": 1, "text": "Autre."}, {"version": 2, "text": ""}):
        row = SlaiRemark(cer=cer, author=slai, at=NOW, **wrong)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        with pytest.raises(ValidationError, match=r"déjà écrite|pas vide"):
            row.validate_constraints()


def test_agents_read_it_beside_the_scores_and_the_structure_never(client, file, cer, slai):
    remark(cer, slai, lines=["duration_start"])
    pages = [reverse("file_scores", args=[file.pk]), reverse("score_cer", args=[cer.pk])]
    make_scoring(cer, Round.SESSION)
    for person in (slai, make_user(Role.DPID_AGENT), make_user(Role.AUDITOR)):
        client.force_login(person)
        for page in (*pages, reverse("score_session", args=[cer.pk])):
            html = client.get(page).content.decode()
            assert "Le territoire manque d’offres." in html, (person.role, page)
            assert "Léa Morel" in html
        offered = reverse("cer_remark", args=[cer.pk]) in client.get(pages[0]).content.decode()
        assert offered == (person == slai)
    member = file.structure.members.first() or make_user(Role.STRUCTURE_ADMIN, structure=file.structure)
    client.force_login(member)
    for page in (reverse("home"), reverse("message_list"), reverse("cer_history", args=[cer.pk])):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "offres" not in answer.content.decode()
    assert client.get(reverse("cer_remark", args=[cer.pk])).status_code == 404
