"""The facts that a contract's own words tell, layout by layout, and what they leave unknown."""

from datetime import date
from itertools import product

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.pdf_text import in_visual_order, read_page
from evaluation.facts import proposals
from evaluation.reading import read_facts
from label_portal.sample.contracts import Quality, cer_sample
from rulebook.book import get_rulebook
from rulebook.enums import ContractType, LineFact

GRID = get_rulebook("2024-10").grid
EDITED, OVER = date(2025, 2, 1), date(2025, 7, 31)

TABLE = """Contrat d’engagements réciproques (CER)   Document anonymisé
Référence R01-CER1 · édité le 01/02/2025 · prend fin le 31/07/2025 · durée 6 mois
Actions
Action   Détail   Début   Fin
Préparation de l’entrée en   Dossier d’inscription, remise à niveau   01/02/2025 31/07/2025
formation d’aide à domicile   deux demi-journées par semaine
Demande de logement   Dossier rempli avec le référent   05/02/2025 12/03/2025
Test de positionnement   11/02/2025 24/03/2025
Remarque
La personne a un projet confirmé et manque de qualification reconnue.
Le référent   La personne accompagnée   Le Département
"""


def test_a_table_of_actions():
    read = read_facts(TABLE)
    assert (read.facts.edited_on, read.facts.ends_on, read.facts.remark) == (EDITED, OVER, True)
    first, second, third = read.facts.actions
    assert (first.label, first.start, first.end) == ("Préparation de l’entrée en", EDITED, OVER)
    assert [each.detailed for each in read.facts.actions] == [True, True, False]
    assert [each.vocational for each in read.facts.actions] == [True, None, None]
    assert (second.simple, third.simple) == (True, None)
    assert read.of(LineFact.STARTS) == 85
    assert read.of(LineFact.DETAILED) == 70


def test_a_scan_is_less_certain_and_says_the_same():
    plain, scanned = read_facts(TABLE), read_facts(TABLE, scanned=True)
    assert scanned.facts == plain.facts
    assert all(scanned.certainty[name] == plain.certainty[name] - 20 for name in plain.certainty)


def test_dates_in_letters_and_actions_in_a_sentence():
    read = read_facts(
        "Contrat établi le 1er avril 2025 pour une durée de six mois\n"
        "Plan d’actions :\n"
        "1) Atelier CV du 7 avril au 30 juin 2025\n"
        "2) Stage, du 12/05/25 au 06/06/25\n"
        "Observations : présente à chaque rendez-vous, elle avance.\n"
    )
    assert (read.facts.edited_on, read.facts.ends_on) == (date(2025, 4, 1), date(2025, 9, 30))
    assert [(each.start, each.end) for each in read.facts.actions] == [
        (date(2025, 4, 7), date(2025, 6, 30)),
        (date(2025, 5, 12), date(2025, 6, 6)),
    ]
    assert (read.facts.remark, read.certainty["ends_on"]) == (True, 60)
    assert all(each.detailed is None for each in read.facts.actions)


def test_a_list_without_dates_is_counted():
    read = read_facts("Actions : 1) atelier mobilité, 2) permis B (auto-école sociale), 3) stage.\nFait à Lens\n")
    assert len(read.facts.actions) == 3
    assert read.certainty == {"actions": 60}


def test_the_length_of_the_contract_in_one_line():
    read = read_facts("Durée : du 1er avril au 30 septembre 2025.\n")
    assert (read.facts.edited_on, read.facts.ends_on) == (date(2025, 4, 1), date(2025, 9, 30))


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("Remarque\nLe référent   La personne accompagnée\n", False),
        ("Remarque :\nPage 1 sur 2\n", False),
        ("Remarque : La garde des enfants reste à organiser.\n", True),
        ("Remarques du référent\nLe projet est confirmé par un stage.\nFait à Lens", True),
        ("Il est à remarquer que tout va bien.\n", None),
        ("", None),
    ],
)
def test_the_remark(text, remark):
    assert read_facts(text).facts.remark is remark


@pytest.mark.parametrize(
    "text",
    [
        "Constats : suivi depuis le 14/03/2024, rendez-vous le 15/04/2026.",
        "Historique\n06/01/2025 appel au bailleur. 14/01/2025 relance.\n",
        "Contrat conclu dans le cadre de la loi du 1er décembre 2008.",
        "Édité le 31/02/2025, prend fin le 99/99/9999.",
    ],
)
def test_what_is_not_plainly_a_fact_of_the_contract_stays_unknown(text):
    assert not read_facts(text).facts


@pytest.mark.parametrize("year", ["0205", "1925", "9999"])
def test_a_year_that_no_contract_has_stays_unknown(year):
    assert not read_facts(f"Contrat édité le 31/12/{year}, pour une durée de 12 mois").facts


def test_a_contract_never_ends_before_it_starts():
    assert read_facts("édité le 01/02/2025, prend fin le 31/01/2025").facts.ends_on is None


@pytest.mark.parametrize(("kind", "quality"), list(product(ContractType, Quality)))
def test_the_contracts_of_the_demonstration_never_read_wrong(kind, quality):
    lines, known = GRID.lines_for(kind), 0
    for seed in range(3):
        sample = cer_sample(
            reference="R01-CER1", contract_type=kind, edited_on=EDITED, quality=quality, seed=seed
        )  # fmt: skip
        with pypdfium2.PdfDocument(sample.pdf) as document:
            text = "\n".join(in_visual_order(read_page(page)).text for page in document)
        found = proposals(lines, read_facts(text).facts)
        known += len(found)
        assert {line: each.granted for line, each in found.items()} == {
            line: line in sample.expected_ticks for line in found
        }
    assert known >= 3 * (4 if kind is ContractType.SOLIDARITY else 5)


@given(st.text(alphabet=st.sampled_from(" \n.:/-0123456789aAéEFinDébutActionRemarque durée du au le"), max_size=200))
def test_no_text_breaks_the_reading(text):
    read = read_facts(text)
    assert all(each.start <= each.end for each in read.facts.actions if each.start)
    assert all(5 <= sure <= 100 for sure in read.certainty.values())
