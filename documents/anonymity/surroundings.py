"""Whether a name is that of a street, a school, a shop, rather than that of somebody."""

from documents.anonymity.lexicon import is_town
from documents.anonymity.tokens import SMALL, TITLE, Page
from documents.anonymity.words import words

WAYS, HOUSES, QUALIFIERS = words("way_words"), words("house_words"), words("place_qualifiers")
LODGING, SHOPS = words("lodging"), words("shop_words")
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


def is_shop_after(page: Page, last: int) -> bool:
    """« Marie Claire Coiffure »."""
    return last < len(page.words) and page.words[last].gap == " " and page.words[last].low in SHOPS
