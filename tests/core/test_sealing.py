"""What the storage holds can't be read, and can't be changed without being noticed."""

from io import BytesIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from hypothesis import given
from hypothesis import strategies as st

from core import sealing
from core.sealing import MAGIC, SALT, SealedFileSystemStorage, Unreadable, is_sealed_anew, seal, unseal

SECRET = b"Madame Wojtkowiak, 0612345678. " * 40


@pytest.fixture(autouse=True)
def small_frames(monkeypatch):
    monkeypatch.setattr(sealing, "FRAME", 100)


def sealed(*pieces: bytes) -> bytes:
    return b"".join(seal(pieces))


def opened(content: bytes) -> bytes:
    return b"".join(unseal(BytesIO(content)))


def frames(content: bytes) -> tuple[bytes, list[bytes]]:
    """The header, then each frame with its length."""
    stream = BytesIO(content)
    header, parts = stream.read(len(MAGIC) + SALT), []
    while length := stream.read(4):
        parts.append(length + stream.read(int.from_bytes(length)))
    return header, parts


@given(st.lists(st.binary(max_size=350), max_size=6))
def test_what_was_sealed_comes_back(pieces):
    assert opened(sealed(*pieces)) == b"".join(pieces)


def test_nothing_can_be_read_and_no_two_are_alike():
    once, again = sealed(SECRET), sealed(SECRET)
    assert b"Wojtkowiak" not in once
    assert not {part[4:] for part in frames(once)[1]} & {part[4:] for part in frames(again)[1]}


def test_every_changed_byte_is_noticed():
    content = sealed(SECRET[:250])
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(Unreadable):
            opened(bytes(changed))


@pytest.mark.parametrize(
    "tamper",
    [
        lambda header, parts, other: header + b"".join(parts[:-1]),
        lambda header, parts, other: header + b"".join(parts)[:-1],
        lambda header, parts, other: header + b"".join([parts[1], parts[0], *parts[2:]]),
        lambda header, parts, other: header + b"".join([parts[0], *parts]),
        lambda header, parts, other: header + b"".join([other[0], *parts[1:]]),
        lambda header, parts, other: header + b"".join([*parts, parts[-1]]),
        lambda header, parts, other: header,
        lambda header, parts, other: b"",
        lambda header, parts, other: SECRET,
    ],
    ids=["cut at a frame", "cut", "moved", "twice", "from another", "longer", "header", "empty", "not sealed"],
)
def test_a_file_recomposed_is_refused(tamper):
    header, parts = frames(sealed(SECRET))
    _, other = frames(sealed(SECRET))
    assert opened(header + b"".join(parts)) == SECRET, "control"
    with pytest.raises(Unreadable):
        opened(tamper(header, parts, other))


def test_keys_turn(settings):
    old = sealed(SECRET)
    assert is_sealed_anew(BytesIO(old))
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert opened(old) == SECRET
    assert not is_sealed_anew(BytesIO(old))
    assert is_sealed_anew(BytesIO(sealed(SECRET)))
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    with pytest.raises(Unreadable, match="clé perdue"):
        opened(old)


def test_the_portals_storage_seals(private_storage: Path):
    assert isinstance(storages["default"], SealedFileSystemStorage)
    name = default_storage.save("aa/essai", ContentFile(SECRET))
    lying = (private_storage / name).read_bytes()
    assert lying.startswith(MAGIC)
    assert b"Wojtkowiak" not in lying
    with default_storage.open(name) as file:
        assert file.read(10) == SECRET[:10]
        assert file.read() == SECRET[10:]
    with pytest.raises(ValueError, match="ne se modifie pas"):
        default_storage.open(name, "wb")
