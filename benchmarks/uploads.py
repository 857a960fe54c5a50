"""The memory of the web process while many large files arrive at once.

    bin/with-postgresql .venv/bin/python -m benchmarks.uploads

Exits with 1 when it grows by more than LIMIT of what arrives.
"""

import http.client
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from benchmarks import site

FILES, MEGABYTES = 20, 20
LIMIT = 0.15
PAGE, TARGET = "/dossier/attestations/", "/dossier/attestations/ajouter/"


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        portal = site.database("portal") | site.production(work)
        site.run(["manage.py", "build_assets", "--verbosity", "0"], portal)
        site.run(["manage.py", "collectstatic", "--noinput", "--verbosity", "0"], portal)
        cookie = f"__Host-sessionid={site.run(['-m', 'benchmarks.prepare', 'uploader', '1'], portal)}"
        with site.served("label_portal.wsgi", portal, workers=1) as served:
            token, cookie = _token(served.port, cookie)
            for _ in range(4):
                _send(served.port, cookie, token, megabytes=1)
            before = _resident(served.process)
            peak = _watched(served, lambda: _all_at_once(served.port, cookie, token))
        kept = sum(1 for each in Path(work, "files").rglob("*") if each.is_file())
    arrived = FILES * MEGABYTES
    print(f"before {before:.0f} MB, at most {peak:.0f} MB while {FILES} files of {MEGABYTES} MB arrived; {kept} kept")
    print(f"grew by {(peak - before) / arrived:.0%} of what arrived, {LIMIT:.0%} at most")
    sys.exit(peak - before > LIMIT * arrived or kept != FILES + 4)


def _token(port: int, cookie: str) -> tuple[str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", PAGE, headers={"Cookie": cookie, "X-Forwarded-Proto": "https"})
    answer = connection.getresponse()
    page = answer.read().decode()
    if answer.status != 200:
        raise SystemExit(f"HTTP {answer.status} on {PAGE}")
    given = re.search(r"__Host-csrftoken=([^;]+)", answer.headers["Set-Cookie"] or "")
    typed = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if not (given and typed):
        raise SystemExit("no token")
    return typed[1], f"{cookie}; {given[0]}"


def _send(port: int, cookie: str, token: str, *, megabytes: int = MEGABYTES) -> None:
    """One PDF of random bytes, piece by piece."""
    border, size = uuid4().hex, megabytes * 1024 * 1024 - 1024
    head = (
        f'--{border}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        f'--{border}\r\nContent-Disposition: form-data; name="uploads"; filename="{border}.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n%PDF-1.7\n"
    ).encode()
    tail = f"\r\n--{border}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.putrequest("POST", TARGET)
    for name, value in {
        "Cookie": cookie, "X-Forwarded-Proto": "https", "Origin": "https://127.0.0.1", "Referer": "https://127.0.0.1/",
        "Content-Type": f"multipart/form-data; boundary={border}", "Content-Length": str(len(head) + size + len(tail)),
    }.items():  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders(head)
    for start in range(0, size, 65536):
        connection.send(os.urandom(min(65536, size - start)))
    connection.send(tail)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise SystemExit(f"HTTP {answer.status} on {TARGET}")


def _all_at_once(port: int, cookie: str, token: str) -> None:
    senders = [threading.Thread(target=_send, args=(port, cookie, token)) for _ in range(FILES)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()


def _watched(served: site.Served, work: Callable[[], None]) -> float:
    """The most memory that the worker held during the work, in megabytes."""
    done, seen = threading.Event(), [0.0]

    def watch() -> None:
        while not done.is_set():
            seen.append(_resident(served.process))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return max(seen)


def _resident(process: int) -> float:
    """Megabytes held by gunicorn's one worker."""
    (worker,) = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    held = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{worker}/status").read_text())
    return int(held[1]) / 1024 if held else 0.0


if __name__ == "__main__":
    main()
