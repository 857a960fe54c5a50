"""The two codes of a presence given by telephone: the room's, shown there for one half-day, and the person's, the same
for the whole session. Both follow from a key and the portal's secret: nothing is kept, and what is moved has another.
"""

from django.utils.crypto import constant_time_compare, salted_hmac

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is read for something else: 0 and O, 1, I and L, U and V."""
ROOM, PERSON = 6, 8
"""Letters of each: with the few tries a minute that one address has, neither is found by trying."""


def room_code(half_day: int) -> str:
    return _code("training.room", half_day, ROOM)


def personal_code(enrolment: int) -> str:
    return _code("training.person", enrolment, PERSON)


def same_code(code: str, typed: str) -> bool:
    """Whatever the spaces, hyphens and capitals."""
    return constant_time_compare(code, "".join(filter(str.isalnum, typed)).upper())


def spaced(code: str) -> str:
    """« K7QM 4TXP », to be read aloud and typed."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def _code(salt: str, key: int, length: int) -> str:
    number = int.from_bytes(salted_hmac(salt, str(key), algorithm="sha256").digest())
    letters = []
    for _ in range(length):
        number, rank = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rank])
    return "".join(letters)
