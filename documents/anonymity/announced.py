"""Names that something announces: a civility, a label, a kinship, a trade, a birth."""

import re
from collections.abc import Iterator

from documents.anonymity.lexicon import (
    is_first,
    is_no_name,
    is_surname,
    is_town,
    is_word,
    may_be_first,
    may_be_surname,
)
from documents.anonymity.shapes import (
    AFTER_INITIAL,
    CLOSE,
    PARTICLES,
    end_of_run,
    is_barred,
    is_name_like,
    is_noun_and_name,
    is_small_given,
    may_be_named,
    may_name,
    next_is_first,
)
from documents.anonymity.surroundings import is_of_a_place, is_of_a_shop
from documents.anonymity.tokens import INITIAL, SMALL, TITLE, UPPER, Page, Word
from documents.anonymity.words import words

CIVIL_SHORT, CIVIL_LONG, CIVIL_BARE = words("civil_short"), words("civil_long"), words("civil_bare")
NAME_LABELS, LABEL_WORDS, PERSON_LABELS = words("name_labels"), words("label_words"), words("person_labels")
TRADES, TRADE_QUALIFIERS = words("trades"), words("trade_qualifiers")
KIN, KIN_QUALIFIERS = words("kinsfolk"), words("kin_qualifiers")
JOINING = words("joining")
ANNOUNCING = CIVIL_SHORT | CIVIL_LONG | CIVIL_BARE | {"dr"} | NAME_LABELS | PERSON_LABELS | TRADES | KIN | JOINING
LOOSE_LABELS = frozenset({"contact", "urgence", "entre", "agent", "destinataire", "visa"})
HONOURS = words("honours")
SWORN = frozenset({"soussigne", "soussignee", "appelle"})
TITLED = frozenset({"me", "pr", "dr", "maitre", "docteur"})
AFTER_CIVILITY = re.compile(r" ?[.:,;/_°-]?[ ]{0,3}\n?[ ]{0,3}[(«\"]?[ ]?")
LOOSELY = re.compile(r"[,;/_°(«\"-]")
ANNOUNCES = re.compile(r" {3,40}|[^\w\n]{0,4}[:=;|\n][\s:|(«\".]{0,8}|.?_+")
NEAR = re.compile(r",? {1,2}\(?|\(| ?[:=(.-] ?|, ?\(?")


def announced_names(page: Page) -> Iterator[tuple[int, int, int]]:
    """Names after a civility, a label, a kinship, a trade, a birth: (first word, past the last word, confidence)."""
    for index, word in enumerate(page.words):
        low = word.low
        if low not in ANNOUNCING:
            continue
        if low in CIVIL_SHORT or low in CIVIL_LONG or (low in CIVIL_BARE and word.shape != SMALL) or low == "dr":
            found, confidence = _after_civility(page, index), 95
        elif low in NAME_LABELS or low in PERSON_LABELS:
            found, confidence = _after_label(page, index), 92
            if found is None and (low in TRADES or low in KIN):
                found, confidence = _after_role(page, index), 80
        elif low in TRADES or low in KIN:
            found, confidence = _after_role(page, index), 80
        elif low in JOINING:
            found, confidence = _after_joining(page, index), 88
        else:
            continue
        if found:
            yield *found, confidence


def _after_civility(page: Page, index: int) -> tuple[int, int] | None:
    """« Mme Roy », « M. et Mme ROY », « madame roy »; nothing for « Monsieur le Maire », « rue du Docteur Roux »."""
    if is_of_a_place(page, index):
        return None
    civility, at = page.words[index].low, index + 1
    while (
        at < len(page.words)
        and (page.words[at].low in JOINING or page.words[at].low in {"et", "ou"})
        and at < index + 3
    ):
        at += 1
    if at >= len(page.words) or not AFTER_CIVILITY.fullmatch(page.words[at].gap):
        return None
    first = page.words[at]
    if len(first.low) == 1 and at + 1 < len(page.words) and page.words[at + 1].shape == SMALL:
        plain = first.low not in {"a", "y"} and AFTER_INITIAL.fullmatch(page.words[at + 1].gap)
        return _small_name(page, at + 1, sure=False) if plain else None
    if first.shape == SMALL and (first.low not in PARTICLES or _is_small_next(page, at)):
        return _small_name(page, at, sure=civility in CIVIL_SHORT or first.low in PARTICLES)
    if civility in TITLED and is_word(first.low) and not is_noun_and_name(first.low):
        return None
    if first.low in CIVIL_SHORT | CIVIL_LONG:
        return None
    if ("\n" in first.gap or LOOSELY.search(first.gap)) and (is_word(first.low) or is_no_name(first.low)):
        return None
    if (civility in CIVIL_SHORT or civility == "m") and _is_word_made_name(page, first):
        return at, at + 1
    return _name_at(page, at)


def _is_small_next(page: Page, at: int) -> bool:
    return at + 1 < len(page.words) and page.words[at + 1].shape == SMALL


def _is_word_made_name(page: Page, word: Word) -> bool:
    """« Mme Lens », « M. Page »: never a name elsewhere, but with a capital after « Mme » (not « Mme la Maire »)."""
    return (
        (is_no_name(word.low) or is_word(word.low))
        and word.shape in {TITLE, UPPER}
        and word.line not in page.shouted
        and len(word.low) > 2
        and word.low not in HONOURS
        and (may_be_surname(word.low, 3000) or is_town(word.low))
    )


def _after_label(page: Page, index: int) -> tuple[int, int] | None:
    """« Nom : Roy », « Nom de naissance roy », « Prénom » and « Léa » on the next line."""
    names, at = page.words[index].low in NAME_LABELS, index + 1
    while (
        at < len(page.words) and page.words[at].low in LABEL_WORDS and at < index + 8 and "\n" not in page.words[at].gap
    ):
        at += 1
    if at >= len(page.words):
        return None
    first = page.words[at]
    sworn = page.words[index].low in SWORN and first.shape in {TITLE, UPPER} and NEAR.fullmatch(first.gap)
    announced = bool(sworn or ANNOUNCES.fullmatch(first.gap))
    if (
        names
        and ":" in first.gap
        and "\n" not in first.gap
        and is_no_name(first.low)
        and _is_word_made_name(page, first)
    ):
        return at, at + 1
    if not announced and (not names or not NEAR.fullmatch(first.gap)):
        return None
    if first.low in CIVIL_SHORT | CIVIL_LONG | CIVIL_BARE:
        return None
    if first.shape == SMALL:
        return _small_name(page, at, sure=names and announced and "\n" not in first.gap) if names else None
    if (
        is_word(first.low)
        and not _is_particle(page, at)
        and not (may_name(first, 8000) and (":" in first.gap or first.shape == UPPER))
        and not (names and may_be_first(first.low, 300) and not is_barred(first.low))
    ):
        return None
    if not (announced or may_name(first, 60_000)) or (
        page.words[index].low in LOOSE_LABELS and not is_name_like(first)
    ):
        return None
    if "\n" in first.gap and not names and not (is_name_like(first) or next_is_first(page, at)):
        return None
    return _name_at(page, at)


def _after_role(page: Page, index: int) -> tuple[int, int] | None:
    """« sa sœur Aïcha », « médecin traitant Wattelet », « le papa (Dylan) »."""
    kin, at = page.words[index].low in KIN, index + 1
    if page.words[index].low in {"petit", "petite"} and page.words[index].shape != SMALL:
        return None
    if kin and _is_a_firm_s(page, index):
        return None
    qualifiers = KIN_QUALIFIERS if kin else TRADE_QUALIFIERS
    while (
        at < len(page.words) and page.words[at].low in qualifiers and at < index + 5 and page.words[at].shape != UPPER
    ):
        at += 1
    if kin and at + 1 < len(page.words) and page.words[at].low in {"de", "d'"} and page.words[at + 1].shape == TITLE:
        return (
            _name_at(page, at + 1) if may_be_named(page.words[at + 1]) and not is_town(page.words[at + 1].low) else None
        )
    if at >= len(page.words):
        return None
    first = page.words[at]
    if not NEAR.fullmatch(first.gap) or (not kin and is_of_a_shop(page, at)):
        return None
    if first.shape == SMALL and first.low not in PARTICLES:
        if len(first.low) == 1:
            return None
        if is_small_given(first.low, 5000) or (not kin and is_surname(first.low, 60_000) and len(first.low) > 4):
            return at, at + 1
        return None
    if page.words[index].line in page.shouted and not is_name_like(first) and first.low not in PARTICLES:
        return None
    if first.low in PARTICLES or is_name_like(first) or (kin and first.shape == TITLE and may_be_named(first)):
        return _name_at(page, at)
    if page.words[index].low in {"famille", "consorts"} and first.shape == TITLE and _is_word_made_name(page, first):
        return at, at + 1
    return None


def _is_a_firm_s(page: Page, index: int) -> bool:
    """The Frères of « Roquette Frères », the Fils of « Dupont et Fils »."""
    before = page.words[index - 1] if index else None
    return (
        before is not None
        and page.words[index].shape == TITLE
        and page.words[index].low in {"freres", "fils", "soeurs"}
        and page.words[index].gap == " "
        and before.shape != SMALL
    )


def _after_joining(page: Page, index: int) -> tuple[int, int] | None:
    """« née Declercq », « épouse HADDAD », « dit Momo »; and what stands before « , née le »."""
    before, after = (
        page.words[index - 1] if index else None,
        page.words[index + 1] if index + 1 < len(page.words) else None,
    )
    if (
        after
        and after.shape != SMALL
        and NEAR.fullmatch(after.gap)
        and (after.low in PARTICLES or not is_word(after.low) or may_be_surname(after.low, 8000))
        and not is_no_name(after.low)
        and not is_town(after.low)
    ):
        return _name_at(page, index + 1)
    if page.words[index].low not in {"nee", "ne"} or before is None or before.shape not in {UPPER, TITLE}:
        return None
    if not re.fullmatch(r",? {1,2}\(?", page.words[index].gap) or is_word(before.low) or is_no_name(before.low):
        return None
    first = index - 1
    while first and CLOSE.fullmatch(page.words[first].gap) and is_name_like(page.words[first - 1]):
        first -= 1
    return first, index


def _name_at(page: Page, at: int) -> tuple[int, int] | None:
    """The name that starts at a word, announced as one: None for a role, for initials, for a title of no one."""
    last = end_of_run(page, at, announced=True)
    kept = page.words[at:last]
    while kept and (kept[-1].shape in {SMALL, INITIAL} or (len(kept) > 1 and is_no_name(kept[-1].low))):
        kept.pop()
    if not any(word.shape in {UPPER, TITLE} and len(word.low) > 1 for word in kept):
        return None
    named = next(word for word in kept if word.shape in {UPPER, TITLE})
    if named.line in page.shouted and is_word(named.low) and not may_be_surname(named.low, 2000):
        return None
    return at, at + len(kept)


def _is_particle(page: Page, at: int) -> bool:
    """The LE of « LE GOFF »."""
    following = page.words[at + 1] if at + 1 < len(page.words) else None
    if following is None or page.words[at].low not in PARTICLES or following.shape not in {UPPER, TITLE}:
        return False
    return following.gap == " " and not is_no_name(following.low)


def _is_glued(word: str) -> bool:
    """« neele »: two small words that a machine wrote as one, and nobody's name."""
    halves = ((word[:cut], word[cut:]) for cut in range(2, len(word) - 1))
    return not may_be_surname(word, 60_000) and any(is_no_name(one) and is_no_name(two) for one, two in halves)


def _small_name(page: Page, at: int, *, sure: bool) -> tuple[int, int] | None:
    """A name without capitals: words of no dictionary; after « Mme », or in a field, a noun that is often a surname."""
    end = at
    while sure and end + 1 < len(page.words) and page.words[end].low in PARTICLES and end - at < 2:
        end += 1
    named = page.words[end].low
    if end > at and (is_no_name(named) or is_town(named) or is_word(named) or page.words[end].shape != SMALL):
        return None
    start, at = at, end
    while end < len(page.words) and end - at < 3 and page.words[end].shape == SMALL:
        word = page.words[end]
        if end > at and word.gap not in {" ", "  "}:
            break
        if is_no_name(word.low) or len(word.low) < 3 or word.text.endswith("'") or _is_glued(word.low):
            break
        strange = not is_word(word.low) or (is_first(word.low) and not is_no_name(word.low))
        if not strange and not (sure and end == at and is_noun_and_name(word.low)):
            break
        if end > at and not (may_name(word, 200_000)) and len(word.low) < 4:
            break
        end += 1
    return (start, end) if end > at else None
