"""Opening a CER to score and saving a tick, beside a bare page of one row and a bare change of one row.

    bin/with-postgresql .venv/bin/python -m benchmarks.workstation

The same server, interleaved, with 15 CERs in the file and with 1,500. Exits with 1 when opening costs more than OPEN
times the bare page, or saving more than SAVE times the bare change.
"""

import argparse
import http.client
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlencode

from benchmarks import site

OPEN, SAVE = 2.5, 2.0
WARM_UP = 20
SMALL, BIG = 1, 16
"""The first CERs of both panels: they are written in this order in an empty database, 15 in the first one."""
TICKS = (["duration_start", "detail_complete"], ["duration_start"])


@dataclass(slots=True)
class Agent:
    """Somebody signed in on one site, on a connection kept open."""

    port: int
    cookie: str
    token: str = ""
    version: str = "0"
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, sent: str = "") -> tuple[float, str]:
        headers = {"Cookie": self.cookie, "X-Forwarded-Proto": "https", "Accept-Language": "fr"}
        if sent:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.token, "X-Autosave": "1",
                "Origin": f"https://127.0.0.1:{self.port}",
            }  # fmt: skip
        start = time.perf_counter()
        self.connection.request(method, path, sent or None, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        taken = time.perf_counter() - start
        if answer.status != 200:
            raise SystemExit(f"HTTP {answer.status} on {path}: {page[:300]}")
        self.version = answer.headers.get("X-Version", self.version)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name = cookie.partition("=")[0]
            if "csrftoken" in name and name not in self.cookie:
                self.cookie += f"; {cookie.partition(';')[0]}"
        if found := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page):
            self.token = found[1]
        return taken, page


@dataclass(slots=True)
class Measure:
    name: str
    limit: float
    bare: Callable[[], float]
    portal: Callable[[], float]
    ratios: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    with ExitStack() as stack:
        bare, portal = _agents(stack, options.rows)
        measures = [act(bare, portal, cer) for act in (_opening, _saving) for cer in (SMALL, BIG)]
        for measure in measures:
            for turn in range(-WARM_UP, options.requests):
                pair = measure.bare(), measure.portal()
                if turn >= 0:
                    for kept, taken in zip(measure.ratios, pair, strict=True):
                        kept.append(taken)
    sys.exit(_report(measures))


def _agents(stack: ExitStack, rows: int) -> tuple[Agent, Agent]:
    work = stack.enter_context(tempfile.TemporaryDirectory())
    bare = site.database("bare") | {"DJANGO_SETTINGS_MODULE": "benchmarks.bare.settings"}
    portal = site.database("portal") | site.production(work)
    site.run(["manage.py", "build_assets", "--verbosity", "0"], portal)
    site.run(["manage.py", "collectstatic", "--noinput", "--verbosity", "0"], portal)
    cookies = (
        f"sessionid={site.run(['-m', 'benchmarks.prepare', 'bare', str(rows)], bare)}",
        f"__Host-sessionid={site.run(['-m', 'benchmarks.prepare', 'workstation', str(rows)], portal)}",
    )
    ports = (
        stack.enter_context(site.served("benchmarks.bare.wsgi", bare)).port,
        stack.enter_context(site.served("label_portal.wsgi", portal)).port,
    )
    one, two = (Agent(port, cookie) for port, cookie in zip(ports, cookies, strict=True))
    return one, two


def _opening(bare: Agent, portal: Agent, cer: int) -> Measure:
    return Measure(
        f"open, {_size(cer)} CERs", OPEN, lambda: bare.ask("GET", "/1/")[0],
        lambda: portal.ask("GET", f"/cotation/{cer}/")[0],
    )  # fmt: skip


def _size(cer: int) -> str:
    return "15" if cer == SMALL else "1,500"


def _saving(bare: Agent, portal: Agent, cer: int) -> Measure:
    """Each tick changes the grid; the agent already holds the CER."""
    portal.ask("GET", f"/cotation/{cer}/")
    bare.ask("GET", "/1/")
    states, ticks, version = cycle(["déposé", "instruit"]), cycle(TICKS), ["0"]

    def tick() -> float:
        sent = urlencode({"ticks": next(ticks), "comment": "", "version": version[0]}, doseq=True)
        taken, _ = portal.ask("POST", f"/cotation/{cer}/enregistrer/", sent)
        version[0] = portal.version
        return taken

    return Measure(
        f"save, {_size(cer)} CERs", SAVE,
        lambda: bare.ask("POST", "/1/save/", urlencode({"state": next(states)}))[0], tick,
    )  # fmt: skip


def _report(measures: list[Measure]) -> int:
    """Print the figures; 1 when a limit is passed."""
    print(f"{'':<20}bare ms  portal ms   ratio   limit")
    late = 0
    for measure in measures:
        bare, portal = (statistics.median(taken) for taken in measure.ratios)
        late |= portal / bare > measure.limit
        print(f"{measure.name:<20}{bare * 1000:>7.1f}{portal * 1000:>11.1f}{portal / bare:>8.2f}{measure.limit:>8.1f}")
    return late


if __name__ == "__main__":
    main()
