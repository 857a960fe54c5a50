"""Decisions and what follows them. A decision, its letter and its notices are one transaction; a clock of appeal or
moratorium opens only when the notification is recorded (CdC 7.1, 7.4; domain.md §3)."""

import secrets
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import roles
from accounts.models import Delegation, User
from applications.enums import ApplicationKind, Outcome
from applications.models import Application
from applications.selectors import rulebook_of, snapshot
from applications.services import open_application, record_outcome
from core import clock
from core.models import Counter
from core.transitions import StaleState, Transition, TransitionForbidden, TransitionRefused
from core.transitions import transition as apply_row
from documents.enums import LetterKind
from documents.models import Letter, StoredFile
from documents.services import write_letter
from labels import selectors
from labels.enums import LabelState, MoratoriumState, NotificationMode
from labels.models import Decision, Label, Moratorium, Notification
from labels.workflow import LABEL, MORATORIUM, may_notify
from notices.services import close_deadline, open_deadline, queue_notice
from rulebook import calendar
from rulebook.enums import RenewalRule

LETTERS = {
    Outcome.GRANT: (LetterKind.GRANT, "Décision d’octroi du label", "letters/grant.html"),
    Outcome.MORATORIUM: (LetterKind.MORATORIUM, "Notification de moratoire", "letters/moratorium.html"),
    Outcome.REFUSAL: (LetterKind.REFUSAL, "Décision de refus du label", "letters/refusal.html"),
}


@transaction.atomic
def sign_decision(*, application: Application, actor: User, prepared_at: datetime, now: datetime) -> Decision:
    """Sign the prepared proposal: state, decision, frozen snapshot, letter, label or moratorium, notices.

    `prepared_at` is that of the proposal the signatory has read: if it was rewritten since, or already signed, nothing
    is written and StaleState says so. TransitionForbidden without a delegation valid on the day (A29).
    """
    day = clock.civil_date(now)
    delegation = selectors.delegation_of(actor, day=day)
    if not roles.is_signatory(actor) or delegation is None:
        raise TransitionForbidden("Aucune délégation de signature en cours à votre nom.")
    decided = record_outcome(application=application, actor=actor, now=now)
    proposal = decided.proposal
    if proposal.prepared_at != prepared_at:
        raise StaleState("La proposition a été modifiée depuis votre lecture : relisez-la avant de signer.")
    terms = label_terms(application=decided, today=day) if proposal.outcome == Outcome.GRANT else None
    decision = Decision.objects.create(
        application=decided,
        outcome=proposal.outcome,
        training_reasons=proposal.training_reasons,
        cer_reasons=proposal.cer_reasons,
        signed_by=actor,
        signed_at=now,
        signatory_name=str(actor),
        signatory_quality=delegation.quality,
        delegation_reference=delegation.reference,
        snapshot=snapshot(decided, today=day),
        letter=write_decision_letter(application=decided, delegation=delegation, signatory=actor, terms=terms, now=now),
    )
    if terms:
        _grant_label(decision, terms=terms, now=now)
    elif proposal.outcome == Outcome.MORATORIUM:
        Moratorium.objects.create(decision=decision, structure=decided.structure)
    _tell_structure(decision, now=now)
    return decision


def label_terms(*, application: Application, today: date) -> dict[str, Any]:
    """Validity (5 years, both days included, CdC 4) and renewal window of a label effective `today`."""
    rulebook = rulebook_of(application)
    validity = calendar.label_validity(today, years=rulebook.integer("label.years"))
    window = calendar.renewal_window(validity, rule=RenewalRule(rulebook.choice("renewal.rule")))
    return {"valid_from": today, "validity": validity, "window": window}


def decision_context(
    *, application: Application, delegation: Delegation, signatory: User, terms: dict[str, Any] | None, now: datetime
) -> dict[str, Any]:
    """What the decision letters and their preview are composed from."""
    return {
        "application": application,
        "structure": application.structure,
        "proposal": application.proposal,
        "opinions": list(application.opinions.select_related("author")),
        "rulebook": rulebook_of(application),
        "delegation": delegation,
        "signatory": signatory,
        "terms": terms,
        "today": clock.civil_date(now),
    }


def write_decision_letter(
    *, application: Application, delegation: Delegation, signatory: User, terms: dict[str, Any] | None, now: datetime
) -> Letter:
    kind, title, template = LETTERS[Outcome(application.proposal.outcome)]
    return write_letter(
        kind=kind,
        title=title,
        structure=application.structure,
        template=template,
        context=decision_context(
            application=application, delegation=delegation, signatory=signatory, terms=terms, now=now
        ),
        now=now,
    )


def _grant_label(decision: Decision, *, terms: dict[str, Any], now: datetime) -> Label:
    application, day = decision.application, clock.civil_date(now)
    number = f"R62-{day.year}-{Counter.take(f'label-{day.year}'):04d}"
    code = secrets.token_urlsafe(16)
    certificate = write_letter(
        kind=LetterKind.CERTIFICATE,
        title=f"Certificat de label {number}",
        structure=application.structure,
        template="letters/certificate.html",
        context={
            "number": number,
            "check_code": code,
            "structure": application.structure,
            "terms": terms,
            "rulebook": rulebook_of(application),
            "decision": decision,
        },
        now=now,
    )
    label = Label.objects.create(
        number=number,
        decision=decision,
        structure=application.structure,
        valid_from=terms["valid_from"],
        valid_until=terms["validity"].date,
        renewal_opens_on=terms["window"].opens.date,
        renewal_closes_on=terms["window"].closes.date,
        check_code=code,
        certificate=certificate,
    )
    for kind, due in (("label_expiry", terms["validity"]), ("renewal_window", terms["window"].closes)):
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

    Raises TransitionRefused when the date is not between the signature and today, StaleState when already recorded.
    """
    if not may_notify(actor, decision):
        raise TransitionForbidden("La notification est enregistrée par la DPID.")
    today = clock.civil_date(now)
    if not clock.civil_date(decision.signed_at) <= received_on <= today:
        raise TransitionRefused("La réception a lieu entre la signature de la décision et aujourd’hui.")
    try:
        with transaction.atomic():
            notification = Notification.objects.create(
                decision=decision,
                mode=mode,
                tracking_number=tracking_number,
                sent_on=sent_on,
                received_on=received_on,
                proof=proof,
                recorded_by=actor,
                recorded_at=now,
            )
    except IntegrityError as error:
        if Notification.objects.filter(decision=decision).exists():
            raise StaleState("La notification de cette décision est déjà enregistrée.") from error
        raise
    if decision.outcome == Outcome.MORATORIUM:
        _start_moratorium(decision, actor=actor, received_on=received_on, now=now)
    return notification


def _start_moratorium(decision: Decision, *, actor: User, received_on: date, now: datetime) -> None:
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

    `today` may look back from `now`, never ahead: a fact is recorded once it is true.
    """
    today, count = min(today, clock.civil_date(now)), 0
    for moratorium in Moratorium.objects.filter(state=MoratoriumState.RUNNING, ends_on__lt=today):
        count += _record(MORATORIUM["end"], moratorium, today=today, now=now)
    for label in Label.objects.filter(state=LabelState.ACTIVE, valid_until__lt=today):
        count += _record(LABEL["expire"], label, today=today, now=now)
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


def _tell_structure(decision: Decision, *, now: datetime) -> None:
    """An e-mail never notifies an adverse decision: it says that a letter is on its way and where to read it."""
    application = decision.application
    for member in application.structure.members.filter(is_active=True):
        queue_notice(
            key=f"decision-{decision.pk}-{member.pk}",
            recipient=member,
            subject=f"Une décision est signée sur le dossier {application.number}",
            body="La décision vous est notifiée par courrier. Vous pouvez la lire dès maintenant dans votre espace.",
            structure=application.structure,
            now=now,
        )
