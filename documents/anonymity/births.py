"""When somebody was born: dates said to be of birth, dates too old for a contract (patterns of small letters)."""

import re
from collections.abc import Iterator
from datetime import date

from documents.anonymity.hits import Hit
from documents.anonymity.labels import Labels, label_pattern
from documents.enums import FindingKind

SLIPS = str.maketrans({"o": "0", "i": "1", "l": "1", "|": "1"})
MONTHS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
SHORT_MONTHS = r"janv?|fevr?|avr|juil|sept?|oct|nov|dec"
D = r"[0-9oil|]"
GAP = r"\s?[./\-\s_]\s?"
NUMERIC = rf"{D}?{GAP}{D}?{D}{GAP}(?:{D}{{4}}|{D}{{2}})(?!\d)"
WRITTEN = (
    rf"(?:{D}?|(?<=1)\s?er)[\s\-.]{{0,3}}(?:{MONTHS}|(?:{SHORT_MONTHS})\.?)[\s\-.]{{0,3}}(?:{D}{{4}}|{D}{{2}}(?!\d))"
)
ISO = r"(?:(?<=1)9|(?<=2)0)\d\d[-/.]\d\d[-/.]\d\d"
"""The three ways, after the first sign of a date."""
UNITS = "une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
TENS = "vingt|trente|quarante|cinquante|soixante|quatre-vingts?"
SPELT = re.compile(
    rf"\b(?:premier|(?:{TENS}|dix)[ -](?:et[ -])?(?:{UNITS})|{TENS}|{UNITS}) (?:{MONTHS})"
    rf" (?:mil(?:le)?(?:[ -]neuf[ -]cents?)?|deux[ -]mille)(?:[ -](?:{TENS}|{UNITS}|et)\b)*"
)
ANY_DATE = re.compile(rf"([0-9oil|](?<![\w,-].)(?<!\d[./].)(?:{ISO}|{NUMERIC}|{WRITTEN}))(?!\d|/)")
APART = re.compile(r"[0-9](?<![\w.,].)(?: ?[/ ] ?\d){7}(?![\w/])")
THOUSAND = re.compile(r"mil(?<=[ -]...)")
LABEL = label_pattern("birth", "date")
LABEL_AFTER = re.compile(r"\s?[(:,-]?\s?(?:\(?date de naissance|naissance\b|ne\(?e?\)?\b(?! pas))")
LOOSE = re.compile(
    r"(?:n(?:(?<!\w.)(?:ee?s?|\(?ee?\)?)|aissance)|d(?<!\w.)d?n)(?:\(e\)|e)?\s?(?:(?:le|:|un)\s?){0,2}\n?"
    r"(\d{1,2}[ .\-/]?[a-z0-9]{2,9}\.?[ .\-/]{1,2}(?:19|20)?\d\d|[0-3]\d[01]\d(?:19|20)\d\d)(?![\w/])",
)
"""A date that a machine or a hand spelt badly, right after the word for birth."""
YEAR_OF_BIRTH = re.compile(rf"n(?<!\w.)ee?s?(?:\(e\))?\s(?:en|courant|vers)\s((?:(?:{MONTHS})\s)?(?:19|20)\d\d)\b")
NEXT_BIRTH = re.compile(r"\s?(?:,|et|/|;|-)\s?(?:le\s|du\s)?\s?(?:et le\s)?")
WRAPPED = re.compile(r"(?<= (?:du|le|au|de|en)) ?\n|\n(?=(?:du|le|au|en) )")
REACH = 60
YOUNGEST = 15
"""A bare date older than this many years before today is no date of a contract: it reads as a date of birth."""
OLDEST = 105


def find_birth_dates(text: str, today: date) -> Iterator[Hit]:
    """Dates said to be of birth (the ones listed after it too), and bare dates too old for a contract of `today`."""
    text = text.lower()
    labels = Labels(LABEL, text)
    born_until = -1
    for match in ANY_DATE.finditer(text):
        year = year_of(match[1])
        if not year:
            continue
        start, end = match.span(1)
        if (
            _is_labelled(text, start, labels)
            or LABEL_AFTER.match(text, end)
            or (born_until >= 0 and NEXT_BIRTH.fullmatch(text, born_until, start))
        ):
            born_until = end
            yield Hit(FindingKind.BIRTH_DATE, start, end, 97)
        elif today.year - OLDEST <= year <= today.year - YOUNGEST and not _is_of_something_else(text, start, labels):
            yield Hit(FindingKind.BIRTH_DATE, start, end, 65)
    for match in YEAR_OF_BIRTH.finditer(text):
        yield Hit(FindingKind.BIRTH_DATE, *match.span(1), 70)
    for match in LOOSE.finditer(text):
        yield Hit(FindingKind.BIRTH_DATE, *match.span(1), 80)
    for match in SPELT.finditer(text) if THOUSAND.search(text) else ():
        if _is_labelled(text, match.start(), labels):
            yield Hit(FindingKind.BIRTH_DATE, *match.span(), 95)
    for match in APART.finditer(text):
        signs = re.sub(r"\D", "", match[0])
        if year_of(f"{signs[:2]}/{signs[2:4]}/{signs[4:]}") and _is_labelled(text, match.start(), labels):
            yield Hit(FindingKind.BIRTH_DATE, *match.span(), 90)


def year_of(written: str) -> int | None:
    """The year (four digits) of a written date that exists; None for anything else."""
    month = re.search(r"[a-z]{3}", written)
    if re.match(r"\d{4}[-/.]", written):
        year, number, day = map(int, re.findall(r"\d+", written))
    else:
        numbers = [int(part) for part in re.findall(r"\d+", written if month else written.translate(SLIPS))]
        if month and len(numbers) == 2:
            (day, year), number = numbers, 1
        elif len(numbers) == 3:
            day, number, year = numbers
        else:
            return None
    if not (1 <= day <= 31 and 1 <= number <= 12):
        return None
    if year < 100:
        year += 1900 if year > 30 else 2000
    return year if 1900 <= year <= 2100 else None


def _is_of_something_else(text: str, position: int, labels: Labels) -> bool:
    """Does its line say what else a date is of: a law, a licence, a contract?"""
    kind, end = labels.last(position, REACH)
    return kind == "date" and "\n" not in WRAPPED.sub(" ", text[end:position])


def _is_labelled(text: str, position: int, labels: Labels) -> bool:
    """Is the last label before a date one of birth?"""
    kind, end = labels.last(position, REACH)
    between = text[end:position]
    return kind == "birth" and between.count("\n") < 4 and not re.search(r"\d{4}|[.;]\s", between)
