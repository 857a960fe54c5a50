"""The grids: whose turn, which lines, whose version, and the N° CAF in clear."""

from datetime import timedelta

import pytest

from accounts.enums import Role
from evaluation import selectors, services
from evaluation.enums import CerType, PanelStage, Round
from evaluation.errors import EvaluationRefused, PanelClosed, StaleScoring, ValidatedScoring
from evaluation.models import CafReveal, Panel, Scoring
from tests.evaluation.builders import NOW, every_line, make_cer, make_panel, make_scoring, member_of
from tests.factories import make_structure, make_territory, make_user

pytestmark = pytest.mark.django_db
STAGES = {Round.SELF: PanelStage.DRAFT, Round.CONTROL: PanelStage.CONTROL, Round.SESSION: PanelStage.SESSION}


WHY = dict.fromkeys(every_line(), "Vu ensemble.")


def save(
    cer, actor, round=Round.CONTROL, *, ticks=("detail_complete",), comment="", version=0, now=NOW, validate=False,
    reasons=None,
):  # fmt: skip
    write = services.validate_scoring if validate else services.save_ticks
    return write(
        cer=cer, round=round, ticks=ticks, comment=comment, actor=actor, now=now, version=version, reasons=reasons
    )


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


@pytest.fixture
def cer():
    return make_panel(PanelStage.CONTROL, cers=1).cers.get()


def test_ticks_are_kept_in_the_grids_order_without_doubles(cer, dpid):
    scoring = save(cer, dpid, ticks=["secrecy_respected", "duration_start", "secrecy_respected"], comment=" À revoir ")
    scoring.refresh_from_db()
    assert scoring.ticks == ["duration_start", "secrecy_respected"]
    assert (scoring.comment, scoring.author, scoring.version, scoring.validated_at) == ("À revoir", dpid, 1, None)


@pytest.mark.parametrize("line", ["actions_one", "nothing", ""])
def test_a_line_that_this_grid_does_not_have_is_refused(cer, dpid, line):
    with pytest.raises(EvaluationRefused, match="n’a pas de ligne"):
        save(cer, dpid, ticks=["detail_complete", line])
    assert Scoring.objects.count() == 0


def test_a_cer_without_its_type_has_no_grid():
    panel = make_panel(cers=0)
    cer = make_cer(panel, make_panel(structure=panel.structure).cers.first().referent, 1, contract_type="")
    with pytest.raises(EvaluationRefused, match="Choisissez d’abord le type"):
        save(cer, member_of(panel), Round.SELF)


@pytest.mark.parametrize("round", Round)
@pytest.mark.parametrize("stage", PanelStage)
def test_a_round_is_written_in_its_own_stage_only(round, stage):
    panel = make_panel(stage, cers=1)
    actor = member_of(panel) if round == Round.SELF else make_user(Role.DPID_MANAGER)
    if STAGES[round] == stage:
        assert save(panel.cers.get(), actor, round).round == round
        return
    with pytest.raises(EvaluationRefused):
        save(panel.cers.get(), actor, round)
    assert Scoring.objects.count() == 0


def test_the_refusal_of_a_closed_round_says_what_is_closed():
    panel = make_panel(PanelStage.CONTROL, cers=1)
    with pytest.raises(PanelClosed, match="l’auto-évaluation ne change plus"):
        save(panel.cers.get(), member_of(panel), Round.SELF)
    with pytest.raises(PanelClosed, match="temps de travail"):
        save(panel.cers.get(), make_user(Role.DPID_AGENT), Round.SESSION)


@pytest.mark.parametrize(
    ("role", "rounds"),
    [
        (Role.DPID_AGENT, {Round.CONTROL, Round.SESSION}),
        (Role.DPID_MANAGER, {Round.CONTROL, Round.SESSION}),
        (Role.SLAI, {Round.SESSION}),
        (Role.SIGNATORY, set()),
        (Role.ADMINISTRATOR, set()),
        (Role.AUDITOR, set()),
        (Role.STRUCTURE_ADMIN, {Round.SELF}),
        (Role.STRUCTURE_MEMBER, {Round.SELF}),
    ],
)
def test_each_round_has_its_roles(role, rounds):
    written = set()
    for round, stage in STAGES.items():
        panel = make_panel(stage, cers=1)
        of_the_structure = (
            {"structure": panel.structure} if role in (Role.STRUCTURE_ADMIN, Role.STRUCTURE_MEMBER) else {}
        )
        actor = make_user(role, territories=(panel.structure.lead_territory,), **of_the_structure)
        try:
            save(panel.cers.get(), actor, round)
        except EvaluationRefused:
            continue
        written.add(round)
    assert written == rounds


def test_another_structure_or_territory_is_refused():
    session, draft = make_panel(PanelStage.SESSION, cers=1), make_panel(cers=1)
    elsewhere = make_user(Role.SLAI, territories=(make_territory("Calaisis"),))
    for cer, actor, round in (
        (session.cers.get(), elsewhere, Round.SESSION),
        (draft.cers.get(), make_user(Role.STRUCTURE_ADMIN), Round.SELF),
    ):
        with pytest.raises(EvaluationRefused, match="pas dans vos droits"):
            save(cer, actor, round)


def test_what_each_of_two_people_ticked_is_kept(cer, dpid):
    other = make_user(Role.DPID_MANAGER)
    save(cer, other, ticks=["duration_start"])
    merged = save(cer, dpid, ticks=["duration_end"], version=0)
    assert (merged.ticks, merged.version, merged.author) == (["duration_start", "duration_end"], 2, dpid)
    assert (merged.merged.taken, merged.merged.clashes) == ({"duration_start"}, frozenset())
    assert selectors.who_changed(merged, 0)["duration_start"] == other


def test_nothing_is_written_over_a_validation(cer, dpid):
    other = make_user(Role.DPID_MANAGER, first_name="Hélène", last_name="Carpentier")
    save(cer, other, ticks=every_line(), now=NOW + timedelta(minutes=3), validate=True)
    with pytest.raises(ValidatedScoring) as refused:
        save(cer, dpid, ticks=["duration_end"], comment="Moi.", version=0)
    assert (refused.value.author, refused.value.at) == (other, NOW + timedelta(minutes=3))
    assert "Hélène Carpentier a validé cette grille le 23/03/2026 à 21\u00a0h\u00a045" in str(refused.value)
    assert cer.scorings.get().ticks == every_line()


def test_a_version_that_the_journal_does_not_know_is_refused(cer, dpid):
    save(cer, make_user(Role.DPID_MANAGER), ticks=["duration_start"])
    with pytest.raises(StaleScoring, match="a modifié cette grille"):
        save(cer, dpid, ticks=["duration_end"], version=7)
    assert cer.scorings.get().ticks == ["duration_start"]


def test_words_that_clash_are_left_as_the_first_wrote_them_and_ticks_are_kept(cer, dpid):
    save(cer, make_user(Role.DPID_MANAGER), ticks=["duration_start"], comment="Trop long.")
    merged = save(cer, dpid, ticks=["duration_end"], comment="Trop court.", version=0, validate=True)
    assert (merged.merged.clashes, merged.validated_at) == ({"comment"}, None)
    row = cer.scorings.get()
    assert (row.ticks, row.comment) == (["duration_start", "duration_end"], "Trop long.")
    chosen = save(cer, dpid, ticks=row.ticks, comment="Trop court.", version=2)
    assert (chosen.comment, chosen.merged.clashes) == ("Trop court.", frozenset())


def test_the_same_answer_sent_twice_is_one_version(cer, dpid):
    assert [save(cer, dpid, version=0).version for _ in range(2)] == [1, 1]


def test_a_version_of_a_grid_that_is_blank_again_is_refused(cer, dpid):
    with pytest.raises(EvaluationRefused, match="remise à blanc"):
        save(cer, dpid, version=3)


def test_a_change_takes_back_the_validation_and_the_same_content_does_not():
    cer, lines = make_panel(cers=1).cers.get(), every_line()
    member = member_of(cer.panel)
    scoring = save(cer, member, Round.SELF, ticks=lines, validate=True)
    assert scoring.validated_at == NOW
    assert save(cer, member, Round.SELF, ticks=lines, version=1).validated_at == NOW
    assert save(cer, member, Round.SELF, ticks=lines[1:], version=1).validated_at is None


def test_a_cer_without_the_point_of_secrecy_asks_for_a_comment(cer, dpid):
    with pytest.raises(EvaluationRefused, match="dites pourquoi en commentaire"):
        save(cer, dpid, ticks=every_line()[:-1], validate=True)
    assert Scoring.objects.count() == 0
    scoring = save(cer, dpid, ticks=every_line()[:-1], comment="Un diagnostic est cité.", validate=True)
    assert scoring.validated_at == NOW


def test_a_structure_is_not_asked_for_that_comment():
    panel = make_panel(cers=1)
    assert save(panel.cers.get(), member_of(panel), Round.SELF, ticks=[], validate=True).validated_at == NOW


def test_a_comment_has_a_limit(cer, dpid):
    with pytest.raises(EvaluationRefused, match="2000 caractères"):
        save(cer, dpid, comment="é" * 2001)


def test_the_working_session_leaves_the_control_as_it_was(dpid):
    panel = make_panel(PanelStage.SESSION, cers=1)
    cer = panel.cers.get()
    control = make_scoring(cer, ticks=["duration_start"])
    slai = make_user(Role.SLAI, territories=(panel.structure.lead_territory,))
    save(cer, slai, Round.SESSION, ticks=every_line(), reasons=WHY, validate=True)
    control.refresh_from_db()
    assert (control.ticks, cer.scorings.get(round=Round.SESSION).ticks) == (["duration_start"], every_line())


def with_caf(stage=PanelStage.CONTROL):
    panel = make_panel(stage, cers=0)
    referent = make_panel(structure=panel.structure).cers.first().referent
    return make_cer(panel, referent, 1, caf_number="1234567", contract_type=CerType.SOLIDARITY)


def test_every_look_at_a_caf_number_is_logged():
    cer = with_caf()
    readers = [make_user(Role.DPID_AGENT), member_of(cer.panel), make_user(Role.DPID_MANAGER)]
    assert [services.reveal_caf(cer=cer, user=user, now=NOW) for user in readers] == ["1234567"] * 3
    assert [reveal.user for reveal in CafReveal.objects.order_by("pk")] == readers


@pytest.mark.parametrize("role", [Role.SIGNATORY, Role.ADMINISTRATOR, Role.AUDITOR, Role.STRUCTURE_ADMIN])
def test_nobody_else_sees_a_caf_number(role):
    with pytest.raises(EvaluationRefused, match="pas dans vos droits"):
        services.reveal_caf(cer=with_caf(), user=make_user(role), now=NOW)
    assert CafReveal.objects.count() == 0


def test_an_absent_caf_number_is_not_logged(cer, dpid):
    with pytest.raises(EvaluationRefused, match="n’a pas de N° CAF"):
        services.reveal_caf(cer=cer, user=dpid, now=NOW)
    assert CafReveal.objects.count() == 0


def test_the_log_of_looks_is_not_deleted():
    cer = with_caf()
    services.reveal_caf(cer=cer, user=member_of(cer.panel), now=NOW)
    with pytest.raises(TypeError, match="ne s’efface pas"):
        CafReveal.objects.get().delete()


def test_agents_see_a_panel_from_the_control_on():
    structure = make_structure()
    draft, filed = make_panel(structure=structure), make_panel(PanelStage.CONTROL, structure=structure)
    seen = {role: set(Panel.objects.visible_to(make_user(role))) for role in (Role.DPID_AGENT, Role.AUDITOR)}
    assert seen == {Role.DPID_AGENT: {filed}, Role.AUDITOR: {filed}}
    assert set(Panel.objects.visible_to(member_of(draft))) == {draft, filed}
    assert not Panel.objects.visible_to(make_user(Role.STRUCTURE_ADMIN))


def test_each_side_sees_the_others_ticks_when_it_may(cer, dpid):
    own = make_scoring(cer, Round.SELF, author=member_of(cer.panel))
    control = make_scoring(cer, author=dpid, validated=False)
    assert list(Scoring.objects.visible_to(own.author)) == [own]
    assert list(Scoring.objects.visible_to(dpid)) == [control], "not before the DPID has validated its own (CdC 5-2)"
    Scoring.objects.filter(pk=control.pk).update(validated_at=NOW)
    assert list(Scoring.objects.visible_to(dpid)) == [own, control]
    assert list(Scoring.objects.visible_to(own.author)) == [own]
