"""A field encrypted at rest."""

import pytest
from cryptography.fernet import Fernet

from core.encryption import EncryptedTextField, decrypt, encrypt


def test_round_trip_and_nothing_readable():
    token = encrypt("1234567")
    assert "1234567" not in token
    assert decrypt(token) == "1234567"


def test_an_old_key_still_reads_after_rotation(settings):
    old = encrypt("1234567")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert decrypt(old) == "1234567"
    assert decrypt(encrypt("7654321")) == "7654321"


def test_a_lost_key_is_an_error_not_an_empty_value(settings):
    token = encrypt("1234567")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(ValueError, match="illisible"):
        decrypt(token)


def test_the_empty_value_stays_empty():
    assert EncryptedTextField().get_prep_value("") == ""
