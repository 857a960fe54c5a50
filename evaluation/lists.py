"""What a structure writes to list one référent's CERs: one neutral reference a line, or a mere number. Pure.

A column pasted from a spreadsheet is such a list. Nothing in it may stand for a person: it will be shown to those who
check the draw.
"""

import re
from dataclasses import dataclass

from evaluation.caf import CAF_NUMBER
from evaluation.draw import BadListError, checked_list

REFERENCE_LENGTH = 60
LIST_LENGTH = 1_000
NBSP, NNBSP = "\u00a0", "\u202f"
COUNT = re.compile(r"\d{1,4}")
LONG_NUMBER = re.compile(r"(?:\d[ .-]?){10,}")


@dataclass(frozen=True, slots=True)
class ReadList:
    """`counted`: the structure gave a number, the references are numbered from 1."""

    references: tuple[str, ...]
    counted: bool = False


def read_list(text: str) -> ReadList:
    """The references of a list as it was typed or pasted; none for « 0 ». BadListError, in French, with the line."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise BadListError("La liste est vide.")
    if len(lines) == 1 and COUNT.fullmatch(lines[0][1]):
        count = int(lines[0][1])
        _check_length(count)
        return ReadList(tuple(f"Contrat {number}" for number in range(1, count + 1)), counted=True)
    _check_length(len(lines))
    return ReadList(checked_list([_checked_line(number, line) for number, line in lines]))


def _check_length(count: int) -> None:
    if count > LIST_LENGTH:
        raise BadListError(f"Une liste va jusqu’à {LIST_LENGTH} contrats.")


def _checked_line(number: int, line: str) -> str:
    cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
    if len(cells) > 1:
        raise BadListError(f"Ligne {number}{NBSP}: plusieurs colonnes. Collez la colonne des références, elle seule.")
    reference = cells[0]
    if len(reference) > REFERENCE_LENGTH:
        raise BadListError(f"Ligne {number}{NBSP}: « {reference[:20]}… » dépasse {REFERENCE_LENGTH} caractères.")
    if "@" in reference or LONG_NUMBER.search(reference) or CAF_NUMBER.fullmatch(reference.upper()):
        raise BadListError(
            f"Ligne {number}{NBSP}: un N° CAF, un téléphone ou une adresse désigne quelqu’un. Mettez une référence "
            "neutre."
        )
    return reference
