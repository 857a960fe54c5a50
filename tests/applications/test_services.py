"""The life of a file through the services."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from applications import selectors, services
from applications.enums import ApplicationKind, ApplicationState, OpinionBody, Outcome
from applications.models import Application, Opinion, WorkingSession
from core.transitions import StaleState, TransitionForbidden, TransitionRefused
from evaluation.enums import PanelStage
from evaluation.models import Panel
from notices.models import Deadline, Notice
from tests.applications.builders import (
    FILED_AT,
    LATER,
    filed,
    make_certificate,
    make_draft,
    opined,
    proposed,
    rule_certificates,
    score_panel,
    under_review,
    weak_ticks,
)
from tests.factories import make_referent, make_structure, make_territory, make_user
from training.enums import CertificateState

pytestmark = pytest.mark.django_db


def test_one_draft_per_structure():
    structure = make_structure()
    first = services.open_application(structure=structure, actor=None, now=FILED_AT)
    assert services.open_application(structure=structure, actor=None, now=LATER) == first
    panel = Panel.objects.create(structure=structure, rulebook_version="2024-10", created_at=FILED_AT)
    with pytest.raises(IntegrityError, match=r"one_draft|application\.structure_id"), transaction.atomic():
        Application.objects.create(
            structure=structure, lead_territory=structure.lead_territory, rulebook_version="2024-10",
            panel=panel, created_at=FILED_AT, updated_at=FILED_AT,
        )  # fmt: skip


def test_filing_gives_number_receipt_snapshot_and_notice(django_capture_on_commit_callbacks):
    draft = make_draft()
    with django_capture_on_commit_callbacks(execute=False):
        application = filed(draft)
    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED
    assert application.number == "D-2026-0001"
    assert application.receipt.title == "Accusé d’enregistrement"
    assert application.submitted_snapshot["structure"]["siret"] == application.structure.siret
    assert application.panel.stage == PanelStage.CONTROL
    log = application.log.get()
    assert (log.from_state, log.to_state, log.at) == ("draft", "submitted", FILED_AT)
    assert Notice.objects.get(structure=application.structure).subject == "Dossier D-2026-0001 déposé"


def test_the_same_form_sent_twice_files_once():
    draft = make_draft()
    assert filed(draft) == filed(draft)
    assert Application.objects.get(pk=draft.pk).log.count() == 1


def test_another_form_on_a_filed_application_is_refused():
    application = filed()
    with pytest.raises(StaleState, match="Déposé"):
        services.submit_application(
            application=application, actor=application.structure.members.get(), now=LATER, key="another"
        )


@pytest.mark.parametrize(
    ("spoil", "step"),
    [
        ({"scored": False}, "auto-evaluation"),
        ({"cers": 4}, "cer"),
    ],
)
def test_what_is_missing_keeps_the_file_from_being_filed(spoil, step):
    draft = make_draft(**spoil)
    assert {piece.step for piece in selectors.missing_pieces(draft, today=date(2026, 3, 16))} == {step}
    with pytest.raises(TransitionRefused, match="Il manque encore"):
        filed(draft)
    assert Application.objects.get(pk=draft.pk).number is None


def test_missing_form_referents_declarations_and_unsorted_files_are_listed():
    structure = make_structure()
    draft = services.open_application(structure=structure, actor=None, now=FILED_AT)
    referent = make_referent(structure, funded=False)
    make_certificate(referent, "", state=CertificateState.TO_SORT)
    steps = [piece.step for piece in selectors.missing_pieces(draft, today=date(2026, 3, 16))]
    assert steps == ["structure", "structure", "structure", "attestations", "recapitulatif", "recapitulatif"]


def test_unmet_training_never_blocks_filing():
    assert filed(trained=False).state == ApplicationState.SUBMITTED


def test_nobody_else_files():
    draft = make_draft()
    for stranger in (make_user(Role.STRUCTURE_ADMIN), make_user(Role.DPID_AGENT)):
        with pytest.raises(TransitionForbidden):
            services.submit_application(application=draft, actor=stranger, now=FILED_AT, key="k")


def test_no_filing_before_its_day():
    draft = make_draft()
    draft.not_before = date(2026, 3, 17)
    draft.save()
    with pytest.raises(TransitionRefused, match="17/03/2026"):
        filed(draft)


def test_a_filed_form_does_not_change():
    application = filed()
    with pytest.raises(StaleState):
        services.save_form(
            application=application, actor=application.structure.members.get(), now=LATER, mission="Autre"
        )


def test_completeness_opens_the_instruction_clock_from_the_day_of_filing():
    application = under_review()
    deadline = Deadline.objects.get(kind="instruction", subject_id=application.pk)
    assert (deadline.started_on, deadline.due_on) == (date(2026, 3, 16), date(2026, 9, 16))
    assert application.complete_on == date(2026, 3, 16)
    assert application.assigned_to.role == Role.DPID_AGENT


def test_the_dpid_opinion_waits_for_attestations_and_scores():
    agent = make_user(Role.DPID_AGENT)
    application = under_review(agent=agent)
    give = {"application": application, "actor": agent, "favourable": True, "statement": "Favorable.", "now": LATER}
    with pytest.raises(TransitionRefused, match="attestations"):
        services.give_dpid_opinion(**give)
    rule_certificates(application, agent=agent)
    with pytest.raises(TransitionRefused, match="5 CER restent à coter"):
        services.give_dpid_opinion(**give)
    score_panel(application, agent=agent)
    assert services.give_dpid_opinion(**give).body == OpinionBody.DPID
    with pytest.raises(StaleState):
        services.give_dpid_opinion(**give)


def test_under_the_threshold_the_working_session_comes_first():
    agent = make_user(Role.DPID_AGENT)
    application = under_review(agent=agent)
    slai = make_user(Role.SLAI, territories=(application.lead_territory,))
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent, ticks=weak_ticks())
    services.give_dpid_opinion(application=application, actor=agent, favourable=False, statement="Non.", now=LATER)
    opinion = {"application": application, "actor": slai, "favourable": False, "statement": "Non.", "now": LATER}
    with pytest.raises(TransitionRefused, match="temps de travail"):
        services.give_slai_opinion(**opinion)
    services.open_working_session(application=application, actor=slai, planned_on=None, now=LATER)
    with pytest.raises(TransitionRefused, match="compte rendu"):
        services.give_slai_opinion(**opinion)
    services.close_working_session(
        application=application, actor=agent, held_on=date(2026, 4, 17), participants="A, B", minutes="Confirmé.",
        now=LATER,
    )  # fmt: skip
    assert services.give_slai_opinion(**opinion).body == OpinionBody.SLAI


def test_the_slai_of_another_territory_gives_no_opinion():
    agent = make_user(Role.DPID_AGENT)
    application = under_review(agent=agent)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent)
    services.give_dpid_opinion(application=application, actor=agent, favourable=True, statement="Oui.", now=LATER)
    stranger = make_user(Role.SLAI, territories=(make_territory("Calaisis"),))
    with pytest.raises(TransitionForbidden):
        services.give_slai_opinion(
            application=application, actor=stranger, favourable=True, statement="Oui.", now=LATER
        )


def test_a_session_held_tomorrow_is_refused():
    application = opined(good=False)
    application.state = ApplicationState.WORKING_SESSION
    application.save()
    WorkingSession.objects.filter(application=application).update(closed_at=None)
    with pytest.raises(TransitionRefused, match="avenir"):
        services.close_working_session(
            application=application, actor=make_user(Role.DPID_AGENT), held_on=LATER.date() + timedelta(days=1),
            participants="A", minutes="B", now=LATER,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("good", "outcome", "fits"),
    [
        (True, Outcome.GRANT, True),
        (True, Outcome.MORATORIUM, False),
        (True, Outcome.REFUSAL, False),
        (False, Outcome.GRANT, False),
        (False, Outcome.MORATORIUM, True),
        (False, Outcome.REFUSAL, False),
    ],
)
def test_what_may_be_proposed_after_the_first_study(good, outcome, fits):
    """The label goes to the structures that meet both criteria (CdC 1, 5): with both met, nothing is left to reason a
    moratorium on (R43, R48), so it is refused as well. Disagreement is settled on the scores, before the opinions."""
    application = opined(good=good)
    objection = services.outcome_objection(application=application, outcome=outcome, today=LATER.date())
    assert (objection is None) is fits


def test_an_adverse_proposal_has_reasons():
    application = opined(good=False)
    with pytest.raises(TransitionRefused, match="se motive"):
        services.prepare_proposal(
            application=application, actor=make_user(Role.DPID_AGENT), outcome=Outcome.MORATORIUM, now=LATER
        )


def test_the_outcome_closes_the_clock():
    application = proposed()
    signatory = make_user(Role.SIGNATORY)
    decided = services.record_outcome(application=application, actor=signatory, now=LATER)
    assert (decided.state, decided.decided_at) == (ApplicationState.GRANTED, LATER)
    assert Deadline.objects.get(kind="instruction").closed_on == LATER.date()


def test_no_refusal_without_moratorium_says_the_database_too():
    application = proposed(good=False)
    with pytest.raises(IntegrityError, match="no_refusal_without_moratorium"):
        Application.objects.filter(pk=application.pk).update(state=ApplicationState.REFUSED, decided_at=LATER)


def test_a_new_first_application_only_after_a_refusal():
    application = filed()
    with pytest.raises(services.OpeningRefused):
        services.open_application(structure=application.structure, actor=None, now=LATER)


def test_a_second_study_follows_a_moratorium_and_keeps_the_form():
    application = proposed(good=False)
    services.record_outcome(application=application, actor=make_user(Role.SIGNATORY), now=LATER)
    second = services.open_application(
        structure=application.structure, actor=None, now=LATER, kind=ApplicationKind.SECOND,
        previous=Application.objects.get(pk=application.pk), not_before=date(2026, 11, 14),
    )  # fmt: skip
    assert (second.study, second.mission, second.panel.cers.count()) == (2, application.mission, 0)


def test_the_structure_withdraws():
    application = under_review()
    member = application.structure.members.get()
    services.withdraw_application(application=application, actor=member, now=LATER)
    assert Deadline.objects.get(kind="instruction").closing_reason == "Demande retirée"
    assert selectors.current_application(application.structure_id) is None


def test_internal_notes_stay_with_agents():
    application = under_review()
    member = application.structure.members.get()
    with pytest.raises(TransitionForbidden):
        services.post_message(application=application, author=member, body="x", internal=True, now=LATER)
    services.post_message(
        application=application, author=make_user(Role.DPID_AGENT), body="Note", internal=True, now=LATER
    )
    assert not Notice.objects.filter(key__contains="message").exists()


def told_of_a_message(application, author):
    services.post_message(application=application, author=author, body="Bonjour.", now=LATER)
    return {(notice.address, notice.path) for notice in Notice.objects.filter(key__contains="-message-")}


def test_a_message_of_the_structure_reaches_the_agent_who_follows_the_file():
    agent = make_user(Role.DPID_AGENT)
    make_user(Role.DPID_MANAGER)
    application = under_review(agent=agent)
    page = reverse("file_detail", args=[application.pk])
    assert told_of_a_message(application, application.structure.members.get()) == {(agent.email, page)}


@pytest.mark.parametrize("followed", [False, True], ids=["nobody follows it yet", "its agent has left"])
def test_else_it_reaches_the_managers(followed):
    managers = [make_user(Role.DPID_MANAGER) for _ in range(2)]
    make_user(Role.DPID_MANAGER, is_active=False)
    application = under_review(agent=make_user(Role.DPID_AGENT)) if followed else filed()
    User.objects.filter(role=Role.DPID_AGENT).update(is_active=False)
    page = reverse("file_detail", args=[application.pk])
    told = told_of_a_message(application, application.structure.members.get())
    assert told == {(manager.email, page) for manager in managers}


def test_else_it_reaches_the_address_of_the_service(settings):
    settings.CONTACT_EMAIL = "dpid@exemple.fr"
    application = filed()
    page = reverse("file_detail", args=[application.pk])
    assert told_of_a_message(application, application.structure.members.get()) == {("dpid@exemple.fr", page)}


def test_an_answer_reaches_every_member_of_the_structure():
    application = under_review()
    members = [*application.structure.members.all(), make_user(Role.STRUCTURE_MEMBER, structure=application.structure)]
    make_user(Role.STRUCTURE_MEMBER, structure=application.structure, is_active=False)
    told = told_of_a_message(application, make_user(Role.DPID_AGENT))
    assert told == {(member.email, reverse("message_list")) for member in members}


def test_the_log_is_never_deleted():
    with pytest.raises(TypeError):
        filed().log.get().delete()


def test_one_opinion_per_service():
    application = opined()
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.create(
            application=application, body=OpinionBody.DPID, favourable=True, statement="x",
            author=make_user(Role.DPID_AGENT), signed_at=LATER,
        )  # fmt: skip
