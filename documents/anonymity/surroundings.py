"""Whether a name is that of a street, a school, a shop, rather than that of somebody."""

from collections.abc import Iterator

from documents.anonymity.lexicon import is_first, is_no_name, is_surname, is_town
from documents.anonymity.tokens import SMALL, TITLE, UPPER, Page
from documents.anonymity.words import words

WAYS, HOUSES, QUALIFIERS = words("way_words"), words("house_words"), words("place_qualifiers")
LODGING, SHOPS = words("lodging"), words("shop_words")
NO_THINGS, DETERMINERS, NOT_NAMES = words("no_things"), words("determiners"), words("not_names")
INFINITIVES = ("er", "ir", "oir", "tre", "dre")
LISTING = frozenset({" ", ", ", " / ", "/", " (", "("})
PLACES = WAYS | HOUSES
REACH = 6
ARTICLES = frozenset({"le", "la", "les", "l'", "au", "aux"})
LINKS = frozenset({"de", "d'"})


def is_of_a_place(page: Page, at: int) -> bool:
    """Is the name at a word introduced by the word for a way, a public place, an establishment?"""
    linked = False
    for back in range(1, REACH):
        following, index = page.words[at - back + 1], at - back
        if index < 0 or any(sign in following.gap for sign in "\n;:,|/(") or ("." in following.gap and back > 2):
            return False
        word = page.words[index]
        if word.low in WAYS and not (len(word.low) <= 2 and word.shape == SMALL and "." not in following.gap):
            return True
        if word.low in HOUSES:
            return not linked or is_town(page.words[at].low)
        if word.low not in QUALIFIERS:
            return False
        linked = linked or (back == 1 and word.low in LINKS)
    return False


def is_of_a_shop(page: Page, at: int) -> bool:
    """« Le Panier d'Angèle »; « chez Paul » is a shop, unless somebody lodges there."""
    article, sign, link = page.words[at - 3 : at] if at > 2 else (None, None, None)
    if link and sign and article and link.low in LINKS and sign.shape == TITLE and article.low in ARTICLES:
        return sign.gap in {" ", ""}
    chez = next((back for back in (1, 2) if at >= back and page.words[at - back].low == "chez"), 0)
    if not chez:
        listed = (
            at >= 2
            and page.words[at].gap in {", ", " "}
            and any(word.low == "chez" for word in page.words[max(at - 5, 0) : at])
        )
        if not listed:
            return False
    line = page.words[at].line
    before = (word for word in page.words[max(at - 14, 0) : at] if word.line == line)
    return not any(word.low in LODGING for word in before)


def is_of_a_thing(page: Page, at: int) -> bool:
    """« la guitare Fender », « , abonnement Artis »: a thing has just been named, and this is who makes it."""
    if not at or page.words[at].gap != " ":
        return False
    thing = page.words[at - 1]
    if thing.shape != SMALL or len(thing.low) < 4 or thing.low in NO_THINGS or thing.low.endswith(INFINITIVES):
        return False
    if at > 1 and thing.gap in {" ", ""}:
        return page.words[at - 2].low in DETERMINERS
    return True


def is_among_firms(page: Page, at: int, last: int) -> bool:
    """« Eiffage, Ramery et Colas »: one of a list whose other words with a capital are nobody's name."""
    before, after = _listed(page, at, -1), _listed(page, last - 1, 1)
    return any(not _is_borne(page.words[index].low) for index in (*before, *after))


def _listed(page: Page, at: int, step: int) -> Iterator[int]:
    """The words with a capital that stand beside a word, one after the other, apart by commas, « et » and « ou »."""
    index, comma = at + step, False
    while 0 <= index < len(page.words):
        word, gap = page.words[index], page.words[index + (step < 0)].gap
        if gap not in LISTING or "\n" in gap:
            return
        comma = comma or gap != " "
        if word.low in {"et", "ou"}:
            comma = True
        elif comma and word.shape in {TITLE, UPPER} and len(word.low) > 2:
            yield index
            comma = False
        else:
            return
        index += step


def _is_borne(word: str) -> bool:
    if word in NOT_NAMES:
        return False
    return is_first(word) or is_no_name(word) or is_town(word) or is_surname(word, 100_000)


def is_shop_after(page: Page, last: int) -> bool:
    """« Marie Claire Coiffure »."""
    return last < len(page.words) and page.words[last].gap == " " and page.words[last].low in SHOPS
