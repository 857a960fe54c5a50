"""Numbers that point at one person: NIR, telephone, allocataire, France Travail, bank account.

A page is read once for its runs of digits, with the separators and the slips of a character recognition (O for 0, l
for 1) that they bear. A run then asks for a proof that a slip or a chance cannot give: a key, a shape, or the label
that stands nearest before it (same line, or the cells above).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from stdnum.exceptions import ValidationError
from stdnum.fr import nir as nir_number
from stdnum.fr import siret as siret_number

from documents.anonymity.births import ANY_DATE
from documents.anonymity.hits import Hit
from documents.anonymity.labels import Labels, label_pattern
from documents.anonymity.words import any_of
from documents.enums import FindingKind

SLIPS = str.maketrans({"O": "0", "o": "0", "Q": "0", "I": "1", "l": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})
CHUNK = re.compile(
    r"(?:[0-9OoQIlSBZ](?<![A-Za-z0-9].)|\|(?<=\s.)(?=[0-9]))(?:[0-9OoQIlSBZ]|(?<=\s)\|(?=[0-9]))*+"
    r"([AB](?![A-Za-z0-9]))?|[0-9](?<=[A-Za-z].)[0-9]*+([AB](?![A-Za-z0-9]))?"
)
DIGITS = re.compile(r"[0-9]\D{0,8}[0-9]")
GAP = re.compile(r"[\s.\-_/·•:,()|]{1,4}")
LETTER = re.compile(r"[ ./\-]?[A-Z](?![A-Za-z0-9'°])|[a-z](?![A-Za-z0-9'])")
UNIT = re.compile(r"\s?(?:€|[Ee]uros?\b|EUR|h\b|km|%|kwh|kWh|m2)")
LOOKS_DATED = re.compile(r"[0-3]?\d[ ./-][01]?\d[ ./-](?:19|20)\d\d")
SIRET = re.compile(r"(?<![0-9])[0-9](?:[ .]?[0-9]){13}(?![0-9])")
LANDLINE = re.compile(r"(?:\+33|0033|0)\D*[1-59]")
OFFICE = re.compile(rf"\b(?=[a-z]){any_of('switchboards', at_word_start=True)}")
OFFICE_AFTER = re.compile(rf"\s?\((?:le |la |l')?{any_of('switchboards')}", re.I)
SOMEBODY = re.compile(any_of("somebody"), re.I)
LABEL = label_pattern("caf", "travail", "nir", "phone", "bank", "other")
AFTER = re.compile(
    r"\s{0,2}[(\[\-:|,]?\s?(?:n°\s?)?(?:identifiant |id\.? |numero )?"
    r"(?:(?P<caf>(?i:caf\b|alloc|msa\b))|(?P<travail>(?i:france travail|pole emploi|ft\b|pe\b)))"
)
SENTENCE_END = re.compile(r"(?<!tel)\.\s*\n|\d\.\s|[a-z]{4}\.\s")
ID_GROUPS = frozenset(
    {(7,), (1, 3, 3), (2, 2, 3), (3, 4), (4, 3), (2, 3, 2), (3, 3, 1), (3, 2, 2), (1, 2, 2, 2), (2, 5), (5, 2)}
)
SPECIAL = [1, 3, 3, 3]
"""How the numbers of services are written: « 0 809 401 401 »."""
LOOSE_GAPS = frozenset(" .-_")
KEY_APART = re.compile(r"[\s,(/-]{0,3}(?i:cle|clef)\s?:?\s?\d\d(?!\d)")
WINDOW, SHORTEST = 110, 6


@dataclass(slots=True)
class Chunk:
    start: int
    end: int
    signs: str


def find_numbers(text: str) -> Iterator[Hit]:
    if not DIGITS.search(text):
        return
    labels = Labels(LABEL, text.lower())
    for run in _runs(text):
        if sum(len(chunk.signs) for chunk in run) >= SHORTEST:
            yield from _hits_in(text, run, labels)


def _runs(text: str) -> Iterator[list[Chunk]]:
    run: list[Chunk] = []
    for match in CHUNK.finditer(text):
        start, end = match.span()
        signs = match[0]
        digits = len(signs) if signs.isdigit() else sum(map(str.isdigit, signs))
        if (not digits and (len(signs) > 2 or text[end : end + 1].isalpha())) or (
            digits < len(signs) and text[end : end + 1].isalpha()
        ):
            continue
        if run and not GAP.fullmatch(text, run[-1].end, start):
            yield run
            run = []
        run.append(Chunk(start, end, signs))
    if run:
        yield run


def _hits_in(text: str, run: list[Chunk], labels: Labels) -> Iterator[Hit]:
    at = 0
    while at < len(run):
        for find in FINDERS:
            if found := find(text, run, at, labels):
                hit, at = found
                if hit:
                    yield hit
                break
        else:
            at += 1


def _nir_at(text: str, run: list[Chunk], at: int, labels: Labels) -> tuple[Hit, int] | None:
    """15 signs with a key, or the shape of one, or 10 and more after its label."""
    if run[at].signs[0] not in "123478Il|Z":
        return None
    signs, wide = "", None
    for end in range(at, min(at + 15, len(run))):
        if end > at and text.count("\n", run[end - 1].end, run[end].start) > 1:
            break
        signs += run[end].signs
        if len(signs) > 15:
            break
        if len(signs) < 10:
            continue
        mended = _canonical_nir(signs) if len(signs) in {13, 15} else None
        if mended and _has_key(mended) and len(signs) == 15:
            return Hit(FindingKind.NIR, run[at].start, run[end].end, 99), end + 1
        if "," in text[run[at].start : run[end].end]:
            continue
        if len(signs) == 15 and mended and _could_be_nir(mended):
            wide = end, 60
        elif (
            mended
            and [len(chunk.signs) for chunk in run[at : end + 1]] == [1, 2, 2, 2, 3, 3]
            and _could_be_nir(mended + "00")
        ):
            wide = end, 70
        elif signs[0] in "123478" and _label(text, run[at].start, labels) == "nir":
            wide = end, 80
    if wide is None:
        return None
    end, confidence = wide
    key = KEY_APART.match(text, run[end].end)
    return Hit(FindingKind.NIR, run[at].start, key.end() if key else run[end].end, confidence), end + 1


def _phone_at(text: str, run: list[Chunk], at: int, labels: Labels) -> tuple[Hit | None, int] | None:
    """Ten digits from 0, +33 and nine, another country’s after +, nine after a label; (None, …) for an office’s."""
    start = run[at].start
    plus = text[max(start - 2, 0) : start].strip(" (").endswith("+")
    lead = run[at].signs[0]
    if not plus and lead not in "0OoQ67":
        return None
    digits = ""
    for end in range(at, min(at + 11, len(run))):
        if end > at and text.count("\n", run[end - 1].end, run[end].start) > 1:
            return None
        digits += run[end].signs.translate(SLIPS)
        if digits.startswith("08") and [len(chunk.signs) for chunk in run[at : end + 1]] == SPECIAL:
            return None, end + 1
        if _is_phone(text, run[at : end + 1], digits, labels, plus=plus):
            break
        if len(digits) > 14:
            return None
    else:
        return None
    if plus and not digits.startswith("33"):
        while (
            end + 1 < len(run)
            and len(digits) + len(run[end + 1].signs) <= 13
            and run[end + 1].start - run[end].end == 1
        ):
            end += 1
            digits += run[end].signs
    head = text.rfind("+", max(start - 2, 0), start) if plus else start
    head -= text[head - 1 : head] == "("
    written = text[head : run[end].end]
    if LOOKS_DATED.match(written) or _is_job_seeker_s(text, run[at : end + 1], labels) or _is_siret_around(text, start):
        return None
    if LANDLINE.match(written) and (_is_of_an_office(text, start) or OFFICE_AFTER.match(text, run[end].end)):
        return None, end + 1
    return Hit(FindingKind.PHONE, head, run[end].end, 95), end + 1


def _is_job_seeker_s(text: str, chunks: list[Chunk], labels: Labels) -> bool:
    """Ten digits in one piece and a letter, after the label of France Travail."""
    lettered = len(chunks) == 1 and LETTER.match(text, chunks[0].end)
    return bool(lettered) and _label(text, chunks[0].start, labels) == "travail"


def _is_phone(text: str, chunks: list[Chunk], digits: str, labels: Labels, *, plus: bool) -> bool:
    if plus or digits.startswith("0033"):
        national = digits.removeprefix("00")
        if national.startswith("33"):
            national = national[2:].removeprefix("0")
            return len(national) == 9 and national[0] in "12345679"
        return plus and len(national) >= 10
    if digits[0] == "0" and len(digits) == 10 and digits[1] in "12345679":
        sizes = [len(chunk.signs) for chunk in chunks]
        even = sizes == [2] * 5
        between = (text[one.end : other.start] for one, other in pairwise(chunks))
        return even or all(sign in " .-()\n" for gap in between for sign in gap)
    if digits[0] in "67" and len(digits) == 9:
        sizes = [len(chunk.signs) for chunk in chunks]
        return (sizes == [1, 2, 2, 2, 2] or sizes == [9]) and _label(text, chunks[0].start, labels, 40) == "phone"
    return False


def _account_at(text: str, run: list[Chunk], at: int, labels: Labels) -> tuple[Hit, int] | None:
    """A bank account’s digits after its label, whatever its key says."""
    if at or sum(len(chunk.signs) for chunk in run) < 18 or _label(text, run[0].start, labels, 60) != "bank":
        return None
    return Hit(FindingKind.IBAN, run[0].start, run[-1].end, 75), len(run)


def _file_number_at(text: str, run: list[Chunk], at: int, labels: Labels) -> tuple[Hit, int] | None:
    """An allocataire’s or a job seeker’s number: with its label, or seven digits alone (a header often has no more)."""
    last, size = at, len(run[at].signs)
    while last + 1 < len(run) and last < at + 7 and text[run[last].end : run[last + 1].start] in LOOSE_GAPS:
        last += 1
        size += len(run[last].signs)
    if size < SHORTEST or _is_dated(text, run[at].start):
        return None
    label = _label(text, run[at].start, labels)
    for end in range(last, at - 1, -1):
        if hit := _file_number(text, run[at : end + 1], label, followed=end + 1 < len(run)):
            return hit, end + 1
    return None


def _file_number(text: str, chunks: list[Chunk], label: str, *, followed: bool) -> Hit | None:
    """The hit that these chunks make together under their label, None for an amount, a reference, a postcode."""
    start, stop = chunks[0].start, chunks[-1].end
    sizes = tuple(len(chunk.signs) for chunk in chunks)
    written, size = "".join(chunk.signs for chunk in chunks), sum(sizes)
    if UNIT.match(text, stop) or not 6 <= size <= 11 or sum(map(str.isdigit, written)) < 4:
        return None
    if size == 8 and written[-1] in "AB":
        size, sizes = 7, (*sizes[:-1], sizes[-1] - 1)
    letter = LETTER.match(text, stop)
    tail = letter.end() if letter else stop
    after = AFTER.match(text, tail)
    if after and label not in {"caf", "travail"}:
        label = after.lastgroup or label
    if label == "travail" and size >= 7:
        return Hit(FindingKind.FRANCE_TRAVAIL_ID, start, tail, 90)
    if label == "caf" and size <= 8:
        return Hit(FindingKind.CAF_NUMBER, start, tail, 90)
    if label in {"other", "bank"} or not written.isdigit() or size != 7 or sizes not in ID_GROUPS:
        return None
    if letter and letter[0][-1].isupper():
        return Hit(FindingKind.CAF_NUMBER, start, tail, 70)
    apart = text[max(start - 1, 0) : start] not in {*"+/-,."} and text[stop : stop + 1] not in {*"/-°"}
    return Hit(FindingKind.CAF_NUMBER, start, stop, 50) if len(chunks) == 1 and apart and not followed else None


def _is_dated(text: str, position: int) -> bool:
    """Does a date cover this place?"""
    base = max(position - 6, 0)
    around = ANY_DATE.finditer(text[base : position + 20].lower())
    return any(match.start() <= position - base < match.end() for match in around)


def _label(text: str, position: int, labels: Labels, reach: int = WINDOW) -> str:
    """The kind of the last label before a place: on its line, or in the four lines above; "" for none."""
    kind, end = labels.last(position, reach)
    return kind if text.count("\n", end, position) < 5 else ""


def _is_of_an_office(text: str, position: int) -> bool:
    """Is the number at a place that of an office, named on its line or just above, with nobody between?"""
    window = text[max(position - 130, 0) : position]
    offices = list(OFFICE.finditer(window.lower()))
    if not offices:
        return False
    between = window[offices[-1].end() :]
    return between.count("\n") < 5 and not SOMEBODY.search(between) and not SENTENCE_END.search(between)


def _is_siret_around(text: str, position: int) -> bool:
    """Does a valid SIRET of the same line cover this position? Its digits are no telephone number."""
    base = max(position - 20, 0)
    return any(
        match.start() <= position - base < match.end() and siret_number.is_valid(re.sub(r"[ .]", "", match[0]))
        for match in SIRET.finditer(text[base : position + 20])
    )


def _canonical_nir(signs: str) -> str | None:
    """The 13 or 15 signs behind a written NIR, slips mended; None when too much had to be mended."""
    department = signs[5:7]
    mended = signs[:5] + (department if department in {"2A", "2B"} else department.translate(SLIPS)) + signs[7:]
    mended = mended[:5].translate(SLIPS) + mended[5:7] + mended[7:].translate(SLIPS)
    slips = sum(before != after for before, after in zip(signs, mended, strict=True))
    if slips > 6 or not (mended[:5] + mended[7:]).isdecimal():
        return None
    return mended


def _has_key(digits: str) -> bool:
    try:
        nir_number.validate(digits)
    except ValidationError:
        return False
    return True


def _could_be_nir(digits: str) -> bool:
    """The shape without the key: sex, month of birth, département (1, 2 or 2A, 99)."""
    month = int(digits[3:5])
    return digits[0] in "12" and (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) and digits[5:7] != "00"


FINDERS: tuple[Callable[[str, list[Chunk], int, Labels], tuple[Hit | None, int] | None], ...] = (
    _nir_at,
    _phone_at,
    _account_at,
    _file_number_at,
)
