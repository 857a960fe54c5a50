"""Who is trained in what: the first criterion (section 5-1), from plain facts.

Every référent counted owes the compulsory modules and one optional module (obligation ``OPT``). The structure
meets the criterion when every obligation of every référent is met, or held by a commitment (R22 to R24).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rulebook.calendar import add_months, day_words, newcomer_limit
from rulebook.clauses import Module, Rulebook
from rulebook.enums import AbsenceRule, NewcomerRule, ReferentScope
from training.enums import CertificateState, CommitmentKind

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


UNMET = frozenset({Status.PARTIAL, Status.REFUSED, Status.MISSING})


@dataclass(frozen=True, slots=True)
class ReferentFacts:
    """``left_on`` is the last day in post."""

    code: str
    name: str
    arrived_on: date | None = None
    left_on: date | None = None
    funded: bool = True


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """``part`` is None when the certificate covers the whole module."""

    referent_code: str
    module_id: str
    part: int | None = None
    status: CertificateState | str = CertificateState.TO_CHECK
    followed_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CommitmentFacts:
    """``obligation``: a compulsory module or ``OPT``. ``has_proof``: the proof of absence, or the training plan."""

    referent_code: str
    obligation: str
    kind: CommitmentKind | str
    due_on: date
    session_on: date | None = None
    has_proof: bool = True


@dataclass(frozen=True, slots=True)
class ObligationState:
    """One cell of the table référents × modules. ``module_id`` is the module that counts: for ``OPT``, the one
    chosen. ``until`` and ``why`` say on what a condition or a refusal rests."""

    referent_code: str
    obligation: str
    status: Status
    module_id: str = ""
    until: date | None = None
    why: str = ""
    certificates: tuple[CertificateFacts, ...] = ()
    commitment: CommitmentFacts | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """``counted`` and ``not_counted``: the référents, by the scope of the rulebook (A5)."""

    counted: tuple[ReferentFacts, ...]
    not_counted: tuple[ReferentFacts, ...]
    obligations: tuple[str, ...]
    cells: Mapping[tuple[str, str], ObligationState]
    verdict: Verdict
    counts: Mapping[Status, int]
    blockers: tuple[str, ...]

    @property
    def fraction(self) -> Fraction:
        """Share of the obligations met or held by a commitment."""
        held = self.counts[Status.MET] + self.counts[Status.CONDITIONAL]
        return Fraction(held, len(self.cells)) if self.cells else Fraction(0)

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
    counted = tuple(
        referent
        for referent in everyone
        if (_counts(rulebook, referent, active_on) if codes is None else referent.code in codes)
    )
    bench = _Bench(rulebook, tuple(certificates), tuple(commitments), today, territory)
    obligations = (*(module.id for module in rulebook.compulsory_modules), OPTIONAL)
    cells = {
        (referent.code, obligation): bench.rule(referent, obligation)
        for referent in counted
        for obligation in obligations
    }
    return Coverage(
        counted=counted,
        not_counted=tuple(referent for referent in everyone if referent not in counted),
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
    """The facts of one structure, and the rules applied to them."""

    rulebook: Rulebook
    certificates: tuple[CertificateFacts, ...]
    commitments: tuple[CommitmentFacts, ...]
    today: date
    territory: str

    def rule(self, referent: ReferentFacts, obligation: str) -> ObligationState:
        if obligation == OPTIONAL:
            modules = self.rulebook.optional_modules_for(self.territory)
            rank = self.rulebook.training.optional_required - 1
        else:
            modules, rank = (self.rulebook.module(obligation),), 0
        proven = sorted((self._by_certificates(referent, obligation, module) for module in modules), key=_order)[rank]
        if proven.status is Status.MISSING and obligation == OPTIONAL:
            proven = replace(proven, why=self._not_retained(referent, modules))
        if proven.status in {Status.MET, Status.TO_CHECK}:
            return proven
        return self._by_commitment(referent, proven)

    def _not_retained(self, referent: ReferentFacts, modules: tuple[Module, ...]) -> str:
        """The optional module followed is one that the territory does not retain (A6)."""
        elsewhere = [module for module in self.rulebook.optional_modules if module not in modules]
        followed = {c.module_id for c in self.certificates if c.referent_code == referent.code}
        titles = [f"«\u00a0{module.short_title}\u00a0»" for module in elsewhere if module.id in followed]
        return f"Le territoire ne retient pas le module {', '.join(titles)}." if titles else ""

    def _by_certificates(self, referent: ReferentFacts, obligation: str, module: Module) -> ObligationState:
        """Accepted, to check or refused, part by part: the module is complete only with all its parts."""
        ours = tuple(
            certificate
            for certificate in self.certificates
            if certificate.referent_code == referent.code
            and certificate.module_id == module.id
            and certificate.status != CertificateState.TO_SORT
        )
        refused = [certificate for certificate in ours if self._refusal(certificate)]
        accepted = [c for c in ours if c.status == CertificateState.ACCEPTED and c not in refused]
        waiting = [c for c in ours if c not in accepted and c not in refused]
        why = ""
        if module.part_numbers == _parts(module, accepted):
            status = Status.MET
        elif module.part_numbers == _parts(module, [*accepted, *waiting]):
            status = Status.TO_CHECK
        elif accepted or waiting:
            status, why = Status.PARTIAL, _missing_part(module, [*accepted, *waiting])
        elif refused:
            status, why = Status.REFUSED, self._refusal(refused[-1])
        else:
            status = Status.MISSING
        return ObligationState(
            referent.code, obligation, status, module_id=module.id if ours else "", why=why, certificates=ours
        )

    def _refusal(self, certificate: CertificateFacts) -> str:
        """Why a certificate does not count, or nothing."""
        if certificate.status == CertificateState.REFUSED:
            return certificate.reason or "Attestation refusée."
        years = self.rulebook.integer("training.max_age_years")
        if years and certificate.followed_on and add_months(certificate.followed_on, 12 * years) < self.today:
            return f"Formation suivie il y a plus de {years}\u00a0ans."
        return ""

    def _by_commitment(self, referent: ReferentFacts, proven: ObligationState) -> ObligationState:
        ours = [
            c for c in self.commitments if (c.referent_code, c.obligation) == (proven.referent_code, proven.obligation)
        ]
        if not ours:
            return proven
        commitment = max(ours, key=lambda held: held.due_on)
        until, flaw = self._held_until(referent, commitment)
        if flaw:
            return replace(proven, why=f"{proven.why} {flaw}".strip(), commitment=commitment)
        promise = _promise(commitment, until)
        return replace(proven, status=Status.CONDITIONAL, until=until, why=promise, commitment=commitment)

    def _held_until(self, referent: ReferentFacts, commitment: CommitmentFacts) -> tuple[date, str]:
        """Last day of the commitment, and what is wrong with it (R23, R24, A8, A9)."""
        until = commitment.due_on
        if commitment.kind == CommitmentKind.NEWCOMER:
            if referent.arrived_on is None:
                return until, "La date d’arrivée manque."
            rule = NewcomerRule(self.rulebook.choice("training.newcomer_rule"))
            months = self.rulebook.integer("training.commitment_months")
            until = min(until, newcomer_limit(referent.arrived_on, rule=rule, months=months).date)
            absent = "Le plan de formation manque."
        else:
            if self.rulebook.choice("training.absence_counts_as") == AbsenceRule.UNMET:
                return until, "Une absence ne dispense pas de la formation."
            if commitment.session_on is None:
                return until, "La nouvelle session manque."
            absent = "Le justificatif d’absence manque."
        if not commitment.has_proof:
            return until, absent
        if until < self.today:
            return until, f"L’engagement n’a pas été tenu avant le {day_words(until)}."
        return until, ""


def _counts(rulebook: Rulebook, referent: ReferentFacts, on: date) -> bool:
    in_post = (referent.arrived_on is None or referent.arrived_on <= on) and (
        referent.left_on is None or referent.left_on >= on
    )
    return in_post and (referent.funded or rulebook.choice("referent.scope") == ReferentScope.ALL)


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


def _promise(commitment: CommitmentFacts, until: date) -> str:
    if commitment.kind == CommitmentKind.NEWCOMER:
        return f"Plan de formation, à suivre avant le {day_words(until)}."
    return f"Absence justifiée, session le {day_words(commitment.session_on or until)}."


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
