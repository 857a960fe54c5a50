"""The clocks that a decision starts, taught to `notices` when the portal starts (CdC 4, 7.1; A10, A12)."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.roles import is_structure
from applications.deadlines import following_agents
from applications.enums import DECIDED, UNDER_REVIEW
from applications.models import Application
from core.french import day_date, day_long
from labels.enums import LabelState
from labels.models import Label, Moratorium
from labels.services import record_facts
from notices.models import Deadline
from notices.registry import DeadlineKind, Recipient, Step, record_before_sweep, register
from rulebook.book import current_rulebook

OPENING = "ouverture"


def register_deadlines() -> None:
    rules = current_rulebook()
    register(
        DeadlineKind(
            name="moratorium_end",
            label="Fin du moratoire",
            audience="la structure",
            recipients=_moratorium_recipients,
            compose=_moratorium_reminder,
            link=lambda subject_id: reverse("moratorium_detail", args=[subject_id]),
            still_due=_not_filed_again,
            offsets=rules.integers("moratorium.reminder_days"),
        )
    )
    _register_of_label(
        "label_expiry", "Fin du label", _expiry_reminder, offsets=rules.integers("renewal.reminder_days")
    )
    _register_of_label("renewal_window", "Demande de renouvellement", _renewal_reminder, civil_days=_renewal_days)
    record_before_sweep(record_facts)


def _register_of_label(name: str, label: str, compose: Callable[..., tuple[str, str]], **steps: Any) -> None:
    register(
        DeadlineKind(
            name=name,
            label=label,
            audience="la structure",
            recipients=_label_recipients,
            compose=compose,
            link=lambda subject_id: reverse("label_detail", args=[subject_id]),
            structure_link=lambda _: reverse("label_mine"),
            still_due=_still_valid,
            **steps,
        )
    )


def _not_filed_again(subject_id: int) -> bool:
    """Until the second application is filed; a draft or a withdrawn one is not."""
    filed = Application.objects.filter(previous__decision__moratorium=subject_id, state__in=UNDER_REVIEW | DECIDED)
    return not filed.exists()


def _still_valid(subject_id: int) -> bool:
    return Label.objects.filter(pk=subject_id, state=LabelState.ACTIVE).exists()


def _moratorium_recipients(subject_id: int) -> Iterable[tuple[User | None, str]]:
    moratorium = Moratorium.objects.select_related("structure", "decision__application__lead_territory").get(
        pk=subject_id
    )
    return _everyone(moratorium.decision.application)


def _label_recipients(subject_id: int) -> Iterable[tuple[User | None, str]]:
    label = Label.objects.select_related("structure", "decision__application__lead_territory").get(pk=subject_id)
    return _everyone(label.decision.application)


def _everyone(application: Application) -> list[tuple[User | None, str]]:
    """The structure (its people, its own address), the SLAI of the territory and the DPID.

    Bare addresses come first: an address that is also somebody's account is then that person's.
    """
    territory = application.lead_territory
    facilitators = list(User.objects.filter(role=Role.SLAI, is_active=True, territories=territory))
    bare = [application.structure.email, "" if facilitators else territory.slai_email]
    people = [*application.structure.members.filter(is_active=True), *facilitators, *following_agents(application.pk)]
    return [*((None, address) for address in bare if address), *((person, person.email) for person in people)]


def _speaks_to_structure(recipient: Recipient, deadline: Deadline) -> bool:
    """Its people and its own address; agents and SLAI addresses read the agents' wording."""
    if recipient.user is not None:
        return is_structure(recipient.user)
    return recipient.address.lower() == deadline.structure.email.lower()


def _moratorium_reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    moratorium = Moratorium.objects.select_related("structure", "decision__application").get(pk=deadline.subject_id)
    number, due = moratorium.decision.application.number, deadline.due_on
    started, refile = moratorium.starts_on or deadline.started_on, moratorium.refile_from or due
    over = step.day > due
    verb = "a pris fin" if over else "prend fin"
    why = f"Le délai court de date à date depuis la notification, reçue le {day_date(started)} ({deadline.basis})."
    if _speaks_to_structure(recipient, deadline):
        subject = f"Dossier {number}\u00a0: votre moratoire {verb} le {day_date(due)}"
        body = (
            f"Le moratoire ouvert sur votre dossier {number} {verb} le {day_long(due)}. {why}\n\n"
            + (
                "Aucune nouvelle demande n’est encore déposée. "
                if over
                else f"À partir du {day_long(refile)}, vous pouvez déposer une nouvelle demande. "
            )
            + "Préparez-la sur la page du moratoire\u00a0: elle reprend vos renseignements. Aucune date limite n’est "
            "fixée, et le SLAI de votre territoire peut vous aider."
        )
    else:
        subject = f"{moratorium.structure}\u00a0: le moratoire {verb} le {day_date(due)}"
        body = f"Le moratoire de {moratorium.structure} (dossier {number}) {verb} le {day_long(due)}. {why}\n\n" + (
            "Aucune nouvelle demande n’est déposée. Prenez contact avec la structure."
            if over
            else f"La structure peut déposer une nouvelle demande à partir du {day_long(refile)}."
        )
    return subject, body


def _expiry_reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    label = Label.objects.select_related("structure").get(pk=deadline.subject_id)
    due = deadline.due_on
    why = f"Il est valable depuis le {day_date(label.valid_from)}, premier et dernier jours compris ({deadline.basis})."
    last = "prend fin aujourd’hui" if step.day == due else f"est valable jusqu’au {day_date(due)}"
    if _speaks_to_structure(recipient, deadline):
        return f"Votre label {label.number} {last}", (
            f"Le dernier jour de validité de votre label {label.number} est le {day_long(due)}. {why}\n\n"
            "Sans renouvellement accordé à cette date, la structure n’est plus labellisée. "
            "Écrivez à la DPID si une demande de renouvellement est en cours ou si vous souhaitez en déposer une."
        )
    return f"{label.structure}\u00a0: le label {label.number} {last}", (
        f"Le label {label.number} de {label.structure} est valable jusqu’au {day_long(due)}. {why}\n\n"
        "Vérifiez qu’une demande de renouvellement est déposée, ou prenez contact avec la structure."
    )


def _renewal_days(deadline: Deadline) -> list[tuple[str, date]]:
    """The opening of the window, then the reminders of its year (1 May, 30 June, 31 July), none after it closes."""
    rules, year = current_rulebook(), deadline.due_on.year
    named = [(OPENING, rules.month_day("renewal.window_start").in_year(year))]
    named += [(f"{day.day:02}-{day.month:02}", day.in_year(year)) for day in rules.month_days("renewal.reminder_dates")]
    return [(name, day) for name, day in named if day <= deadline.due_on]


def _renewal_reminder(deadline: Deadline, step: Step, recipient: Recipient) -> tuple[str, str]:
    label = Label.objects.select_related("structure").get(pk=deadline.subject_id)
    opens, closes = label.renewal_opens_on, deadline.due_on
    why = f"Cette période précède la fin du label, valable jusqu’au {day_date(label.valid_until)} ({deadline.basis})."
    when = f"du {day_date(opens)} au {day_date(closes)}"
    if _speaks_to_structure(recipient, deadline):
        subject = (
            f"Label {label.number}\u00a0: le renouvellement est ouvert"
            if step.name == OPENING
            else f"Label {label.number}\u00a0: demandez le renouvellement avant le {day_date(closes)} inclus"
        )
        return subject, (
            f"Le renouvellement de votre label {label.number} se demande {when}. {why}\n\n"
            "Prévenez la DPID et réunissez les attestations de formation nouvelles et cinq CER récents par référent."
        )
    return f"{label.structure}\u00a0: renouvellement du label {label.number} {when}", (
        f"Le renouvellement du label {label.number} de {label.structure} se demande {when}. {why}\n\n"
        "Assurez-vous que la structure a préparé sa demande."
    )
