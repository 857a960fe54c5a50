"""Names of professionals: those that the structure gave, or, for a contract of no known structure, those that the
contract itself presents as its référent's. A name is only ever taken for one where nothing else can be meant."""

import re
from collections.abc import Iterable

from documents.anonymity.hits import Hit
from documents.anonymity.known import OwnDetails
from documents.anonymity.reading import fold_word
from documents.enums import FindingKind

CIVILITY = r"(?:(?:mme|m\.|mr|mlle|madame|monsieur)\.? ?)?"
LABELLED = re.compile(
    r"(?:^|\n|[|;]| {3}) ?(?:(?:nom|noms?,? (?:et )?prenoms?|signature|visa|identite) (?:du|de la|de votre) )?"
    rf"(?:votre |le |la )?referente?(?: rsa| 62| sociale?| unique| de parcours)? ?: {{0,2}}{CIVILITY}$"
)
"""« Référent : », « Signature du référent : », on the line of the name, at its start or at that of its cell."""
ACCOMPANIED = re.compile(
    r"\b(?:accompagnee?|suivie?|recue?) par (?:(?:le|la|son|sa|un|une|votre) )?"
    rf"(?:referente?|travailleu(?:r|se) sociale?)(?: referente?| rsa)? {CIVILITY}$"
)
"""Without a comma: « Suivie par la référente, Mme Roy cherche un emploi » is about the beneficiary."""
REACH, MOST_WORDS = 90, 2
WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")


def professionals_among(hits: Iterable[Hit], text: str, own: OwnDetails) -> set[Hit]:
    """Of hits in a folded text, the names of professionals."""
    names = [hit for hit in hits if hit.kind is FindingKind.PERSON_NAME]
    if own.professionals:
        return {hit for hit in names if _is_known(_words(text, hit), own)}
    presented = {hit for hit in names if _is_presented(text, hit)}
    whole = {words for hit in presented if len(words := _words(text, hit)) > 1}
    return presented | {hit for hit in names if _words(text, hit) in whole}


def _words(text: str, hit: Hit) -> frozenset[str]:
    return frozenset(map(fold_word, WORD.findall(text[hit.start : hit.end])))


def _is_known(written: frozenset[str], own: OwnDetails) -> bool:
    """Do the words all belong to one professional's name, the surname (or a whole name) among them?"""
    for name in own.professionals:
        parts = [fold_word(part) for part in name.split()]
        if written and written <= set(parts) and (len(written) > 1 or written & set(parts[1:])):
            return True
    return False


def _is_presented(text: str, hit: Hit) -> bool:
    before = text[max(hit.start - REACH, 0) : hit.start].lower()
    short = len(WORD.findall(text[hit.start : hit.end])) <= MOST_WORDS and "\n" not in text[hit.start : hit.end]
    return short and bool(LABELLED.search(before) or ACCOMPANIED.search(before))
