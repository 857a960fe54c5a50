"""Identifiers of organisations, checked with python-stdnum."""

from django.core.exceptions import ValidationError
from stdnum import exceptions
from stdnum.fr import siret as siret_number


def clean_siret(value: str) -> str:
    """The 14 digits of a SIRET typed with or without separators; ValidationError in French otherwise."""
    digits = "".join(value.split()).replace(".", "").replace("-", "").replace("\u202f", "")
    if not digits.isdigit():
        raise ValidationError("Le SIRET ne contient que des chiffres.", code="siret")
    if len(digits) != 14:
        missing = 14 - len(digits)
        what = (
            f"Il manque {missing} chiffre{'s' if missing > 1 else ''}"
            if missing > 0
            else f"Il y a {-missing} chiffre{'s' if missing < -1 else ''} de trop"
        )
        raise ValidationError(f"{what}\u00a0: {len(digits)} saisis, 14 attendus.", code="siret")
    try:
        return str(siret_number.validate(digits))
    except exceptions.ValidationError as error:
        raise ValidationError(
            "Ce numéro n’est pas un SIRET valide\u00a0: vérifiez les chiffres saisis.", code="siret"
        ) from error


def validate_siret(value: str) -> None:
    if clean_siret(value) != value:
        raise ValidationError("Le SIRET s’écrit en 14 chiffres sans espace.", code="siret")
