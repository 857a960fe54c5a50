"""The clocks of commitments, taught to `notices` when the portal starts (CdC 5-1 b; A8, A9)."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from accounts.models import Referent, User
from core import clock
from core.french import day_date, day_long
from notices.models import Deadline
from notices.registry import DeadlineKind, Recipient, Step, record_before_sweep, register
from rulebook.book import current_rulebook
from rulebook.calendar import add_months
from training.services.departures import release_places
from training.services.promises import ABSENCE, NEWCOMER, owed, record_commitments, to_follow

LAST_DAY = "J"


def register_deadlines() -> None:
    _register(NEWCOMER, "Formation après une arrivée", current_rulebook().integers("training.newcomer_reminder_months"))
    _register(ABSENCE, "Formation après une absence", (1,))
    record_before_sweep(record_commitments)
    record_before_sweep(release_places)


def _register(name: str, label: str, months: tuple[int, ...]) -> None:
    register(
        DeadlineKind(
            name=name,
            label=label,
            audience="la structure",
            recipients=_recipients,
            compose=_reminder,
            link=lambda subject_id: reverse("referent_training", args=[subject_id]),
            still_due=lambda subject_id: bool(owed(subject_id, name, today=clock.today())),
            civil_days=lambda deadline: _days(deadline.due_on, months),
        )
    )


def _days(due_on: date, months: tuple[int, ...]) -> list[tuple[str, date]]:
    return [*((f"M-{count}", add_months(due_on, -count)) for count in months), (LAST_DAY, due_on)]


def _recipients(subject_id: int) -> Iterable[tuple[User | None, str]]:
    """The structure's own address, then its people: an address that is also somebody's account is that person's."""
    structure = Referent.objects.select_related("structure").get(pk=subject_id).structure
    people = [(person, person.email) for person in structure.members.filter(is_active=True)]
    return [*([(None, structure.email)] if structure.email else []), *people]


def _reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    referent = Referent.objects.get(pk=deadline.subject_id)
    left = owed(referent.pk, deadline.kind, today=step.day)
    due = deadline.due_on
    if deadline.kind == NEWCOMER:
        why = (
            f"{referent} est dans votre structure depuis le {day_date(referent.arrived_on)}, et un plan de formation "
            "est engagé"
        )
    else:
        why = f"L’absence de {referent} à une formation est justifiée, et un engagement est pris pour la rattraper"
    return f"Formation de {referent}\u00a0: le délai prend fin le {day_date(due)}", (
        f"{why} ({deadline.basis}). Dernier jour\u00a0: le {day_long(due)}.\n\n"
        f"À suivre\u00a0: {to_follow(left, today=step.day)}. Choisissez une session du Département, ou déposez "
        "l’attestation d’une formation suivie ailleurs. Sans attestation acceptée, le module ne compte plus comme "
        "acquis sous engagement."
    )
