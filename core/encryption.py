"""Encryption at rest with the keys of ENCRYPTION_KEYS: single fields here (the N° CAF of Annex 2), files in `sealing`.

The first key writes, every key reads: rotate by putting the new key first, then `manage.py renew_encryption`.
"""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.db.models.functions import Cast


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


def renew_fields() -> int:
    """Write again, with the key in use today, each value that an older key encrypted; how many rows there were."""
    renewed = 0
    for model in apps.get_models():
        names = [field.attname for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]
        for pk in model._base_manager.values_list("pk", flat=True) if names else ():
            renewed += _renew_row(model, pk, names)
    return renewed


def _renew_row(model: type[models.Model], pk: Any, names: list[str]) -> bool:
    lying = {f"lying_{name}": Cast(name, models.TextField()) for name in names}  # the token, not its clear text
    with transaction.atomic():
        row = model._base_manager.select_for_update().annotate(**lying).filter(pk=pk).first()
        if row is None or all(_is_new(token) for name in lying if (token := getattr(row, name))):
            return False
        row.save(update_fields=names)
        return True


def _is_new(token: str) -> bool:
    try:
        newest_cipher().decrypt(token.encode())
    except InvalidToken:
        return False
    return True
