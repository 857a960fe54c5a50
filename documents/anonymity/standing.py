"""Names that nothing announces: by their shape and by the lists."""

import re
from collections.abc import Iterator

from documents.anonymity.lexicon import (
    FREQUENT,
    first_names,
    is_first,
    is_no_name,
    is_surname,
    is_town,
    is_word,
    may_be_first,
    may_be_surname,
    spoken,
)
from documents.anonymity.shapes import PARTICLES, end_of_run, is_barred, is_small_given
from documents.anonymity.surroundings import (
    PLACES,
    is_among_firms,
    is_of_a_place,
    is_of_a_shop,
    is_of_a_thing,
    is_shop_after,
)
from documents.anonymity.tokens import INITIAL, SMALL, TITLE, UPPER, Page, Word
from documents.anonymity.words import lines, words

NAMESAKES, DOING = lines("namesakes"), words("doing")
ARTICLES = frozenset({"le", "la", "du", "de"})
CELL_BEFORE, CELL_AFTER = re.compile(r"(?:^ *|[\n;|] ?| {3})$"), re.compile(r" ?(?:[\n;|]|$)| {3}")
AGE = re.compile(
    r"[ ,:;]{0,2}\(?\s?(?:age[e]? de )?(?:\d{1,2}\s?(?:ans?\b|mois\b|a(?=\s?[),;.\n]|$))|[0-6]\s?(?:e|eme)\b"
    r"|(?:en )?(?:CE[12]|CM[12]|CP|PS|MS|GS|TPS)\b)",
    re.I,
)


def standing_names(page: Page) -> Iterator[tuple[int, int, int]]:
    """Names that nothing announces: a first name beside a surname, initials and a surname, a first name alone."""
    past = 0
    for at in page.telling:
        if at < past:
            continue
        word = page.words[at]
        if word.shape == SMALL:
            if _is_small_pair(page, at):
                yield at, at + 2, 70
            elif _is_small_first(page, at):
                yield at, at + 1, 55
            elif _has_small_initial(page, at):
                yield at, at + 1 + (len(word.low) == 1), 60
            elif _is_small_surname(page, at):
                yield at, at + 1, 45
            continue
        last = max(end_of_run(page, at), at + 1)
        if word.low in PLACES or (last - at > 1 and _is_word_before(page, at)):
            last = at + 1
        elif not is_no_name(word.low):
            confidence = _sureness(page, at, last)
            if confidence:
                end = next((end for end in range(last, at, -1) if page.words[end - 1].low not in PARTICLES), last)
                yield at, end, confidence
        past = last


def _is_listed(page: Page, at: int, last: int) -> bool:
    """Between two commas, as employers and brands are listed."""
    after = page.text[page.words[last - 1].end :][:1]
    return page.words[at].gap == ", " and after in {",", ".", "\n", ""}


def _is_made(page: Page, at: int, last: int) -> bool:
    """The name of a firm or of what it makes, by what stands beside it."""
    return is_of_a_thing(page, at) or is_among_firms(page, at, last)


def _is_word_before(page: Page, at: int) -> bool:
    """A word that begins a sentence before a name (« Rappeler Karim »); not the surname of « BOULANGER Aurore »."""
    word, following = page.words[at], page.words[at + 1]
    if not is_word(word.low) or may_be_first(word.low, FREQUENT):
        return False
    return not (word.shape == UPPER != following.shape and _makes_a_name(following, word, shouted=False))


def _sureness(page: Page, at: int, last: int) -> int:
    """How sure a run of words alone is a name, in percent; 0 for none."""
    run = [word for word in page.words[at:last] if word.low not in PARTICLES]
    if len(run) == 1 and last - at > 1 and run[0].shape == page.words[at].shape == UPPER and is_surname(run[0].low):
        return 55
    if not run or is_of_a_place(page, at) or is_of_a_shop(page, at) or is_shop_after(page, last):
        return 0
    before = (
        page.words[at - 1].low if at and page.words[at].gap == " " else ""
    )  # « centre social jean Ferrat », badly read
    written = " ".join(word.low for word in run)
    if any(
        " ".join(each.split()[:size]) in NAMESAKES
        for each in (written, written.replace("-", " "))
        for size in (1, 2, 3)
    ):
        return 0
    if f"{before} {run[0].low}" in NAMESAKES:
        return 0
    shouted = run[0].line in page.shouted
    if len(run) > 1:
        if any(_makes_a_name(one, other, shouted) for one in run for other in run if one is not other):
            return 85
        if _has_initial(page, at, run) or (
            not shouted
            and sum(map(_is_strange, run)) > 1
            and not (_is_listed(page, at, last) or _is_made(page, at, last))
        ):
            return 70
        return max(_sureness_alone(page, word, at, last, shouted) for word in run)
    return _sureness_alone(page, run[0], at, last, shouted)


def _sureness_alone(page: Page, word: Word, at: int, last: int, shouted: bool) -> int:
    comma = page.words[last] if last < len(page.words) else None
    if (
        comma
        and comma.gap in {",", ", "}
        and word.shape == UPPER
        and comma.shape == TITLE
        and _makes_a_name(comma, word, shouted)
    ):
        return 85
    if (
        len(word.low) > 1
        and AGE.match(page.text, word.end)
        and (not is_word(word.low) or may_be_first(word.low, 3000))
        and not is_town(word.low)
    ):
        return (
            0
            if (word.shape == UPPER and len(word.low) < 4) or is_no_name(word.low) or spoken().get(word.low, 0) > 20_000
            else 75
        )
    if (
        word.shape != INITIAL
        and is_first(word.low, FREQUENT)
        and len(word.low) > 3
        and not _is_half_of_a_word(page, word)
    ):
        return 60
    if (
        word.shape == TITLE
        and _is_amid_a_sentence(page, word)
        and may_be_first(word.low, 300)
        and not is_barred(word.low)
    ):
        return 55
    return _sureness_of_a_word(page, word, at, last, shouted)


def _sureness_of_a_word(page: Page, word: Word, at: int, last: int, shouted: bool) -> int:
    """Of a first name that is a word too, or of a surname alone."""
    if _is_set_apart(page, word, word) and word.shape in {TITLE, UPPER} and _may_stand_apart(word):
        return 55
    if word.shape == TITLE and _is_doing(page, word, last):
        return 50
    if word.shape == UPPER and is_surname(word.low, _reach_of_capitals(word, shouted)):
        return 55
    alone = word.shape == TITLE and _is_lone_surname(page, word, last)
    return 50 if alone and not (last - at == 1 and _is_made(page, at, last)) else 0


def _is_set_apart(page: Page, first: Word, last: Word) -> bool:
    """Alone on their line, or in brackets: the cell of a table, an aside."""
    before, after = page.text[max(first.start - 3, 0) : first.start], page.text[last.end : last.end + 3]
    if before.endswith("(") and after.startswith(")"):
        return True
    return bool(CELL_BEFORE.search(before) and CELL_AFTER.match(after))


def _may_stand_apart(word: Word) -> bool:
    first = may_be_first(word.low, 600) and len(word.low) > 2 and not is_barred(word.low)
    return first or (is_surname(word.low, 60_000) and len(word.low) > 4 and not spoken().get(word.low))


def _is_doing(page: Page, word: Word, last: int) -> bool:
    """« Pierre ne vient plus »: a first name that is a word too, before what a person does."""
    following = page.words[last] if last < len(page.words) else None
    plain = following is not None and following.gap == " " and following.low in DOING
    return plain and may_be_first(word.low, 300) and not is_barred(word.low)


def _reach_of_capitals(word: Word, shouted: bool) -> int:
    """How rare a surname in capitals may be to count alone: the longer, the less it can be an acronym."""
    if spoken().get(word.low) or any(map(spoken().get, word.low.split("-"))):
        return 30_000 if not shouted and len(word.low) > 4 else 0
    if shouted:
        return 8000 if len(word.low) > 4 else 0
    return {0: 0, 1: 0, 2: 0, 3: 0, 4: 1500, 5: 30_000}.get(len(word.low), 220_000)


def _is_amid_a_sentence(page: Page, word: Word) -> bool:
    """Do small letters stand before and after, so that only a name has a capital here?"""
    before = page.text[max(word.start - 3, 0) : word.start]
    return bool(re.fullmatch(r".*(?:[a-z'] |')", before, re.S)) and bool(
        re.match(r"[ ,.)]|$", page.text[word.end : word.end + 1])
    )


def _is_lone_surname(page: Page, word: Word, last: int) -> bool:
    """« rappeler Delattre »: much borne, no word, no trade nor slip (« Fournier de pain », « Leblanc »)."""
    if len(word.low) < 5 or not is_surname(word.low, 40_000) or any(map(spoken().get, word.low.split("-"))):
        return False
    at_start = not _is_amid_a_sentence(page, word)
    if at_start and (may_be_surname(word.low, 1500) or (word.low[:2] in ARTICLES and word.low[2:] in spoken())):
        return False
    return not (
        last < len(page.words) and page.words[last].low in {"de", "a", "d'"} and page.words[last].shape == SMALL
    )


def _is_strange(word: Word) -> bool:
    """Of no dictionary and no place, written like a name."""
    return (
        word.shape in {UPPER, TITLE}
        and len(word.low) > 3
        and not (is_word(word.low) or is_town(word.low) or is_no_name(word.low))
        and (word.shape == TITLE or is_surname(word.low))
    )


def _makes_a_name(first: Word, family: Word, shouted: bool) -> bool:
    """May one be the first name and the other the surname of one person?"""
    if INITIAL in (first.shape, family.shape) or len(first.low) < 3 or len(family.low) < 2:
        return False
    if is_first(first.low):
        if is_surname(family.low) or may_be_first(family.low, 5000):
            return True
        if is_town(family.low) or spoken().get(family.low, 0) > 60_000:
            return False
        return may_be_surname(family.low, 20_000) or not is_word(family.low) or (family.shape == UPPER and not shouted)
    if may_be_first(first.low, FREQUENT) and not is_no_name(first.low) and spoken().get(first.low, 0) < 25_000:
        return (
            is_surname(family.low, 40_000)
            or (family.shape == UPPER != first.shape and may_be_surname(family.low, 3000))
            or (family.shape == first.shape == TITLE and may_be_first(first.low, 300) and _is_much_borne(family.low))
        )
    return False


def _is_much_borne(word: str) -> bool:
    return may_be_surname(word, 400) and not is_barred(word)


def _has_initial(page: Page, at: int, run: list[Word]) -> bool:
    """« A. OUEDRAOGO », « J-P Lefebvre », « Wattelet B. »: an initial with what is a surname and no word."""
    while len(run) > 2 and run[0].shape == run[1].shape == INITIAL:
        run = run[1:]
    if len(run) != 2 or run[0].line in page.shouted:
        return False
    one, other = run
    if one.shape == INITIAL and other.shape in {UPPER, TITLE} and len(other.low) > 2:
        dotted = "." in other.gap or "-" in one.text
        return (
            is_surname(other.low, 220_000 if dotted else 20_000)
            or (dotted and not is_word(other.low) and not is_town(other.low))
            or (
                dotted
                and _is_set_apart(page, one, other)
                and may_be_surname(other.low, 3000)
                and not is_barred(other.low)
            )
        )
    if one.shape == UPPER and len(one.low) == 2 and not is_barred(one.low) and other.shape == TITLE:
        return is_surname(other.low, 20_000)
    ended = page.text[other.end : other.end + 1] in {".", "", "\n"}
    return other.shape == INITIAL and one.shape in {UPPER, TITLE} and ended and is_surname(one.low, 60_000)


def _has_small_initial(page: Page, at: int) -> bool:
    """« dhaene g. »"""
    word = page.words[at]
    following = page.words[at + 1] if at + 1 < len(page.words) else None
    if len(word.low) == 1 and following is not None and following.gap in {".", ". "} and following.shape == SMALL:
        return is_surname(following.low, 60_000) and len(following.low) > 4 and not spoken().get(following.low)
    return (
        following is not None
        and following.gap == " "
        and len(following.low) == 1
        and page.text[following.end : following.end + 1] == "."
        and is_surname(word.low, 60_000)
        and len(word.low) > 3
    )


def _is_small_first(page: Page, at: int) -> bool:
    word = page.words[at]
    return (
        len(word.low) > 4
        and first_names().get(word.low, FREQUENT) < 1000
        and is_first(word.low)
        and not spoken().get(word.low)
        and "@" not in page.text[max(word.start - 2, 0) : word.end + 2]
        and not is_of_a_place(page, at)
        and not is_of_a_shop(page, at)
    )


def _is_small_pair(page: Page, at: int) -> bool:
    """« dupont léa »"""
    if at + 1 == len(page.words) or page.words[at + 1].gap != " " or page.words[at + 1].shape != SMALL:
        return False
    pair = (page.words[at].low, page.words[at + 1].low)
    named = any(
        is_small_given(one, 5000) and is_surname(other, 60_000) and len(other) > 3 for one, other in (pair, pair[::-1])
    )
    return named and not is_of_a_place(page, at) and not is_of_a_shop(page, at)


def _is_small_surname(page: Page, at: int) -> bool:
    """« rappeler delattre »: much borne and never said in ordinary French."""
    word = page.words[at]
    return (
        len(word.low) > 5
        and not is_no_name(word.low)
        and may_be_surname(word.low, 6000)
        and not any(map(spoken().get, word.low.split("-")))
        and is_surname(word.low)
        and may_be_first(word.low) == is_first(word.low)
        and not _is_half_of_a_word(page, word)
        and not is_of_a_place(page, at)
        and not is_of_a_shop(page, at)
    )


def _is_half_of_a_word(page: Page, word: Word) -> bool:
    """The Martin of « Martin-pêcheur », the first name of an address on the web."""
    camel = re.search(r"[a-z][A-Z]$", word.text)
    return bool(camel or re.match(r"[-.@][A-Za-z]|\.[a-z]", page.text[word.end : word.end + 2]))
