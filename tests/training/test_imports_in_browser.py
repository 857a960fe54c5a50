"""A table brought from the keyboard, with a question: each page sound at both widths."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.services.referents import add_referent
from tests.factories import make_user
from tests.plugins.browser import assert_sound
from training.models import PastTraining

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLE = """Nom;Prénom;E-mail;Date d’arrivée;Date de départ;Module;Partie;Dernier jour;Organisme;Durée en heures
Caron;Anne;anne.caron@exemple.fr;02/09/2024;;M4;;12/03/2025;CNFPT;7
Caron;Anne;;;;M2;1;15/05/2025;IRTS Hauts-de-France;14
Benali;Karim;;;;M4;;12/03/2020;CNFPT;7
Haddad;Lina;lina@;31/02/2025;;M9;;;;sept
"""


def test_a_table_is_read_answered_and_taken(new_page):
    owner = make_user(Role.STRUCTURE_ADMIN)
    first = {"first_name": "Karim", "last_name": "Benali"}
    add_referent(actor=owner, **first, arrived_on=date(2020, 1, 6), left_on=date(2021, 1, 6))
    add_referent(actor=owner, **first, arrived_on=date(2024, 9, 2))
    page = new_page(owner)
    page.goto(reverse("referent_import"))
    assert_sound(page)
    page.get_by_label("Votre tableau").set_input_files(
        {"name": "referents.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    page.get_by_role("button", name="Lire le tableau").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 ligne à corriger, 2 à ajouter")
    expect(page.get_by_role("button", name="Ajouter")).to_have_count(0)
    assert_sound(page)
    page.get_by_label("Karim Benali, ligne 4").select_option(value="R01")
    page.get_by_role("button", name="Tenir compte des réponses").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 ligne à corriger, 3 à ajouter")
    assert_sound(page)
    expect(page.get_by_role("link", name="Choisir le tableau corrigé")).to_be_visible()
    page.get_by_role("link", name="ligne 5").press("Enter")
    expect(page.get_by_role("row", name="Lina Haddad")).to_be_in_viewport()
    page.get_by_role("button", name="Ajouter seulement 3 lignes").press("Enter")
    expect(page.get_by_text("1 référent ajouté et 3 formations notées.")).to_be_visible()
    page.goto(reverse("referent_training", args=[PastTraining.objects.first().referent_id]))
    expect(page.get_by_role("heading", name="Attestations à joindre")).to_be_visible()
    assert_sound(page)
