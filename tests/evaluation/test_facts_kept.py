"""The facts of a contract: read with its file, typed by each side beside the other, gone with the contract."""

from datetime import date

import pytest

from accounts.enums import Role
from applications.uploads import hear_cer
from documents.anonymity import OwnDetails
from documents.enums import FileKind, FileState
from documents.owners import Words
from documents.pipeline import examine
from documents.services import delete_file
from evaluation import selectors, services
from evaluation.enums import FactsSource, PanelStage, Round
from evaluation.errors import EvaluationRefused, PanelClosed, StaleFacts
from evaluation.facts import Action, Facts
from evaluation.models import Cer, CerFacts
from evaluation.told import told_facts
from tests.documents.held import held_cer
from tests.documents.makers import text_pdf
from tests.evaluation.builders import NOW, make_file, make_panel, make_scoring, member_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db
EDITED, OVER = date(2025, 2, 1), date(2025, 7, 31)
TYPED = Facts(EDITED, OVER, (Action("Permis B", EDITED, OVER, vocational=True, detailed=True),), True)
TEXT = (
    "édité le 01/02/2025, prend fin le 31/07/2025\nActions   Début   Fin\n{label}   03/02/2025 31/07/2025\nRemarque\n"
)


def keep(file, label="Permis", **told):
    return services.keep_read_facts(file=file, text=TEXT.format(label=label), scanned=False, now=NOW, **told)


def save(cer, actor, *, facts=TYPED, round=Round.SELF, version=0):
    return services.save_facts(cer=cer, round=round, facts=facts, actor=actor, now=NOW, version=version)


def test_what_a_file_says_is_kept_without_its_masked_words():
    row = keep(make_file(), label="Rendez-vous avec •••••• •••••")
    assert (row.source, row.edited_on, row.remark) == (FactsSource.READ, EDITED, False)
    assert row.facts.actions == (Action(start=date(2025, 2, 3), end=OVER),)
    assert row.certainty["edited_on"] == 95


def test_the_check_of_a_contract_tells_its_facts_and_never_its_people():
    lines = ("Contrat édité le 01/02/2025, prend fin le 31/07/2025", "Remarque", "Mme Odile Vandeputte avance bien.")
    file = held_cer(*lines)
    verdict = examine(
        text_pdf(*lines), name="cer.pdf", kind=FileKind.CER, own=OwnDetails(), today=NOW.date()
    )  # fmt: skip
    assert "Vandeputte" not in verdict.text
    hear_cer(file, Words(verdict.text), False, NOW)
    read = CerFacts.objects.get(file=file)
    assert (read.facts, read.author) == (Facts(EDITED, OVER, (), True), None)


def test_another_reading_takes_the_place_of_the_first_and_silence_changes_nothing():
    file = make_file()
    keep(file)
    keep(file, label="Logement")
    assert services.keep_read_facts(file=file, text="", scanned=False, now=NOW) is None
    assert CerFacts.objects.get(file=file).facts.actions[0].label == "Logement"
    services.keep_read_facts(file=file, text="Rien.", scanned=False, now=NOW)
    assert not CerFacts.objects.filter(file=file).exists()


def test_each_side_types_its_own_and_reads_what_the_file_says_until_then():
    panel = make_panel(cers=1)
    cer, member = panel.cers.get(), member_of(panel)
    keep(cer.file)
    assert told_facts(cer, Round.SELF).facts.actions[0].label == "Permis"
    save(cer, member)
    panel.stage, panel.label, panel.due_on = PanelStage.CONTROL, "D-2026-0001", OVER
    panel.save()
    agent = make_user(Role.DPID_AGENT)
    assert told_facts(cer, Round.CONTROL).facts != TYPED, "the structure's facts stay its own"
    other = Facts(EDITED, None, (), False)
    save(cer, agent, facts=other, round=Round.CONTROL)
    assert told_facts(cer, Round.CONTROL).facts == other
    assert told_facts(cer, Round.SELF).facts == TYPED


def test_the_version_on_screen_decides_and_the_same_again_writes_nothing():
    panel = make_panel(cers=1)
    cer, member = panel.cers.get(), member_of(panel)
    assert save(cer, member).version == 1
    assert save(cer, member).version == 1
    with pytest.raises(StaleFacts, match="rechargez"):
        save(cer, member, facts=Facts(EDITED), version=0)
    assert save(cer, member, facts=Facts(EDITED), version=1).version == 2


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Facts(OVER, EDITED), "avant son édition"),
        (Facts(actions=(Action(start=OVER, end=EDITED),)), "action 1 finit avant"),
        (Facts(actions=(Action("Santé"),) * 13), "12 actions au plus"),
    ],
)
def test_what_cannot_be_is_refused(facts, words):
    panel = make_panel(cers=1)
    with pytest.raises(EvaluationRefused, match=words):
        save(panel.cers.get(), member_of(panel), facts=facts)


def test_a_label_that_names_somebody_is_refused_once_and_says_which():
    panel = make_panel(cers=1)
    cer, member = panel.cers.get(), member_of(panel)
    named = Facts(actions=(Action("Permis B"), Action("Appeler Mme Odile Vandeputte au 06 12 34 56 42")))
    with pytest.raises(EvaluationRefused, match="action 2 semble nommer"):
        save(cer, member, facts=named)
    assert save(cer, member, facts=Facts(actions=(Action("Permis B"), Action("Appeler le bailleur"))))


def test_rights_and_moments_are_those_of_the_grid():
    panel = make_panel(cers=1)
    cer = panel.cers.get()
    for round in (Round.SELF, Round.CONTROL):
        with pytest.raises(EvaluationRefused, match="droits"):
            save(cer, make_user(Role.DPID_AGENT), round=round)
    filed = make_panel(PanelStage.CONTROL, cers=1)
    with pytest.raises(PanelClosed):
        save(filed.cers.get(), member_of(filed))


def test_facts_are_no_tick_and_change_no_score():
    panel = make_panel(cers=1)
    cer = panel.cers.get()
    scoring = make_scoring(cer, Round.SELF, ticks=["duration_fit"])
    before = selectors.panel_scores(panel, Round.SELF).mean
    save(cer, member_of(panel))
    scoring.refresh_from_db()
    assert (scoring.ticks, scoring.version) == (["duration_fit"], 1)
    assert selectors.panel_scores(panel, Round.SELF).mean == before


def test_facts_go_with_their_contract():
    panel = make_panel(cers=3)
    read, removed, erased = panel.cers.all()
    member = member_of(panel)
    for cer in (read, removed, erased):
        keep(cer.file)
        save(cer, member)
    services.remove_cer(cer=removed, actor=member, now=NOW)
    assert not CerFacts.objects.filter(cer__number=removed.number).exists()
    erased.file.state, erased.file.reason = FileState.ERASED, "Conservation échue."
    erased.file.save()
    services.forget_facts(cers=Cer.objects.filter(file__state=FileState.ERASED))
    assert set(CerFacts.objects.values_list("cer", "file")) == {(read.pk, None), (None, read.file.pk)}
    other = make_file(kind=FileKind.CER)
    keep(other)
    delete_file(file=other)
    assert not CerFacts.objects.filter(file=other.pk).exists()
