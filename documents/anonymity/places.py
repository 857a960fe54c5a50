"""Where somebody lives: a way and a number, a named dwelling and its door; a town alone is no leak."""

import re
from collections.abc import Iterator

from documents.anonymity.hits import Hit
from documents.anonymity.words import any_of, words
from documents.enums import FindingKind

WAY = re.compile(rf"(?<![\w'-])(?=[a-z]){any_of('ways', at_word_start=True)}(?![\w'-])")
ALSO_A_WORD = words("ways_also_words")
NUMBER = re.compile(
    r"(?<![\w/.-])(?:n°\s?)?(?:[OIl|]{2,4}|(?=[OIl|]{0,3}[0-9])[0-9OIl|]{1,4}\s?(?:bis|ter|quater|[A-Da-d](?=[\s,]))?)"
    r"(?:\s?(?:-|/|et|a)\s?\d{1,4})?"
    r"\s?,?\s?\n?\s?(?:gra?n?de?|petite?|vieille|ancienne|nouvelle)?\.?\s?$",
    re.I,
)
BEFORE = 28
NAME = re.compile(
    r"[.\s,]{1,3}\n?(?:(?:d[eu]s?|de la|la|le|les|l'|d'|au|aux|en|du)[ ']?){0,3}[ ]?([A-Za-z0-9][^\n,;()|]{0,50})", re.I
)
NUMBER_AFTER = re.compile(
    r"[^\n,;()|0-9]{2,40}?[ ,]{1,2}(?:n°\s?)?\d{1,4}(?:\s?(?:bis|ter))?(?=[ ,\n]|$)(?!\s?(?:€|euros|ans|mois|h\b|km|/))"
)
POSTCODE = r"[0-9OIl](?<!\d.)(?:[0-9OIl]{4}|(?<=6)2 ?[0-9OIl]{3})"
LINK = r"en|sur|les|lez|sous|la|le|du|de|des|aux?|et|l'[A-Z]\w+|d'[A-Z]\w+"
TOWN = rf"[A-Z][A-Za-z'-]+(?:[ -](?:[A-Z][A-Za-z'-]+|{LINK})){{0,5}}"
TAIL = re.compile(
    rf"[ ,\n-]{{0,3}}(?i:code postal ?:? ?)?(?:[^\n]{{0,30}}\n)?[ ]{{0,3}}{POSTCODE}\s{{1,2}}{TOWN}"
    r"(?:\s(?i:cedex)(?:\s\d+)?)?"
)
BUSINESS_MAIL = re.compile(r"[ ,\n–-]{0,3}(?:TSA|CS) ?\d{2} ?\d{3}(?!\d)")
"""What the post brings to offices alone: « CS 62039 »."""
WITH_POSTCODE = re.compile(rf"{POSTCODE}\s{{1,2}}(?:{TOWN})")
LINES_BEFORE = re.compile(r"(?<![\w/.,-])\d{1,4}\s?(?:bis|ter|[A-D])?[ ,]{1,2}[A-Za-z][A-Za-z' .-]{3,50}[ ,\n-]{1,3}$")
LIVES = re.compile(rf"\b(?=[a-z]){any_of('housed', at_word_start=True)}")
DOOR = re.compile(any_of("doors") + r"\.?\s?(?:n°\s?)?(?:[a-z]?\d{1,3}[a-z]?|[a-h])\b(?!')")
ESTATE = re.compile(rf"\b(?=[a-z]){any_of('estates', at_word_start=True)}(?![\w'-])\.?\s[^\n;:]{{2,50}}")
CAPITAL = re.compile(r"(?:(?:d[eu]s?|de la|la|le|les|l'|d'|du)[ ']?){0,3}[A-Z]")
PUBLIC_OFFICE = re.compile(rf"\b(?=[a-z]){any_of('offices', at_word_start=True)}")
PERSON_LIVES = re.compile(
    rf"\b(?=[a-z])(?:{any_of('housed', at_word_start=True)}|beneficiaire|allocataire|m\.|mme\b|monsieur|madame|chez\b)"
)


def find_postal_addresses(text: str) -> Iterator[Hit]:
    """Ways with a number or where somebody lives, dwellings with a door or a postcode; never an office’s."""
    low = text.lower()
    yield from _ways(text, low)
    for match in ESTATE.finditer(low):
        if hit := _estate(text, low, match):
            yield hit
    for match in WITH_POSTCODE.finditer(text):
        floor = max(match.start() - 64, 0)
        line = text.rfind("\n", floor, max(text.rfind("\n", floor, match.start()), floor))
        before = LINES_BEFORE.search(text[max(line, floor) : match.start()])
        if before and not _is_of_an_office(low, start := max(line, floor) + before.start()):
            yield Hit(FindingKind.POSTAL_ADDRESS, start, match.end(), 75)


def _ways(text: str, low: str) -> Iterator[Hit]:
    """`low`: the text in small letters."""
    for way in WAY.finditer(low):
        name = NAME.match(text, way.end())
        if name is None:
            continue
        floor = max(way.start() - BEFORE, 0)
        number = NUMBER.search(text[floor : way.start()])
        lives = _is_lived_in(low, way.start())
        capital = bool(CAPITAL.match(text[way.end() : way.end() + 20].lstrip(" ."))) or name[1][0].isdigit()
        if way[0].rstrip(".") in ALSO_A_WORD and not (capital or lives):
            continue
        if number:
            start, end = floor + number.start(), _end_of_street(text, way.start(), name.end())
        elif (after := NUMBER_AFTER.match(text, way.end())) and (
            lives or TAIL.match(text, after.end()) or _starts_line(text, way.start())
        ):
            start, end = way.start(), after.end()
        elif lives and capital:
            start, end = way.start(), _end_of_street(text, way.start(), name.end())
        else:
            continue
        if _is_of_an_office(low, start) or BUSINESS_MAIL.match(text, end):
            continue
        tail = TAIL.match(text, end)
        yield Hit(FindingKind.POSTAL_ADDRESS, start, tail.end() if tail else end, 90 if number else 75)


def _estate(text: str, low: str, match: re.Match[str]) -> Hit | None:
    """« Résidence les Lys, appt 2 », « Tour Bretagne, porte 67 », « habite cité des Fleurs »."""
    start, end = match.span()
    door = DOOR.search(low, match.start(), min(match.end() + 45, len(text)))
    tail = TAIL.match(text, door.end() if door else end) or TAIL.search(text, start, min(end + 40, len(text)))
    twice = ESTATE.search(low, start + 8, end)
    lives = _is_lived_in(low, start) and CAPITAL.match(text[start:].partition(" ")[2][:20])
    if not (door or tail or twice or lives) or _is_of_an_office(low, start) or PUBLIC_OFFICE.match(low, start):
        return None
    end = max(door.end() if door else 0, tail.end() if tail else 0) or _end_of_street(text, start, end)
    return Hit(FindingKind.POSTAL_ADDRESS, start, end, 80)


def _is_lived_in(low: str, position: int) -> bool:
    """Is the place said, just before (on its line or the one above), to be where somebody lives?"""
    near = "\n".join(low[max(position - 40, 0) : position].split("\n")[-2:])
    return bool(LIVES.search(near))


def _starts_line(text: str, position: int) -> bool:
    return not text[max(position - 40, 0) : position].rpartition("\n")[2].strip()


def _is_of_an_office(low: str, position: int) -> bool:
    """Is the address at `position` introduced by an office, an employer, an association, and by no person?"""
    line_start = low.rfind("\n", max(position - 200, 0), position) + 1 or max(position - 200, 0)
    previous_start = low.rfind("\n", max(line_start - 120, 0), max(line_start - 1, 0)) + 1 or max(line_start - 120, 0)
    line, previous = low[line_start:position], low[previous_start:line_start]
    introduced = line if len(line.strip()) > 3 else previous + line
    offices = list(PUBLIC_OFFICE.finditer(introduced))
    return bool(offices) and not PERSON_LIVES.search(introduced, offices[-1].end())


def _end_of_street(text: str, start: int, end: int) -> int:
    """A street's name ends where the sentence goes on: at a full stop or at a verb-like small word."""
    stop = STOP.search(text, start + 6, end)
    return stop.start() if stop else end


STOP = re.compile(
    r"(?<!\b[A-Za-z])(?<!bd)(?<!av)(?<!res)\.\s"
    r"|\s(?:et|est|a|pour|avec|depuis|ou|qui|dans|chez|afin|nee?s?|tel|mail|vers)\b"
)
