"""The structure's home page: where we stand, what to do, by when and why, whatever the moment of the label's life."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Referent, Structure, User
from applications import selectors as applications
from applications.enums import UNDER_REVIEW, ApplicationState
from applications.filing import DraftState, Step, draft_state
from applications.models import Application
from core import clock
from core.components import LifeStep, Progress
from core.french import day_date, day_month
from evaluation import selectors as evaluation
from evaluation.enums import Round
from labels import selectors as labels
from labels.enums import LabelState, MoratoriumState
from labels.models import Decision, Label, Moratorium, Notification
from notices.models import Deadline
from notices.selectors import next_deadlines
from rulebook.book import current_rulebook
from training.coverage import Coverage, Status, obligation_title
from training.models import TrainingCommitment
from training.selectors import coverage_of
from training.selectors.catalogue import catalogue
from training.selectors.supports import supports_to_answer
from training.services.promises import still_owed

DATES = 5


class Moment(StrEnum):
    """Where a structure stands; each has its template in templates/label_portal/home/."""

    START = "start"
    DRAFT = "draft"
    EARLY = "early"
    FILED = "filed"
    REVIEW = "review"
    AWAITING = "awaiting"
    GRANTED = "granted"
    EXPIRED = "expired"
    MORATORIUM = "moratorium"
    MORATORIUM_OVER = "moratorium_over"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page is told from."""

    structure: Structure
    today: date
    application: Application | None
    decision: Decision | None
    label: Label | None
    moratorium: Moratorium | None

    @property
    def notification(self) -> Notification | None:
        """How and when the decision was received; until then no clock runs."""
        return getattr(self.decision, "notification", None)

    @property
    def moment(self) -> Moment:
        application = self.application
        if application is None:
            return Moment.START
        if application.state == ApplicationState.DRAFT:
            early = application.not_before is not None and application.not_before > self.today
            return Moment.EARLY if early else Moment.DRAFT
        if application.state == ApplicationState.SUBMITTED:
            return Moment.FILED
        if application.state in UNDER_REVIEW:
            return Moment.REVIEW
        return self._decided_moment(application)

    def _decided_moment(self, application: Application) -> Moment:
        if application.state == ApplicationState.GRANTED:
            expired = self.label is not None and (
                self.label.state == LabelState.EXPIRED or self.label.valid_until < self.today
            )
            return Moment.EXPIRED if expired else Moment.GRANTED
        if self.notification is None:
            return Moment.AWAITING
        if application.state == ApplicationState.REFUSED:
            return Moment.REFUSED
        over = self.moratorium is None or (
            self.moratorium.refile_from is not None and self.moratorium.refile_from <= self.today
        )
        return Moment.MORATORIUM_OVER if over else Moment.MORATORIUM


def standing_of(structure: Structure, *, today: date) -> Standing:
    application = applications.current_application(structure.pk)
    decision = (
        Decision.objects.filter(application=application).select_related("letter", "notification").first()
        if application and application.decided_at
        else None
    )
    return Standing(
        structure=structure,
        today=today,
        application=application,
        decision=decision,
        label=labels.current_label(structure.pk),
        moratorium=labels.current_moratorium(structure.pk),
    )


def structure_home(request: HttpRequest) -> HttpResponse:
    person, today = cast(User, request.user), clock.today()
    if person.structure is None:
        raise Http404
    standing = standing_of(person.structure, today=today)
    application, moment = standing.application, standing.moment
    state = draft_state(application, today=today) if application and moment in {Moment.DRAFT, Moment.EARLY} else None
    deadlines = next_deadlines(person.structure, kinds=WORDS, limit=DATES)
    promises = still_owed(person.structure, today=today)
    return render(
        request,
        f"label_portal/home/{moment}.html",
        {
            "structure": person.structure,
            "moment": moment,
            "application": application,
            "decision": standing.decision,
            "notification": standing.notification,
            "label": standing.label,
            "moratorium": standing.moratorium,
            "state": state,
            "to_replace": evaluation.cers_to_replace(person.structure),
            "supports": supports_to_answer(person.structure) if moment in {Moment.FILED, Moment.REVIEW} else (),
            "to_do": _to_do(state),
            "deadline": _deadline(moment, deadlines),
            "dates": _dates(promises, deadlines, today),
            "late": _late(promises, today),
            "life": _life(standing),
            "criteria": _criteria(standing, state),
            "contacts": _contacts(person.structure, application),
            "details_url": _details_url(application),
            "documents": person.structure.letters.select_related("pdf")[:DATES],
        },
    )


def _details_url(application: Application | None) -> str:
    """The file as it was filed, else the draft."""
    if application and application.submitted_at:
        return reverse("filing_filed", args=[application.pk])
    return reverse("filing")


def _to_do(state: DraftState | None) -> list[tuple[Step, list[str]]]:
    """The steps of a draft that lack something, in order; the declarations come last, with the filing."""
    if state is None:
        return []
    parts = [(step, [lack.text for lack in state.lacking(step)]) for step in Step if step is not Step.SUMMARY]
    return [(step, lacks) for step, lacks in parts if lacks]


KIND_OF_MOMENT = {
    Moment.REVIEW: "instruction",
    Moment.MORATORIUM: "moratorium_end",
    Moment.GRANTED: "label_expiry",
}


def _deadline(moment: Moment, deadlines: list[Deadline]) -> Deadline | None:
    """The date that the page is about."""
    return next((row for row in deadlines if row.kind == KIND_OF_MOMENT.get(moment)), None)


@dataclass(frozen=True, slots=True)
class NextDate:
    day: date
    title: str
    detail: str = ""
    until: date | None = None
    """Last day of a training promised."""


WORDS = {
    "instruction": ("Fin de l’instruction de votre dossier", "La décision est proposée au plus tard ce jour-là."),
    "moratorium_end": ("Fin du moratoire", "Une nouvelle demande peut être déposée dès le lendemain."),
    "label_expiry": ("Dernier jour de validité de votre label", "Pensez au renouvellement, avant cette date."),
    "renewal_window": ("Dernier jour pour demander le renouvellement", "Passé ce jour, la demande est tardive."),
}


@dataclass(slots=True)
class Late:
    """Somebody who was not trained in time, and in what: the label stands on it (CdC 9-2)."""

    referent: Referent
    due_on: date
    titles: list[str]


def _late(promises: list[TrainingCommitment], today: date) -> list[Late]:
    """The longest awaited first."""
    found: dict[tuple[int, date], Late] = {}
    for promise in promises:
        if promise.due_on < today:
            row = found.setdefault(
                (promise.referent_id, promise.due_on), Late(promise.referent, promise.due_on, [])
            )  # fmt: skip
            row.titles.append(obligation_title(current_rulebook(), promise.obligation))
    return list(found.values())


def _dates(promises: list[TrainingCommitment], deadlines: list[Deadline], today: date) -> list[NextDate]:
    """Open deadlines and the trainings promised, the nearest first."""
    dates = [NextDate(row.due_on, *WORDS[row.kind]) for row in deadlines if row.kind in WORDS and row.due_on >= today]
    promised = [promise for promise in promises if promise.due_on >= today]
    dates += [
        NextDate(
            promise.session_on if promise.session_on and promise.session_on >= today else promise.due_on,
            f"{promise.referent}, «\u00a0{obligation_title(current_rulebook(), promise.obligation)}\u00a0»",
            until=promise.due_on,
        )
        for promise in promised[:DATES]
    ]
    return sorted(dates, key=lambda next_date: next_date.day)[:DATES]


def _life(standing: Standing) -> list[LifeStep]:
    """« Le fil de votre label », six knots at most."""
    application, moratorium = standing.application, standing.moratorium
    if standing.moment in {Moment.MORATORIUM, Moment.MORATORIUM_OVER, Moment.EARLY} and moratorium:
        return _moratorium_life(standing, moratorium)
    reached = _REACHED[standing.moment]
    filed = day_date(clock.civil_date(application.submitted_at)) if application and application.submitted_at else ""
    label = standing.label if standing.moment in {Moment.GRANTED, Moment.EXPIRED} else None
    decided = application.get_state_display() if application and application.decided_at else "Label ou moratoire"
    details = (
        ("Préparation", "Cinq étapes, à votre rythme"),
        ("Dépôt", filed or "Quand rien ne manque"),
        ("Instruction", "Six mois au plus, dossier complet"),
        ("Décision", decided),
        ("Label, cinq ans", f"Jusqu’au {day_date(label.valid_until)}" if label else "Charte qualité chaque 31 mars"),
        (
            "Renouvellement",
            f"Du {day_month(label.renewal_opens_on)} au {day_date(label.renewal_closes_on)}"
            if label
            else "De janvier à juillet, avant la fin",
        ),
    )
    return [LifeStep(name, detail, _progress(place, reached)) for place, (name, detail) in enumerate(details)]


_REACHED = {
    Moment.START: 0,
    Moment.DRAFT: 0,
    Moment.EARLY: 0,
    Moment.FILED: 2,
    Moment.REVIEW: 2,
    Moment.AWAITING: 3,
    Moment.REFUSED: 3,
    Moment.MORATORIUM: 3,
    Moment.MORATORIUM_OVER: 3,
    Moment.GRANTED: 4,
    Moment.EXPIRED: 5,
}


def _moratorium_life(standing: Standing, moratorium: Moratorium) -> list[LifeStep]:
    running = moratorium.state == MoratoriumState.RUNNING and standing.moment != Moment.MORATORIUM_OVER
    reached = 1 if running else 2
    details = (
        ("Moratoire notifié", day_date(moratorium.starts_on) if moratorium.starts_on else ""),
        ("Accompagnement", f"Jusqu’au {day_date(moratorium.ends_on)}" if moratorium.ends_on else ""),
        ("Nouvelle demande", f"À partir du {day_date(moratorium.refile_from)}" if moratorium.refile_from else ""),
        ("Instruction", "Six mois au plus"),
        ("Décision", "Label ou refus"),
    )
    return [LifeStep(name, detail, _progress(place, reached)) for place, (name, detail) in enumerate(details)]


def _progress(place: int, reached: int) -> Progress:
    if place == reached:
        return Progress.NOW
    return Progress.DONE if place < reached else Progress.AHEAD


@dataclass(frozen=True, slots=True)
class Criteria:
    """Both criteria as the structure may know them: its own scores until a decision is signed (A14)."""

    held: int
    committed: int
    owed: int
    mean: Any
    threshold: Any
    reached: bool
    is_final: bool


def _criteria(standing: Standing, state: DraftState | None) -> Criteria | None:
    application = standing.application
    if application is None:
        return None
    covered = state.covered if state else _coverage(standing, application)
    final = application.decided_at is not None
    scores = (
        evaluation.effective_scores(application.panel)
        if final
        else evaluation.panel_scores(application.panel, Round.SELF)
    )
    counts = covered.counts
    return Criteria(
        held=counts[Status.MET] + counts[Status.TO_CHECK],
        committed=counts[Status.CONDITIONAL],
        owed=len(covered.cells),
        mean=scores.decisive,
        threshold=scores.threshold,
        reached=scores.reached,
        is_final=final,
    )


def _coverage(standing: Standing, application: Application) -> Coverage:
    """As the file is judged; once the label is granted, as it has to be kept: those in post today."""
    if standing.moment in {Moment.GRANTED, Moment.EXPIRED}:
        return coverage_of(standing.structure, rulebook=catalogue(today=standing.today), today=standing.today)
    return coverage_of(
        standing.structure,
        rulebook=applications.catalogue_of(application, today=standing.today),
        today=standing.today,
        active_on=applications.filing_day(application),
    )


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    role: str
    phone: str
    email: str


def _contacts(structure: Structure, application: Application | None) -> list[Contact]:
    """The DPID agent who follows the file, and the SLAI of the lead territory."""
    agent = application.assigned_to if application else None
    territory = application.lead_territory if application else structure.lead_territory
    found = [Contact(str(agent), "DPID", agent.phone, agent.email)] if agent else []
    facilitators = User.objects.filter(role=Role.SLAI, is_active=True, territories=territory)[:2]
    people = [Contact(str(user), f"SLAI, {territory}", user.phone, user.email) for user in facilitators]
    service = Contact(f"SLAI, {territory}", "", territory.slai_phone, territory.slai_email)
    return [*found, *(people or [service])]
