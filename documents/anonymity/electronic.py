"""Mailboxes and bank accounts, as people type them and as machines misread them."""

import re
from collections.abc import Iterator
from functools import cache

from stdnum import iban as iban_number
from stdnum import numdb

from documents.anonymity.hits import Hit
from documents.anonymity.lexicon import is_town
from documents.anonymity.numbers import SLIPS
from documents.anonymity.words import any_of, words
from documents.enums import FindingKind

AT = re.compile(r"(?:@|[(\[] ?(?:at|a|arobase) ?[)\]]|\barobase\b)\s?", re.I)
SIGNS_OF_AT = ("@", "(a", "( a", "[a", "[ a", "arob")
"""What a page without an address mostly lacks: a look that costs little before the one that costs more."""
LOCAL = re.compile(r"[\w.+-]++(?=\s?$)")
HOST = re.compile(r"(?:(?:[\w-]+\s?\.\s?){1,4}[a-z]{2,10}|[\w-]+\s?,\s?(?:fr|com|net|org))(?!\w)", re.I)
PROVIDER = re.compile(any_of("mail_hosts") + r"\b", re.I)
LONGEST_LOCAL = 64
GENERIC, PUBLIC_MAIL = words("generic_boxes"), words("public_mail")
PUBLIC_DOMAIN = re.compile(r"(?:\.gouv\.fr|pasdecalais\.fr|\bcaf\.fr|francetravail\.fr|service-public\.fr)$", re.I)

IBAN_START = re.compile(r"\b[A-Za-z]{2}[ .\-]?[0-9OoIl|][ .\-]?[0-9OoIl|](?=[ .\-\n]{0,2}[0-9A-Za-z|])")
IBAN_BODY = re.compile(r"(?:[ .\-]{0,2}\n?[0-9A-Za-z|])+")
BANK = re.compile(any_of("label_bank"), re.I)
FEWEST_DIGITS = 6


def find_emails(text: str) -> Iterator[Hit]:
    low = text.lower()
    for at in AT.finditer(text) if any(sign in low for sign in SIGNS_OF_AT) else ():
        floor = max(at.start() - LONGEST_LOCAL, 0)
        local = LOCAL.search(text[floor : at.start()])
        host = HOST.match(text, at.end()) or PROVIDER.match(text, at.end())
        if not local or not host:
            continue
        domain = "".join(host[0].split())
        if not _is_of_an_office(local[0].lower(), domain.lower()):
            yield Hit(FindingKind.EMAIL, floor + local.start(), host.end(), 98)


def _is_of_an_office(local: str, domain: str) -> bool:
    """« accueil.lens@structure.fr » is nobody's; « contact@gmail.com » may be somebody's."""
    parts = [part for part in re.split(r"[\W\d_]+", local) if part]
    if PUBLIC_DOMAIN.search(domain):
        return not parts or parts[0] in GENERIC
    generic = bool(parts) and parts[0] in GENERIC and all(part in GENERIC or is_town(part) for part in parts)
    return generic and domain not in PUBLIC_MAIL


def find_iban(text: str) -> Iterator[Hit]:
    for match in IBAN_START.finditer(text):
        body = IBAN_BODY.match(text, match.start(), match.start() + 70)
        if body is None or sum(map(str.isdigit, body[0])) < FEWEST_DIGITS:
            continue
        end = _end_of_iban(body[0])
        if end:
            yield Hit(FindingKind.IBAN, match.start(), match.start() + end, 99)
        elif (size := _size_of_account(body[0])) and BANK.search(text[max(match.start() - 40, 0) : match.start() + 4]):
            yield Hit(FindingKind.IBAN, match.start(), match.start() + size, 75)


def _size_of_account(written: str) -> int:
    """How far the letters and digits of an account go whose key is wrong; 0 when they are too few."""
    groups = re.match(r"[A-Za-z]{2}[ .\-]?(?:[0-9OoIlSBZ|]{1,5}[ .\-\n]{0,2}){3,}[0-9A-Za-z]*", written)
    return groups.end() if groups and sum(map(str.isdigit, groups[0])) >= 12 else 0


def _end_of_iban(written: str) -> int:
    """How far the valid IBAN at the start of `written` goes, 0 if there is none."""
    signs = [(index, sign) for index, sign in enumerate(written) if sign.isalnum() or sign == "|"]
    country = "".join(sign for _, sign in signs[:2]).upper()
    length = _length(country)
    raw = country + "".join(sign for _, sign in signs[2:length])
    if length and len(raw) == length and (_is_iban(raw.upper()) or _is_iban(country + raw[2:].translate(SLIPS))):
        return signs[length - 1][0] + 1
    return 0


@cache
def _length(country: str) -> int:
    """How many signs the accounts of a country have; 0 when these two letters are none's."""
    _, told = numdb.get("iban").info(country)[-1]
    groups = re.findall(r"\d+", told.get("bban", ""))
    return 4 + sum(map(int, groups)) if groups else 0


def _is_iban(raw: str) -> bool:
    """Valid: the remainder first, which costs little, then the country's own rules."""
    if not (raw[2:4].isdecimal() and raw.isascii() and raw.isalnum()):
        return False
    return int("".join(str(int(sign, 36)) for sign in raw[4:] + raw[:4])) % 97 == 1 and bool(iban_number.is_valid(raw))
