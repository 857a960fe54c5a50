"""The date calculus: pure, local dates of Europe/Paris, computed once when a clock starts.

Months go date to date: same day number, else the last day of the month; a count of months is never chained.
A delay for appeal is clear (« franc »): one day more, then the next working day. Silence and durations never
roll. A delay in days given to somebody rolls forward. Each result tells its calculation in French sentences.
"""

import datetime
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import holidays

from rulebook.clauses import section_words
from rulebook.enums import NewcomerRule, RenewalRule, SilenceRegime
from rulebook.reader import MonthDay

DAY = timedelta(days=1)
REFILE_FLOOR = date(2026, 1, 1)  # section 7.2; callers pass the rulebook's own value
WINDOW_START, WINDOW_END = MonthDay(1, 1), MonthDay(7, 31)  # section 4

# Metropolitan France: neither Good Friday nor 26 December, which belong to Alsace-Moselle.
PUBLIC_HOLIDAYS = holidays.country_holidays("FR", language="fr")

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
NUMBERS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze")


class Step(NamedTuple):
    """One line of « Pourquoi cette date ? ». The first sentence stands alone as its heading."""

    date: datetime.date
    text: str


@dataclass(frozen=True, slots=True)
class DueDate:
    """A date, the day its clock started, how one leads to the other, and the text that says so."""

    date: datetime.date
    start: datetime.date
    explanation: tuple[Step, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Moratorium:
    end: DueDate
    refile_from: DueDate


@dataclass(frozen=True, slots=True)
class RenewalWindow:
    """First and last day, both included."""

    opens: DueDate
    closes: DueDate


def add_months(start: date, months: int) -> date:
    """Same day number ``months`` later, else the last day of that month: 31 August + 6 = 28 February."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in PUBLIC_HOLIDAYS


def next_working_day(day: date) -> date:
    """``day`` itself when it is a working day."""
    while not is_working_day(day):
        day += DAY
    return day


def previous_working_day(day: date) -> date:
    """``day`` itself when it is a working day. To act before a date: ``previous_working_day(due - one day)``."""
    while not is_working_day(day):
        day -= DAY
    return day


def add_working_days(start: date, count: int) -> date:
    day = start
    for _ in range(count):
        day = next_working_day(day + DAY)
    return day


def clear_period_end(
    start: date, months: int = 2, *, opening: str = "Vous recevez la décision.", basis: str = "7.4"
) -> DueDate:
    """Last day of a clear period: start + months + 1 day, then the next working day (CJA R.421-1; CE 494573)."""
    anniversary = add_months(start, months)
    clear_day = anniversary + DAY
    steps = [
        Step(start, opening),
        Step(anniversary, _months_later(start, anniversary, months)),
        Step(clear_day, "Délai franc\u00a0: un jour de plus. Le jour de réception et le dernier jour ne comptent pas."),
    ]
    return DueDate(*_rolled(clear_day, start, steps), basis=section_words(basis))


def date_to_date(start: date, months: int, *, opening: str, basis: str) -> DueDate:
    """End of a duration in months: date to date, no roll. ``basis`` is a section or an article of law."""
    end = add_months(start, months)
    return DueDate(
        end, start, (Step(start, opening), Step(end, _months_later(start, end, months))), section_words(basis)
    )


def silence_date(
    filed_on: date,
    *,
    months: int = 2,
    regime: SilenceRegime = SilenceRegime.ACCEPTANCE,
    requests: Iterable[tuple[date, date]] = (),
) -> DueDate:
    """Day on which silence becomes a decision. Neither clear nor rolled: act before it.

    ``requests`` are the (asked on, received on) of indispensable pieces (CRPA, art. L.114-5): a clock towards
    acceptance starts only at their receipt; a clock towards rejection is suspended in between.
    """
    requests = sorted(requests)
    start = filed_on
    steps = [Step(filed_on, "Dossier déposé.")]
    if requests and regime == SilenceRegime.ACCEPTANCE:
        start = max(received for _, received in requests)
        steps = [
            Step(filed_on, "Dossier déposé, il manque des pièces\u00a0: le délai ne part pas."),
            Step(start, "Pièces reçues, dossier complet. Le délai part de ce jour."),
        ]
    end = add_months(start, months)
    steps.append(Step(end, _months_later(start, end, months)))
    if requests and regime == SilenceRegime.REJECTION:
        days = len({day for asked, received in requests for day in range(asked.toordinal(), received.toordinal())})
        end += timedelta(days=days)
        steps.append(Step(end, f"Délai suspendu {days}\u00a0jours. Le temps d’attendre les pièces demandées."))
    meaning = "acceptation" if regime == SilenceRegime.ACCEPTANCE else "rejet"
    act_by = previous_working_day(end - DAY)
    steps.append(
        Step(
            end, f"Ce jour-là, le silence vaut {meaning}. Sans report\u00a0: agir le {day_words(act_by)} au plus tard."
        )
    )
    return DueDate(end, start, tuple(steps), section_words("CRPA, art. L.231-1"))


def instruction_limit(filed_on: date, *, months: int = 6, completed_on: date | None = None) -> DueDate:
    """Section 7.2: six months at most, from the complete file."""
    start = completed_on or filed_on
    end = add_months(start, months)
    steps = [Step(filed_on, "Dossier déposé, complet.")]
    if completed_on and completed_on != filed_on:
        steps = [
            Step(filed_on, "Dossier déposé, il manque des pièces\u00a0: le délai ne part pas."),
            Step(completed_on, "Pièces reçues, dossier complet."),
        ]
    return DueDate(end, start, (*steps, Step(end, _months_later(start, end, months))), section_words("7.2"))


def moratorium_period(notified_on: date, *, months: int = 6, floor: date = REFILE_FLOOR) -> Moratorium:
    """Section 7.1: six months from the notification; section 7.2: a new request not before January 2026."""
    end = date_to_date(
        notified_on, months, opening="Vous recevez la notification du moratoire. Il part de ce jour.", basis="7.1"
    )
    morrow = end.date + DAY
    opened = Step(morrow, "Le lendemain, une nouvelle demande peut être déposée.")
    if morrow < floor:
        opened = Step(floor, f"Aucune nouvelle demande avant le {day_words(floor)}. La date est donc reportée.")
    basis = section_words("7.2" if morrow < floor else "7.1")
    refile = DueDate(opened.date, notified_on, (*end.explanation, opened), basis)
    return Moratorium(end, refile)


def label_validity(effective_on: date, *, years: int = 5) -> DueDate:
    """Last valid day (section 4): the eve of the anniversary; from 29 February, the last day of February."""
    anniversary = add_months(effective_on, 12 * years)
    last_day, told = anniversary - DAY, "Le dernier jour est la veille de l’anniversaire."
    if anniversary.day != effective_on.day:
        last_day, told = anniversary, f"Pas de 29 février en {anniversary.year}\u00a0: le dernier jour du mois."
    steps = (Step(effective_on, "Le label prend effet."), Step(last_day, f"{_count(years)} ans plus tard. {told}"))
    return DueDate(last_day, effective_on, steps, section_words("4"))


def renewal_window(
    validity: DueDate,
    *,
    rule: RenewalRule = RenewalRule.LAST_FULL_WINDOW,
    start: MonthDay = WINDOW_START,
    end: MonthDay = WINDOW_END,
) -> RenewalWindow:
    """When a renewal is asked for (section 4, « entre janvier et juillet de la dernière année »).

    ``last_full_window``: the last such period wholly inside the validity. ``expiry_year``: the one of the year of
    expiry, cut short at the last valid day.
    """
    last_day = validity.date
    year = last_day.year
    told = f"L’année de la fin du label\u00a0: {year}."
    if rule == RenewalRule.LAST_FULL_WINDOW:
        if end.in_year(year) > last_day:
            year -= 1
        told = f"La dernière période entière avant la fin du label est celle de {year}."
    opens, closes = start.in_year(year), min(end.in_year(year), last_day)
    common = (Step(validity.start, "Le label prend effet."), Step(last_day, "Dernier jour de validité du label."))
    return RenewalWindow(
        DueDate(
            opens, validity.start, (*common, Step(opens, f"Le renouvellement s’ouvre. {told}")), section_words("4")
        ),
        DueDate(
            closes, validity.start, (*common, Step(closes, f"Le renouvellement se ferme. {told}")), section_words("4")
        ),
    )


def newcomer_limit(arrived_on: date, *, rule: NewcomerRule = NewcomerRule.TWELVE_MONTHS, months: int = 12) -> DueDate:
    """Section 5-1 b, « formé dans l’année de son arrivée »."""
    opening = "Arrivée dans la structure."
    if rule == NewcomerRule.TWELVE_MONTHS:
        return date_to_date(arrived_on, months, opening=opening, basis="5-1")
    end = date(arrived_on.year, 12, 31)
    return DueDate(
        end, arrived_on, (Step(arrived_on, opening), Step(end, "Fin de l’année d’arrivée.")), section_words("5-1")
    )


def enrolment_closing(starts_on: date, *, days: int, today: date) -> date:
    """Last day to enrol in a session: ``days`` before it; the eve when it is planned later than that."""
    closing = starts_on - timedelta(days=days)
    return closing if closing >= today else starts_on - DAY


def user_delay(
    start: date, days: int, *, opening: str = "La demande vous est adressée.", basis: str = "CRPA, art. L.114-5"
) -> DueDate:
    """A delay in days given to a person: the last day rolls forward to a working day."""
    last_day = start + timedelta(days=days)
    steps = [Step(start, opening), Step(last_day, f"{days}\u00a0jours plus tard, {day_words(last_day)}.")]
    return DueDate(*_rolled(last_day, start, steps), basis=section_words(basis))


def acknowledgement_limit(filed_on: date, working_days: int = 10) -> DueDate:
    """CRPA, art. R.112-11-2: ten working days for the acknowledgement, one for the registration receipt."""
    end = add_working_days(filed_on, working_days)
    counted = "Un jour ouvré" if working_days == 1 else f"{_count(working_days)} jours ouvrés"
    steps = (
        Step(filed_on, "Demande déposée."),
        Step(end, f"{counted} plus tard. Sans les samedis, dimanches et jours fériés."),
    )
    return DueDate(end, filed_on, steps, section_words("CRPA, art. R.112-11-2"))


def day_words(day: date, *, year: bool = True) -> str:
    """« mercredi 15 juillet 2026 », « vendredi 1er mai 2026 »."""
    return f"{WEEKDAYS[day.weekday()]} {_short(day)}" + (f" {day.year}" if year else "")


def _short(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]}"


def _count(number: int) -> str:
    return (NUMBERS[number] if number < len(NUMBERS) else str(number)).capitalize()


def _months_later(start: date, end: date, months: int) -> str:
    if start.day == end.day:
        return f"{_count(months)} mois plus tard. Le même jour du mois\u00a0: du {_short(start)} au {_short(end)}."
    month = MONTHS[end.month - 1]
    return f"{_count(months)} mois plus tard. Pas de {start.day} en {month}\u00a0: le dernier jour du mois."


def _rolled(day: date, start: date, steps: list[Step]) -> tuple[date, date, tuple[Step, ...]]:
    working = next_working_day(day)
    if working != day:
        steps.append(Step(working, f"{_closed(day)}\u00a0: report au premier jour ouvrable, {day_words(working)}."))
    return working, start, tuple(steps)


def _closed(day: date) -> str:
    if day in PUBLIC_HOLIDAYS:
        return f"Le {_short(day)} est férié"
    return f"Le {_short(day)} est un {WEEKDAYS[day.weekday()]}"
