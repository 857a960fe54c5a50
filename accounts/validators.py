"""Identifiers of organisations, as the database keeps them."""

from django.core.exceptions import ValidationError

from core.identifiers import clean_siret


def validate_siret(value: str) -> None:
    if clean_siret(value) != value:
        raise ValidationError("Le SIRET s’écrit en 14 chiffres sans espace.", code="siret")
