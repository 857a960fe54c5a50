"""Tables: what the head of a column says, its cells do not repeat."""

import re
from collections.abc import Iterator

from documents.anonymity.births import ANY_DATE
from documents.anonymity.hits import Hit
from documents.anonymity.lexicon import is_no_name
from documents.enums import FindingKind as K

EDGE = re.compile(r" *[;|] *| {3,}")
HEADS = (
    (K.BIRTH_DATE, re.compile(r"nee?\W{0,3}(?:e\W{0,2})?\s?le|(?:date de )?naissance|d\.?d?\.?n\.?$")),
    (K.CAF_NUMBER, re.compile(r"(?:n[°o]\W{0,2}|numero )?(?:d')?(?:alloc|caf\b)|matricule")),
    (K.FRANCE_TRAVAIL_ID, re.compile(r"(?:n[°o]\W{0,2}|id\w* )?(?:france travail|ft$|pole emploi|pe$)|identifiant$")),
    (
        K.PERSON_NAME,
        re.compile(r"(?:pre)?noms?(?! d[eu] (?:l'?a|l'o|la s|l'e|lieu))|beneficiaire|participant|enfants?$"),
    ),
)
CELLS = {
    K.BIRTH_DATE: ANY_DATE,
    K.CAF_NUMBER: re.compile(r"\b\d(?:[ .]?\d){5,7}(?: ?[A-Z])?\b"),
    K.FRANCE_TRAVAIL_ID: re.compile(r"\b\d(?:[ .]?\d){6,10}(?: ?[A-Z])?\b"),
    K.PERSON_NAME: re.compile(r"[A-Za-z]{2}[A-Za-z'.-]*(?: [A-Za-z'.-]+){0,4}(?= *$)"),
}
"""What a cell holds for each head; dates are searched in small letters."""
Cell = tuple[int, int]


def find_in_columns(text: str) -> Iterator[Hit]:
    """Names, births and numbers in the cells under the heads that announce them."""
    heads: dict[int, K] = {}
    width = 0
    for cells in _rows(text):
        if len(cells) != width:
            told = {at: kind for at, cell in enumerate(cells) if (kind := _head(text, cell))}
            heads, width = (told, len(cells)) if len(told) > 1 else ({}, 0)
            continue
        for at, kind in heads.items():
            start, end = cells[at]
            found = CELLS[kind].match(text[start:end].lower() if kind is K.BIRTH_DATE else text[start:end])
            if found and not (kind is K.PERSON_NAME and _names_nobody(found[0])):
                yield Hit(kind, start + found.start(), start + found.end(), 85)


def _rows(text: str) -> Iterator[list[Cell]]:
    start = 0
    for line in text.split("\n"):
        if (
            ("|" in line or ";" in line or "   " in line)
            and len(line) < 400
            and (edges := [edge.span() for edge in EDGE.finditer(line) if edge.start()])
        ):
            starts = [0, *(end for _, end in edges)]
            ends = [*(begin for begin, _ in edges), len(line)]
            yield [(start + begin, start + end) for begin, end in zip(starts, ends, strict=True)]
        elif line.strip():
            yield []
        start += len(line) + 1


def _head(text: str, cell: Cell) -> K | None:
    written = text[slice(*cell)].strip().lower()
    if len(written) > 30 or ":" in written:
        return None
    return next((kind for kind, head in HEADS if head.match(written)), None)


def _names_nobody(written: str) -> bool:
    words = re.split(r"[ .-]+", written.lower())
    return all(is_no_name(word) for word in words if word)
