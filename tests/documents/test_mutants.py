"""Spoilt and hostile PDFs through the closed room: an answer each time, within its limits, and the room stands."""

import pytest

from core.sandbox import FileRefused, Sandbox, SandboxBroken
from tests.documents import mutants

MOST_SECONDS, MOST_KILOBYTES = 10, 512 * 1024
LIKE = {
    "name": "contrat.pdf",
    "content_type": "application/pdf",
    "checked": True,
    "own": {},
    "today": "2026-11-23",
}


@pytest.fixture(scope="module")
def room():
    room = Sandbox("tests.documents.measured")
    yield room
    room.stop()


def answer(room, content):
    """« read », « refused » or « broken »; what was read must have stayed within the limits."""
    try:
        told = room.run("inspect", content, seconds=60, **LIKE).value
    except FileRefused:
        return "refused"
    except SandboxBroken:
        return "broken"
    assert told["cpu_seconds"] <= MOST_SECONDS
    assert told["peak_kilobytes"] <= MOST_KILOBYTES
    return "read"


def all_answers(room, count):
    answer(room, mutants.makers.text_pdf())
    nursery = room._process.pid
    files = mutants.seeds()
    answers = [answer(room, mutants.spoilt(files, seed)) for seed in range(count)]
    assert room._process.pid == nursery
    assert room._process.poll() is None
    assert answer(room, files[0]) == "read"
    return {kind: answers.count(kind) for kind in ("read", "refused", "broken")}


def test_some_spoilt_files(room):
    count = all_answers(room, 30)
    assert count["read"] > 5
    assert count["refused"] + count["broken"] > 0


@pytest.mark.long
def test_three_thousand_spoilt_files(room):
    count = all_answers(room, 3000)
    assert count["read"] > 500
    assert count["refused"] > 100
    assert count["broken"] <= 30


@pytest.mark.parametrize(
    ("attack", "control"),
    [
        (mutants.packed_page(600_000_000), mutants.packed_page(14_000)),
        (mutants.picture(60_000, 60_000), mutants.picture(100, 100)),
        (mutants.many_pages(201), mutants.many_pages(3)),
        (mutants.nested_forms(12), mutants.nested_forms(1)),
    ],
    ids=["bombe", "image immense", "pages", "dessins emboîtés"],
)
def test_an_attack_is_not_let_in_and_its_twin_is(room, attack, control):
    assert answer(room, attack) in {"refused", "broken"}
    assert answer(room, control) == "read"


def test_a_page_as_tall_as_one_says_costs_no_more(room):
    assert answer(room, mutants.tall_page(14_400)) == "read"
    assert answer(room, mutants.tall_page(10**9)) in {"read", "refused", "broken"}
