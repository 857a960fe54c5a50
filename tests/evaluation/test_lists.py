"""What a structure types or pastes to list its CERs."""

import pytest

from evaluation.draw import BadListError
from evaluation.lists import LIST_LENGTH, Reading, read_list, understand


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("A-1\nA-2\n", ("A-1", "A-2")),
        ("  A-1 \r\n\r\n\tA-2\t\r\n", ("A-1", "A-2")),
        ("Dossier  12\u00a0bis\nDossier 13", ("Dossier 12 bis", "Dossier 13")),
        ("3", ("Contrat 1", "Contrat 2", "Contrat 3")),
        ("0", ()),
        ("3\n4", ("3", "4")),
        ("2024-00123\n2024-00124", ("2024-00123", "2024-00124")),
    ],
)
def test_read(text, references):
    assert read_list(text).references == references


def test_a_number_alone_is_a_count():
    assert read_list(" 37 \n").counted
    assert len(read_list("37").references) == 37
    assert not read_list("37\n38").counted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "vide"),
        ("A\nB\na", "deux fois"),
        ("A\nB\tDupont", "Ligne 2\u00a0: plusieurs colonnes"),
        ("A\n\n" + "x" * 61, "Ligne 3\u00a0: « xxxxxxxxxxxxxxxxxxxx… » dépasse 60"),
        ("A\n1234567B", "Ligne 2\u00a0: un nom, un N° CAF"),
        ("A\n1234567", "neutre"),
        ("A\n06 12 34 56 78", "neutre"),
        ("A\n1 85 02 62 123 456 78", "neutre"),
        ("A\njeanne@exemple.fr", "neutre"),
        ("A\nMme Dupont", "neutre"),
        ("A\n12, M. Ali", "neutre"),
        (str(LIST_LENGTH + 1), "jusqu’à 1000"),
        ("\n".join(f"A{number}" for number in range(LIST_LENGTH + 1)), "jusqu’à 1000"),
    ],
)
def test_refused(text, words):
    with pytest.raises(BadListError, match=words):
        read_list(text)


@pytest.mark.parametrize("kept", ["M. 12", "Monument 3", "Gamme A", "Dossier Mr-4"])
def test_a_reference_is_not_taken_for_a_name(kept):
    assert read_list(f"A\n{kept}").references == ("A", kept)


@pytest.mark.parametrize(
    ("text", "tone", "words"),
    [
        (" \n", "", ""),
        ("0", "warn", "Aucun contrat"),
        ("A", "warn", "1 contrat lu\u00a0: moins de 5, tous seront joints"),
        ("12", "ok", "12 contrats lus\u00a0: 5 seront tirés au sort."),
        ("A\na", "bad", "deux fois"),
    ],
)
def test_what_is_said_while_it_is_typed(text, tone, words):
    said = understand(text, wanted=5)
    assert (said.tone, words in said.words) == (tone, True)
    assert understand("", wanted=5) == Reading()
