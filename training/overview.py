"""Where a structure stands, référents × obligations, as its page and its export tell it. Pure.

Lighter than the matrix of the filing (`training.matrix`): two hundred référents fit in one page.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core import french
from rulebook.clauses import Rulebook
from training.coverage import OPTIONAL, UNMET, Coverage, ObligationState, Status
from training.facts import CertificateFacts
from training.matrix import Column, column_of
from training.ways import Noted, SessionFacts, awaits_paper, fixes

SIGNS = {
    Status.MET: ("ok", "Suivi"),
    Status.TO_CHECK: ("eq", "À vérifier"),
    Status.CONDITIONAL: ("eng", "Engagement"),
    Status.PARTIAL: ("half", "Incomplet"),
    Status.REFUSED: ("no", "Refusé"),
    Status.MISSING: ("miss", "Manque"),
}
"""Status -> (sign, word): the sign is drawn by the style sheet, and never stands alone."""
PAPER = ("À joindre", "attestation")
"""Word and detail instead of those of the status, when what is missing is said to be followed."""
LISTED = 3
"""Sessions shown for each module."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`session`: the soonest that would give what is missing; `detail` is then its day."""

    label: str
    sign: str
    word: str
    detail: str
    session: SessionFacts | None = None


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Useful:
    """A session and how many of those who lack the module it would help."""

    session: SessionFacts
    helped: int


@dataclass(frozen=True, slots=True)
class Lack:
    """A module that some référents lack. `more`: sessions beyond those listed."""

    title: str
    codes: tuple[str, ...]
    sessions: tuple[Useful, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Overview:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    lacks: tuple[Lack, ...]


def build_overview(
    covered: Coverage,
    rulebook: Rulebook,
    sessions: Iterable[SessionFacts] = (),
    *,
    today: date,
    noted: Collection[Noted] = (),
) -> Overview:
    """`sessions`: those that the structure may still take; `noted`: the trainings said to be followed."""
    offer = tuple(sessions)
    unmet = {key: cell for key, cell in covered.cells.items() if cell.status in UNMET}
    papers = {key for key, cell in unmet.items() if awaits_paper(cell, noted)}
    lacking = {key: cell for key, cell in unmet.items() if key not in papers}
    leaves = {referent.code: referent.left_on for referent in covered.counted}
    useful = {
        key: fixes(cell, offer, today=today, noted=noted, left_on=leaves[cell.referent_code])
        for key, cell in lacking.items()
    }
    columns = tuple(column_of(obligation, rulebook) for obligation in covered.obligations)
    rows = tuple(
        Row(
            referent.code,
            referent.name,
            tuple(
                _paper(cell, column.title)
                if (cell.referent_code, cell.obligation) in papers
                else _cell(cell, column.title, rulebook, useful.get((cell.referent_code, cell.obligation), ()), today)
                for cell, column in zip(covered.row(referent.code), columns, strict=True)
            ),
        )
        for referent in covered.counted
    )
    lacks = (_lack(column, useful) for column in columns)
    return Overview(columns, rows, tuple(lack for lack in lacks if lack.codes))


def detail(cell: ObligationState, rulebook: Rulebook) -> str:
    """What an obligation rests on, in a few words: when it was followed, which module, until when."""
    if cell.status is Status.CONDITIONAL:
        return f"jusqu’au {french.day_date(cell.until)}" if cell.until else ""
    if cell.status is Status.PARTIAL:
        module = rulebook.module(cell.module_id)
        left = [need.part for need in cell.needs if need.part]
        return ", ".join(f"{'1re' if part == 1 else f'{part}e'} partie" for part in left) if module.parts else ""
    if cell.status not in {Status.MET, Status.TO_CHECK}:
        return ""
    chosen = rulebook.module(cell.module_id).short_title if cell.obligation == OPTIONAL else ""
    return ", ".join(filter(None, [chosen, _followed(cell.proofs)]))


def _paper(cell: ObligationState, label: str) -> Cell:
    return Cell(label, SIGNS[cell.status][0], *PAPER)


def _cell(cell: ObligationState, label: str, rulebook: Rulebook, useful: Sequence[SessionFacts], today: date) -> Cell:
    sign, word = SIGNS[cell.status]
    if not useful:
        return Cell(label, sign, word, detail(cell, rulebook))
    first = useful[0].starts_on
    when = french.day_month(first) if first.year == today.year else french.day_date(first)
    return Cell(label, sign, word, when, useful[0])


def _lack(column: Column, useful: Mapping[tuple[str, str], tuple[SessionFacts, ...]]) -> Lack:
    lacking = {code: found for (code, obligation), found in useful.items() if obligation == column.obligation}
    helped: dict[int, int] = {}
    by_id: dict[int, SessionFacts] = {}
    for found in lacking.values():
        for session in found:
            helped[session.id] = helped.get(session.id, 0) + 1
            by_id[session.id] = session
    soonest = sorted(by_id.values(), key=lambda session: (session.ends_on, session.id))
    listed = tuple(Useful(session, helped[session.id]) for session in soonest[:LISTED])
    return Lack(column.title, tuple(sorted(lacking)), listed, len(soonest) - len(listed))


def _followed(proofs: Iterable[CertificateFacts]) -> str:
    """12 mai 2025: the last day, when several."""
    days = [proof.followed_on for proof in proofs if proof.followed_on]
    return french.day_date(max(days)) if days else ""
