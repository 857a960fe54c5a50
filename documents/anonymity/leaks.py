"""All finders over one text, overlaps settled, what belongs to the structure told apart."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from documents.anonymity import births, columns, electronic, names, numbers, places
from documents.anonymity.hits import Hit
from documents.anonymity.known import OwnDetails
from documents.anonymity.professionals import professionals_among
from documents.anonymity.reading import fold
from documents.enums import FindingKind

STRONGEST_FIRST = (
    FindingKind.IBAN,
    FindingKind.NIR,
    FindingKind.EMAIL,
    FindingKind.PHONE,
    FindingKind.POSTAL_ADDRESS,
    FindingKind.BIRTH_DATE,
    FindingKind.FRANCE_TRAVAIL_ID,
    FindingKind.CAF_NUMBER,
    FindingKind.PERSON_NAME,
)

JOINED = frozenset({FindingKind.PERSON_NAME, FindingKind.POSTAL_ADDRESS, FindingKind.IBAN})


@dataclass(frozen=True, slots=True)
class Leak:
    """`start`, `end`: half-open span in the text that was given; `confidence`: percent."""

    kind: FindingKind
    start: int
    end: int
    confidence: int


def find_leaks(text: str, own: OwnDetails, today: date) -> tuple[Leak, ...]:
    """Every sign in `text`, in the order of the page; those of the structure's professionals are REFERENT_NAME."""
    folded = fold(text)
    hits = _without_own(_all_hits(folded.text, today), folded.text, own)
    kept = _without_overlaps(hits)
    professionals = professionals_among(kept, folded.text, own)
    leaks = [
        Leak(
            FindingKind.REFERENT_NAME if hit in professionals else hit.kind,
            *folded.span(hit.start, hit.end),
            hit.confidence,
        )
        for hit in kept
    ]
    return tuple(sorted(leaks, key=lambda leak: (leak.start, leak.end)))


def mask(excerpt: str) -> str:
    """An excerpt's shape, not what it says: « 06 12 34 56 78 » gives « •• •• •• •• •• », « Léa Roy », « L•• R•• »."""
    return re.sub(r"[^\W\d_]+|\d+", lambda word: _masked_word(word[0]), " ".join(excerpt.replace("\x02", "-").split()))


def _masked_word(word: str) -> str:
    if word.isdigit() or len(word) < 3:
        return "•" * len(word)
    return word[0] + "•" * (len(word) - 1)


def _all_hits(text: str, today: date) -> Iterable[Hit]:
    yield from electronic.find_iban(text)
    yield from electronic.find_emails(text)
    yield from numbers.find_numbers(text)
    yield from births.find_birth_dates(text, today)
    yield from places.find_postal_addresses(text)
    yield from columns.find_in_columns(text)
    yield from names.find_names(text)


def _without_own(hits: Iterable[Hit], text: str, own: OwnDetails) -> list[Hit]:
    """Without what the structure may leave in, nor what only looks like a sign because it is a part of that."""
    found = list(hits)
    known = [hit for hit in found if _belongs_to(text[hit.start : hit.end], hit, own)]
    exact = [hit for hit in known if hit.kind in {FindingKind.PHONE, FindingKind.EMAIL}]
    return [
        hit
        for hit in found
        if hit not in known and not any(one.start <= hit.start <= hit.end <= one.end for one in exact)
    ]


def _belongs_to(written: str, hit: Hit, own: OwnDetails) -> bool:
    if hit.kind is FindingKind.PHONE:
        return own.has_phone(written)
    if hit.kind is FindingKind.EMAIL:
        return own.has_email(written)
    return hit.kind is FindingKind.POSTAL_ADDRESS and own.has_address(written)


def _without_overlaps(hits: list[Hit]) -> list[Hit]:
    """One hit per place: the strongest kind, then the longest span, the surest; names, addresses, accounts joined."""
    kept: list[Hit] = []
    order = {kind: rank for rank, kind in enumerate(STRONGEST_FIRST)}
    for hit in sorted(hits, key=lambda hit: (order[hit.kind], hit.start - hit.end, -hit.confidence)):
        at = bisect_left(kept, hit.start, key=_start)
        clash = next((near for near in (at - 1, at) if 0 <= near < len(kept) and _overlap(hit, kept[near])), None)
        if clash is None:
            kept.insert(at, hit)
        elif kept[clash].kind is hit.kind and hit.kind in JOINED:
            other = kept[clash]
            start, end = min(hit.start, other.start), max(hit.end, other.end)
            kept[clash] = Hit(hit.kind, start, end, max(hit.confidence, other.confidence))
    return kept


def _start(hit: Hit) -> int:
    return hit.start


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end
