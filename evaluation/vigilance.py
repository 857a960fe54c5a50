"""What deserves a second look in a contract and is worth no point (CdC 5-2, A3 and A4). Pure: it changes no score."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from evaluation.facts import Action, Facts
from evaluation.grid import CerScore
from rulebook.calendar import add_months
from rulebook.enums import FullLengthCheck


class Point(StrEnum):
    FULL_LENGTH = "full_length"
    SIMPLE_STEP = "simple_step"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Vigilance:
    point: Point
    words: str


def vigilance(
    facts: Facts, score: CerScore | None, *, months: int, check: FullLengthCheck | str
) -> tuple[Vigilance, ...]:
    """`months`: how long a contract lasts when its own dates are not known; `score`: None while nothing is ticked."""
    points = []
    if FullLengthCheck(check) is not FullLengthCheck.OFF and full_length(facts, months) is False:
        points.append(Vigilance(Point.FULL_LENGTH, _too_short(facts, months)))
    points += [
        Vigilance(Point.SIMPLE_STEP, f"Une démarche simple dure autant que le contrat\u00a0: {action.span}.")
        for action in facts.actions
        if action.simple and _lasts(action, facts, months)
    ]
    if score:
        points += [Vigilance(Point.ALERT, line.alert) for line in score.alerts]
    return tuple(points)


def full_length(facts: Facts, months: int) -> bool | None:
    """Does one action last as long as the contract (R27)? None when the dates of an action are not known."""
    lasting = [_lasts(action, facts, months) for action in facts.actions]
    if True in lasting:
        return True
    return None if not lasting or None in lasting else False


def _lasts(action: Action, facts: Facts, months: int) -> bool | None:
    if action.start is None or action.end is None:
        return None
    if facts.edited_on and facts.ends_on:
        return action.end - action.start >= facts.ends_on - facts.edited_on
    return action.end >= add_months(action.start, months) - timedelta(days=1)


def _too_short(facts: Facts, months: int) -> str:
    longest = max(facts.actions, key=lambda action: action.days or 0)
    length = Action(start=facts.edited_on, end=facts.ends_on).span or f"{months} mois"
    return f"Aucune action ne dure autant que le contrat ({length})\u00a0: la plus longue va {longest.span}."
