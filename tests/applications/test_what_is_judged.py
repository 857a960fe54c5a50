"""What a file is judged on does not move under those who judge it, and is shown to those who may see it."""

from datetime import date, timedelta

import pytest

from accounts.enums import Role
from accounts.services.referents import edit_referent
from applications import selectors, services
from applications.enums import ApplicationKind, ApplicationState, Outcome
from applications.models import Application, Message, Opinion, Proposal, WorkingSession
from core.transitions import StaleState, TransitionForbidden, TransitionRefused
from evaluation.enums import PanelStage, Round
from evaluation.errors import EvaluationRefused, PanelClosed
from evaluation.models import Scoring
from evaluation.services import save_ticks, validate_scoring
from notices.models import Notice
from rulebook.book import current_rulebook
from tests.applications.builders import (
    FILED_AT,
    LATER,
    filed,
    make_draft,
    opined,
    proposed,
    rule_certificates,
    score_panel,
    under_review,
    weak_ticks,
)
from tests.evaluation.builders import declare_drawn, every_line, make_cer, make_file, make_scoring
from tests.factories import make_referent, make_structure, make_territory, make_user
from tests.training.rooms import make_attestation
from training import services as training
from training.enums import AbsenceReason, CertificateState
from training.rulings import RulingRefused, accept_certificate, refuse_certificate
from training.services import Placing, TrainingRefused
from training.sorting import Guess

pytestmark = pytest.mark.django_db
TODAY = LATER.date()


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def change_ticks(application: Application, round: Round = Round.CONTROL) -> Scoring:
    scoring = Scoring.objects.filter(cer__panel=application.panel, round=round).first()
    return save_ticks(
        cer=scoring.cer, round=round, ticks=[], comment="Revu.", actor=make_user(Role.DPID_AGENT), now=LATER,
        version=scoring.version,
    )  # fmt: skip


def commit_absence(application: Application, obligation: str = "M1"):
    return training.commit_absence(
        referent=application.structure.referents.first(), obligation=obligation, reason=AbsenceReason.OTHER,
        session_on=date(2026, 12, 1), proof=make_file(), rulebook=current_rulebook(),
        actor=application.structure.members.first(), now=LATER,
    )  # fmt: skip


def test_the_dpid_scores_no_more_once_its_opinion_is_given():
    application = opined()
    assert application.panel.stage == PanelStage.CLOSED
    with pytest.raises(PanelClosed):
        change_ticks(application)
    assert selectors.results(application, today=TODAY).all_met


def test_a_withdrawn_file_leaves_the_queue():
    application = under_review()
    services.withdraw_application(application=application, actor=application.structure.members.first(), now=LATER)
    assert fresh(application).panel.stage == PanelStage.CLOSED


def test_a_session_is_not_closed_on_a_grid_left_open():
    agent = make_user(Role.DPID_AGENT)
    application = under_review(agent=agent)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent, ticks=weak_ticks())
    services.give_dpid_opinion(application=application, actor=agent, favourable=False, statement="Non.", now=LATER)
    services.open_working_session(application=application, actor=agent, planned_on=None, now=LATER)
    cer = application.panel.cers.first()
    change = {"cer": cer, "round": Round.SESSION, "ticks": every_line(), "comment": "", "actor": agent, "now": LATER}
    save_ticks(**change, version=0)
    closing = {
        "application": application, "actor": agent, "held_on": date(2026, 4, 17), "participants": "DPID, SLAI",
        "minutes": "Cotations revues.", "now": LATER,
    }  # fmt: skip
    with pytest.raises(TransitionRefused, match="1 CER revu en temps de travail"):
        services.close_working_session(**closing)
    assert fresh(application).panel.stage == PanelStage.SESSION
    validate_scoring(**change, reasons=dict.fromkeys(every_line(), "Vu ensemble."), version=1)
    with pytest.raises(TransitionRefused, match="participants"):
        services.close_working_session(**{**closing, "minutes": "  "})
    assert services.close_working_session(**closing).closed_at == LATER


def test_only_the_lead_slai_writes_the_session():
    structure = make_structure(lead_territory=make_territory("Artois"))
    structure.territories.add(make_territory("Ternois"))
    agent = make_user(Role.DPID_AGENT)
    application = under_review(filed(make_draft(structure=structure)), agent=agent)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent, ticks=weak_ticks())
    services.give_dpid_opinion(application=application, actor=agent, favourable=False, statement="Non.", now=LATER)
    services.open_working_session(application=application, actor=agent, planned_on=None, now=LATER)
    change = {
        "cer": application.panel.cers.first(), "round": Round.SESSION, "ticks": every_line(), "comment": "",
        "now": LATER, "version": 0,
    }  # fmt: skip
    with pytest.raises(EvaluationRefused, match="droits"):
        save_ticks(**change, actor=make_user(Role.SLAI, territories=(make_territory("Ternois"),)))
    assert save_ticks(**change, actor=make_user(Role.SLAI, territories=(make_territory("Artois"),))).version == 1


def structure_acts(application: Application) -> dict:
    """Every write of a structure on its training records."""
    actor, structure = application.structure.members.first(), application.structure
    certificate = structure.certificates.first()
    commitment = structure.training_commitments.first()
    placing = Placing(referent=structure.referents.first(), module="M3")
    return {
        "add": lambda: training.add_certificate(
            structure=structure, file=make_file(), guess=Guess(), actor=actor, now=LATER
        ),
        "assign": lambda: training.assign_certificate(
            certificate=certificate, placing=placing, rulebook=current_rulebook(), actor=actor, today=TODAY
        ),
        "remove": lambda: training.remove_certificate(certificate=certificate, actor=actor),
        "commit": lambda: commit_absence(application, "M4"),
        "give up": lambda: training.remove_commitment(commitment=commitment, actor=actor, today=TODAY),
    }


@pytest.mark.parametrize("act", ["add", "assign", "remove", "commit", "give up"])
def test_the_structure_changes_no_training_record_under_review(act):
    draft = make_draft()
    commit_absence(draft)
    application = filed(draft)
    with pytest.raises(TrainingRefused, match="dossier est déposé"):
        structure_acts(application)[act]()
    services.withdraw_application(application=application, actor=application.structure.members.first(), now=LATER)
    structure_acts(application)[act]()


def test_attestations_are_ruled_on_from_filing_to_the_dpid_opinion():
    agent, draft = make_user(Role.DPID_AGENT), make_draft()
    one = draft.structure.certificates.first()
    ruling = {"certificate": one, "actor": agent, "now": LATER}
    with pytest.raises(RulingRefused, match="pas ouvert"):
        accept_certificate(**ruling, seen=CertificateState.TO_CHECK)
    application = under_review(filed(draft), agent=agent)
    accept_certificate(**ruling, seen=CertificateState.TO_CHECK)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent)
    services.give_dpid_opinion(application=application, actor=agent, favourable=True, statement="Oui.", now=LATER)
    with pytest.raises(RulingRefused, match="pas ouvert"):
        refuse_certificate(**ruling, seen=CertificateState.ACCEPTED, reason="Illisible.")


def test_who_counts_is_settled_on_the_day_of_filing():
    draft = make_draft()
    untrained = make_referent(draft.structure)
    for number in range(1, 6):
        make_scoring(make_cer(draft.panel, untrained, number), Round.SELF)
    declare_drawn(draft.panel, untrained)
    application = filed(draft)
    assert len(selectors.counted_referents(application, today=TODAY)) == 2
    before = selectors.coverage(application, today=TODAY).verdict
    edit_referent(
        referent=untrained, actor=application.structure.members.first(), first_name="X", last_name="Y",
        arrived_on=date(2024, 9, 2), left_on=date(2026, 1, 1), funded=False,
    )  # fmt: skip
    assert len(selectors.counted_referents(fresh(application), today=TODAY)) == 2
    assert selectors.coverage(fresh(application), today=TODAY).verdict == before


def test_the_cers_of_a_referent_who_does_not_count_are_not_filed():
    draft = make_draft()
    other = make_referent(draft.structure, funded=False)
    make_scoring(make_cer(draft.panel, other, 1), Round.SELF)
    with pytest.raises(TransitionRefused, match="Il manque encore"):
        filed(draft)
    [missing] = selectors.missing_pieces(draft, today=TODAY)
    assert missing.step == "cer"
    assert other.code in missing.text


def test_the_snapshot_names_the_attestations_judged():
    application = filed()
    kept = application.submitted_snapshot["training"]["certificates"]
    assert len(kept) == application.structure.certificates.count()
    assert {row["file"] for row in kept} == {c.file.sha256 for c in application.structure.certificates.all()}


def test_a_filed_file_goes_to_the_territory_of_its_structure():
    draft = make_draft()
    draft.structure.lead_territory = make_territory("Calaisis")
    draft.structure.save()
    assert filed(draft).lead_territory == make_territory("Calaisis")


def second_draft(*, member=None) -> Application:
    first = proposed(good=False)
    services.record_outcome(application=first, actor=make_user(Role.SIGNATORY), now=LATER)
    return services.open_application(
        structure=first.structure, actor=first.structure.members.first(), now=LATER, kind=ApplicationKind.SECOND,
        previous=fresh(first), not_before=date(2026, 11, 14),
    )  # fmt: skip


def test_a_second_request_withdrawn_may_be_made_again():
    draft = second_draft()
    first, member = draft.previous, draft.structure.members.first()
    services.withdraw_application(application=draft, actor=member, now=LATER)
    again = services.open_application(
        structure=draft.structure, actor=member, now=LATER, kind=ApplicationKind.SECOND, previous=fresh(first),
        not_before=date(2026, 11, 14),
    )  # fmt: skip
    assert (again.study, again.previous) == (2, first)
    assert fresh(draft).state == ApplicationState.WITHDRAWN


def test_nobody_opens_a_draft_for_another_structure():
    structure = make_structure()
    for stranger in (make_user(Role.STRUCTURE_ADMIN), make_user(Role.DPID_AGENT)):
        with pytest.raises(TransitionForbidden):
            services.open_application(structure=structure, actor=stranger, now=FILED_AT)
    assert not Application.objects.exists()


def test_a_file_told_complete_is_told_in_the_same_transaction(monkeypatch):
    application = filed()

    def breakdown(**kwargs):
        raise RuntimeError("panne")

    monkeypatch.setattr("applications.services.common.queue_notice", breakdown)
    with pytest.raises(RuntimeError):
        services.declare_complete(application=application, actor=make_user(Role.DPID_AGENT), now=FILED_AT)
    assert fresh(application).state == ApplicationState.SUBMITTED
    assert not Notice.objects.filter(key__contains="complete").exists()


def test_strangers_write_no_message():
    application = under_review()
    other_slai = make_user(Role.SLAI, territories=(make_territory("Calaisis"),))
    for stranger in (make_user(Role.STRUCTURE_ADMIN), other_slai, make_user(Role.AUDITOR), make_user(Role.SIGNATORY)):
        with pytest.raises(TransitionForbidden):
            services.post_message(application=application, author=stranger, body="x", now=LATER)
    with pytest.raises(TransitionRefused, match="vide"):
        services.post_message(
            application=application, author=application.structure.members.first(), body=" \n", now=LATER
        )
    assert not Message.objects.exists()


def test_the_structure_sees_no_internal_note_and_no_opinion_before_the_decision():
    application = proposed(good=False)
    member, agent = application.structure.members.first(), make_user(Role.DPID_AGENT)
    services.post_message(application=application, author=agent, body="Note", internal=True, now=LATER)
    public = services.post_message(application=application, author=agent, body="Bonjour", now=LATER)
    assert list(Message.objects.visible_to(member)) == [public]
    assert Message.objects.visible_to(agent).count() == 2
    papers = (Opinion, WorkingSession, Proposal)
    assert not any(model.objects.visible_to(member).exists() for model in papers)
    assert all(model.objects.visible_to(agent).exists() for model in papers)
    services.record_outcome(application=application, actor=make_user(Role.SIGNATORY), now=LATER)
    assert all(model.objects.visible_to(member).exists() for model in papers)


def test_a_draft_is_its_structures_own():
    draft = make_draft()
    member = draft.structure.members.first()
    agents = [make_user(role) for role in (Role.DPID_AGENT, Role.SIGNATORY, Role.AUDITOR)]
    agents.append(make_user(Role.SLAI, territories=(draft.lead_territory,)))
    assert [list(Application.objects.visible_to(agent)) for agent in agents] == [[], [], [], []]
    assert list(Application.objects.visible_to(member)) == [draft]
    filed(draft)
    assert [list(Application.objects.visible_to(agent)) for agent in agents] == [[draft]] * 4


def test_an_adverse_proposal_says_why_for_each_criterion_unmet():
    application = opined(good=False, refused=("M3",))
    proposal = {
        "application": application, "actor": make_user(Role.DPID_AGENT), "outcome": Outcome.MORATORIUM, "now": LATER,
    }  # fmt: skip
    for reasons in ({"cer_reasons": "65 %."}, {"training_reasons": "M3 refusé."}, {"cer_reasons": " "}):
        with pytest.raises(TransitionRefused, match="se motive"):
            services.prepare_proposal(**proposal, **reasons)
    assert services.prepare_proposal(**proposal, cer_reasons="65 %.", training_reasons="M3 refusé.").pk


def test_the_same_form_sent_twice_at_once_files_once():
    """The second request read the draft before the first one filed it."""
    draft = make_draft()
    stale = fresh(draft)
    assert filed(draft) == filed(stale)
    with pytest.raises(StaleState):
        services.submit_application(application=stale, actor=draft.structure.members.first(), now=FILED_AT, key="")


def test_what_the_departement_issued_before_the_decision_stays_with_the_decided_file():
    application = filed()
    owner = make_user(Role.STRUCTURE_ADMIN, structure=application.structure)
    referent = make_referent(application.structure)
    attestation = make_attestation(make_user(Role.DPID_AGENT), owner, referent)
    application.submitted_at = attestation.issued_at - timedelta(days=9)
    application.state, application.decided_at = ApplicationState.GRANTED, attestation.issued_at + timedelta(days=1)
    assert attestation.certificate in selectors.filed_certificates(application)
    application.decided_at = attestation.issued_at - timedelta(days=1)
    assert attestation.certificate not in selectors.filed_certificates(application)
