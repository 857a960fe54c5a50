"""Jobs that misbehave, for the sandbox's own tests."""

import os
import signal
import socket
import subprocess
import time

from core.sandbox import FileRefused


def echo(*blobs, **arguments):
    return arguments, blobs


def refuse():
    raise FileRefused("Ce fichier est vide.")


def fail():
    raise RecursionError


def eat_memory(*, megabytes):
    return len(bytearray(megabytes * 1024 * 1024)), ()


def spin():
    while True:
        pass


def sleep():
    time.sleep(600)


def sleep_in_a_command():
    subprocess.run(["setpriv", "--pdeathsig", "KILL", "sleep", "613"], check=True)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def call_out(*, port):
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(b"secret")


def call_out_by_a_command(*, port):
    code = f"import socket; socket.create_connection(('127.0.0.1', {port})).sendall(b'secret')"
    return subprocess.run(["python3", "-c", code], capture_output=True).returncode, ()


def warm_up():
    pass


JOBS = {name: job for name, job in list(globals().items()) if callable(job) and not name.startswith("_")}
