"""The random panel of CERs of each professional (CdC 5-2), drawn so that anybody can draw it again. Pure.

- The list: the neutral references of one référent's CERs, as the structure fixed them. `list_hash` is the SHA-256 of
  the référent's code and of the references, each ended by a line feed, in UTF-8.
- The secrets: each day has one chain of secrets. The last value of the chain, the commitment, is published before any
  draw of the day; the first draw uses the value whose hash is the commitment, the second the value whose hash is the
  first one's secret, and so on. A secret shown says nothing of the next one: who saw a draw can't arrange the list of
  the following one, and the portal can't choose a secret after it saw a list.
- The seed is SHA-256(list hash + secret), both in lower-case hexadecimal.
- The result: each line of the list is given SHA-256(seed + ":" + its number from 1); the smallest come out, in order.
- Where the control has a sample of its own, twice as many come out: the first half is for the self-evaluation, the next
  for the control; a list that is short completes the control with the first ones (`evaluation.samples`).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

CHAIN_LENGTH = 10_000
"""Draws that one day can hold: each professional of 2,000 structures of five, the same day."""


class BadListError(ValueError):
    """The list can't be drawn from. The message is in French, for the person who typed it."""


class ChainExhaustedError(ValueError):
    """More draws on one day than its chain holds."""


@dataclass(frozen=True, slots=True)
class Draw:
    """All that somebody needs to draw again. ``rank``: which draw of the day it was, from 1; ``count``: how many
    were to come out; ``drawn``: the references that came out, in the order of the draw."""

    referent: str
    references: tuple[str, ...]
    count: int
    commitment: str
    rank: int
    secret: str
    seed: str
    drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """What drawing again says, point by point."""

    list_hash: bool
    secret: bool
    seed: bool
    result: bool

    @property
    def holds(self) -> bool:
        return self.list_hash and self.secret and self.seed and self.result


def new_root() -> str:
    """The value that a day's chain starts from: 32 random bytes, kept secret until the day is over."""
    return secrets.token_hex(32)


def commitment(root: str) -> str:
    """What is published at the start of the day."""
    return _hashed(root, CHAIN_LENGTH)


def secret_of(root: str, rank: int) -> str:
    """The secret of the day's draw number `rank`, from 1. ChainExhaustedError past the end of the chain."""
    if not 1 <= rank <= CHAIN_LENGTH:
        raise ChainExhaustedError(f"La chaîne du jour porte {CHAIN_LENGTH} tirages.")
    return _hashed(root, CHAIN_LENGTH - rank)


def leads_to(secret: str, rank: int, published: str) -> bool:
    """Whether hashing `secret` `rank` times gives what was published at the start of the day."""
    return 1 <= rank <= CHAIN_LENGTH and secrets.compare_digest(_hashed(secret, rank), published)


def checked_list(references: Sequence[str]) -> tuple[str, ...]:
    """The references as they are drawn from: without the blanks around them. BadListError: empty or doubled ones."""
    cleaned = tuple(" ".join(reference.split()) for reference in references)
    if not cleaned or not all(cleaned):
        raise BadListError("La liste est vide ou porte une référence vide.")
    folded = [reference.casefold() for reference in cleaned]
    if twice := sorted({reference for reference in cleaned if folded.count(reference.casefold()) > 1}):
        raise BadListError(f"Référence présente deux fois\u00a0: {', '.join(twice)}.")
    return cleaned


def list_hash(referent: str, references: Sequence[str]) -> str:
    return _sha256("".join(f"{line}\n" for line in (referent, *references)))


def draw(
    referent: str, references: Sequence[str], count: int, *, published: str, rank: int, secret: str
) -> Draw:  # fmt: skip
    """`count` references of the list, or all of them when it has fewer. BadListError as `checked_list`."""
    references = checked_list(references)
    seed = _sha256(list_hash(referent, references) + secret)
    drawn = tuple(reference for _, _, reference in ranking(seed, references)[:count])
    return Draw(referent, references, count, published, rank, secret, seed, drawn)


def ranking(seed: str, references: Sequence[str]) -> list[tuple[str, int, str]]:
    """Every line as the draw puts them in order, the first drawn first: its hash, its number from 1, its reference."""
    return sorted((_sha256(f"{seed}:{number}"), number, reference) for number, reference in enumerate(references, 1))


def check(told: Draw, told_list_hash: str) -> Check:
    """Draw again from the list and the secret, and compare with what was told."""
    try:
        again = draw(
            told.referent, told.references, told.count, published=told.commitment, rank=told.rank, secret=told.secret
        )
    except BadListError:
        return Check(list_hash=False, secret=False, seed=False, result=False)
    return Check(
        list_hash=list_hash(told.referent, told.references) == told_list_hash,
        secret=leads_to(told.secret, told.rank, told.commitment),
        seed=again.seed == told.seed,
        result=again.drawn == told.drawn,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hashed(value: str, times: int) -> str:
    for _ in range(times):
        value = _sha256(value)
    return value
