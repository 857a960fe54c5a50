"""Somebody else's bytes are only ever opened in a child process: little memory, little time, no network.

One nursery process per portal process loads the libraries once; for each job it forks a child, which gets its limits
before the first byte. Whatever happens to the child (an exception, a crash of a C library, a limit) is an answer for
the caller, never a failure of the portal. What comes back is JSON and bytes, never an object to be trusted.
"""

import atexit
import ctypes
import gc
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

ROOM = 384 * 1024 * 1024
"""Bytes that a job may take on top of what the nursery has loaded: 512 MB at most in all."""
CPU_SECONDS = 10
ENDING = 0.5
"""Seconds from the last link closed by a process to its end, on a crowded machine."""
LARGEST_FILE = 256 * 1024 * 1024
LARGEST_ANSWER = 256 * 1024 * 1024
LENGTH = struct.Struct("!Q")
KEPT = ("PATH", "LANG", "LC_ALL", "HOME")
ROOT = Path(__file__).resolve().parent.parent
NETWORK_CALLS = ("socket", "connect", "bind", "listen", "accept", "accept4", "ptrace")


class FileRefused(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The file is not let in; `reason` is a French sentence for the person who sent it."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class SandboxBroken(Exception):  # noqa: N818 — la cause est dans le fichier, rarement dans le portail
    """The child that read a file died or overran a limit; the message names the job, never the content."""


class Answer(NamedTuple):
    value: Any
    blobs: tuple[bytes, ...]


class Sandbox:
    """A nursery and the children it gives; `module` holds JOBS, a table of functions, and `warm_up()`, which loads
    the libraries and uses them once: in the nursery, then in each child, while it waits for its file."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0
        atexit.register(self.stop)

    def run(self, job: str, /, *blobs: bytes, seconds: float = 30, **arguments: Any) -> Answer:
        """Run a job in a child, within `seconds` of the clock; `arguments` must be JSON.

        FileRefused comes back as it was raised; everything else that goes wrong is SandboxBroken.
        """
        try:
            answer, received = self._asked({"job": job, "seconds": seconds, "arguments": arguments}, blobs)
        except (OSError, EOFError, ValueError) as error:
            raise SandboxBroken(f"{job}: {type(error).__name__}") from error
        if "refused" in answer:
            raise FileRefused(str(answer["refused"]))
        if "error" in answer:
            raise SandboxBroken(f"{job}: {answer['error']}")
        return Answer(answer["value"], received)

    def stop(self) -> None:
        """End the nursery; its children end their job. Nothing to do in a process that did not start it."""
        if self._process is not None and self._control is not None and self._owner == os.getpid():
            self._control.close()
            self._process.wait()
        self._process = self._control = None

    def _asked(self, request: dict[str, Any], blobs: tuple[bytes, ...]) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        """A child's answer. Another one is asked, once, when the first was gone before it had read all that was sent
        (the file had no part in it), or when the nursery died with our link in its hands."""
        link, nursery = self._child()
        try:
            return _exchange(link, request, blobs)
        except ConnectionError:  # what was sent, or a part of it, was never read
            pass
        except EOFError:
            if not _has_ended(nursery):
                raise
        return _exchange(self._child()[0], request, blobs)

    def _child(self) -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
        """One end of a link to a fresh child, and the nursery that gives it; one that is gone is started again."""
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            try:
                nursery, control = self._nursery()
                socket.send_fds(control, [b"."], [theirs.fileno()])
            except OSError:
                self.stop()
                nursery, control = self._nursery()
                socket.send_fds(control, [b"."], [theirs.fileno()])
        return ours, nursery

    def _nursery(self) -> tuple["subprocess.Popen[bytes]", socket.socket]:
        if self._process is None or self._control is None or self._owner != os.getpid():
            self._control, theirs = socket.socketpair()
            command = [sys.executable, "-m", "core.sandbox", self._module, str(theirs.fileno())]
            environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {"OMP_THREAD_LIMIT": "1"}
            with theirs:
                self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment, cwd=ROOT)  # noqa: S603
            self._owner = os.getpid()
        return self._process, self._control


def serve(module: str, control: socket.socket) -> None:
    """The nursery's life: load the libraries, then one child for each link that comes, until the portal is gone."""
    jobs = import_module(module)
    jobs.warm_up()
    _close_the_network()
    ctypes.CDLL(None).malloc_trim(0)
    gc.freeze()
    gc.disable()  # a child lives for one file: nothing to collect, and no page of memory to copy for it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    waiting = _next_child(control, jobs)
    while True:
        _, links, _, _ = socket.recv_fds(control, 1, 1)
        if not links:
            return
        with socket.socket(fileno=links[0]) as link:
            try:
                _hand_over(link, waiting)
            except OSError:  # it was ended while it waited
                _hand_over(link, _next_child(control, jobs))
        waiting = _next_child(control, jobs)  # born while the last one works


def _hand_over(link: socket.socket, waiting: socket.socket) -> None:
    with waiting:
        socket.send_fds(waiting, [b"."], [link.fileno()])


def _next_child(control: socket.socket, jobs: Any) -> socket.socket:
    """A child that waits for the link of its one job, and meanwhile makes the memory it needs its own."""
    ours, theirs = socket.socketpair()
    if os.fork():
        theirs.close()
        return ours
    control.close()
    ours.close()
    try:
        jobs.warm_up()
        with theirs:
            _, links, _, _ = socket.recv_fds(theirs, 1, 1)
        if links:
            with socket.socket(fileno=links[0]) as link:
                _live(link, jobs)
    finally:
        os._exit(0)


def _live(link: socket.socket, jobs: Any) -> None:
    """A child's whole life: its request, its limits, its work, its answer."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        request, blobs = _receive(link)
        _enclose(request["seconds"])
        _send(link, *_worked(jobs.JOBS[request["job"]], blobs, request["arguments"]))
    finally:
        os._exit(0)


def _worked(job: Callable[..., Any], blobs: tuple[bytes, ...], arguments: dict[str, Any]) -> tuple[Any, Any]:
    try:
        value, results = job(*blobs, **arguments)
    except FileRefused as refusal:
        return {"refused": refusal.reason}, ()
    except BaseException as error:  # un fichier hostile lève tout, MemoryError et RecursionError comprises
        return {"error": type(error).__name__}, ()
    return {"value": value}, results


def _enclose(seconds: float) -> None:
    """Memory, processor, clock and files of this process and of what it starts."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    room = _size_of_this_process() + ROOM
    for limit, most in (
        (resource.RLIMIT_AS, room),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _close_the_network() -> None:
    """Of the nursery, and so of every child: none of them opens a link but the one it is given."""
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for call in NETWORK_CALLS:
        rules.add_rule(pyseccomp.ERRNO(1), call)
    rules.load()


def _size_of_this_process() -> int:
    with open("/proc/self/statm") as statm:  # noqa: PTH123
        return int(statm.read().split()[0]) * resource.getpagesize()


def _has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """A process lets go of its links before it is counted as ended."""
    try:
        process.wait(ENDING)
    except subprocess.TimeoutExpired:
        return False
    return True


def _exchange(
    link: socket.socket, request: dict[str, Any], blobs: tuple[bytes, ...]
) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    with link:
        link.settimeout(request["seconds"] + 5)
        _send(link, request, blobs)
        return _receive(link)


def _send(link: socket.socket, header: dict[str, Any], blobs: Any) -> None:
    head = json.dumps({**header, "sizes": [len(blob) for blob in blobs]}).encode()
    link.sendall(LENGTH.pack(len(head)) + head)
    for blob in filter(None, blobs):  # of an empty one, the header says all: the other end may have answered and gone
        link.sendall(blob)


def _receive(link: socket.socket) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    (length,) = LENGTH.unpack(_exactly(link, LENGTH.size))
    header = json.loads(_exactly(link, length))
    return header, tuple(_exactly(link, int(size)) for size in header.pop("sizes"))


def _exactly(link: socket.socket, size: int) -> bytes:
    if not 0 <= size <= LARGEST_ANSWER:
        raise ValueError("taille annoncée hors limites")
    content = bytearray()
    while len(content) < size:
        part = link.recv(min(size - len(content), 1 << 20))
        if not part:
            raise EOFError("l’enfant s’est arrêté")
        content += part
    return bytes(content)


if __name__ == "__main__":
    # The module that the jobs import is this one, not its second copy `__main__`.
    from core.sandbox import serve as serve_jobs

    with socket.socket(fileno=int(sys.argv[2])) as _control:
        serve_jobs(sys.argv[1], _control)
