"""Words written like a name, and runs of them."""

import re

from documents.anonymity.lexicon import (
    FREQUENT,
    PLAIN,
    is_first,
    is_no_name,
    is_surname,
    is_town,
    is_word,
    may_be_first,
    may_be_surname,
    spoken,
)
from documents.anonymity.tokens import INITIAL, SMALL, TITLE, UPPER, Page, Word
from documents.anonymity.words import words

PARTICLES, NOT_NAMES = words("particles_low"), words("not_names")
CLOSE = re.compile(r" {1,3}|_| ?- ?|/")
AFTER_INITIAL = re.compile(r"[.\-]{0,2} {0,2}")
LONGEST = 6


def end_of_run(page: Page, at: int, *, announced: bool = False) -> int:
    """Past the last word of a run of words written like a name, on one line."""
    end = at
    while end < len(page.words) and end - at < LONGEST:
        word = page.words[end]
        if end > at:
            joined = AFTER_INITIAL if page.words[end - 1].shape == INITIAL else CLOSE
            if not joined.fullmatch(word.gap):
                break
        if word.shape == SMALL or word.low in PARTICLES:
            if not _is_particle_of_a_name(page, end):
                break
        elif (is_no_name(word.low) and not _ends_a_name(page, end, at)) or (
            end > at and (word.line in page.shouted or not announced) and is_word(word.low) and not may_name(word, 3000)
        ):
            break
        end += 1
    return end


def _is_particle_of_a_name(page: Page, at: int) -> bool:
    """The « de » of « de Clercq », the « Van » and the « de » of « Van de Velde »; not the « de » of « de Lens »."""
    word, past = page.words[at], at + 1
    while past < len(page.words) and page.words[past - 1].low in PARTICLES and page.words[past].low in PARTICLES:
        past += 1
    if word.low not in PARTICLES or past == len(page.words):
        return False
    named = page.words[past]
    if named.shape not in {UPPER, TITLE} or any("\n" in page.words[index].gap for index in range(at + 1, past + 1)):
        return False
    return not (is_no_name(named.low) or (word.shape == SMALL and is_town(named.low)))


def _ends_a_name(page: Page, at: int, start: int) -> bool:
    """The Lens of « Karim Lens », the Bon of « Yvette Bon »."""
    word = page.words[at]
    if at == start or word.gap != " " or word.line in page.shouted:
        return False
    return is_first(page.words[at - 1].low) and may_be_surname(word.low, 3000)


def is_noun_and_name(word: str) -> bool:
    """« boulanger » and « petit », which a civility makes a name; not « malade », nor « absente »."""
    return may_be_surname(word, 100) or (may_be_surname(word, 3000) and spoken().get(word, 0) < 15_000)


def is_small_given(word: str, within: int) -> bool:
    return is_first(word) or (
        may_be_first(word, within) and len(word) > 2 and spoken().get(word, 0) <= PLAIN and not is_town(word)
    )


def is_name_like(word: Word) -> bool:
    return word.shape in {UPPER, TITLE} and len(word.low) > 2 and (is_first(word.low) or is_surname(word.low, 60_000))


def may_be_named(word: Word) -> bool:
    return not is_barred(word.low) and (may_be_first(word.low, 8000) or not is_word(word.low))


def is_barred(word: str) -> bool:
    return is_no_name(word) or is_town(word) or word in NOT_NAMES or spoken().get(word, 0) >= 25_000


def may_name(word: Word, within: int) -> bool:
    return may_be_surname(word.low, within) or may_be_first(word.low, FREQUENT)


def next_is_first(page: Page, at: int) -> bool:
    following = page.words[at + 1] if at + 1 < len(page.words) else None
    return following is not None and CLOSE.fullmatch(following.gap) is not None and is_first(following.low)
