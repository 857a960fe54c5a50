"""Decisions and what follows them. A decision, its letter and its notices are one transaction; a clock of appeal or
moratorium opens only when the notification is recorded (CdC 7.1, 7.4; domain.md §3)."""

import logging
import secrets
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import roles
from accounts.models import Delegation, User
from applications.deadlines import following_agents
from applications.enums import ApplicationKind, Outcome
from applications.models import Application
from applications.selectors import rulebook_of, snapshot
from applications.services import close_silence, open_application, outcome_objection, record_outcome
from core import clock
from core.french import day_date, day_long
from core.models import RegisterNumber
from core.transitions import StaleState, Transition, TransitionForbidden, TransitionRefused
from core.transitions import transition as apply_row
from documents.enums import LetterKind
from documents.models import StoredFile
from documents.services import delete_file, erased_on_failure, write_letter
from labels import selectors
from labels.enums import LabelState, MoratoriumState, NotificationMode
from labels.letters import LETTERS, LabelTerms, certificate_context, decision_context, label_terms
from labels.models import Decision, Label, Moratorium, Notification
from labels.workflow import LABEL, MORATORIUM, may_notify
from notices.services import close_deadline, open_deadline, queue_notice
from rulebook import calendar

logger = logging.getLogger(__name__)


class FactsLeft(Exception):  # noqa: N818 — le reste est fait
    """Some facts of the day could not be recorded; each is in the journal."""


class Objection(NamedTuple):
    """What is wrong, and with which answer of the form."""

    field: str
    reason: str


def sign_decision(*, application: Application, actor: User, prepared_at: datetime, now: datetime) -> Decision:
    """Sign the prepared proposal: state, decision, frozen snapshot, letter, label or moratorium, notices.

    `prepared_at` is that of the proposal the signatory has read: if it was rewritten since, or already signed, nothing
    is written and StaleState says so. TransitionForbidden without a delegation valid on the day (A29),
    TransitionRefused when a criterion has ceased to be met since a grant was proposed.
    """
    day = clock.civil_date(now)
    delegation = selectors.delegation_of(actor, day=day)
    if not roles.is_signatory(actor) or delegation is None:
        raise TransitionForbidden("Aucune délégation de signature en cours à votre nom.")
    with erased_on_failure(), transaction.atomic():
        decided = record_outcome(application=application, actor=actor, now=now)
        if decided.proposal.prepared_at != prepared_at:
            raise StaleState("La proposition a été modifiée depuis votre lecture\u00a0: relisez-la avant de signer.")
        outcome = Outcome(decided.proposal.outcome)
        if reason := outcome_objection(application=decided, outcome=outcome, today=day):
            raise TransitionRefused(reason)
        terms = _numbered_terms(decided, today=day) if outcome == Outcome.GRANT else None
        decision = _write_decision(decided, delegation=delegation, terms=terms, now=now)
        if terms:
            _grant_label(decision, terms=terms, now=now)
        elif outcome == Outcome.MORATORIUM:
            Moratorium.objects.create(decision=decision, structure=decided.structure)
        _tell_of_signature(decision, now=now)
    return decision


def _numbered_terms(application: Application, *, today: date) -> LabelTerms:
    number = f"R62-{today.year}-{RegisterNumber.take(f'label-{today.year}'):04d}"
    return label_terms(application=application, today=today, number=number)


def _write_decision(
    application: Application, *, delegation: Delegation, terms: LabelTerms | None, now: datetime
) -> Decision:
    """The decision and its letter, with what was judged frozen beside them."""
    proposal = application.proposal
    form = LETTERS[Outcome(proposal.outcome)]
    letter = write_letter(
        kind=form.kind,
        title=form.title,
        structure=application.structure,
        template=form.template,
        context=decision_context(
            application=application, delegation=delegation, signatory=delegation.user, terms=terms, now=now
        ),
        now=now,
    )
    return Decision.objects.create(
        application=application,
        outcome=proposal.outcome,
        training_reasons=proposal.training_reasons,
        cer_reasons=proposal.cer_reasons,
        signed_by=delegation.user,
        signed_at=now,
        signatory_name=str(delegation.user),
        signatory_quality=delegation.quality,
        delegation_reference=delegation.reference,
        snapshot=snapshot(application, today=clock.civil_date(now)),
        letter=letter,
    )


def _grant_label(decision: Decision, *, terms: LabelTerms, now: datetime) -> Label:
    application, day = decision.application, clock.civil_date(now)
    code = secrets.token_urlsafe(16)
    certificate = write_letter(
        kind=LetterKind.CERTIFICATE,
        title=f"Certificat de label {terms.number}",
        structure=application.structure,
        template="letters/certificate.html",
        context=certificate_context(decision=decision, terms=terms, check_code=code),
        now=now,
    )
    label = Label.objects.create(
        number=terms.number,
        decision=decision,
        structure=application.structure,
        valid_from=terms.valid_from,
        valid_until=terms.validity.date,
        renewal_opens_on=terms.window.opens.date,
        renewal_closes_on=terms.window.closes.date,
        check_code=code,
        certificate=certificate,
    )
    for kind, due in (("label_expiry", terms.validity), ("renewal_window", terms.window.closes)):
        open_deadline(
            kind=kind,
            subject_id=label.pk,
            structure=application.structure,
            territory=application.lead_territory,
            due=due,
            today=day,
        )
    return label


@transaction.atomic
def record_notification(
    *,
    decision: Decision,
    actor: User,
    mode: NotificationMode,
    received_on: date,
    sent_on: date | None = None,
    tracking_number: str = "",
    proof: StoredFile | None = None,
    now: datetime,
) -> Notification:
    """Record how and when the structure received the letter; a moratorium's six months start on that day (A12).

    Raises TransitionRefused when the dates are not in order (`notification_objection`), StaleState when already
    recorded.
    """
    if not may_notify(actor, decision):
        raise TransitionForbidden("La notification est enregistrée par la DPID.")
    if objection := notification_objection(
        decision=decision, mode=mode, sent_on=sent_on, received_on=received_on,
        tracking_number=tracking_number, today=clock.civil_date(now),
    ):  # fmt: skip
        raise TransitionRefused(objection.reason)
    notification = _write_notification(
        decision=decision,
        mode=mode,
        tracking_number=tracking_number,
        sent_on=sent_on,
        received_on=received_on,
        proof=proof,
        recorded_by=actor,
        recorded_at=now,
    )
    period = None
    if decision.outcome == Outcome.MORATORIUM:
        period = _start_moratorium(decision, actor=actor, received_on=received_on, now=now)
    close_silence(decision.application, today=clock.civil_date(now))
    _tell_of_notification(decision, received_on=received_on, period=period, now=now)
    return notification


def _write_notification(*, decision: Decision, **fields: Any) -> Notification:
    try:
        with transaction.atomic():
            return Notification.objects.create(decision=decision, **fields)
    except IntegrityError as error:
        if Notification.objects.filter(decision=decision).exists():
            raise StaleState("La notification de cette décision est déjà enregistrée.") from error
        raise


@transaction.atomic
def replace_proof(*, notification: Notification, proof: StoredFile, actor: User) -> Notification:
    """Join the proof that is missing, or that was refused; one that is ready or under check is not replaced."""
    if not may_notify(actor, notification.decision):
        raise TransitionForbidden("La preuve d’une notification est jointe par la DPID.")
    fresh = Notification.objects.select_for_update(of=("self",)).select_related("proof").get(pk=notification.pk)
    former = fresh.proof
    if former and not former.needs_a_hand:
        raise StaleState("La preuve de cette notification est déjà jointe.")
    fresh.proof = proof
    fresh.save(update_fields=["proof"])
    if former:
        delete_file(file=former)
    return fresh


def notification_objection(
    *,
    decision: Decision,
    mode: NotificationMode,
    sent_on: date | None,
    received_on: date,
    tracking_number: str,
    today: date,
) -> Objection | None:
    """What is wrong with a notification about to be recorded, or None."""
    signed_on = clock.civil_date(decision.signed_at)
    if not signed_on <= received_on <= today:
        return Objection(
            "received_on", f"La réception a lieu entre la signature, le {day_date(signed_on)}, et aujourd’hui."
        )
    if sent_on and not signed_on <= sent_on <= received_on:
        return Objection("sent_on", "L’envoi a lieu entre la signature de la décision et sa réception.")
    if mode == NotificationMode.REGISTERED_LETTER and not tracking_number:
        return Objection("tracking_number", "Un recommandé porte un numéro de suivi.")
    return None


def _start_moratorium(decision: Decision, *, actor: User, received_on: date, now: datetime) -> calendar.Moratorium:
    rulebook = rulebook_of(decision.application)
    period = calendar.moratorium_period(
        received_on, months=rulebook.integer("moratorium.months"), floor=rulebook.day("moratorium.refile_floor")
    )
    with apply_row(MORATORIUM["notify"], decision.moratorium, actor=actor, now=now) as moratorium:
        moratorium.starts_on = received_on
        moratorium.ends_on = period.end.date
        moratorium.refile_from = period.refile_from.date
        open_deadline(
            kind="moratorium_end",
            subject_id=moratorium.pk,
            structure=moratorium.structure,
            territory=decision.application.lead_territory,
            due=period.end,
            today=clock.civil_date(now),
        )
    return period


def prepare_second_application(*, moratorium: Moratorium, actor: User, now: datetime) -> Application:
    """Open the prefilled draft of the second study; it may be filed from `refile_from` on, not before (A12)."""
    if moratorium.state == MoratoriumState.AWAITING_NOTIFICATION or moratorium.refile_from is None:
        raise TransitionRefused("La nouvelle demande s’ouvre une fois le moratoire notifié.")
    if not (roles.is_structure(actor) and actor.structure_id == moratorium.structure_id):
        raise TransitionForbidden("Ce moratoire n’est pas celui de votre structure.")
    return open_application(
        structure=moratorium.structure,
        actor=actor,
        now=now,
        kind=ApplicationKind.SECOND,
        previous=moratorium.decision.application,
        not_before=moratorium.refile_from,
    )


def record_facts(*, today: date, now: datetime) -> int:
    """Record the moratoria and labels whose last day has passed; returns how many. A person decides what follows.

    `today` may look back from `now`, never ahead: a fact is recorded once it is true. Each one stands alone: a row that
    fails is logged and left for the next round, the others are recorded, then FactsLeft says how many are missing.
    """
    today = min(today, clock.civil_date(now))
    ended = Moratorium.objects.filter(state=MoratoriumState.RUNNING, ends_on__lt=today)
    expired = Label.objects.filter(state=LabelState.ACTIVE, valid_until__lt=today)
    count = left = 0
    for row, subjects in ((MORATORIUM["end"], ended), (LABEL["expire"], expired)):
        for subject in subjects:
            try:
                count += _record(row, subject, today=today, now=now)
            except Exception:
                logger.exception("%s %s: « %s » could not be recorded.", type(subject).__name__, subject.pk, row.name)
                left += 1
    if left:
        raise FactsLeft(f"{left} facts of {today} could not be recorded, {count} were.")
    return count


def _record(row: Transition, subject: Moratorium | Label, *, today: date, now: datetime) -> bool:
    """False when another worker has recorded the fact meanwhile."""
    try:
        with apply_row(row, subject, actor=None, now=now):
            for kind in row.closes:
                close_deadline(kind=kind, subject_id=subject.pk, reason=row.label, today=today)
    except StaleState:
        return False
    return True


def _tell_of_signature(decision: Decision, *, now: datetime) -> None:
    """An e-mail never notifies a decision: it says that a letter is on its way, and the DPID that it is to be sent."""
    application = decision.application
    _tell_structure(
        decision,
        cause="signed",
        subject=f"Une décision est signée sur le dossier {application.number}",
        body="La décision vous est notifiée par courrier. Vous pouvez la lire dès maintenant dans votre espace.",
        now=now,
    )
    for agent in following_agents(application.pk):
        queue_notice(
            key=f"decision-{decision.pk}-to-notify",
            recipient=agent,
            subject=f"{application.number}\u00a0: décision signée, à notifier",
            body=(
                f"La décision «\u00a0{decision.get_outcome_display()}\u00a0» est signée pour {application.structure}. "
                "Envoyez la lettre, puis enregistrez comment et quand la structure l’a reçue. "
                "Aucun délai de recours ni de moratoire ne court avant."
            ),
            structure=application.structure,
            path=reverse("notification_record", args=[decision.pk]),
            now=now,
        )


def _tell_of_notification(
    decision: Decision, *, received_on: date, period: calendar.Moratorium | None, now: datetime
) -> None:
    application = decision.application
    body = f"La lettre de décision est notée comme reçue le {day_long(received_on)}. Les délais courent de ce jour."
    if period:
        body += (
            f"\n\nLe moratoire prend fin le {day_long(period.end.date)}. Une nouvelle demande peut être déposée à "
            f"partir du {day_long(period.refile_from.date)}."
        )
    _tell_structure(
        decision,
        cause="notified",
        subject=f"Dossier {application.number}\u00a0: notification enregistrée",
        body=body,
        now=now,
    )


def _tell_structure(decision: Decision, *, cause: str, subject: str, body: str, now: datetime) -> None:
    application = decision.application
    for member in application.structure.members.filter(is_active=True):
        queue_notice(
            key=f"decision-{decision.pk}-{cause}",
            recipient=member,
            subject=subject,
            body=body,
            structure=application.structure,
            path=reverse("letter", args=[decision.letter_id]),
            now=now,
        )
