"""The panel's services: who prepares it, what it may hold, whose turn it is."""

from datetime import date
from unittest.mock import ANY

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.enums import Role
from documents.models import StoredFile
from evaluation import services
from evaluation.enums import CerType, PanelStage, Round
from evaluation.errors import EvaluationRefused, PanelClosed
from evaluation.models import CafReveal, Cer
from rulebook.book import current_rulebook
from tests.evaluation.builders import (
    NOW,
    declare_drawn,
    every_line,
    make_cer,
    make_file,
    make_panel,
    make_scoring,
    member_of,
)
from tests.factories import make_referent, make_structure, make_user

pytestmark = pytest.mark.django_db
DUE = date(2026, 9, 16)


@pytest.fixture
def panel():
    return make_panel(cers=2)


def add(panel, referent, actor=None, **fields):
    if not panel.draws.filter(referent=referent).exists():
        declare_drawn(panel, referent)
    return services.add_cer(
        panel=panel, referent=referent, file=make_file(), actor=actor or member_of(panel), now=NOW,
        **{"contract_type": CerType.SOLIDARITY, "caf_number": "", **fields},
    )  # fmt: skip


def test_a_new_panel_is_a_draft_under_its_rulebook():
    structure = make_structure()
    panel = services.create_panel(structure=structure, rulebook_version=current_rulebook().version, now=NOW)
    assert (panel.structure, panel.stage, panel.rulebook) == (structure, PanelStage.DRAFT, current_rulebook())


def test_cers_take_the_first_free_number_up_to_five(panel):
    referent = make_referent(panel.structure)
    assert [add(panel, referent).reference for _ in range(5)] == [f"{referent.code}-CER{n}" for n in range(1, 6)]
    with pytest.raises(EvaluationRefused, match="a déjà ses 5 CER"):
        add(panel, referent)
    services.remove_cer(cer=Cer.objects.get(referent=referent, number=2), actor=member_of(panel), now=NOW)
    assert add(panel, referent).number == 2


@pytest.mark.parametrize("role", [Role.DPID_AGENT, Role.SLAI, Role.STRUCTURE_ADMIN, Role.ADMINISTRATOR])
def test_only_the_structure_prepares_its_panel(panel, role):
    with pytest.raises(EvaluationRefused, match="Seule la structure"):
        add(panel, panel.cers.first().referent, actor=make_user(role))


def test_another_structures_referent_is_refused(panel):
    with pytest.raises(EvaluationRefused, match="n’appartient pas"):
        add(panel, make_referent())
    with pytest.raises(EvaluationRefused, match="n’appartient pas"):
        services.set_short_panel_reason(
            panel=panel, referent=make_referent(), reason="Arrivée récente", actor=member_of(panel)
        )


@pytest.mark.parametrize("stage", [PanelStage.CONTROL, PanelStage.SESSION, PanelStage.CLOSED])
def test_nothing_of_a_filed_panel_changes(stage):
    panel = make_panel(stage, cers=1)
    cer, actor = panel.cers.get(), member_of(panel)
    for write in (
        lambda: add(panel, cer.referent, actor),
        lambda: services.replace_cer_file(cer=cer, file=make_file(), actor=actor, now=NOW),
        lambda: services.remove_cer(cer=cer, actor=actor, now=NOW),
        lambda: services.set_contract_type(cer=cer, contract_type=CerType.SOLIDARITY, actor=actor, now=NOW),
        lambda: services.set_caf_number(cer=cer, caf_number="1234567", actor=actor),
        lambda: services.set_short_panel_reason(panel=panel, referent=cer.referent, reason="Départ", actor=actor),
    ):
        with pytest.raises(PanelClosed, match="ne changent plus"):
            write()
    assert list(panel.cers.values_list("file", "contract_type")) == [(cer.file_id, CerType.SOCIO_PROFESSIONAL)]


def test_a_type_outside_the_list_is_refused(panel):
    with pytest.raises(EvaluationRefused, match="n’est pas dans la liste"):
        add(panel, panel.cers.first().referent, contract_type="autre")


def test_another_type_drops_the_lines_it_does_not_have_and_asks_for_a_new_look(panel):
    cer, actor = panel.cers.first(), member_of(panel)
    scoring = make_scoring(cer, Round.SELF)
    services.set_contract_type(cer=cer, contract_type=CerType.SOLIDARITY, actor=actor, now=NOW)
    scoring.refresh_from_db()
    assert set(every_line()) - set(scoring.ticks) == {"actions_three", "actions_vocational"}
    assert (scoring.validated_at, scoring.version) == (None, 2)
    services.set_contract_type(cer=cer, contract_type=CerType.SOLIDARITY, actor=actor, now=NOW)
    scoring.refresh_from_db()
    assert scoring.version == 2, "the same type again changes nothing"


def test_a_replaced_file_is_erased_and_the_self_evaluation_looked_at_again(
    panel, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    former = make_file(key=default_storage.save("ab/abcd", ContentFile(b"ancien")))
    cer = make_cer(panel, make_referent(panel.structure), 1, file=former)
    scoring, fresh = make_scoring(cer, Round.SELF), make_file()
    with django_capture_on_commit_callbacks(execute=True):
        services.replace_cer_file(cer=cer, file=fresh, actor=member_of(panel), now=NOW)
    cer.refresh_from_db()
    scoring.refresh_from_db()
    assert (cer.file, cer.reference, scoring.validated_at) == (fresh, f"{cer.referent.code}-CER1", None)
    assert scoring.ticks == every_line()
    assert not StoredFile.objects.filter(pk=former.pk).exists()
    assert not default_storage.exists("ab/abcd")


def test_a_removed_cer_takes_its_file_and_ticks_but_not_its_log(panel):
    cer = make_cer(panel, make_referent(panel.structure), 1, caf_number="1234567")
    actor = member_of(panel)
    make_scoring(cer, Round.SELF)
    services.reveal_caf(cer=cer, user=actor, now=NOW)
    services.remove_cer(cer=cer, actor=actor, now=NOW)
    assert not Cer.objects.filter(pk=cer.pk).exists()
    assert not StoredFile.objects.filter(pk=cer.file_id).exists()
    assert CafReveal.objects.values().get() == {
        "id": ANY, "panel_id": panel.pk, "cer_id": None, "reference": cer.reference, "user_id": actor.pk, "at": NOW,
    }  # fmt: skip
    with pytest.raises(EvaluationRefused, match="n’est plus dans le panel"):
        services.remove_cer(cer=cer, actor=actor, now=NOW)


@pytest.mark.parametrize("typed", ["1234567", " 12 34 56 7", "1234567a", "123.4567-A"])
def test_a_caf_number_is_tidied(panel, typed):
    cer = panel.cers.first()
    services.set_caf_number(cer=cer, caf_number=typed, actor=member_of(panel))
    cer.refresh_from_db()
    assert cer.caf_number == ("1234567A" if "a" in typed.lower() else "1234567")
    assert cer.masked_caf_number == f"•••••{cer.caf_number[-2:]}"


@pytest.mark.parametrize("typed", ["123456", "12345678", "2 62 05 62 160 123 45", "DUPONT", "12345AB"])
def test_what_is_not_a_caf_number_is_refused(panel, typed):
    cer = panel.cers.first()
    with pytest.raises(EvaluationRefused, match="7 chiffres"):
        services.set_caf_number(cer=cer, caf_number=typed, actor=member_of(panel))


def test_a_reason_for_fewer_cers_is_kept_changed_and_taken_back(panel):
    referent, actor = panel.cers.first().referent, member_of(panel)

    def give(reason):
        return services.set_short_panel_reason(panel=panel, referent=referent, reason=reason, actor=actor)

    give("Arrivée en janvier")
    assert give(" Arrivée en février ").reason == "Arrivée en février"
    assert panel.short_panels.count() == 1
    assert give("  ") is None
    assert panel.short_panels.count() == 0


def test_filing_opens_the_control(panel):
    services.open_to_control(panel=panel, label="D-2026-0147", due_on=DUE)
    panel.refresh_from_db()
    assert (panel.stage, panel.open_to_control, panel.label, panel.due_on) == ("control", True, "D-2026-0147", DUE)


@pytest.mark.parametrize("lack", [{"file": None}, {"contract_type": ""}])
def test_a_cer_that_cannot_be_scored_is_not_opened(panel, lack):
    make_cer(panel, make_referent(panel.structure), 1, **lack)
    with pytest.raises(EvaluationRefused, match="pas encore son fichier et son type"):
        services.open_to_control(panel=panel, label="D-2026-0147", due_on=DUE)
    panel.refresh_from_db()
    assert panel.stage == PanelStage.DRAFT


def test_the_working_session_waits_for_the_whole_control():
    panel = make_panel(PanelStage.CONTROL, cers=3)
    first, second, third = panel.cers.all()
    make_scoring(first)
    make_scoring(second, validated=False)
    with pytest.raises(EvaluationRefused, match="2 CER restent à coter par la DPID"):
        services.open_session(panel=panel)
    second.scorings.update(validated_at=NOW)
    with pytest.raises(EvaluationRefused, match="1 CER reste à coter par la DPID"):
        services.open_session(panel=panel)
    make_scoring(third)
    services.close_panel(panel=panel)
    services.open_session(panel=panel, due_on=date(2026, 5, 4))
    panel.refresh_from_db()
    assert (panel.stage, panel.due_on) == (PanelStage.SESSION, date(2026, 5, 4))


def test_a_draft_is_neither_closed_nor_discussed(panel):
    with pytest.raises(PanelClosed, match="pas encore déposé"):
        services.open_session(panel=panel)
    assert services.close_panel(panel=panel).stage == PanelStage.DRAFT


def test_a_panel_is_not_closed_as_finished_before_its_last_grid():
    panel = make_panel(PanelStage.CONTROL, cers=2)
    first, second = panel.cers.all()
    make_scoring(first)
    with pytest.raises(EvaluationRefused, match="1 CER reste à coter"):
        services.close_panel(panel=panel, finished=True)
    make_scoring(second)
    assert services.close_panel(panel=panel, finished=True).stage == PanelStage.CLOSED
    services.open_session(panel=panel)
    make_scoring(first, Round.SESSION, validated=False)
    with pytest.raises(EvaluationRefused, match="1 CER revu en temps de travail reste à valider"):
        services.close_panel(panel=panel, finished=True)
    first.scorings.filter(round=Round.SESSION).update(validated_at=NOW)
    assert services.close_panel(panel=panel, finished=True).stage == PanelStage.CLOSED


def test_a_withdrawn_file_closes_its_panel_unfinished():
    panel = make_panel(PanelStage.CONTROL, cers=1)
    assert services.close_panel(panel=panel).stage == PanelStage.CLOSED
