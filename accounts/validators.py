"""What a stored identifier must look like; typing is made canonical by core.identifiers."""

from django.core.exceptions import ValidationError

from core.identifiers import clean_siret


def validate_siret(value: str) -> None:
    if clean_siret(value) != value:
        raise ValidationError("Le SIRET s’écrit en 14 chiffres sans espace.", code="siret")
