"""Names of people: those that something announces, those that look like one, and those listed beside them."""

import re
from collections.abc import Iterator

from documents.anonymity.announced import announced_names
from documents.anonymity.hits import Hit
from documents.anonymity.lexicon import FREQUENT, is_first, is_no_name, is_town, is_word, may_be_first, may_be_surname
from documents.anonymity.reading import fold_word
from documents.anonymity.standing import standing_names
from documents.anonymity.tokens import TITLE, UPPER, Page, read
from documents.anonymity.words import words
from documents.enums import FindingKind

FILE_WORDS = words("file_words")
LISTED = re.compile(r"\s?,\s?|\s?/\s?|\s?;\s?| ")


def find_names(text: str) -> Iterator[Hit]:
    page = read(text)
    known: set[int] = set()
    for first, last, confidence in (*announced_names(page), *standing_names(page)):
        known.update(range(first, last))
        yield _hit(page, first, last, confidence)
    for index in _companions(page, known) if known else ():
        yield _hit(page, index, index + 1, 65)


def names_in_file_name(stem: str) -> bool:
    """Does a file's name hold a first name beside another word that may be a surname, or follow a civility?"""
    folded = [fold_word(word) for word in re.split(r"[^A-Za-z']+", stem) if len(word) > 2]
    plain = [word for word in folded if not is_no_name(word) and word not in FILE_WORDS]
    if re.search(r"(?i)(?:^|[\W_])(?:mme|mr|mlle|madame|monsieur)[\W_]+[a-z]{2,}", stem):
        return True
    first = {word for word in plain if is_first(word)}
    family = {word for word in plain if may_be_surname(word)}
    return bool(first) and len(first | family) >= 2


def _hit(page: Page, first: int, last: int, confidence: int) -> Hit:
    return Hit(FindingKind.PERSON_NAME, page.words[first].start, page.words[last - 1].end, confidence)


def _companions(page: Page, known: set[int]) -> Iterator[int]:
    """First names in a list with a name: « Noa et Timéo », « Sanae, Bilal et la petite Hafsa »."""
    for index, word in enumerate(page.words):
        if index in known or word.shape not in {TITLE, UPPER} or is_no_name(word.low) or not may_be_first(word.low):
            continue
        if (is_word(word.low) and not may_be_first(word.low, FREQUENT)) or is_town(word.low):
            continue
        if _is_listed_with(page, index, known):
            known.add(index)
            yield index


def _is_listed_with(page: Page, index: int, known: set[int]) -> bool:
    for step in (-1, 1):
        other, gaps = index, []
        for _ in range(2):
            gaps.append(
                page.words[other if step < 0 else other + 1].gap if 0 < other + (step > 0) < len(page.words) else "\n"
            )
            other += step
            if other in known:
                plain = all(LISTED.fullmatch(gap) for gap in gaps) and (len(gaps) == 2 or gaps[0] != " ")
                between = page.words[other - step].low if len(gaps) == 2 else "et"
                if plain and between in {"et", "ou", "puis"}:
                    return True
    return False
