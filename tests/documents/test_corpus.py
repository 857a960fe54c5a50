"""The check put to whole files: contracts in five makes of PDF, with a truth table of what was put into each.

Every fourth contract names nobody. The full count is among the long tests; the suite reads a few of each make.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pytest

from documents import inspection
from documents.anonymity import OwnDetails, mask
from tests.documents.corpus.makes import MAKES, PICTURES
from tests.documents.corpus.texts import sheet

READER = inspection.Reader(OwnDetails(), date(2026, 11, 23))
TEXT = [make for make in MAKES if make not in PICTURES]


@dataclass
class Marks:
    asked: Counter = field(default_factory=Counter)
    right: Counter = field(default_factory=Counter)
    leaking: int = 0
    through: int = 0
    clean: int = 0
    held: int = 0
    missed: list = field(default_factory=list)

    def recall(self):
        return {kind.value: self.right[kind] / self.asked[kind] for kind in self.asked}


def squeezed(words):
    return "".join(words.split())


def read(makes, seeds):
    marks = Marks()
    for make in makes:
        for seed in seeds:
            contract = sheet(seed, leaks=seed % 4)
            waiting = [each for each in inspection.inspect_pdf(MAKES[make](contract), READER).findings if each.holds]
            if contract.truth:
                marks.leaking += 1
                marks.through += not waiting
            else:
                marks.clean += 1
                marks.held += bool(waiting)
            _compare(marks, make, contract, waiting)
    return marks


def _compare(marks, make, contract, waiting):
    """Each truth is in the excerpt of a finding of its kind; where a machine had to read it, has one for itself."""
    for kind, written in contract.truth:
        marks.asked[kind] += 1
        start = squeezed(mask(written))[:6]
        own = (each for each in waiting if each.kind == kind and (make in PICTURES or start in squeezed(each.excerpt)))
        if found := next(own, None):
            marks.right[kind] += 1
            if make in PICTURES:
                waiting.remove(found)
        else:
            marks.missed.append((make, contract.reference, kind.value, written))


@pytest.mark.parametrize("make", TEXT)
def test_a_few_contracts_of_each_make_of_text(make):
    marks = read([make], range(5))
    assert marks.missed == []
    assert (marks.through, marks.held) == (0, 0)
    assert (marks.leaking, marks.clean) == (3, 2)


def test_a_scanned_contract():
    marks = read(["scan"], [2])
    assert marks.missed == []
    assert marks.leaking == 1


@pytest.mark.long
def test_all_contracts_of_text():
    marks = read(TEXT, range(60))
    assert min(marks.recall().values()) >= 0.98, marks.missed
    assert len(marks.asked) == 9
    assert marks.through == 0
    assert marks.held <= 0.05 * marks.clean


@pytest.mark.long
@pytest.mark.parametrize("make", PICTURES)
def test_all_contracts_in_pictures(make):
    marks = read([make], range(40))
    assert min(marks.recall().values()) >= 0.90, marks.missed
    assert len(marks.asked) == 9
    assert marks.through <= 0.03 * marks.leaking
    assert marks.held <= 0.05 * marks.clean
