"""Encryption at rest with the keys of ENCRYPTION_KEYS: single fields here (the N° CAF of Annex 2), files in `sealing`.

The first key writes, every key reads: rotate by putting the new key first, then `manage.py renew_encryption`.
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
        raise ImproperlyConfigured("ENCRYPTION_KEYS manque : donnez au moins une clé Fernet.")
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    return _cipher(tuple(settings.ENCRYPTION_KEYS))


def newest_cipher() -> MultiFernet:
    """The key that writes, alone: it reads only what was written with it."""
    return _cipher(tuple(settings.ENCRYPTION_KEYS[:1]))


def encrypt(text: str) -> str:
    return cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The clear text; ValueError when no key fits, which must never look like an empty value."""
    try:
        return cipher().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("Valeur chiffrée illisible avec les clés ENCRYPTION_KEYS.") from error


class EncryptedTextField(models.TextField):
    """Text that the database only ever sees encrypted; the empty string stays empty. It can't be searched."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
