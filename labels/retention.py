"""How long the contracts are kept: their purpose is over once nobody can dispute what was decided with them.

Last day: one month after the end of the delay for appeal that the notification opened, and in any case twelve months
after the signature; one month after a withdrawal; twelve months after the last work on a draft. A litigation holds
them (`legal_hold`). The scores stay, with their journal, under their neutral references; the N° CAF go with the
contracts.
"""

from datetime import date, datetime

from applications.enums import DECIDED, ApplicationState
from applications.models import Application
from core import clock
from documents.enums import FileState
from documents.keeping import erase_due_files, keep_until
from evaluation.models import Cer
from evaluation.services import forget_caf_numbers, forget_facts
from labels.models import Decision
from rulebook.calendar import add_months, clear_period_end

APPEAL_MONTHS = 2
"""CJA, art. R.421-1 (section 7.4 of the deliberation)."""
MARGIN_MONTHS = 1
LONGEST_MONTHS = 12
IDLE_MONTHS = 12


def last_day_after_decision(*, signed_on: date, received_on: date | None) -> date:
    """The last day on which the contracts of a decision are kept. `received_on`: None while it is not notified."""
    longest = add_months(signed_on, LONGEST_MONTHS)
    if received_on is None:
        return longest
    final_on = clear_period_end(received_on, APPEAL_MONTHS).date
    return min(add_months(final_on, MARGIN_MONTHS), longest)


def last_day(application: Application) -> date | None:
    """The last day on which the contracts of a file are kept; None while it is being studied."""
    if application.state in DECIDED:
        decision = Decision.objects.select_related("notification").get(application=application)
        received = decision.notification.received_on if hasattr(decision, "notification") else None
        return last_day_after_decision(signed_on=clock.civil_date(decision.signed_at), received_on=received)
    if application.state == ApplicationState.WITHDRAWN:
        withdrawn = application.log.filter(to_state=ApplicationState.WITHDRAWN).latest("at")
        return add_months(clock.civil_date(withdrawn.at), MARGIN_MONTHS)
    if application.state == ApplicationState.DRAFT:
        newest = application.panel.cers.order_by("-created_at").first()
        worked_at = max(application.updated_at, newest.created_at) if newest else application.updated_at
        return add_months(clock.civil_date(worked_at), IDLE_MONTHS)
    return None


def erase_contracts(*, today: date, now: datetime) -> int:
    """Each night: say of each contract until when it is kept, then erase those whose time is over; how many went."""
    kept = Cer.objects.filter(file__isnull=False).exclude(file__state=FileState.ERASED)
    for application in Application.objects.filter(panel__in=kept.values("panel")).select_related("panel"):
        rows = kept.filter(panel=application.panel).values_list("file", "former")
        keep_until(files=[pk for row in rows for pk in row if pk], day=last_day(application))
    erased = erase_due_files(today=today, now=now)
    gone = Cer.objects.filter(file__state=FileState.ERASED)
    forget_caf_numbers(cers=gone)
    forget_facts(cers=gone)
    return erased
