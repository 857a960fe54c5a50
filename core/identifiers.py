"""What people type or paste, with its spaces, dots and slips, made canonical. Pure; the errors are French sentences."""

import unicodedata
from datetime import date

import phonenumbers
from django.core.exceptions import ValidationError
from stdnum import exceptions
from stdnum.fr import siret

from core.french import NBSP, plural

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2100, 1, 1)  # au-delà, une année est une faute de frappe
INVISIBLE = {"Cc", "Cf", "Cs"}
JOINERS = "\u200c\u200d"  # ils tiennent ensemble un émoji ou des lettres liées


def clean_line(value: str) -> str:
    """One line without what nobody sees: line breaks and tabs become spaces, control and bidirectional signs go."""
    return "".join(filter(None, map(_visible, value)))


def clean_text(value: str) -> str:
    """A text whose only control signs are its line breaks, one character each (browsers send two)."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(map(clean_line, lines))


def _visible(letter: str) -> str:
    if letter in JOINERS or unicodedata.category(letter) not in INVISIBLE:
        return letter
    return " " if letter.isspace() else ""


def clean_siret(value: str) -> str:
    """The 14 digits of a SIRET; ValidationError says how many are missing or in excess, or that the key is wrong."""
    typed = "".join(character for character in value if character not in ".-\u2011" and not character.isspace())
    if not typed.isdecimal():
        raise ValidationError("Le SIRET ne contient que des chiffres.", code="siret")
    missing = 14 - len(typed)
    if missing:
        lack = f"Il manque {'un' if missing == 1 else missing} chiffre{plural(missing)}"
        excess = f"Il y a {'un' if missing == -1 else -missing} chiffre{plural(missing)} de trop"
        raise ValidationError(
            f"{lack if missing > 0 else excess}{NBSP}: {len(typed)} saisi{plural(len(typed))}, 14 attendus.",
            code="siret",
        )
    try:
        return str(siret.validate(typed))
    except exceptions.ValidationError as error:
        raise ValidationError(
            f"Ce numéro n’est pas un SIRET{NBSP}: un chiffre est faux ou deux sont inversés.", code="siret"
        ) from error


def clean_phone(value: str) -> str:
    """A telephone number as +33300000000, read as French unless it carries its country."""
    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException as error:
        raise _bad_phone() from error
    if not phonenumbers.is_possible_number(number):
        raise _bad_phone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _bad_phone() -> ValidationError:
    return ValidationError(
        f"Ce numéro de téléphone n’est pas complet. Exemple{NBSP}: 03{NBSP}00{NBSP}00{NBSP}00{NBSP}00.", code="phone"
    )


def folded(text: str) -> str:
    """Small letters without accents or punctuation, single spaces: two spellings of one name compare equal."""
    plain = unicodedata.normalize("NFKD", text)
    letters = (letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(letters).casefold().split())


def clean_person_name(value: str) -> str:
    """Spaces and apostrophes made regular; a name typed all in capitals or all in small letters gets its capitals.

    « DE LA TOUR » and « jean-marc » become « De La Tour » and « Jean-Marc »; « McDonald » and « d’Hondt » stay.
    """
    name = " ".join(value.replace("'", "’").replace("\u2010", "-").split())
    return _capitalised(name) if name.isupper() or name.islower() else name


def _capitalised(name: str) -> str:
    previous = " "
    letters = []
    for letter in name:
        letters.append(letter.upper() if previous in " -’" else letter.lower())
        previous = letter
    return "".join(letters)
