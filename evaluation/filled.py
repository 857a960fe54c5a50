"""A self-evaluation filled in a spreadsheet: its cells read, held against the panel, every fault told by cell. Pure.

One line per CER, one column per line of the grid, « oui » or « non ». A line left blank leaves its CER as it is.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from core.cells import NO, YES, letter
from core.french import NBSP
from core.identifiers import clean_line, folded
from rulebook.clauses import Grid
from rulebook.enums import ContractType

SHEET = "Grille"
REFERENCE, CONTRACT, VERSION = "Référence", "Contrat", "Version (ne pas modifier)"
FORMULA = "="
"""Stands for a formula, which is never computed."""
NOT_ASKED = "sans objet"
CONTRACTS = {ContractType.SOLIDARITY: "Solidarité", ContractType.SOCIO_PROFESSIONAL: "Socioprofessionnel"}
MAX_BYTES = 2 * 1024 * 1024
SHOWN = 30
HEADER_SEARCH = 5
AGAIN = "téléchargez le modèle de nouveau, ou videz ses réponses"


class FilledUnreadable(Exception):  # noqa: N818 — un fichier illisible n’est pas une panne
    """The file as a whole can't be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in a cell, named as the spreadsheet names it."""

    cell: str
    words: str

    def __str__(self) -> str:
        return f"Feuille «{NBSP}{SHEET}{NBSP}», cellule {self.cell}{NBSP}: {self.words}"


@dataclass(frozen=True, slots=True)
class FilledTable:
    """The texts of the file by row (its number in the sheet) and column (its title, or the id of a line)."""

    columns: Mapping[str, int]
    rows: tuple[tuple[int, Mapping[str, str]], ...]

    def as_json(self) -> dict[str, Any]:
        return {"columns": dict(self.columns), "rows": [[number, dict(cells)] for number, cells in self.rows]}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "FilledTable":
        return cls(kept["columns"], tuple((number, cells) for number, cells in kept["rows"]))


@dataclass(frozen=True, slots=True)
class KnownCer:
    """A CER of the panel as it stands: its type, its self-evaluation and the version of it, 0 when blank."""

    reference: str
    contract_type: str
    ticks: tuple[str, ...] = ()
    version: int = 0
    validated: bool = False


class Effect(StrEnum):
    WRITE = "write"
    SAME = "same"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row would do. `version`: the one it was filled from; `named`: it is the row that gives the type;
    `reopens`: the CER was validated, and will have to be again."""

    reference: str
    effect: Effect
    contract_type: str = ""
    ticks: tuple[str, ...] = ()
    version: int = 0
    named: bool = False
    reopens: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What a whole file would do, and what is wrong in it: while something is, nothing is written."""

    entries: tuple[Entry, ...]
    faults: tuple[CellFault, ...]

    @property
    def to_write(self) -> tuple[Entry, ...]:
        return () if self.faults else tuple(each for each in self.entries if each.effect is Effect.WRITE)

    @property
    def same(self) -> int:
        return sum(each.effect is Effect.SAME for each in self.entries)

    @property
    def blank(self) -> int:
        return sum(each.effect is Effect.BLANK for each in self.entries)

    @property
    def digest(self) -> str:
        """Stands for all that is shown, and so for what is agreed to."""
        return sha256(repr(self).encode()).hexdigest()


def read_filled(
    lines: Sequence[tuple[int, Sequence[Any]]], formulas: Collection[tuple[int, int]], grid: Grid
) -> FilledTable:
    """The rows under the titles; `formulas`: (row, column) of those that the sheet has."""
    titled = {folded(line.text): line.id for line in grid.lines}
    titled |= {folded(title): title for title in (REFERENCE, CONTRACT, VERSION)}
    for top, (_, cells) in enumerate(lines[:HEADER_SEARCH]):  # noqa: B007 — lu après la boucle
        columns = {titled[name]: column for column, name in enumerate(map(_folded, cells)) if name in titled}
        if REFERENCE in columns:
            break
    else:
        raise FilledUnreadable("Les titres du modèle n’ont pas été trouvés en haut de la feuille\u00a0: gardez-les.")
    missing = [title for folded_title, title in titled.items() if title not in columns]
    if missing:
        names = [line.text for line in grid.lines if line.id in missing] + [each for each in missing if each in TITLES]
        raise FilledUnreadable(f"Il manque la colonne «{NBSP}{names[0]}{NBSP}»{NBSP}: repartez du modèle.")
    rows = [(number, _texts(number, cells, columns, formulas)) for number, cells in lines[top + 1 :]]
    kept = tuple((number, cells) for number, cells in rows if any(cells.values()))
    if not kept:
        raise FilledUnreadable("Cette feuille ne contient aucun CER sous ses titres.")
    return FilledTable(columns, kept)


def plan_filled(table: FilledTable, known: Iterable[KnownCer], grid: Grid) -> Filled:
    """What the file would write, the panel being what it is now."""
    by_reference = {folded(cer.reference): cer for cer in known}
    times = Counter(folded(cells[REFERENCE]) for _, cells in table.rows)
    entries: list[Entry] = []
    faults: list[CellFault] = []
    for number, cells in table.rows:
        reference = folded(cells[REFERENCE])
        row = _Row(number, cells, table.columns, by_reference.get(reference), times[reference] > 1, grid)
        found = list(row.faults())
        faults += found
        if not found:
            entries.append(row.entry())
    return Filled(tuple(entries), tuple(faults))


TITLES = (REFERENCE, CONTRACT, VERSION)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row beside the CER that it names."""

    number: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]
    cer: KnownCer | None
    twice: bool
    grid: Grid

    @property
    def contract_type(self) -> str:
        """What the portal knows, else what the row says."""
        if self.cer and self.cer.contract_type:
            return self.cer.contract_type
        return next((key for key, words in CONTRACTS.items() if folded(words) == folded(self.cells[CONTRACT])), "")

    @property
    def is_blank(self) -> bool:
        return not any(_answer(self.cells[line.id]) is not None or self._is_odd(line.id) for line in self.grid.lines)

    @property
    def ticks(self) -> tuple[str, ...]:
        lines = self.grid.lines_for(ContractType(self.contract_type))
        return tuple(line.id for line in lines if _answer(self.cells[line.id]))

    def entry(self) -> Entry:
        cer = self.cer
        if cer is None or self.is_blank:
            return Entry(cer.reference if cer else "", Effect.BLANK)
        same = bool(cer.version) and set(self.ticks) == set(cer.ticks)
        return Entry(
            cer.reference,
            Effect.SAME if same else Effect.WRITE,
            self.contract_type,
            self.ticks,
            cer.version,
            named=not cer.contract_type,
            reopens=cer.validated and not same,
        )

    def faults(self) -> Iterator[CellFault]:
        for name, words in self.cells.items():
            if words == FORMULA:
                yield self._fault(name, "une formule ne se lit pas, écrivez la réponse.")
        if self.cer is None:
            words = self.cells[REFERENCE][:SHOWN]
            yield self._fault(
                REFERENCE, f"«{NBSP}{words}{NBSP}» n’est pas dans votre dossier." if words else "la référence manque."
            )
        elif self.twice:
            yield self._fault(REFERENCE, f"{self.cer.reference} est deux fois dans la feuille.")
        elif not self.is_blank:
            yield from self._answer_faults(self.cer)

    def _answer_faults(self, cer: KnownCer) -> Iterator[CellFault]:
        said = folded(self.cells[CONTRACT])
        if not self.contract_type:
            yield self._fault(CONTRACT, f"écrivez {' ou '.join(CONTRACTS.values())}.")
            return
        if said and said != folded(CONTRACTS[ContractType(self.contract_type)]):
            yield self._fault(
                CONTRACT, "le portail connaît un autre type\u00a0; corrigez-le d’abord sur la page du CER."
            )
        asked = {line.id for line in self.grid.lines_for(ContractType(self.contract_type))}
        for line in self.grid.lines:
            answer, words = _answer(self.cells[line.id]), self.cells[line.id]
            if words == FORMULA:
                continue
            if self._is_odd(line.id) and words:
                yield self._fault(line.id, f"«{NBSP}{words[:SHOWN]}{NBSP}» ne se lit pas, écrivez oui ou non.")
            elif line.id in asked and answer is None:
                yield self._fault(line.id, "la réponse manque, écrivez oui ou non.")
            elif line.id not in asked and answer:
                yield self._fault(line.id, "cette ligne n’est pas demandée à ce type de contrat, laissez-la vide.")
        yield from self._version_faults(cer)

    def _version_faults(self, cer: KnownCer) -> Iterator[CellFault]:
        """Whoever filled from an older grid has not seen what the newer one says; the same ticks harm nobody."""
        if self.cells[VERSION] != str(cer.version) and set(self.ticks) != set(cer.ticks):
            if self.cells[VERSION].isdecimal():
                yield self._fault(VERSION, f"{cer.reference} a changé sur le portail depuis ce modèle{NBSP}: {AGAIN}.")
            else:
                yield self._fault(VERSION, f"la version de {cer.reference} est effacée ou modifiée{NBSP}: {AGAIN}.")

    def _is_odd(self, line: str) -> bool:
        """Neither an answer nor left out."""
        words = folded(self.cells[line])
        return self.cells[line] == FORMULA or (words not in YES | NO and words not in {"", NOT_ASKED})

    def _fault(self, name: str, words: str) -> CellFault:
        return CellFault(f"{letter(self.columns[name])}{self.number}", words)


def _answer(words: str) -> bool | None:
    said = folded(words)
    return True if said in YES else False if said in NO else None


def _texts(
    number: int, cells: Sequence[Any], columns: Mapping[str, int], formulas: Collection[tuple[int, int]]
) -> dict[str, str]:
    return {
        name: FORMULA if (number, column) in formulas else _text(cells[column] if column < len(cells) else "")
        for name, column in columns.items()
    }


def _text(value: Any) -> str:
    """A whole number without its decimals, a box ticked as a word."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(clean_line(str(value)).split())


def _folded(value: Any) -> str:
    return folded(str(value))
