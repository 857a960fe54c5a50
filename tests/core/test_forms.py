from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.html import parse_html
from django.utils.datastructures import MultiValueDict

from core.forms import (
    DayField,
    MultipleFilesField,
    PersonNameField,
    PhoneField,
    PortalForm,
    SiretField,
    Untemplated,
)


def messages(field, value):
    with pytest.raises(ValidationError) as raised:
        field.clean(value)
    return raised.value.messages


@pytest.mark.parametrize("typed", ["15/09/2025", " 15/9/2025 ", "15-09-2025", "15.09.2025", "15/09/25", "2025-09-15"])
def test_a_date_is_understood_however_it_is_typed(typed):
    assert DayField().clean(typed) == date(2025, 9, 15)


@pytest.mark.parametrize("typed", ["31/02/2025", "09/15/2025", "demain"])
def test_a_date_that_does_not_exist(typed):
    class DayForm(PortalForm):
        day = DayField(label="Date")

    assert DayForm({"day": typed}).errors["day"] == ["Cette date n’existe pas. Exemple\u00a0: 15/09/2025."]


@pytest.mark.parametrize(
    "typed", ["51290077000011", "512 900 770 00011", "512\u202f900\u202f770\u202f00011", "512.900.770.00011"]
)
def test_siret_gives_its_digits(typed):
    assert SiretField().clean(typed) == "51290077000011"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("512 900 770 0001", "Il manque un chiffre\u00a0: 13 saisis, 14 attendus."),
        ("1", "Il manque 13 chiffres\u00a0: 1 saisi, 14 attendus."),
        ("356 000 000 000 489", "Il y a un chiffre de trop\u00a0: 15 saisis, 14 attendus."),
        ("35600000000O48", "Le SIRET ne contient que des chiffres."),
        ("35600000000049", "Ce numéro n’est pas un SIRET\u00a0: un chiffre est faux ou deux sont inversés."),
    ],
)
def test_siret_says_what_is_wrong(typed, message):
    assert messages(SiretField(), typed) == [message]


@pytest.mark.parametrize("typed", ["03 21 00 00 00", "+33 3 21 00 00 00", "0033321000000", "03.21.00.00.00"])
def test_phone_is_made_canonical(typed):
    assert PhoneField().clean(typed) == "+33321000000"


@pytest.mark.parametrize("typed", ["03 21", "allô", "0" * 20])
def test_a_phone_that_cannot_ring(typed):
    assert messages(PhoneField(), typed)[0].startswith("Ce numéro de téléphone n’est pas complet.")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  jean-marc ", "Jean-Marc"),
        ("DE LA TOUR", "De La Tour"),
        ("O'NEILL", "O’Neill"),
        ("McDonald", "McDonald"),
        ("d'Hondt", "d’Hondt"),
        ("ÉMILIE", "Émilie"),
    ],
)
def test_person_name(typed, name):
    assert PersonNameField().clean(typed) == name


class Attestations(PortalForm):
    files = MultipleFilesField(label="Attestations")


def sent(*files):
    return Attestations({}, MultiValueDict({"files": list(files)}))


def test_many_files_at_once():
    form = sent(SimpleUploadedFile("a.pdf", b"a"), SimpleUploadedFile("b.pdf", b"b"))
    assert form.is_valid()
    assert [file.name for file in form.cleaned_data["files"]] == ["a.pdf", "b.pdf"]


def test_an_empty_file_is_left_to_the_service_that_names_it_and_no_file_is_told():
    assert sent(SimpleUploadedFile("a.pdf", b""), SimpleUploadedFile("b.pdf", b"b")).is_valid()
    assert sent().errors["files"] == ["Choisissez un fichier."]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Les\x00 Amarres", "Les Amarres"),
        ("Les\tAmarres\r\nX-Objet: non", "Les Amarres  X-Objet: non"),
        ("\u202egnp.eriaL\u2066", "gnp.eriaL"),
        ("a\u200b\ufeffb\x1b[31m", "ab[31m"),
        ("famille 👩\u200d👧", "famille 👩\u200d👧"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_what_nobody_sees_is_taken_out_of_a_line(typed, kept):
    class Form(PortalForm):
        name = forms.CharField()

    form = Form({"name": typed})
    assert form.is_valid()
    assert form.cleaned_data["name"] == form["name"].value() == kept


def test_a_line_break_counts_once_as_the_browser_shows_it():
    class Form(PortalForm):
        text = forms.CharField(max_length=5, widget=forms.Textarea)
        password = forms.CharField(widget=forms.PasswordInput, strip=False)

    form = Form({"text": "a\r\nb\rc", "password": "\tx"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"text": "a\nb\nc", "password": "\tx"}
    assert "maxlength" not in str(form)


def test_a_text_too_long_says_by_how_much():
    class Form(PortalForm):
        name = PersonNameField()

    assert Form({"name": "x" * 81}).errors["name"] == ["Raccourcissez ce texte\u00a0: 81 caractères, 80 au plus."]


@pytest.mark.parametrize("typed", ["15/09/0202", "31/12/9999", "0001-01-01"])
def test_a_year_nobody_lives_in(typed):
    assert messages(DayField(), typed) == ["Vérifiez l’année de cette date."]


def test_messages_are_ours_unless_the_form_has_its_own():
    class Form(PortalForm):
        email = forms.EmailField()
        box = forms.BooleanField(error_messages={"required": "Cochez pour certifier."})
        plain = forms.CharField()

    assert Form({"email": "x"}).errors == {
        "email": ["Cette adresse est incomplète. Exemple\u00a0: prenom.nom@exemple.fr."],
        "box": ["Cochez pour certifier."],
        "plain": ["Cette réponse est nécessaire."],
    }


class PlainText(Untemplated, forms.TextInput):
    pass


class PlainTick(Untemplated, forms.CheckboxInput):
    pass


@pytest.mark.parametrize("value", [None, "", "Stage", '"><script>', True, False])
@pytest.mark.parametrize(("plain", "stock"), [(PlainText, forms.TextInput), (PlainTick, forms.CheckboxInput)])
def test_an_input_without_templates_is_the_same_input(plain, stock, value):
    attrs = {"id": "id_x", "class": "form-control", "disabled": True, "autofocus": False}
    drawn, expected = (kind().render("x", value, attrs) for kind in (plain, stock))
    assert parse_html(drawn) == parse_html(expected)
