"""The room without doors: whatever a job does, its caller gets an answer and nothing else is harmed."""

import os
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import sandbox as sandbox_module
from core.sandbox import FileRefused, Sandbox, SandboxBroken
from tests.core import hostile_jobs
from tests.plugins.services import wait_until


@pytest.fixture(scope="module")
def box():
    box = Sandbox("tests.core.hostile_jobs")
    yield box
    box.stop()


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def heard(server):
    try:
        link, _ = server.accept()
    except TimeoutError:
        return b""
    with link:
        return link.recv(10)


def test_bytes_and_json_go_in_and_come_out(box):
    answer = box.run("echo", b"un", b"\x00" * 3_000_000, page=3)
    assert answer.value == {"page": 3}
    assert answer.blobs == (b"un", b"\x00" * 3_000_000)


def test_a_refusal_comes_back_with_its_sentence(box):
    with pytest.raises(FileRefused, match="Ce fichier est vide"):
        box.run("refuse")


@pytest.mark.parametrize("job", ["fail", "crash"])
def test_an_exception_or_a_crash_is_an_answer_and_the_next_job_runs(box, job):
    with pytest.raises(SandboxBroken):
        box.run(job)
    assert box.run("echo", n=1).value == {"n": 1}


def test_memory_is_limited(box):
    assert box.run("eat_memory", megabytes=200).value
    with pytest.raises(SandboxBroken, match="MemoryError"):
        box.run("eat_memory", megabytes=600)


def test_the_clock_is_limited_for_the_job_and_for_what_it_starts(box):
    with pytest.raises(SandboxBroken):
        box.run("sleep", seconds=0.5)
    with pytest.raises(SandboxBroken):
        box.run("sleep_in_a_command", seconds=0.5)
    sleeping = ["pgrep", "--full", "^sleep 613$"]
    wait_until(lambda: subprocess.run(sleeping, check=False).returncode == 1, what="the end of the command", seconds=5)


def test_the_processor_is_limited(box, monkeypatch):
    with pytest.raises(SandboxBroken):
        box.run("spin", seconds=30)


@pytest.mark.parametrize("job", ["call_out", "call_out_by_a_command"])
def test_there_is_no_network(box, listener, job):
    port = listener.getsockname()[1]
    if job == "call_out":
        with pytest.raises(SandboxBroken, match="PermissionError"):
            box.run(job, port=port)
    else:
        assert box.run(job, port=port).value != 0
    assert heard(listener) == b""
    hostile_jobs.call_out(port=port)  # le même appel, hors de la pièce, passe
    assert heard(listener) == b"secret"


def test_a_nursery_that_died_is_started_again(box):
    box.run("echo")
    box._process.kill()
    box._process.wait()
    assert box.run("echo", n=2).value == {"n": 2}


def test_a_nursery_that_dies_with_a_file_in_its_hands_is_started_again(box):
    box.run("echo")
    box._process.send_signal(signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(box.run, "echo", n=3)
        time.sleep(0.2)
        box._process.kill()
        assert asked.result().value == {"n": 3}


@pytest.mark.parametrize("size", [1, 4 * 1024 * 1024], ids=["a word", "a file larger than the link holds"])
def test_a_child_that_dies_before_it_has_the_whole_file_is_replaced(box, size):
    """It was none of the file's doing."""
    box.run("echo")
    waiting = subprocess.run(["pgrep", "--parent", str(box._process.pid)], capture_output=True, text=True, check=True)
    child = int(waiting.stdout)
    os.kill(child, signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(box.run, "echo", b"x" * size, n=4)
        time.sleep(0.3)
        os.kill(child, signal.SIGKILL)
        assert asked.result().value == {"n": 4}


def test_nothing_more_is_sent_to_a_child_that_may_have_answered_and_gone():
    """A job without a file is over as soon as its header is read."""
    ours, theirs = socket.socketpair()

    class Link:
        def sendall(self, content):
            ours.sendall(content)
            theirs.close()

    with ours:
        sandbox_module._send(Link(), {"job": "leaks"}, (b"",))
        with pytest.raises(BrokenPipeError):
            sandbox_module._send(Link(), {"job": "leaks"}, (b"x",))


def test_many_threads_share_one_nursery(box):
    answers = []
    threads = [threading.Thread(target=lambda n=n: answers.append(box.run("echo", n=n).value["n"])) for n in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == list(range(12))


def test_an_answer_larger_than_allowed_is_not_read(box, monkeypatch):
    monkeypatch.setattr(sandbox_module, "LARGEST_ANSWER", 1000)
    with pytest.raises(SandboxBroken, match="ValueError"):
        box.run("echo", text="x" * 2000)
