"""The antivirus: clamd, asked by its INSTREAM command over TCP or a Unix socket.

Fail closed: a scanner that is down, slow, or says anything but OK is no clearance.
"""

import socket
import struct
from contextlib import closing, suppress
from urllib.parse import urlsplit

CHUNK = 1 << 20
SECONDS = 30
LENGTH = struct.Struct("!L")


TOO_LONG = "INSTREAM size limit exceeded"


class ScannerDown(Exception):  # noqa: N818 — une panne d’un voisin, dite à l’appelant
    """No verdict: the scanner could not be asked or did not answer properly."""


class TooLong(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The scanner takes no file this long (its StreamMaxLength): asking again would change nothing."""


def find_virus(content: bytes, address: str) -> str:
    """The name of what was found, "" when the file is clean; ScannerDown when there is no verdict, TooLong.

    `address`: tcp://HOST:PORT or unix:///PATH.
    """
    try:
        with closing(_link(address)) as link:
            # It hangs up in the middle of a file that is too long, after it has said so.
            with suppress(ConnectionError):
                _send(link, content)
            answer = _read(link)
    except OSError as error:
        raise ScannerDown(type(error).__name__) from error
    if answer == "stream: OK":
        return ""
    if answer.startswith(TOO_LONG):
        raise TooLong
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerDown(answer[:80] or "réponse vide")


def _link(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(SECONDS)
        try:
            link.connect(parts.path)
        except OSError:
            link.close()
            raise
        return link
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=SECONDS)


def _send(link: socket.socket, content: bytes) -> None:
    link.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), CHUNK):
        piece = content[start : start + CHUNK]
        link.sendall(LENGTH.pack(len(piece)) + piece)
    link.sendall(LENGTH.pack(0))


def _read(link: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096 and (part := link.recv(4096)):
        answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
