"""The contracts show on the page what their expected ticks say, and nothing of a real person."""

import re
from datetime import date
from fractions import Fraction
from itertools import product

import pypdfium2
import pytest

from label_portal.sample import contracts, render
from label_portal.sample.contracts import Flaw, Quality, cer_sample, draft_contract, expected_ticks, flaws_of
from rulebook.book import get_rulebook

EDITED_ON = date(2025, 11, 3)
TYPES = ("solidarity", "socio_professional")


def text_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def draft(contract_type, *flaws, seed=0):
    return draft_contract(
        reference="R04-CER3", contract_type=contract_type, flaws=flaws, seed=seed, edited_on=EDITED_ON
    )


def drafts(*flaws, types=TYPES):
    return [draft(contract_type, *flaws, seed=seed) for contract_type in types for seed in range(80)]


@pytest.mark.parametrize("contract_type", TYPES)
def test_lines_are_those_of_the_rulebook(contract_type):
    lines = get_rulebook("2024-10").grid.lines_for(contract_type)
    assert [line.id for line in lines] == list(contracts.LINES[contract_type])


@pytest.mark.parametrize(
    ("quality", "low", "high"), [(Quality.GOOD, 10, 10), (Quality.FAIR, 8, "9.5"), (Quality.WEAK, "4.5", 7)]
)
def test_every_recipe_scores_within_its_quality(quality, low, high):
    for contract_type, seed in product(TYPES, range(40)):
        points = {line.id: line.points for line in get_rulebook("2024-10").grid.lines_for(contract_type)}
        ticks = expected_ticks(contract_type, flaws_of(quality, contract_type, seed))
        assert Fraction(low) <= sum(points[tick] for tick in ticks) <= Fraction(high)


def test_a_sample_has_two_pages_of_text_like_the_form():
    sample = cer_sample(reference="R04-CER3", contract_type="socio_professional", edited_on=EDITED_ON, seed=2)
    front, back = text_of(sample.pdf)
    assert sample.expected_ticks == contracts.LINES["socio_professional"]
    assert "Contrat socioprofessionnel" in front
    assert "Référence R04-CER3 · édité le 03/11/2025 · prend fin le 02/05/2026 · durée 6 mois" in front
    for heading in ("Constats partagés", "Actions", "Remarque", "Le référent", "La personne accompagnée"):
        assert heading in front
    assert "Page 1 sur 2" in front
    assert "Engagements réciproques" in back
    assert "Page 2 sur 2" in back


@pytest.mark.parametrize("contract_type", TYPES)
def test_the_longest_contract_still_fits_on_two_pages(contract_type):
    longest = max(
        (draft(contract_type, Flaw.BREACH_OF_SECRECY, seed=seed) for seed in range(200)),
        key=lambda each: len(each.findings) + sum(map(len, each.remark)) + 200 * len(each.actions),
    )
    assert len(text_of(contracts.draw(longest))) == 2


def test_same_arguments_give_the_same_contract_and_other_seeds_others():
    assert draft("solidarity", seed=5) == draft("solidarity", seed=5)
    drawn = [draft(contract_type, seed=seed) for contract_type in TYPES for seed in range(30)]
    assert len(set(drawn)) == len(drawn)


def test_the_same_contract_is_drawn_alike_without_the_cache(monkeypatch, tmp_path):
    contract, pdfs = draft("solidarity", seed=7), []
    for folder in ("first", "second"):
        monkeypatch.setattr(render, "CACHE", tmp_path / folder)
        pdfs.append(contracts.draw(contract))
    assert text_of(pdfs[0]) == text_of(pdfs[1])
    assert len(list(tmp_path.glob("*/*.pdf"))) == 2


def test_a_second_drawing_is_read_from_the_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(render, "CACHE", tmp_path)
    first = contracts.draw(draft("solidarity"))
    monkeypatch.setattr(render, "_draw", lambda _html: pytest.fail("drawn twice"))
    assert contracts.draw(draft("solidarity")) == first
    assert [path.suffix for path in tmp_path.iterdir()] == [".pdf"]


def test_a_good_contract_deserves_every_line():
    vocational = {
        project[kind]["title"] for project in contracts._situations()["projects"] for kind in ("long", "short")
    }
    for each in drafts():
        assert all(each.edited_on <= action.start < action.end <= each.ends_on for action in each.actions)
        assert any((action.start, action.end) == (each.edited_on, each.ends_on) for action in each.actions)
        assert all(action.detail for action in each.actions)
        assert len(each.remark) == 2
        if each.contract_type == "socio_professional":
            assert len(each.actions) >= 3
            assert vocational & {action.title for action in each.actions}


def test_simple_steps_are_shorter_than_the_contract_unless_unfit():
    steps = {obstacle["step"]["title"] for obstacle in contracts._situations()["obstacles"]}

    def longest_step(each):
        return max((action.end - action.start).days for action in each.actions if action.title in steps)

    assert all(longest_step(each) < 70 for each in drafts())
    assert all(longest_step(each) >= 180 for each in drafts(Flaw.UNFIT_DURATION))


def test_flaws_of_dates_and_details_show():
    assert all(min(a.start for a in each.actions) < each.edited_on for each in drafts(Flaw.EARLY_START))
    assert all(max(a.end for a in each.actions) > each.ends_on for each in drafts(Flaw.LATE_END))
    assert all("" in [a.detail for a in each.actions] for each in drafts(Flaw.MISSING_DETAIL))


def test_flaws_of_number_and_kind_of_actions_show():
    vocational = {
        project[kind]["title"] for project in contracts._situations()["projects"] for kind in ("long", "short")
    }
    only = ("socio_professional",)
    assert all(len(each.actions) == 2 for each in drafts(Flaw.TOO_FEW_ACTIONS, types=only))
    for each in drafts(Flaw.NO_VOCATIONAL_ACTION, types=only):
        assert len(each.actions) == 3
        assert not vocational & {action.title for action in each.actions}


def test_flaws_of_the_remark_and_of_secrecy_show():
    breaches = contracts._situations()["breaches"]
    for good, bare, vague, lost, told in zip(
        drafts(), drafts(Flaw.NO_REMARK), drafts(Flaw.VAGUE_SITUATION), drafts(Flaw.VAGUE_POSITIONING),
        drafts(Flaw.BREACH_OF_SECRECY), strict=True,
    ):  # fmt: skip
        assert bare.remark == ()
        assert len(vague.remark[0]) <= 40
        assert vague.remark[1] == good.remark[1]
        assert lost.remark[0] == good.remark[0]
        assert len(lost.remark[1]) < 40
        assert any(breach in told.findings for breach in breaches)
        assert not any(breach in good.findings for breach in breaches)


def test_a_solidarity_contract_has_no_socio_professional_flaw():
    with pytest.raises(ValueError, match="solidarity"):
        draft("solidarity", Flaw.TOO_FEW_ACTIONS)


def test_nothing_in_a_contract_could_name_a_person():
    # Title and name, numbers of a file or a telephone (dates left out), address of any kind.
    tell_tale = re.compile(r"\b(?:M\.|Mme|Mlle|Monsieur|Madame)\s|\d(?:[\s.]?\d){6,}|@|\brue\b|\bavenue\b|\bnée? le\b")
    for each in drafts(Flaw.BREACH_OF_SECRECY):
        words = [each.findings, *each.remark, *(f"{action.title} {action.detail}" for action in each.actions)]
        assert not tell_tale.search(re.sub(r"\d\d/\d\d/\d{4}", "", " ".join(words)))
    assert tell_tale.search("Mme Morel, 06 39 98 00 00")
