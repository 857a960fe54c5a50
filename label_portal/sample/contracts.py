"""Fictional anonymised contracts (CER), with the ticks that a fair evaluator gives them on the grid of annex 2."""

import random
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta

from . import render

HEADINGS = {"solidarity": "Contrat de solidarité", "socio_professional": "Contrat socioprofessionnel"}
LINES = {
    "solidarity": (
        "duration_start", "duration_end", "duration_fit", "actions_one", "detail_complete",
        "remark_present", "remark_situation", "remark_positioning", "secrecy_respected",
    ),
    "socio_professional": (
        "duration_start", "duration_end", "duration_fit", "actions_three", "actions_vocational", "detail_complete",
        "remark_present", "remark_situation", "remark_positioning", "secrecy_respected",
    ),
}  # fmt: skip


class Flaw(StrEnum):
    """What can be wrong in a contract. Each shows on the page, and each costs the lines given in `LOST`."""

    EARLY_START = "early_start"
    LATE_END = "late_end"
    UNFIT_DURATION = "unfit_duration"
    TOO_FEW_ACTIONS = "too_few_actions"
    NO_VOCATIONAL_ACTION = "no_vocational_action"
    MISSING_DETAIL = "missing_detail"
    NO_REMARK = "no_remark"
    VAGUE_SITUATION = "vague_situation"
    VAGUE_POSITIONING = "vague_positioning"
    BREACH_OF_SECRECY = "breach_of_secrecy"


LOST = {
    Flaw.EARLY_START: {"duration_start"},
    Flaw.LATE_END: {"duration_end"},
    Flaw.UNFIT_DURATION: {"duration_fit"},
    Flaw.TOO_FEW_ACTIONS: {"actions_three"},
    Flaw.NO_VOCATIONAL_ACTION: {"actions_vocational"},
    Flaw.MISSING_DETAIL: {"detail_complete"},
    Flaw.NO_REMARK: {"remark_present", "remark_situation", "remark_positioning"},
    Flaw.VAGUE_SITUATION: {"remark_situation"},
    Flaw.VAGUE_POSITIONING: {"remark_positioning"},
    Flaw.BREACH_OF_SECRECY: {"secrecy_respected"},
}
SOCIO_PROFESSIONAL_ONLY = {Flaw.TOO_FEW_ACTIONS, Flaw.NO_VOCATIONAL_ACTION}


class Quality(StrEnum):
    """GOOD scores 10; FAIR scores from 8 to 9.5; WEAK scores from 4.5 to 7."""

    GOOD = "good"
    FAIR = "fair"
    WEAK = "weak"


RECIPES: dict[Quality, tuple[frozenset[Flaw], ...]] = {
    Quality.GOOD: (frozenset(),),
    Quality.FAIR: (
        frozenset({Flaw.VAGUE_POSITIONING}),
        frozenset({Flaw.UNFIT_DURATION}),
        frozenset({Flaw.NO_VOCATIONAL_ACTION}),
        frozenset({Flaw.MISSING_DETAIL}),
        frozenset({Flaw.EARLY_START}),
        frozenset({Flaw.LATE_END, Flaw.VAGUE_SITUATION}),
    ),
    Quality.WEAK: (
        frozenset({Flaw.VAGUE_POSITIONING, Flaw.UNFIT_DURATION}),
        frozenset({Flaw.NO_REMARK}),
        frozenset({Flaw.VAGUE_SITUATION, Flaw.VAGUE_POSITIONING, Flaw.MISSING_DETAIL}),
        frozenset({Flaw.TOO_FEW_ACTIONS, Flaw.NO_VOCATIONAL_ACTION, Flaw.VAGUE_POSITIONING}),
        frozenset({Flaw.NO_REMARK, Flaw.UNFIT_DURATION, Flaw.EARLY_START, Flaw.LATE_END}),
        frozenset({Flaw.BREACH_OF_SECRECY, Flaw.UNFIT_DURATION, Flaw.MISSING_DETAIL}),
        frozenset({Flaw.EARLY_START, Flaw.LATE_END, Flaw.VAGUE_POSITIONING}),
    ),
}


@dataclass(frozen=True, slots=True)
class Action:
    title: str
    detail: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Contract:
    """The text of a contract, before it is drawn. An empty remark is a contract without remark."""

    reference: str
    contract_type: str
    edited_on: date
    ends_on: date
    findings: str
    actions: tuple[Action, ...]
    remark: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CerSample:
    """A PDF of two pages and the ids of the grid lines that it deserves, in the order of the grid."""

    reference: str
    contract_type: str
    expected_ticks: tuple[str, ...]
    pdf: bytes


def cer_sample(
    *,
    reference: str,
    contract_type: str,
    edited_on: date,
    quality: Quality | str = Quality.GOOD,
    seed: int = 0,
    flaws: Collection[Flaw] | None = None,
) -> CerSample:
    """A contract of that quality, or with exactly these flaws. Same arguments, same contract."""
    chosen = flaws_of(quality, contract_type, seed) if flaws is None else frozenset(flaws)
    contract = draft_contract(
        reference=reference, contract_type=contract_type, flaws=chosen, seed=seed, edited_on=edited_on
    )
    return CerSample(reference, contract_type, expected_ticks(contract_type, chosen), draw(contract))


def cer_pdf(
    *, reference: str, contract_type: str, edited_on: date, quality: Quality | str = Quality.GOOD, seed: int = 0
) -> bytes:
    return cer_sample(
        reference=reference, contract_type=contract_type, edited_on=edited_on, quality=quality, seed=seed
    ).pdf


def leaking_cer_pdf(*, reference: str, contract_type: str, edited_on: date, leak: str) -> bytes:
    """A contract that was not anonymised to the end: `leak` is in the middle of its text."""
    contract = draft_contract(reference=reference, contract_type=contract_type, flaws=(), seed=0, edited_on=edited_on)
    return draw(replace(contract, findings=f"{contract.findings} {leak}"))


def flaws_of(quality: Quality | str, contract_type: str, seed: int) -> frozenset[Flaw]:
    recipes = RECIPES[Quality(quality)]
    if contract_type == "solidarity":
        recipes = tuple(recipe for recipe in recipes if not recipe & SOCIO_PROFESSIONAL_ONLY)
    return random.Random(f"{quality} {contract_type} {seed}").choice(recipes)


def expected_ticks(contract_type: str, flaws: Collection[Flaw]) -> tuple[str, ...]:
    lost = set().union(*(LOST[flaw] for flaw in flaws))
    return tuple(line for line in LINES[contract_type] if line not in lost)


def draft_contract(
    *, reference: str, contract_type: str, flaws: Collection[Flaw], seed: int, edited_on: date
) -> Contract:
    """Raises ValueError for a flaw that this type of contract can't have."""
    if contract_type == "solidarity" and SOCIO_PROFESSIONAL_ONLY & set(flaws):
        raise ValueError("A solidarity contract needs neither three actions nor a vocational one.")
    chance = random.Random(f"{contract_type} {seed}")
    ends_on = edited_on + relativedelta(months=6, days=-1)
    story = _story(contract_type, flaws, seed, chance)
    actions = tuple(_dated(entry, edited_on, ends_on, chance) for entry in story["actions"])
    return Contract(
        reference=reference,
        contract_type=contract_type,
        edited_on=edited_on,
        ends_on=ends_on,
        findings=" ".join(story["findings"]),
        actions=_spoiled(actions, flaws, edited_on, ends_on, chance),
        remark=_remark(story, flaws, edited_on, chance),
    )


def draw(contract: Contract) -> bytes:
    reviews = (
        (2, "Entretien dans les locaux de la structure", "Avancée des actions, difficultés rencontrées"),
        (4, "Entretien téléphonique ou dans les locaux", "Ajustement des dates et des actions"),
        (6, "Entretien dans les locaux de la structure", "Bilan du contrat et suites"),
    )
    context = {
        "heading": HEADINGS[contract.contract_type],
        "reference": contract.reference,
        "edited_on": _day(contract.edited_on),
        "ends_on": _day(contract.ends_on),
        "findings": contract.findings,
        "remark": contract.remark,
        "actions": [
            {"title": each.title, "detail": each.detail, "start": _day(each.start), "end": _day(each.end)}
            for each in contract.actions
        ],
        "reviews": [
            {"date": _day(_review(contract.edited_on, months)), "form": form, "purpose": purpose}
            for months, form, purpose in reviews
        ],
    }
    return render.pdf("cer.html", context)


@cache
def _situations() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("situations.toml").read_text(encoding="utf-8"))


def _story(contract_type: str, flaws: Collection[Flaw], seed: int, chance: random.Random) -> dict[str, Any]:
    """Who is met, what is planned and why: findings, situation, reasons, actions not yet dated."""
    projects, obstacles = _situations()["projects"], _situations()["obstacles"]
    # Project and obstacle of the same rank go well together: the first round of seeds keeps them so.
    rank = seed + seed // len(projects)
    first = obstacles[rank % len(obstacles)]
    second = obstacles[(rank + chance.randrange(1, len(obstacles))) % len(obstacles)]
    if contract_type == "solidarity":
        themes, actions = [first, second], [first["support"], first["step"], second["step"]]
        if chance.random() < 0.3:
            themes, actions = [first], actions[:2]
    else:
        project = projects[seed % len(projects)]
        themes, actions = [project, first], [project["long"], project["short"], first["step"]]
        if Flaw.TOO_FEW_ACTIONS in flaws:
            del actions[1]
        if Flaw.NO_VOCATIONAL_ACTION in flaws:
            actions = [first["support"], first["step"], second["step"]][: len(actions)]
            themes = [project, first, second][: len(actions)]
        elif chance.random() < 0.4 and Flaw.TOO_FEW_ACTIONS not in flaws:
            themes, actions = [*themes, second], [*actions, second["step"]]
    findings = [theme["finding"] for theme in themes]
    if Flaw.BREACH_OF_SECRECY in flaws:
        findings.append(chance.choice(_situations()["breaches"]))
    return {
        "findings": findings,
        "situation": _situation(themes),
        "reasons": [action["why"] for action in actions],
        "actions": actions,
    }


def _situation(themes: list[dict[str, Any]]) -> str:
    return " ".join(
        f"La personne {theme['situation']}." if "long" in theme else f"{theme['situation']}." for theme in themes
    )


def _dated(entry: Mapping[str, Any], edited_on: date, ends_on: date, chance: random.Random) -> Action:
    """The action within the contract: all of it, or some weeks from a working day on."""
    if "weeks" not in entry:
        return Action(entry["title"], entry["detail"], edited_on, ends_on)
    start = _weekday(edited_on + timedelta(days=entry["start"] + chance.randrange(7)))
    end = _weekday(start + timedelta(weeks=entry["weeks"], days=chance.randrange(-2, 3)))
    return Action(entry["title"], entry["detail"], start, end)


def _spoiled(
    actions: tuple[Action, ...], flaws: Collection[Flaw], edited_on: date, ends_on: date, chance: random.Random
) -> tuple[Action, ...]:
    """The flaws of dates and details; `actions[0]` lasts the whole contract, `actions[-1]` is a simple step."""
    head, *middle, last = actions
    if Flaw.UNFIT_DURATION in flaws:
        last = replace(last, start=edited_on, end=ends_on)
    if Flaw.EARLY_START in flaws:
        start = _weekday(edited_on - timedelta(days=chance.randrange(12, 25)))
        end = last.end if Flaw.UNFIT_DURATION in flaws else start + (last.end - last.start)
        last = replace(last, start=start, end=end)
    if Flaw.LATE_END in flaws:
        head = replace(head, end=_weekday(ends_on + timedelta(days=chance.randrange(20, 45))))
    if Flaw.MISSING_DETAIL in flaws:
        last = replace(last, detail="")
    return (head, *middle, last)


def _remark(
    story: Mapping[str, Any], flaws: Collection[Flaw], edited_on: date, chance: random.Random
) -> tuple[str, ...]:
    if Flaw.NO_REMARK in flaws:
        return ()
    situation = story["situation"]
    if Flaw.VAGUE_SITUATION in flaws:
        situation = chance.choice(("Contrat établi ce jour avec la personne.", "Vu ce jour en entretien."))
    reasons = ". ".join(story["reasons"])
    positioning = f"{reasons}. Point d’étape prévu le\N{NO-BREAK SPACE}{_day(_review(edited_on, 2))}."
    if Flaw.VAGUE_POSITIONING in flaws:
        positioning = chance.choice(("Actions à poursuivre.", "À revoir au prochain rendez-vous."))
    return situation, positioning


def _review(edited_on: date, months: int) -> date:
    """The meeting that many months after the edition; the last one falls before the contract ends."""
    return _weekday(edited_on + relativedelta(months=months, days=-10 if months == 6 else 0))


def _weekday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
