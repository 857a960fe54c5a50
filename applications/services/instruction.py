"""Completeness, both opinions and the working session: what the technical team does (CdC 7.1)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from applications.enums import ApplicationState, OpinionBody
from applications.models import Application, Opinion, WorkingSession
from applications.services.common import held, instruction_due, refuse_recused, tell_structure
from applications.workflow import WORKFLOW, may_hold_session, may_instruct
from core import clock
from core.transitions import StaleState, TransitionForbidden, TransitionRefused
from core.transitions import transition as apply_row
from evaluation.selectors import is_recused
from evaluation.services import close_panel, hold_panel, open_session
from notices.services import open_deadline
from training.enums import RecordStage
from training.records import move_record


@transaction.atomic
def declare_complete(*, application: Application, actor: User, now: datetime) -> Application:
    """DPID finds the file complete: the instruction clock runs from the day of filing (CdC 7.2, R51)."""
    with apply_row(WORKFLOW["declare_complete"], application, actor=actor, now=now) as locked:
        if locked.submitted_at is None:
            raise ValueError("a submitted application has a date")
        locked.complete_on = clock.civil_date(locked.submitted_at)
        if not is_recused(actor, locked.panel):
            locked.assigned_to = locked.assigned_to or actor
        open_deadline(
            kind="instruction",
            subject_id=locked.pk,
            structure=locked.structure,
            territory=locked.lead_territory,
            due=instruction_due(locked, locked.complete_on),
            today=clock.civil_date(now),
        )
    tell_structure(
        locked,
        cause="complete",
        subject=f"Dossier {locked.number} complet",
        body="Votre dossier est complet. L’instruction commence.",
        now=now,
    )
    return locked


@transaction.atomic
def assign(*, application: Application, agent: User, actor: User) -> Application:
    """Say which DPID agent follows the file."""
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not (may_instruct(actor, locked) and may_instruct(agent, locked)):
        raise TransitionForbidden("Un dossier est suivi par un agent de la DPID.")
    hold_panel(panel=locked.panel)
    if is_recused(agent, locked.panel):
        who = "Vous êtes" if agent.pk == actor.pk else f"{agent} est"
        raise TransitionRefused(f"{who} en déport sur ce dossier\u00a0: une autre personne le suit.")
    locked.assigned_to = agent
    locked.save(update_fields=["assigned_to"])
    return locked


def give_dpid_opinion(
    *, application: Application, actor: User, favourable: bool, statement: str, now: datetime
) -> Opinion:
    """The administrative opinion; it sends the file on to the SLAI (R40). What it rests on changes no more."""
    row = WORKFLOW["give_dpid_opinion"]
    with held(application), apply_row(row, application, actor=actor, now=now) as locked:
        refuse_recused(locked, actor)
        close_panel(panel=locked.panel, finished=True)
        move_record(structure=locked.structure, stage=RecordStage.CLOSED)
        return _write_opinion(locked, OpinionBody.DPID, actor, favourable, statement, now)


def give_slai_opinion(
    *, application: Application, actor: User, favourable: bool, statement: str, now: datetime
) -> Opinion:
    """The SLAI confirms or reworks, with its knowledge of the field; after the working session where one was held."""
    current = Application.objects.get(pk=application.pk)
    after_session = current.state == ApplicationState.WORKING_SESSION
    name = "give_slai_opinion_after_session" if after_session else "give_slai_opinion"
    with apply_row(WORKFLOW[name], application, actor=actor, now=now) as locked:
        refuse_recused(locked, actor)
        return _write_opinion(locked, OpinionBody.SLAI, actor, favourable, statement, now)


def open_working_session(
    *, application: Application, actor: User, planned_on: date | None, now: datetime
) -> WorkingSession:
    """Convene the DPID–SLAI working session: compulsory under the threshold, possible on disagreement (T8)."""
    with apply_row(WORKFLOW["open_working_session"], application, actor=actor, now=now) as locked:
        refuse_recused(locked, actor)
        open_session(panel=locked.panel)
        return WorkingSession.objects.create(application=locked, convened_at=now, planned_on=planned_on)


@transaction.atomic
def close_working_session(
    *, application: Application, actor: User, held_on: date, participants: str, minutes: str, now: datetime
) -> WorkingSession:
    """Record date, participants and minutes; the ticks it revised are kept beside the DPID's (R36)."""
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not may_hold_session(actor, locked):
        raise TransitionForbidden("Le temps de travail réunit la DPID et le SLAI du territoire.")
    refuse_recused(locked, actor)
    if locked.state != ApplicationState.WORKING_SESSION:
        raise StaleState("Aucun temps de travail n’est ouvert sur ce dossier.")
    session = locked.working_session
    if session.closed_at:
        raise StaleState("Le compte rendu est déjà enregistré.")
    if held_on > clock.civil_date(now):
        raise TransitionRefused("Le temps de travail ne peut pas s’être tenu dans l’avenir.")
    if not (participants.strip() and minutes.strip()):
        raise TransitionRefused("Le compte rendu nomme les participants et dit ce qui a été conclu.")
    close_panel(panel=locked.panel, finished=True)
    session.held_on, session.participants, session.minutes = held_on, participants, minutes
    session.closed_at, session.closed_by = now, actor
    session.save()
    return session


def _write_opinion(
    application: Application, body: OpinionBody, actor: User, favourable: bool, statement: str, now: datetime
) -> Opinion:
    if not statement.strip():
        raise TransitionRefused("Un avis est motivé.")
    try:
        with transaction.atomic():
            return Opinion.objects.create(
                application=application,
                body=body,
                favourable=favourable,
                statement=statement,
                author=actor,
                signed_at=now,
            )
    except IntegrityError as error:
        raise StaleState("Cet avis est déjà rendu.") from error
