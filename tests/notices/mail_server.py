"""A mail server of the tests' own: it speaks SMTP on a private port and remembers what it accepted.

It takes `seconds` before it lets a message begin, and as long again between accepting it and saying so.
"""

import threading
import time
from collections import Counter
from contextlib import suppress
from email import message_from_bytes
from socketserver import StreamRequestHandler, ThreadingTCPServer


class Conversation(StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 essais")
        while line := self.read():
            command = line[:4].upper()
            if command == b"MAIL":
                self.server.arriving.set()
                time.sleep(self.server.seconds)
                self.say("250 ok")
            elif command == b"DATA":
                self.say("354 go on")
                self.take_message()
            elif command == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def read(self) -> bytes:
        try:
            return self.rfile.readline()
        except OSError:
            return b""

    def say(self, answer: str) -> None:
        with suppress(OSError):  # the sender may have been killed while we were thinking
            self.wfile.write(f"{answer}\r\n".encode())

    def take_message(self) -> None:
        lines = []
        while (line := self.read()) != b".\r\n":
            if not line:
                return  # cut off before the final dot: nothing was given to us
            lines.append(line)
        with self.server.lock:
            self.server.accepted[message_from_bytes(b"".join(lines))["Message-ID"]] += 1
        time.sleep(self.server.seconds)
        self.say("250 accepted")


class MailServer(ThreadingTCPServer):
    """`accepted` counts the Message-IDs; `arriving` is set whenever a message begins."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, seconds: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.seconds = seconds
        self.accepted: Counter[str] = Counter()
        self.arriving = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()
