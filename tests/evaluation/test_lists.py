"""What a structure types or pastes to list its CERs."""

import pytest

from evaluation.draw import BadListError
from evaluation.lists import LIST_LENGTH, read_list


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
        ("A\n1234567B", "Ligne 2\u00a0: un N° CAF"),
        ("A\n1234567", "neutre"),
        ("A\n06 12 34 56 78", "neutre"),
        ("A\n1 85 02 62 123 456 78", "neutre"),
        ("A\njeanne@exemple.fr", "neutre"),
        (str(LIST_LENGTH + 1), "jusqu’à 1000"),
        ("\n".join(f"A{number}" for number in range(LIST_LENGTH + 1)), "jusqu’à 1000"),
    ],
)
def test_refused(text, words):
    with pytest.raises(BadListError, match=words):
        read_list(text)
