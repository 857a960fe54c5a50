"""The DPID's queue beside a bare list of 25 rows, on the same server, in the same run.

    bin/with-postgresql .venv/bin/python -m benchmarks.queue_page

Exits with 1 when the queue costs more than LIMIT times the bare page.
"""

import argparse
import http.client
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks import site

LIMIT = 3.0
WARM_UP = 20
QUEUE = "/dossiers/"
PAGES = {
    "queue": QUEUE,
    "queue, page 20": f"{QUEUE}?page=20",
    "closed files": f"{QUEUE}?liste=clos",
    "search": f"{QUEUE}?q=00123",
}


@dataclass(slots=True)
class Target:
    """One page of one site; every session keeps its connection open."""

    name: str
    port: int
    path: str
    cookie: str
    seconds: list[float] = field(default_factory=list)
    size: int = 0

    def ask(self, connection: http.client.HTTPConnection) -> float:
        headers = {"Cookie": self.cookie, "X-Forwarded-Proto": "https", "Accept-Language": "fr"}
        start = time.perf_counter()
        connection.request("GET", self.path, headers=headers)
        answer = connection.getresponse()
        page = answer.read()
        taken = time.perf_counter() - start
        if answer.status != 200:
            raise SystemExit(f"{self.name}: HTTP {answer.status} on {self.path}")
        self.size = len(page)
        return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=200, help="per page and concurrency")
    options = parser.parse_args()
    with ExitStack() as stack:
        targets = _sites(stack, options.rows)
        worst = 0.0
        for concurrency in (1, 4):
            _measure(targets, concurrency, options.requests)
            worst = max(worst, _report(targets, concurrency))
    print(f"queue: {worst:.2f} times the bare page at worst, {LIMIT:.0f} at most")
    sys.exit(worst > LIMIT)


def _sites(stack: ExitStack, rows: int) -> list[Target]:
    """Both sites, each on a database of its own in the same PostgreSQL, behind the same gunicorn."""
    work = stack.enter_context(tempfile.TemporaryDirectory())
    bare = site.database("bare") | {"DJANGO_SETTINGS_MODULE": "benchmarks.bare.settings"}
    portal = site.database("portal") | site.production(work)
    site.run(["manage.py", "build_assets", "--verbosity", "0"], portal)
    site.run(["manage.py", "collectstatic", "--noinput", "--verbosity", "0"], portal)
    cookies = {
        "bare": f"sessionid={site.run(['-m', 'benchmarks.prepare', 'bare', str(rows)], bare)}",
        "portal": f"__Host-sessionid={site.run(['-m', 'benchmarks.prepare', 'portal', str(rows)], portal)}",
    }
    bare_port = stack.enter_context(site.served("benchmarks.bare.wsgi", bare)).port
    portal_port = stack.enter_context(site.served("label_portal.wsgi", portal)).port
    return [
        Target("bare list", bare_port, "/", cookies["bare"]),
        *(Target(name, portal_port, path, cookies["portal"]) for name, path in PAGES.items()),
    ]


def _measure(targets: list[Target], concurrency: int, requests: int) -> None:
    """Each session asks for the pages in turn, so that a busy machine slows all of them alike."""
    for target in targets:
        target.seconds.clear()

    def session() -> None:
        connections = [http.client.HTTPConnection("127.0.0.1", target.port, timeout=60) for target in targets]
        for turn in range(-WARM_UP, requests // concurrency):
            for target, connection in zip(targets, connections, strict=True):
                taken = target.ask(connection)
                if turn >= 0:
                    target.seconds.append(taken)

    threads = [threading.Thread(target=session) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _report(targets: list[Target], concurrency: int) -> float:
    """Print the figures; the ratio of the queue's median to the bare list's."""
    floor = statistics.median(targets[0].seconds)
    print(f"\n{concurrency} at once          median ms   p95 ms   ratio      kB   requests")
    for target in targets:
        median, p95 = statistics.median(target.seconds), statistics.quantiles(target.seconds, n=20)[-1]
        print(
            f"{target.name:<20}{median * 1000:>9.1f}{p95 * 1000:>9.1f}{median / floor:>8.2f}"
            f"{target.size / 1000:>8.1f}{len(target.seconds):>11}"
        )
    return statistics.median(targets[1].seconds) / floor


if __name__ == "__main__":
    main()
