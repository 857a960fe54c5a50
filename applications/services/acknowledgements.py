"""What filing starts besides the instruction: the acknowledgement that is owed, and what silence would mean."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from applications import selectors
from applications.deadlines import ACKNOWLEDGEMENT, SILENCE
from applications.models import Application
from applications.services.common import tell_structure
from applications.workflow import may_instruct
from core import clock
from core.transitions import StaleState, TransitionForbidden
from documents.enums import LetterKind
from documents.models import Letter
from documents.services import write_letter
from notices.services import close_deadline, open_deadline
from rulebook import calendar
from rulebook.enums import SilenceRegime


def silence_due(application: Application, *, filed_on: date) -> calendar.DueDate:
    """The day on which silence becomes a decision, in the regime of the rulebook (CRPA, art. L.231-1 and L.231-4)."""
    rulebook = selectors.rulebook_of(application)
    regime = SilenceRegime(rulebook.choice("silence.regime"))
    return calendar.silence_date(filed_on, months=rulebook.integer("silence.months"), regime=regime)


def letter_context(application: Application, *, filed_on: date) -> dict[str, object]:
    """The mentions that CRPA, art. R.112-11-1 wants on the receipt as on the acknowledgement."""
    rulebook = selectors.rulebook_of(application)
    return {
        "application": application,
        "rulebook": rulebook,
        "silence": {
            "accepts": rulebook.choice("silence.regime") == SilenceRegime.ACCEPTANCE,
            "due": silence_due(application, filed_on=filed_on),
        },
    }


def start_clocks(application: Application, *, filed_on: date) -> None:
    """Of the filing: ten working days to acknowledge it, and the day that silence must not reach."""
    working_days = selectors.rulebook_of(application).integer("acknowledgement.working_days")
    dues = {
        ACKNOWLEDGEMENT: calendar.acknowledgement_limit(filed_on, working_days),
        SILENCE: silence_due(application, filed_on=filed_on),
    }
    for kind, due in dues.items():
        open_deadline(
            kind=kind,
            subject_id=application.pk,
            structure=application.structure,
            territory=application.lead_territory,
            due=due,
            today=filed_on,
        )


def stop_clocks(application: Application, *, reason: str, today: date) -> None:
    """The request is over without a decision: nothing is owed, silence means nothing."""
    for kind in (ACKNOWLEDGEMENT, SILENCE):
        close_deadline(kind=kind, subject_id=application.pk, reason=reason, today=today)


def close_silence(application: Application, *, today: date) -> None:
    """A decision has reached the structure: silence can no longer stand for one."""
    close_deadline(kind=SILENCE, subject_id=application.pk, reason="Décision notifiée", today=today)


@transaction.atomic
def send_acknowledgement(*, application: Application, actor: User, now: datetime) -> Letter:
    """Write the acknowledgement of an electronic filing and tell the structure (CRPA, art. L.112-11 and R.112-11-1).

    Raises TransitionForbidden for those who do not instruct, StaleState when it is sent or the file is over.
    """
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not may_instruct(actor, locked):
        raise TransitionForbidden("L’accusé de réception est envoyé par la DPID.")
    if locked.acknowledgement_id:
        raise StaleState("L’accusé de réception est déjà envoyé.")
    if not locked.awaits_acknowledgement or locked.submitted_at is None:
        raise StaleState("Ce dossier n’attend plus d’accusé de réception.")
    locked.acknowledgement = write_letter(
        kind=LetterKind.ACKNOWLEDGEMENT,
        title="Accusé de réception",
        structure=locked.structure,
        template="letters/acknowledgement.html",
        context=letter_context(locked, filed_on=clock.civil_date(locked.submitted_at)) | {"agent": actor},
        now=now,
    )
    locked.save(update_fields=["acknowledgement"])
    today = clock.civil_date(now)
    close_deadline(kind=ACKNOWLEDGEMENT, subject_id=locked.pk, reason="Accusé de réception envoyé", today=today)
    tell_structure(
        locked,
        cause="acknowledged",
        subject=f"Dossier {locked.number}\u00a0: accusé de réception",
        body="L’accusé de réception de votre demande est dans votre espace. Il dit ce que vaudrait l’absence de "
        "réponse, et à quelle date.",
        path=reverse("letter", args=[locked.acknowledgement_id]),
        now=now,
    )
    return locked.acknowledgement
