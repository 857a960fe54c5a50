"""Writes on files. Each is one transaction: lock, check, write, log; letters and notices are written inside it."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import Structure, User
from applications import selectors
from applications.enums import ApplicationKind, ApplicationState, OpinionBody, Outcome
from applications.models import Application, Message, Opinion, Proposal, WorkingSession
from applications.workflow import OUTCOME_ROWS, WORKFLOW, may_hold_session, may_instruct
from core import clock
from core.models import Counter
from core.transitions import StaleState, TransitionForbidden, TransitionRefused, refusal
from core.transitions import transition as apply_row
from documents.enums import LetterKind
from documents.models import Letter
from documents.services import write_letter
from evaluation.services import close_panel, create_panel, open_session, open_to_control
from notices.services import close_deadline, open_deadline, queue_notice
from rulebook import calendar
from rulebook.book import current_rulebook
from rulebook.enums import SilenceRegime

FORM_FIELDS = ("mission", "contact_name", "contact_email", "contact_phone")


class OpeningRefused(TransitionRefused):
    """No new application may be opened; the message says why."""


@transaction.atomic
def open_application(
    *,
    structure: Structure,
    actor: User | None,
    now: datetime,
    kind: ApplicationKind = ApplicationKind.FIRST,
    previous: Application | None = None,
    not_before: date | None = None,
) -> Application:
    """The structure's draft, opened if need be; a second study is prefilled from the first.

    Raises OpeningRefused when an application is under way, or when the last decision calls for another way.
    """
    locked = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)
    if draft := selectors.draft_of(locked.pk):
        return draft
    latest = selectors.current_application(locked.pk)
    if latest and kind == ApplicationKind.FIRST and latest.state != ApplicationState.REFUSED:
        raise OpeningRefused("Une demande est déjà en cours ou décidée pour cette structure.")
    if kind == ApplicationKind.SECOND and (
        previous is None or latest != previous or previous.state != ApplicationState.MORATORIUM
    ):
        raise OpeningRefused("Une nouvelle demande fait suite à un moratoire.")
    rulebook = current_rulebook()
    panel = create_panel(structure=locked, rulebook_version=rulebook.version, now=now)
    kept = {name: getattr(previous, name) for name in FORM_FIELDS} if previous else {}
    return Application.objects.create(
        structure=locked,
        lead_territory=locked.lead_territory,
        kind=kind,
        study=2 if kind == ApplicationKind.SECOND else 1,
        previous=previous,
        rulebook_version=rulebook.version,
        panel=panel,
        not_before=not_before,
        created_by=actor,
        created_at=now,
        updated_at=now,
        **kept,
    )


@transaction.atomic
def save_form(*, application: Application, actor: User, now: datetime, **fields: str | bool) -> Application:
    """Save what was typed in a draft; only the form's own fields and the two declarations.

    Raises StaleState once the file is filed, TransitionForbidden for somebody else's file.
    """
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    row = WORKFLOW["submit"]
    if not row.may(actor, locked):
        raise TransitionForbidden("Ce dossier n’est pas celui de votre structure.")
    if locked.state != ApplicationState.DRAFT:
        raise StaleState("Le dossier est déposé : il ne se modifie plus.")
    unknown = set(fields) - {*FORM_FIELDS, "anonymised_declared", "accuracy_declared"}
    if unknown:
        raise TypeError(f"champs inconnus : {sorted(unknown)}")
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.updated_at = now
    locked.save(update_fields=[*fields, "updated_at"])
    return locked


def submit_application(*, application: Application, actor: User, now: datetime, key: str) -> Application:
    """File the draft: number, frozen snapshot, receipt, e-mail. `key` is the form's token: the same form sent twice
    gives back the same filed application.

    Raises TransitionRefused with the reason when something is missing or too early.
    """
    filed = Application.objects.get(pk=application.pk)
    if filed.submission_key and filed.submission_key == key and WORKFLOW["submit"].may(actor, filed):
        return filed
    with transaction.atomic():
        with apply_row(WORKFLOW["submit"], application, actor=actor, now=now) as locked:
            day = clock.civil_date(now)
            locked.number = f"D-{day.year}-{Counter.take(f'dossier-{day.year}'):04d}"
            locked.submitted_at = locked.updated_at = now
            locked.submission_key = key
            locked.submitted_snapshot = selectors.snapshot(locked, today=day)
            locked.receipt = _write_receipt(locked, now=now)
            open_to_control(panel=locked.panel, label=locked.number, due_on=_instruction_due(locked, day).date)
        _tell_structure(
            locked,
            cause="filed",
            subject=f"Dossier {locked.number} déposé",
            body="Votre dossier est bien déposé. L’accusé d’enregistrement est dans votre espace, « Documents reçus ».",
            now=now,
        )
    return locked


def declare_complete(*, application: Application, actor: User, now: datetime) -> Application:
    """DPID finds the file complete: the instruction clock runs from the day of filing (CdC 7.2, R51)."""
    with apply_row(WORKFLOW["declare_complete"], application, actor=actor, now=now) as locked:
        if locked.submitted_at is None:
            raise ValueError("a submitted application has a date")
        locked.complete_on = clock.civil_date(locked.submitted_at)
        locked.assigned_to = locked.assigned_to or actor
        open_deadline(
            kind="instruction",
            subject_id=locked.pk,
            structure=locked.structure,
            territory=locked.lead_territory,
            due=_instruction_due(locked, locked.complete_on),
            today=clock.civil_date(now),
        )
    _tell_structure(
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
    locked.assigned_to = agent
    locked.save(update_fields=["assigned_to"])
    return locked


def give_dpid_opinion(
    *, application: Application, actor: User, favourable: bool, statement: str, now: datetime
) -> Opinion:
    """The administrative opinion; it sends the file on to the SLAI (R40)."""
    with apply_row(WORKFLOW["give_dpid_opinion"], application, actor=actor, now=now) as locked:
        return _write_opinion(locked, OpinionBody.DPID, actor, favourable, statement, now)


def give_slai_opinion(
    *, application: Application, actor: User, favourable: bool, statement: str, now: datetime
) -> Opinion:
    """The SLAI confirms or reworks, with its knowledge of the field; after the working session where one was held."""
    current = Application.objects.get(pk=application.pk)
    after_session = current.state == ApplicationState.WORKING_SESSION
    name = "give_slai_opinion_after_session" if after_session else "give_slai_opinion"
    with apply_row(WORKFLOW[name], application, actor=actor, now=now) as locked:
        return _write_opinion(locked, OpinionBody.SLAI, actor, favourable, statement, now)


def open_working_session(
    *, application: Application, actor: User, planned_on: date | None, now: datetime
) -> WorkingSession:
    """Convene the DPID–SLAI working session: compulsory under the threshold, possible on disagreement (T8)."""
    with apply_row(WORKFLOW["open_working_session"], application, actor=actor, now=now) as locked:
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
    if locked.state != ApplicationState.WORKING_SESSION:
        raise StaleState("Aucun temps de travail n’est ouvert sur ce dossier.")
    session = locked.working_session
    if session.closed_at:
        raise StaleState("Le compte rendu est déjà enregistré.")
    if held_on > clock.civil_date(now):
        raise TransitionRefused("Le temps de travail ne peut pas s’être tenu dans l’avenir.")
    session.held_on, session.participants, session.minutes = held_on, participants, minutes
    session.closed_at, session.closed_by = now, actor
    session.save()
    close_panel(panel=locked.panel)
    return session


@transaction.atomic
def prepare_proposal(
    *,
    application: Application,
    actor: User,
    outcome: Outcome,
    training_reasons: str = "",
    cer_reasons: str = "",
    now: datetime,
) -> Proposal:
    """DPID puts a proposal to signature; it may be rewritten until signed. Both opinions are there by then.

    Raises TransitionRefused when the outcome doesn't fit the cycle or the criteria: no refusal without a moratorium,
    no second moratorium, no grant while a criterion is unmet.
    """
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not may_instruct(actor, locked):
        raise TransitionForbidden("La proposition est préparée par la DPID.")
    if locked.state != ApplicationState.PROPOSAL:
        raise StaleState("La proposition se prépare une fois les deux avis rendus.")
    if reason := outcome_objection(application=locked, outcome=outcome, today=clock.civil_date(now)):
        raise TransitionRefused(reason)
    if outcome != Outcome.GRANT and not (training_reasons or cer_reasons):
        raise TransitionRefused("Un moratoire ou un refus se motive par critère, en fait et en droit.")
    proposal, _ = Proposal.objects.update_or_create(
        application=locked,
        defaults={
            "outcome": outcome,
            "training_reasons": training_reasons,
            "cer_reasons": cer_reasons,
            "prepared_by": actor,
            "prepared_at": now,
        },
    )
    return proposal


def outcome_objection(*, application: Application, outcome: Outcome, today: date) -> str | None:
    """Why `outcome` can't be proposed for this file, or None (CdC 7.1)."""
    if outcome == Outcome.GRANT:
        met = selectors.results(application, today=today).all_met
        return None if met else "Le label ne peut être proposé : un critère n’est pas atteint."
    if outcome == Outcome.MORATORIUM and application.study != 1:
        return "Un moratoire a déjà eu lieu dans ce cycle."
    if outcome == Outcome.REFUSAL and application.study != 2:
        return "Un refus n’est possible qu’après un moratoire (point 7.1)."
    return None


def record_outcome(*, application: Application, actor: User, now: datetime) -> Application:
    """Apply the proposed outcome to the file; called by `labels` inside the transaction of the decision."""
    current = Application.objects.select_related("proposal").get(pk=application.pk)
    proposal = getattr(current, "proposal", None)
    if proposal is None:
        raise TransitionRefused("La proposition n’est pas encore préparée.")
    row = WORKFLOW[OUTCOME_ROWS[Outcome(proposal.outcome)]]
    with apply_row(row, application, actor=actor, now=now) as locked:
        locked.decided_at = now
        _close_instruction(locked, reason="Décision signée", today=clock.civil_date(now))
    return locked


def withdraw_application(*, application: Application, actor: User, now: datetime, comment: str = "") -> Application:
    """The structure gives up before the decision (T14)."""
    with apply_row(WORKFLOW["withdraw"], application, actor=actor, now=now, comment=comment) as locked:
        _close_instruction(locked, reason="Demande retirée", today=clock.civil_date(now))
    return locked


@transaction.atomic
def post_message(
    *, application: Application, author: User, body: str, internal: bool = False, now: datetime
) -> Message:
    """A message on the file. A structure writes to the Département only; internal notes are the agents' own."""
    if internal and not may_hold_session(author, application):
        raise TransitionForbidden("Les notes internes sont réservées à la DPID et au SLAI.")
    message = Message.objects.create(application=application, author=author, body=body, internal=internal, sent_at=now)
    if not internal and may_hold_session(author, application):
        _tell_structure(
            application,
            cause=f"message-{message.pk}",
            subject=f"Nouveau message sur le dossier {application}",
            body="Un message vous attend dans votre espace, rubrique « Messages ».",
            now=now,
        )
    return message


def can(*, name: str, application: Application, actor: User, now: datetime) -> TransitionRefused | None:
    """Why the row `name` can't be applied now, or None; for buttons that explain themselves."""
    return refusal(WORKFLOW[name], application, actor=actor, now=now)


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


def _write_receipt(application: Application, *, now: datetime) -> Letter:
    """The electronic registration receipt with the mentions of CRPA, art. R.112-11-1."""
    rulebook, day = selectors.rulebook_of(application), clock.civil_date(now)
    regime = SilenceRegime(rulebook.choice("silence.regime"))
    return write_letter(
        kind=LetterKind.REGISTRATION_RECEIPT,
        title="Accusé d’enregistrement",
        structure=application.structure,
        template="letters/registration_receipt.html",
        context={
            "application": application,
            "rulebook": rulebook,
            "received": {
                "certificates": application.structure.certificates.count(),
                "cers": application.panel.cers.count(),
                "referents": len(selectors.counted_referents(application, today=day)),
            },
            "silence": {
                "accepts": regime == SilenceRegime.ACCEPTANCE,
                "due": calendar.silence_date(day, months=rulebook.integer("silence.months"), regime=regime),
            },
        },
        now=now,
    )


def _instruction_due(application: Application, complete_on: date) -> calendar.DueDate:
    months = selectors.rulebook_of(application).integer("instruction.months")
    return calendar.instruction_limit(complete_on, months=months)


def _close_instruction(application: Application, *, reason: str, today: date) -> None:
    close_deadline(kind="instruction", subject_id=application.pk, reason=reason, today=today)


def _tell_structure(application: Application, *, cause: str, subject: str, body: str, now: datetime) -> None:
    """One notice per active member of the structure, written in the transaction of its cause."""
    for member in application.structure.members.filter(is_active=True):
        queue_notice(
            key=f"application-{application.pk}-{cause}-{member.pk}",
            recipient=member,
            subject=subject,
            body=body,
            structure=application.structure,
            now=now,
        )
