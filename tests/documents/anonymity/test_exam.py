"""The search put to sentences written apart from it: what it finds of each kind, what it lets through, what it holds.

`leaks.tsv`: kind, excerpt, text; `clean.tsv`: texts that name nobody. Line breaks are written \\n. Everybody in them is
made up.
"""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from documents.anonymity import OwnDetails, find_leaks
from documents.enums import FindingKind as K

TODAY = date(2026, 11, 23)
EXAM = Path(__file__).parent / "exam"
RECALL = {
    K.PERSON_NAME: 0.94,
    K.NIR: 0.97,
    K.CAF_NUMBER: 0.96,
    K.FRANCE_TRAVAIL_ID: 0.90,
    K.PHONE: 0.97,
    K.EMAIL: 0.97,
    K.POSTAL_ADDRESS: 0.94,
    K.BIRTH_DATE: 0.97,
    K.IBAN: 0.97,
}
LET_THROUGH, HELD = 0.025, 0.035


def rows(name):
    lines = (EXAM / name).read_text("utf-8").splitlines()
    return [[cell.replace("\\n", "\n") for cell in line.split("\t")] for line in lines]


def found(text):
    return [(leak.kind, text[leak.start : leak.end]) for leak in find_leaks(text, OwnDetails(), TODAY)]


def _same(excerpt, written):
    """The whole excerpt, or the better half of it, under the finding."""
    return excerpt in written or (written in excerpt and len(written) * 2 >= len(excerpt))


@pytest.fixture(scope="module")
def marks():
    asked, right, silent = Counter(), Counter(), 0
    for kind, excerpt, text in rows("leaks.tsv"):
        leaks = found(text)
        asked[kind] += 1
        right[kind] += any(leak == kind and _same(excerpt, written) for leak, written in leaks)
        silent += not leaks
    return asked, right, silent


@pytest.mark.parametrize("kind", RECALL)
def test_enough_of_each_kind_is_found(kind, marks):
    asked, right, _ = marks
    assert asked[kind.value] >= 15
    assert right[kind.value] >= RECALL[kind] * asked[kind.value]


def test_hardly_a_leak_goes_through_unseen(marks):
    asked, _, silent = marks
    assert silent <= LET_THROUGH * asked.total()


def test_hardly_a_clean_sentence_is_held():
    texts = [text for (text,) in rows("clean.tsv")]
    held = [text for text in texts if found(text)]
    assert len(texts) == 300
    assert len(held) <= HELD * len(texts), held
