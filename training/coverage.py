"""Who is trained in what: the first criterion (section 5-1), from plain facts.

Every référent counted owes the compulsory modules and one optional module (obligation ``OPT``). The structure
meets the criterion when every obligation of every référent is met, or held by a commitment (R22 to R24). What would
unblock it, and when, is told by ``training.ways``.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rulebook.calendar import add_months, day_words, newcomer_limit
from rulebook.clauses import Module, Rulebook, section_words
from rulebook.enums import AbsenceRule, NewcomerRule, ReferentScope
from training.enums import CertificateState, CommitmentKind
from training.facts import CertificateFacts, CommitmentFacts, ReferentFacts

OPTIONAL = "OPT"
OPTIONAL_TITLE = "Module au choix"


class Status(StrEnum):
    """Of one obligation of one référent, best first."""

    MET = "met"
    TO_CHECK = "to_check"
    CONDITIONAL = "conditional"
    PARTIAL = "partial"
    REFUSED = "refused"
    MISSING = "missing"


class Verdict(StrEnum):
    """Of the structure. ``PENDING``: nothing is missing, something is still to be checked."""

    MET = "met"
    MET_UNDER_COMMITMENT = "met_under_commitment"
    PENDING = "pending"
    NOT_MET = "not_met"


class Flaw(StrEnum):
    """Why a commitment holds nothing."""

    NO_ARRIVAL = "no_arrival"
    NO_PLAN = "no_plan"
    NO_SESSION = "no_session"
    NO_PROOF = "no_proof"
    NOT_ADMITTED = "not_admitted"
    LAPSED = "lapsed"


UNMET = frozenset({Status.PARTIAL, Status.REFUSED, Status.MISSING})
FLAWS = {
    Flaw.NO_ARRIVAL: "La date d’arrivée manque.",
    Flaw.NO_PLAN: "Le plan de formation manque.",
    Flaw.NO_SESSION: "La nouvelle session manque.",
    Flaw.NO_PROOF: "Le justificatif d’absence manque.",
    Flaw.NOT_ADMITTED: "Une absence ne dispense pas de la formation.",
}


@dataclass(frozen=True, slots=True)
class Need:
    """What is still to be followed: one of these modules, or one part of it."""

    module_ids: tuple[str, ...]
    part: int | None = None


@dataclass(frozen=True, slots=True)
class ObligationState:
    """One cell of the table référents × modules. ``module_id`` is the module that counts: for ``OPT``, the one
    chosen. ``until``, ``why`` and ``section`` say on what a condition or a refusal rests; ``until`` is also that of
    the commitment that holds while an attestation is checked. ``proofs``: the attestations that count."""

    referent_code: str
    obligation: str
    status: Status
    module_id: str = ""
    until: date | None = None
    why: str = ""
    section: str = ""
    certificates: tuple[CertificateFacts, ...] = ()
    proofs: tuple[CertificateFacts, ...] = ()
    needs: tuple[Need, ...] = ()
    commitment: CommitmentFacts | None = None
    flaw: Flaw | None = None

    @property
    def is_held(self) -> bool:
        """Met, or standing on a commitment whatever becomes of an attestation to check."""
        return self.status is Status.MET or self.until is not None

    @property
    def basis(self) -> str:
        """« Cahier des charges, point 5-1 b »"""
        return section_words(self.section)


@dataclass(frozen=True, slots=True)
class Coverage:
    """``counted`` and ``not_counted``: the référents, by the scope of the rulebook (A5). ``exclusions``: why, by
    code, those who are not counted are not."""

    counted: tuple[ReferentFacts, ...]
    not_counted: tuple[ReferentFacts, ...]
    exclusions: Mapping[str, str]
    obligations: tuple[str, ...]
    cells: Mapping[tuple[str, str], ObligationState]
    verdict: Verdict
    counts: Mapping[Status, int]
    blockers: tuple[str, ...]

    @property
    def fraction(self) -> Fraction:
        """Exact share of the obligations met or held by a commitment."""
        held = sum(cell.is_held for cell in self.cells.values())
        return Fraction(held, len(self.cells)) if self.cells else Fraction(0)

    @property
    def blocking(self) -> Mapping[str, int]:
        """Référent's code -> how many obligations keep the label from the structure; those who block most first."""
        return dict(Counter(cell.referent_code for cell in self.cells.values() if cell.status in UNMET).most_common())

    @property
    def commitments(self) -> tuple[ObligationState, ...]:
        """What a decision lists with its dates (section 9: not kept, the label may be withdrawn)."""
        return tuple(cell for cell in self.cells.values() if cell.status is Status.CONDITIONAL)

    def row(self, referent_code: str) -> tuple[ObligationState, ...]:
        return tuple(self.cells[referent_code, obligation] for obligation in self.obligations)


def cover(
    rulebook: Rulebook,
    *,
    referents: Iterable[ReferentFacts],
    certificates: Iterable[CertificateFacts],
    commitments: Iterable[CommitmentFacts],
    active_on: date,
    today: date,
    territory: str = "",
    codes: Collection[str] | None = None,
) -> Coverage:
    """``active_on``: the filing date, which says who counts, unless ``codes`` names those who counted then.
    ``today``: against which commitments are held."""
    everyone = tuple(sorted(referents, key=lambda referent: referent.code))
    exclusions = {
        referent.code: why for referent in everyone if (why := _exclusion(rulebook, referent, active_on, codes))
    }
    counted = tuple(referent for referent in everyone if referent.code not in exclusions)
    bench = _Bench(rulebook, _by_place(certificates), _by_obligation(commitments), today, territory)
    obligations = (*(module.id for module in rulebook.compulsory_modules), OPTIONAL)
    cells = {
        (referent.code, obligation): bench.rule(referent, obligation)
        for referent in counted
        for obligation in obligations
    }
    return Coverage(
        counted=counted,
        not_counted=tuple(referent for referent in everyone if referent.code in exclusions),
        exclusions=exclusions,
        obligations=obligations,
        cells=cells,
        verdict=_verdict([cell.status for cell in cells.values()]),
        counts=Counter(cell.status for cell in cells.values()),
        blockers=_blockers(rulebook, cells.values()) if cells else ("Aucun référent en poste n’est à compter.",),
    )


def obligation_title(rulebook: Rulebook, obligation: str) -> str:
    return OPTIONAL_TITLE if obligation == OPTIONAL else rulebook.module(obligation).short_title


@dataclass(frozen=True, slots=True)
class _Bench:
    """The facts of one structure, by référent and module, and the rules applied to them."""

    rulebook: Rulebook
    certificates: Mapping[tuple[str, str], tuple[CertificateFacts, ...]]
    commitments: Mapping[tuple[str, str], CommitmentFacts]
    today: date
    territory: str

    def rule(self, referent: ReferentFacts, obligation: str) -> ObligationState:
        if obligation == OPTIONAL:
            proven = self._chosen(referent)
        else:
            proven = self._by_certificates(referent, obligation, self.rulebook.module(obligation))
        return proven if proven.status is Status.MET else self._by_commitment(referent, proven)

    def _chosen(self, referent: ReferentFacts) -> ObligationState:
        """The optional modules that count: the best ones, and the last of them says where the obligation stands."""
        modules = self.rulebook.optional_modules_for(self.territory)
        required = self.rulebook.training.optional_required
        best = sorted((self._by_certificates(referent, OPTIONAL, module) for module in modules), key=_order)
        last = best[required - 1]
        if last.status not in UNMET:
            return last
        lacking = [cell for cell in best[:required] if cell.status in UNMET]
        begun = [need for cell in lacking if cell.status is Status.PARTIAL for need in cell.needs]
        taken = {cell.module_id for cell in best[:required] if cell.status not in {Status.REFUSED, Status.MISSING}}
        free = Need(tuple(module.id for module in modules if module.offered and module.id not in taken))
        unbegun = sum(cell.status is not Status.PARTIAL for cell in lacking)
        why = last.why or self._not_retained(referent, modules)
        return replace(last, needs=(*begun, *[free] * unbegun), why=why)

    def _not_retained(self, referent: ReferentFacts, modules: tuple[Module, ...]) -> str:
        """The optional module followed is one that the territory does not retain (A6), or not in the catalogue."""
        elsewhere = [module for module in self.rulebook.optional_modules if module not in modules]
        followed = [module for module in elsewhere if (referent.code, module.id) in self.certificates]
        titles = [f"«\u00a0{module.short_title}\u00a0»" for module in followed if module.counts]
        if titles:
            return f"Le territoire ne retient pas le module {', '.join(titles)}."
        absent = [f"«\u00a0{module.short_title}\u00a0»" for module in followed]
        return f"Le module {', '.join(absent)} n’est pas au catalogue qui vaut ici." if absent else ""

    def _by_certificates(self, referent: ReferentFacts, obligation: str, module: Module) -> ObligationState:
        """Accepted, to check or refused, part by part: the module is complete only with all its parts."""
        ours = self.certificates.get((referent.code, module.id), ())
        refused = [certificate for certificate in ours if self._refusal(certificate)[0]]
        accepted = [c for c in ours if c.status == CertificateState.ACCEPTED and c not in refused]
        waiting = [c for c in ours if c not in accepted and c not in refused]
        why, section, proofs = "", self.rulebook.training.section, (*accepted, *waiting)
        if module.part_numbers == _parts(module, accepted):
            status, proofs = Status.MET, tuple(accepted)
        elif module.part_numbers == _parts(module, proofs):
            status = Status.TO_CHECK
        elif proofs:
            status, why, section = Status.PARTIAL, _missing_part(module, proofs), module.section
        elif refused:
            status, (why, section) = Status.REFUSED, self._refusal(refused[-1])
        else:
            status = Status.MISSING
        return ObligationState(
            referent.code, obligation, status, module_id=module.id if ours else "", why=why, section=section,
            certificates=ours, proofs=proofs, needs=_needs(module, proofs),
        )  # fmt: skip

    def _refusal(self, certificate: CertificateFacts) -> tuple[str, str]:
        """Why a certificate does not count and by which section, or nothing."""
        if certificate.status == CertificateState.REFUSED:
            return certificate.reason or "Attestation refusée.", self.rulebook.training.section
        years = self.rulebook.integer("training.max_age_years")
        if years and certificate.followed_on and add_months(certificate.followed_on, 12 * years) < self.today:
            why = f"Formation suivie il y a plus de {years}\u00a0ans."
            return why, self.rulebook.section("training.max_age_years")
        return "", ""

    def _by_commitment(self, referent: ReferentFacts, proven: ObligationState) -> ObligationState:
        commitment = self.commitments.get((proven.referent_code, proven.obligation))
        if commitment is None:
            return proven
        until, flaw = self._held_until(referent, commitment)
        newcomer = commitment.kind == CommitmentKind.NEWCOMER
        section = self.rulebook.section("training.newcomer_rule" if newcomer else "training.absence_counts_as")
        if proven.status is Status.TO_CHECK:
            return proven if flaw else replace(proven, until=until, commitment=commitment)
        if flaw:
            late = f"L’engagement n’a pas été tenu\u00a0: son dernier jour était le {day_words(until)}."
            told = FLAWS.get(flaw, late)
            why = f"{proven.why} {told}".strip()
            return replace(proven, why=why, section=section, commitment=commitment, flaw=flaw)
        why = _promise(commitment, until, self.today)
        return replace(proven, status=Status.CONDITIONAL, until=until, why=why, section=section, commitment=commitment)

    def _held_until(self, referent: ReferentFacts, commitment: CommitmentFacts) -> tuple[date, Flaw | None]:
        """Last day of the commitment, and what is wrong with it (R23, R24, A8, A9)."""
        until = commitment.due_on
        if commitment.kind == CommitmentKind.NEWCOMER:
            limit = newcomer_until(self.rulebook, referent)
            if limit is None:
                return until, Flaw.NO_ARRIVAL
            until, absent = min(until, limit), Flaw.NO_PLAN
        else:
            if self.rulebook.choice("training.absence_counts_as") == AbsenceRule.UNMET:
                return until, Flaw.NOT_ADMITTED
            if commitment.session_on is None:
                return until, Flaw.NO_SESSION
            absent = Flaw.NO_PROOF
        if not commitment.has_proof:
            return until, absent
        return until, Flaw.LAPSED if until < self.today else None


def newcomer_until(rulebook: Rulebook, referent: ReferentFacts) -> date | None:
    """Last day of the year of arrival (R24, A9); None when the arrival is not known."""
    if referent.arrived_on is None:
        return None
    rule = NewcomerRule(rulebook.choice("training.newcomer_rule"))
    return newcomer_limit(referent.arrived_on, rule=rule, months=rulebook.integer("training.commitment_months")).date


def _exclusion(rulebook: Rulebook, referent: ReferentFacts, on: date, codes: Collection[str] | None) -> str:
    """Why the référent is not counted, or nothing."""
    if codes is not None:
        return "" if referent.code in codes else "Non compté au dépôt du dossier."
    if referent.arrived_on and referent.arrived_on > on:
        return f"Arrive le {day_words(referent.arrived_on)}."
    if referent.left_on and referent.left_on < on:
        return f"A quitté la structure le {day_words(referent.left_on)}."
    if not referent.funded and rulebook.choice("referent.scope") != ReferentScope.ALL:
        return f"N’est pas financé par le Département (point {rulebook.section('referent.scope')})."
    return ""


def _by_place(certificates: Iterable[CertificateFacts]) -> Mapping[tuple[str, str], tuple[CertificateFacts, ...]]:
    """Sorted attestations only; oldest training first, so that the order of the files never matters."""
    places: dict[tuple[str, str], list[CertificateFacts]] = defaultdict(list)
    for certificate in certificates:
        if certificate.status != CertificateState.TO_SORT:
            places[certificate.referent_code, certificate.module_id].append(certificate)
    return {place: tuple(sorted(found, key=_age)) for place, found in places.items()}


def _by_obligation(commitments: Iterable[CommitmentFacts]) -> Mapping[tuple[str, str], CommitmentFacts]:
    """The one that runs longest, were there several."""
    held: dict[tuple[str, str], CommitmentFacts] = {}
    for commitment in sorted(commitments, key=_length):
        held[commitment.referent_code, commitment.obligation] = commitment
    return held


def _age(certificate: CertificateFacts) -> tuple[object, ...]:
    return certificate.followed_on or date.min, certificate.part or 0, str(certificate.status), certificate.reason


def _length(commitment: CommitmentFacts) -> tuple[object, ...]:
    return commitment.due_on, commitment.has_proof, commitment.session_on or date.min, str(commitment.kind)


def _needs(module: Module, proofs: Iterable[CertificateFacts]) -> tuple[Need, ...]:
    covered = _parts(module, proofs)
    left = [number for number in module.part_numbers if number not in covered]
    return tuple(Need((module.id,), number if module.parts else None) for number in left)


def _parts(module: Module, certificates: Iterable[CertificateFacts]) -> tuple[int, ...]:
    covered: set[int] = set()
    for certificate in certificates:
        if certificate.part is None or not module.parts:
            return module.part_numbers
        covered.add(certificate.part)
    return tuple(part for part in module.part_numbers if part in covered)


def _missing_part(module: Module, certificates: Iterable[CertificateFacts]) -> str:
    covered = _parts(module, certificates)
    absent = [title for number, title in enumerate(module.parts, 1) if number not in covered]
    return f"Il manque\u00a0: {', '.join(absent).lower()}."


def _promise(commitment: CommitmentFacts, until: date, today: date) -> str:
    if commitment.kind == CommitmentKind.NEWCOMER:
        return f"Plan de formation, à suivre au plus tard le {day_words(until)}."
    session_on = commitment.session_on or until
    if session_on < today:
        awaited = f"l’attestation est attendue au plus tard le {day_words(until)}"
        return f"Absence justifiée, session passée\u00a0: {awaited}."
    return f"Absence justifiée, session le {day_words(session_on)}."


def _order(cell: ObligationState) -> int:
    return list(Status).index(cell.status)


def _verdict(statuses: list[Status]) -> Verdict:
    found = set(statuses)
    if not found or found & UNMET:
        return Verdict.NOT_MET
    if Status.TO_CHECK in found:
        return Verdict.PENDING
    return Verdict.MET_UNDER_COMMITMENT if Status.CONDITIONAL in found else Verdict.MET


def _blockers(rulebook: Rulebook, cells: Iterable[ObligationState]) -> tuple[str, ...]:
    """What keeps the criterion from being met, one sentence each, by référent code."""
    blockers = []
    for cell in cells:
        if cell.status in UNMET:
            title = obligation_title(rulebook, cell.obligation)
            blockers.append(f"{cell.referent_code}, «\u00a0{title}\u00a0». {cell.why or 'Aucune attestation.'}")
    return tuple(blockers)
