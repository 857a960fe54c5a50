"""What a structure writes to list one référent's CERs: one neutral reference a line, or a mere number. Pure.

A column pasted from a spreadsheet is such a list. Nothing in it may stand for a person: it will be shown to those who
check the draw.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from core.french import plural
from evaluation.caf import CAF_NUMBER
from evaluation.draw import BadListError, checked_list

REFERENCE_LENGTH = 60
LIST_LENGTH = 1_000
NBSP, NNBSP = "\u00a0", "\u202f"
COUNT = re.compile(r"\d{1,4}")
LONG_NUMBER = re.compile(r"(?:\d[ .-]?){10,}")
TITLE = re.compile(r"\b(?:mme|mlle|madame|mademoiselle|monsieur|m\.|mr)\s+[^\W\d]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadList:
    """`counted`: the structure gave a number, the references are numbered from 1."""

    references: tuple[str, ...]
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is said of a list while it is typed. `tone`: ok, warn, bad, or none while there is nothing to say."""

    references: tuple[str, ...] = ()
    words: str = ""
    tone: str = ""


def understand(text: str, *, wanted: int, drawn: int = 0) -> Reading:
    """The list as it stands, and what drawing of it will give; nothing is raised. `wanted`: of each sample; `drawn`: of
    both, where the control has its own."""
    if not text.strip():
        return Reading()
    try:
        references = read_list(text).references
    except BadListError as error:
        return Reading(words=str(error), tone="bad")
    count = len(references)
    if not count:
        return Reading(words="Aucun contrat\u00a0: vous direz pourquoi à la page des CER.", tone="warn")
    told = f"{count} contrat{plural(count)} lu{plural(count)}{NBSP}: "
    if count < wanted:
        return Reading(references, f"{told}moins de {wanted}, tous seront joints et vous direz pourquoi.", "warn")
    if wanted <= count < drawn:
        shared = drawn - count
        return Reading(
            references,
            f"{told}tous seront joints, dont {shared} pour l’auto-évaluation et le contrôle à la fois.",
            "ok",
        )
    return Reading(references, f"{told}{drawn or wanted} seront tirés au sort.", "ok")


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
    numbered = LONG_NUMBER.search(reference) or CAF_NUMBER.fullmatch(reference.upper())
    if "@" in reference or numbered or TITLE.search(reference):
        raise BadListError(
            f"Ligne {number}{NBSP}: un nom, un N° CAF, un téléphone ou une adresse désigne quelqu’un. Mettez une "
            "référence neutre."
        )
    return reference


def named_in(name: str, references: Iterable[str], *, whole: bool = False) -> str | None:
    """The one reference that a file’s name is, or bears: « dossier-12_anonyme » bears « Dossier 12 », not « Dossier
    1 ». A lone word or number must be the `whole` name. None when none fits, or when several do."""
    words = _words(name)
    borne = {
        reference
        for reference in references
        if (own := _words(reference)) == words or (not whole and len(own) > 1 and _bears(words, own))
    }
    longest = max((len(_words(reference)) for reference in borne), default=0)
    found = [reference for reference in borne if len(_words(reference)) == longest]
    return found[0] if len(found) == 1 else None


def _bears(words: list[str], own: list[str]) -> bool:
    return any(words[start : start + len(own)] == own for start in range(len(words)))


def _words(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W\d_]+|\d+", "".join(one for one in letters if not unicodedata.combining(one)))
