"""Encryption at rest of single fields (the N° CAF of Annex 2) with the keys of FIELD_ENCRYPTION_KEYS.

The first key writes, every key reads: rotate by putting the new key first.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS manque : donnez au moins une clé Fernet.")
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The clear text; ValueError when no key fits, which must never look like an empty value."""
    try:
        return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("Valeur chiffrée illisible avec les clés FIELD_ENCRYPTION_KEYS.") from error


class EncryptedTextField(models.TextField):
    """Text that the database only ever sees encrypted; the empty string stays empty. It can't be searched."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
