"""A draft on its way to being filed: the five steps, how far each is, and what files come in through them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from applications import selectors
from applications.models import Application
from applications.selectors import Missing
from core.components import FilingStep, Progress
from core.french import plural
from documents.enums import FileState
from evaluation.enums import SAMPLES_OF_ROUND, Round
from evaluation.models import Scoring
from rulebook.clauses import Rulebook
from training.coverage import Coverage, Status


class Step(StrEnum):
    """The values are those that `selectors.Missing` names."""

    STRUCTURE = "structure"
    CERTIFICATES = "attestations"
    CERS = "cer"
    SELF = "auto-evaluation"
    SUMMARY = "recapitulatif"

    @property
    def label(self) -> str:
        return TITLES[self]

    @property
    def url(self) -> str:
        return reverse(PAGES[self])

    @property
    def next(self) -> "Step | None":
        order = list(Step)
        place = order.index(self) + 1
        return order[place] if place < len(order) else None


TITLES = {
    Step.STRUCTURE: "Structure et référents",
    Step.CERTIFICATES: "Attestations",
    Step.CERS: "CER",
    Step.SELF: "Auto-évaluation",
    Step.SUMMARY: "Récapitulatif et dépôt",
}
PAGES = {
    Step.STRUCTURE: "filing_structure",
    Step.CERTIFICATES: "filing_certificates",
    Step.CERS: "filing_cers",
    Step.SELF: "filing_self",
    Step.SUMMARY: "filing_summary",
}


@dataclass(frozen=True, slots=True)
class DraftState:
    """What a draft holds and lacks, read once for a page."""

    application: Application
    missing: tuple[Missing, ...]
    rulebook: Rulebook
    covered: Coverage
    cers_ready: int
    cers_wanted: int
    self_wanted: int
    scored: int

    @property
    def gaps(self) -> int:
        """Obligations without proof nor commitment: told, never blocking (A30)."""
        counts = self.covered.counts
        return counts[Status.MISSING] + counts[Status.PARTIAL] + counts[Status.REFUSED]

    @property
    def can_be_filed(self) -> bool:
        return not self.missing

    def lacking(self, step: Step) -> list[Missing]:
        return [missing for missing in self.missing if missing.step == step]

    def first_to_mend(self) -> Step:
        """Where to take the draft up again."""
        return next((Step(missing.step) for missing in self.missing), Step.SUMMARY)


def draft_state(application: Application, *, today: date) -> DraftState:
    rulebook = selectors.catalogue_of(application, today=today)
    covered = selectors.coverage(application, today=today, rulebook=rulebook)
    counts = _cer_counts(application)
    wanted = rulebook.integer("cer.min_per_referent")
    excused = set(application.panel.short_panels.values_list("referent__code", flat=True))
    held = [(counts.get(referent.code, NO_CER), referent.code in excused) for referent in covered.counted]
    return DraftState(
        application=application,
        missing=tuple(selectors.missing_pieces(application, today=today)),
        rulebook=rulebook,
        covered=covered,
        cers_ready=sum(count.ready for count in counts.values()),
        cers_wanted=sum(count.total if short else max(wanted, count.total) for count, short in held),
        self_wanted=sum(count.own if short else max(wanted, count.own) for count, short in held),
        scored=sum(count.scored for count in counts.values()),
    )


def steps(state: DraftState, current: Step) -> list[FilingStep]:
    lacks = Counter(missing.step for missing in state.missing)
    details = _details(state, lacks)
    return [
        FilingStep(
            label=step.label,
            detail=details[step],
            url=step.url,
            progress=_progress(step, state, lacks),
            current=step is current,
        )
        for step in Step
    ]


def _progress(step: Step, state: DraftState, lacks: Counter[str]) -> Progress:
    if step is Step.SUMMARY:
        return Progress.AHEAD
    if not lacks[step] and not (step is Step.CERTIFICATES and state.gaps) and _begun(step, state):
        return Progress.DONE
    return Progress.PARTIAL if _begun(step, state) else Progress.AHEAD


def _begun(step: Step, state: DraftState) -> bool:
    if step is Step.CERTIFICATES:
        return bool(state.covered.cells) and state.gaps < len(state.covered.cells)
    if step is Step.CERS:
        return state.cers_ready > 0
    if step is Step.SELF:
        return state.scored > 0
    return bool(state.application.mission or state.application.contact_name or state.covered.counted)


def _details(state: DraftState, lacks: Counter[str]) -> dict[Step, str]:
    to_do = lacks[Step.CERTIFICATES] + state.gaps
    covered = "Complet" if state.covered.cells else "Non commencées"
    ready = f"{state.cers_ready} prêt{plural(state.cers_ready)} sur {state.cers_wanted}"
    return {
        Step.STRUCTURE: f"{lacks[Step.STRUCTURE]} à compléter" if lacks[Step.STRUCTURE] else "Complet",
        Step.CERTIFICATES: f"{to_do} à compléter" if to_do else covered,
        Step.CERS: ready if state.cers_wanted else "Non commencés",
        Step.SELF: f"{state.scored} sur {state.self_wanted}" if state.scored else "Non commencée",
        Step.SUMMARY: "Prêt à déposer" if state.can_be_filed else "Non déposé",
    }


class CerCount(NamedTuple):
    """A référent's CERs in the panel: all, those with a ready file and a type, those that the structure evaluates,
    those that it has evaluated to the end."""

    total: int
    ready: int
    own: int
    scored: int


NO_CER = CerCount(0, 0, 0, 0)


def _cer_counts(application: Application) -> dict[str, CerCount]:
    """By référent's code; one query."""
    done = Scoring.objects.filter(cer=OuterRef("pk"), round=Round.SELF, validated_at__isnull=False)
    rows = (
        application.panel.cers.annotate(is_scored=Exists(done))
        .values("referent__code")
        .annotate(
            total=Count("pk"),
            ready=Count("pk", filter=Q(file__state=FileState.READY) & ~Q(contract_type="")),
            own=Count("pk", filter=Q(sample__in=SAMPLES_OF_ROUND[Round.SELF])),
            scored=Count("pk", filter=Q(is_scored=True)),
        )
        .order_by("referent__code")
    )
    return {row["referent__code"]: CerCount(row["total"], row["ready"], row["own"], row["scored"]) for row in rows}
