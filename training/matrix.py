"""The table référents × obligations as screens show it: one word and one sign per cell. Pure.

Columns are the five obligations of CdC 5-1; what is in order stays quiet, so that what is missing is seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core import french
from rulebook.clauses import Module, Rulebook
from training.coverage import (
    OPTIONAL,
    Coverage,
    ObligationState,
    Status,
    obligation_title,
)
from training.enums import CertificateState, CommitmentKind
from training.facts import CertificateFacts, CommitmentFacts, ReferentFacts

NUMBERS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")


def in_words(number: int) -> str:
    """Up to nine in words, then in figures."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


@dataclass(frozen=True, slots=True)
class Column:
    obligation: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Cell:
    obligation: str
    label: str
    css: str
    icon: str
    word: str
    detail: str
    status: Status


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    detail: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A line of « Ce qui manque »."""

    code: str
    name: str
    obligation: str
    title: str
    icon: str
    detail: str
    half: bool
    to_sort: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    received: int
    committed: int
    partial: int
    missing: int

    @property
    def total(self) -> int:
        return sum(len(row.cells) for row in self.rows)


def build_matrix(
    covered: Coverage,
    rulebook: Rulebook,
    *,
    providers: Mapping[tuple[str, str], str],
    today: date,
    sortable: Mapping[tuple[str, str], object] | None = None,
    noted: Mapping[tuple[str, str], str] | None = None,
) -> Matrix:
    """`providers`: (référent's code, module) -> who gave a training that asks for equivalence.

    `sortable`: (code, module) -> the file that waits to be sorted there, by its proposal; `noted`: the training that
    the structure says was followed, in words, its attestation being still to come.
    """
    rows = tuple(_row(covered, referent, rulebook, providers, today) for referent in covered.counted)
    counts = covered.counts
    return Matrix(
        columns=tuple(column_of(obligation, rulebook) for obligation in covered.obligations),
        rows=rows,
        gaps=tuple(_gaps(covered, rulebook, sortable or {}, noted or {})),
        received=counts[Status.MET] + counts[Status.TO_CHECK],
        committed=counts[Status.CONDITIONAL],
        partial=counts[Status.PARTIAL],
        missing=counts[Status.MISSING] + counts[Status.REFUSED],
    )


def describe(cell: ObligationState, rulebook: Rulebook, *, provider: str, today: date) -> Cell:
    """The sign, the word and the detail of one cell."""
    css, icon, word, detail = _words(cell, rulebook, provider, today)
    title = obligation_title(rulebook, cell.obligation)
    return Cell(cell.obligation, title, css, icon, word, detail, cell.status)


def duration(module: Module) -> str:
    """« 1 jour », « 2 × 2 jours », or nothing where the deliberation gives none."""
    return module.duration.replace(" ", french.NBSP)


def _row(
    covered: Coverage,
    referent: ReferentFacts,
    rulebook: Rulebook,
    providers: Mapping[tuple[str, str], str],
    today: date,
) -> Row:
    arrived = referent.arrived_on
    recent = arrived is not None and (today - arrived).days < 366
    return Row(
        code=referent.code,
        name=referent.name,
        detail=f"{referent.code}, arrivée le {_day(arrived)}" if arrived and recent else referent.code,
        cells=tuple(
            describe(cell, rulebook, provider=providers.get((referent.code, cell.module_id), ""), today=today)
            for cell in covered.row(referent.code)
        ),
    )


def column_of(obligation: str, rulebook: Rulebook) -> Column:
    if obligation == OPTIONAL:
        return Column(obligation, obligation_title(rulebook, obligation), f"un parmi {_count(rulebook)}")
    module = rulebook.module(obligation)
    return Column(obligation, module.short_title, duration(module))


def _count(rulebook: Rulebook) -> str:
    return in_words(len(rulebook.offered_modules))


def _words(cell: ObligationState, rulebook: Rulebook, provider: str, today: date) -> tuple[str, str, str, str]:
    certificates = [c for c in cell.certificates if c.status != CertificateState.REFUSED]
    if cell.status in {Status.MET, Status.TO_CHECK}:
        if any(c.status == CertificateState.EQUIVALENCE for c in certificates):
            return "mx-eq", "equal", "Équivalence demandée", _origin(certificates, provider)
        word = "Attestation acceptée" if cell.status is Status.MET else "Attestation reçue"
        return "mx-ok", "check", word, _followed(cell, certificates, rulebook) or word
    if cell.status is Status.CONDITIONAL and cell.commitment:
        return "mx-eng", "clock", "Sous engagement", _promise(cell.commitment, cell.until, today)
    if cell.status is Status.PARTIAL:
        return "mx-half", "half", "Incomplet", cell.why.rstrip(".")
    if cell.status is Status.REFUSED:
        return "mx-miss", "x", "Refusée", cell.why
    return "mx-miss", "ring", "À ajouter", cell.why or "Aucun fichier"


def _followed(cell: ObligationState, certificates: Iterable[CertificateFacts], rulebook: Rulebook) -> str:
    """Which module was chosen, else when it was followed."""
    module = rulebook.module(cell.module_id)
    if cell.obligation == OPTIONAL:
        return module.short_title
    days = sorted(c.followed_on for c in certificates if c.followed_on)
    if module.parts:
        years = sorted({day.year for day in days})
        return ", ".join([f"{len(module.parts)} parties", *map(str, years[-1:])])
    return _day(days[-1]) if days else ""


def _origin(certificates: Iterable[CertificateFacts], provider: str) -> str:
    years = sorted({c.followed_on.year for c in certificates if c.followed_on})
    return ", ".join(filter(None, [provider, *map(str, years[:1])]))


def _promise(commitment: CommitmentFacts, until: date | None, today: date) -> str:
    if commitment.kind == CommitmentKind.NEWCOMER:
        return f"Plan, jusqu’au {_day(until or commitment.due_on, today)}"
    return f"Absent, session le {_day(commitment.session_on or commitment.due_on, today)}"


def _day(day: date | None, today: date | None = None) -> str:
    """15 sept. 2026, without its year when that is this year's."""
    if day is None:
        return ""
    words = french.day_short(day).partition(" ")[2]
    return words.rpartition(" ")[0] if today and day.year == today.year else words


def _gaps(
    covered: Coverage,
    rulebook: Rulebook,
    sortable: Mapping[tuple[str, str], object],
    noted: Mapping[tuple[str, str], str],
) -> Iterable[Gap]:
    names = {referent.code: referent.name for referent in covered.counted}
    for cell in covered.cells.values():
        if cell.status not in {Status.PARTIAL, Status.REFUSED, Status.MISSING}:
            continue
        optional = cell.obligation == OPTIONAL
        title = obligation_title(rulebook, cell.obligation)
        waiting = _waiting(cell, rulebook, sortable)
        yield Gap(
            code=cell.referent_code,
            name=names[cell.referent_code],
            obligation=cell.obligation,
            title=title.lower() if optional else f"«{french.NBSP}{title}{french.NBSP}»",
            icon="half" if cell.status is Status.PARTIAL else "ring",
            detail=waiting or _noted(cell, rulebook, noted) or cell.why or _advice(cell.obligation, rulebook),
            half=cell.status is Status.PARTIAL,
            to_sort=bool(waiting),
        )


def _waiting(cell: ObligationState, rulebook: Rulebook, sortable: Mapping[tuple[str, str], object]) -> str:
    """A file to sort that seems to be the one missing here."""
    file = _first(cell, rulebook, sortable)
    if file is None:
        return ""
    return f"Le fichier «{french.NBSP}{file}{french.NBSP}», à ranger ci-dessus, semble être celui-ci."


def _noted(cell: ObligationState, rulebook: Rulebook, noted: Mapping[tuple[str, str], str]) -> str:
    """A training of the imported table: only its file is missing."""
    words = _first(cell, rulebook, noted)
    return f"Attestation à joindre{french.NBSP}: {words}." if words else ""


def _first(cell: ObligationState, rulebook: Rulebook, found: Mapping[tuple[str, str], Any]) -> Any:
    """What is kept for the cell's module, or for one of those that may serve."""
    modules = [m.id for m in rulebook.optional_modules] if cell.obligation == OPTIONAL else [cell.obligation]
    return next((found[cell.referent_code, m] for m in modules if (cell.referent_code, m) in found), None)


def _advice(obligation: str, rulebook: Rulebook) -> str:
    if obligation == OPTIONAL:
        titles = ", ".join(module.short_title.lower() for module in rulebook.offered_modules)
        return f"Aucune attestation. Un module parmi {_count(rulebook)}{french.NBSP}: {titles}."
    return f"Aucune attestation. Durée du module{french.NBSP}: {duration(rulebook.module(obligation))}."
