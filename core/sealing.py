"""Files encrypted at rest, whatever the storage: what the disk or the bucket holds is unreadable without the keys.

A sealed file is a header, then frames of at most one mebibyte, each a Fernet token (AES-128-CBC and HMAC-SHA-256) of
its salt, its rank, whether it is the last, and its bytes: nothing can be changed, moved, cut off or brought from
another file without being noticed. The keys are those of `core.encryption`: the first one seals, every one opens.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from io import BufferedReader, RawIOBase
from os import urandom
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from cryptography.fernet import InvalidToken
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3Storage

from core.encryption import cipher, newest_cipher

MAGIC = b"SCEAU1\n"
FRAME = 1024 * 1024
SALT, RANK, LENGTH = 16, 8, 4
IN_MEMORY = 2 * FRAME


class Unreadable(OSError):  # noqa: N818 — se lit comme un état
    """The object is not what was sealed: damaged, cut off, or sealed with a key that is gone."""


def seal(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed form of some bytes, in pieces too."""
    salt = urandom(SALT)
    yield MAGIC + salt
    rank, waiting = 0, bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) > FRAME:
            yield _frame(salt, rank, waiting[:FRAME], last=False)
            del waiting[:FRAME]
            rank += 1
    yield _frame(salt, rank, waiting, last=True)


def unseal(stream: "IO[bytes]") -> Iterator[bytes]:
    """The bytes that were sealed, frame by frame; Unreadable as soon as one is not right."""
    salt, rank, last = _salt(stream), 0, False
    while not last:
        plain = _opened(cipher(), _next_token(stream))
        if plain[: SALT + RANK] != salt + rank.to_bytes(RANK):
            raise Unreadable("fichier recomposé")
        last = plain[SALT + RANK] == 1
        yield plain[SALT + RANK + 1 :]
        rank += 1
    if stream.read(1):
        raise Unreadable("fichier suivi d’autre chose")


def is_sealed_anew(stream: "IO[bytes]") -> bool:
    """Whether the key in use today sealed it; False: an older one did (see the command `renew_encryption`)."""
    _salt(stream)
    token = _next_token(stream)
    try:
        _opened(newest_cipher(), token)
    except Unreadable:
        return False
    return True


class _Reader(RawIOBase):
    """A sealed stream read as a plain one."""

    def __init__(self, sealed: "IO[bytes]") -> None:
        self._sealed, self._frames, self._rest = sealed, unseal(sealed), b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._rest:
            frame = next(self._frames, None)
            if frame is None:
                return 0
            self._rest = frame
        given, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(given)] = given
        return len(given)

    def close(self) -> None:
        self._sealed.close()
        super().close()


class _Sealed:
    """Put before a storage: seals what it saves, opens what it reads. Nothing is ever written there in clear."""

    def _save(self, name: str, content: "File[bytes]") -> str:
        with SpooledTemporaryFile(max_size=IN_MEMORY) as sealed:
            for piece in seal(content.chunks()):
                sealed.write(piece)
            sealed.seek(0)
            kept: str = super()._save(name, File(sealed, name=name))  # type: ignore[misc]
        return kept

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("Un fichier scellé se lit ou se remplace, il ne se modifie pas.")
        return File(BufferedReader(_Reader(self.open_sealed(name))), name=name)

    def open_sealed(self, name: str) -> "IO[bytes]":
        """The object as it lies in the storage."""
        stream: IO[bytes] = super()._open(name, "rb")  # type: ignore[misc]
        return stream


class SealedFileSystemStorage(_Sealed, FileSystemStorage):
    """A folder of sealed files."""


class SealedS3Storage(_Sealed, S3Storage):
    """A bucket of sealed files."""


def _frame(salt: bytes, rank: int, content: bytes | bytearray, *, last: bool) -> bytes:
    plain = salt + rank.to_bytes(RANK) + bytes([last]) + bytes(content)
    token = urlsafe_b64decode(cipher().encrypt(plain))
    return len(token).to_bytes(LENGTH) + token


def _opened(keys: Any, token: bytes) -> bytes:
    try:
        plain: bytes = keys.decrypt(urlsafe_b64encode(token))
    except InvalidToken as error:
        raise Unreadable("fichier abîmé, ou scellé avec une clé perdue") from error
    return plain


def _salt(stream: "IO[bytes]") -> bytes:
    if stream.read(len(MAGIC)) != MAGIC:
        raise Unreadable("fichier qui n’est pas scellé")
    return stream.read(SALT)


def _next_token(stream: "IO[bytes]") -> bytes:
    length = int.from_bytes(stream.read(LENGTH))
    token = stream.read(length) if length else b""
    if not length or len(token) != length:
        raise Unreadable("fichier incomplet")
    return token
