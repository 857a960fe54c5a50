"""What the letters of a decision say, gathered once for the preview, the PDF and its accessible twin (domain.md §7)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse

from accounts.models import Delegation, User
from applications.enums import Outcome
from applications.models import Application
from applications.selectors import Results, results, rulebook_of
from core import clock
from core.french import day_date, percent
from documents.enums import LetterKind
from documents.letters import render_letter
from labels.models import Decision, Moratorium
from rulebook import calendar
from rulebook.calendar import NUMBERS, DueDate, RenewalWindow
from rulebook.clauses import Rulebook
from rulebook.enums import RenewalRule
from training.coverage import OPTIONAL, UNMET, ObligationState, Status, obligation_title


@dataclass(frozen=True, slots=True)
class LetterForm:
    kind: LetterKind
    title: str
    template: str


LETTERS = {
    Outcome.GRANT: LetterForm(LetterKind.GRANT, "Décision d’octroi du label", "letters/grant.html"),
    Outcome.MORATORIUM: LetterForm(LetterKind.MORATORIUM, "Notification de moratoire", "letters/moratorium.html"),
    Outcome.REFUSAL: LetterForm(LetterKind.REFUSAL, "Décision de refus du label", "letters/refusal.html"),
}
ASKED = {Status.PARTIAL: "La partie manquante", Status.REFUSED: "Une attestation recevable"}


@dataclass(frozen=True, slots=True)
class LabelTerms:
    """Validity (both days included) and renewal window of a label; the number is given at signature."""

    valid_from: date
    validity: DueDate
    window: RenewalWindow
    number: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table of facts: a référent by code, never by name."""

    criterion: str
    found: str
    asked: str


def label_terms(*, application: Application, today: date, number: str = "") -> LabelTerms:
    """The terms of a label effective `today` (CdC 4, R7, R9)."""
    rulebook = rulebook_of(application)
    validity = calendar.label_validity(today, years=rulebook.integer("label.years"))
    window = calendar.renewal_window(
        validity,
        rule=RenewalRule(rulebook.choice("renewal.rule")),
        start=rulebook.month_day("renewal.window_start"),
        end=rulebook.month_day("renewal.window_end"),
    )
    return LabelTerms(today, validity, window, number)


def decision_context(
    *, application: Application, delegation: Delegation | None, signatory: User, terms: LabelTerms | None, now: datetime
) -> dict[str, Any]:
    """What the decision letters and their preview are composed from."""
    rulebook, today = rulebook_of(application), clock.civil_date(now)
    judged = results(application, today=today)
    session = getattr(application, "working_session", None)
    return {
        "application": application,
        "structure": application.structure,
        "territory": application.lead_territory,
        "proposal": application.proposal,
        "opinions": list(application.opinions.order_by("signed_at")),
        "rulebook": rulebook,
        "words": durations(rulebook),
        "delegation": delegation,
        "signatory": signatory,
        "terms": terms,
        "judged": judged,
        "referents": len(judged.coverage.counted),
        "commitments": [
            (cell.referent_code, obligation_title(rulebook, cell.obligation), cell.until)
            for cell in judged.coverage.commitments
        ],
        "findings": findings(rulebook, judged, session_on=session.held_on if session else None),
        "moratorium": moratorium_of_cycle(application),
        "refile_floor": _floor_after(rulebook, today),
        "today": today,
    }


def preview_letter(*, application: Application, delegation: Delegation | None, signatory: User, now: datetime) -> str:
    """The letter as it would be signed now; nothing is written and no number is taken."""
    outcome = Outcome(application.proposal.outcome)
    today = clock.civil_date(now)
    terms = label_terms(application=application, today=today) if outcome == Outcome.GRANT else None
    context = decision_context(
        application=application, delegation=delegation, signatory=signatory, terms=terms, now=now
    )
    title = LETTERS[outcome].title
    return render_letter(LETTERS[outcome].template, {**context, "number": "", "title": title, "preview": True})


def certificate_context(*, decision: Decision, terms: LabelTerms, check_code: str) -> dict[str, Any]:
    """The certificate proves the label on the day it is checked: the QR code leads to the public page."""
    address = settings.PORTAL_URL + reverse("label_check_code", args=[check_code])
    return {
        "label_number": terms.number,
        "territory": decision.application.lead_territory,
        "terms": terms,
        "rulebook": rulebook_of(decision.application),
        "decision": decision,
        "check_page": settings.PORTAL_URL.partition("://")[2] + reverse("label_check"),
        "qr": segno.make(address, error="m").svg_data_uri(border=0, dark="#1d2b2e", omitsize=True),
    }


def durations(rulebook: Rulebook) -> dict[str, Any]:
    """The durations of the deliberation as letters write them: « six », « cinq »; days in figures."""
    named = {
        "moratorium": "moratorium.months", "label": "label.years", "appeal": "appeal.months",
        "support": "withdrawal.support_months",
    }  # fmt: skip
    return {name: NUMBERS[rulebook.integer(key)] for name, key in named.items()} | {
        "meeting_days": rulebook.integer("moratorium.meeting_days"),
        "charter": rulebook.month_day("charter.due").in_year(2000),
        "funding_from": rulebook.day("calendar.label_required_from"),
    }


def findings(rulebook: Rulebook, judged: Results, *, session_on: date | None) -> list[Finding]:
    """The facts by criterion (CRPA, art. L.211-5): obligations by référent code, then the mean of the CERs."""
    training = f"Formation ({rulebook.training.section})"
    held = [
        Finding(training, _obligation_words(rulebook, cell), _asked(rulebook, cell))
        for cell in judged.coverage.cells.values()
        if cell.status in UNMET
    ]
    if not held:
        held = [Finding(training, "Toutes les obligations sont justifiées ou tenues par un engagement.", "Atteint")]
    asked = "Atteint" if judged.cer_met else f"{percent(rulebook.threshold)} au moins"
    quality = f"Qualité des {rulebook.terminology.contract_abbr} ({rulebook.section('cer.threshold')})"
    return [*held, Finding(quality, _score_words(rulebook, judged, session_on), asked)]


def moratorium_of_cycle(application: Application) -> Moratorium | None:
    """For a second study, the moratorium that came before it, with its notification."""
    if application.previous_id is None:
        return None
    return (
        Moratorium.objects.filter(decision__application=application.previous_id)
        .select_related("decision__application", "decision__notification")
        .first()
    )


def _obligation_words(rulebook: Rulebook, cell: ObligationState) -> str:
    title = obligation_title(rulebook, cell.obligation)
    return f"{cell.referent_code}\u00a0: module «\u00a0{title}\u00a0» non justifié. {cell.why or 'Aucune attestation.'}"


def _asked(rulebook: Rulebook, cell: ObligationState) -> str:
    if cell.obligation == OPTIONAL:
        return "Un module facultatif"
    duration = rulebook.module(cell.obligation).duration
    return ASKED.get(cell.status) or (f"Module, {duration}" if duration else "Module entier")


def _score_words(rulebook: Rulebook, judged: Results, session_on: date | None) -> str:
    abbr, scores = rulebook.terminology.contract_abbr, judged.scores
    if scores.decisive is None:
        return f"Aucun {abbr} à évaluer."
    told = f"Moyenne de {percent(scores.decisive)} sur {scores.scored}\u00a0{abbr}"
    told += f", arrêtée au temps de travail du {day_date(session_on)}. " if session_on else ". "
    by_referent = ", ".join(f"{code}\u00a0: {percent(rate)}" for code, rate in scores.structure.per_referent.items())
    return f"{told}Par référent\u00a0: {by_referent}."


def _floor_after(rulebook: Rulebook, today: date) -> date | None:
    """The day before which no new request is received, when a moratorium notified from today could end before it."""
    floor = rulebook.day("moratorium.refile_floor")
    return floor if calendar.add_months(today, rulebook.integer("moratorium.months")) < floor else None
