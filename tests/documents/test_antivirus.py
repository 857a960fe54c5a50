"""A real clamd is asked; whatever is not its OK is no clearance."""

import socket
import threading
from datetime import date

import pytest

from documents import antivirus as client
from documents.anonymity import OwnDetails
from documents.antivirus import ScannerDown, find_virus
from documents.enums import FileKind, Outcome
from documents.pipeline import INFECTED, examine
from tests.documents import makers
from tests.plugins.services import EICAR, free_port


def test_a_clean_file_passes_and_the_test_virus_is_named(antivirus):
    assert find_virus(makers.text_pdf(), antivirus.address) == ""
    assert "Eicar" in find_virus(EICAR, antivirus.address)
    assert "Eicar" in find_virus(b"%PDF-1.7\n" + b"x" * 3_000_000 + EICAR, antivirus.address)


@pytest.mark.parametrize(
    "answer", [b"", b"stream: \0", b"INSTREAM size limit exceeded. ERROR\0", b"OK\0", b"stream: OK FOUND?\0"]
)
def test_any_other_answer_is_no_clearance(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answers, args=(server, answer))
        thread.start()
        with pytest.raises(ScannerDown):
            find_virus(b"x", f"tcp://127.0.0.1:{server.getsockname()[1]}")
        thread.join()


def test_a_scanner_that_is_down_or_silent_is_no_clearance(monkeypatch):
    with pytest.raises(ScannerDown):
        find_virus(b"x", f"tcp://127.0.0.1:{free_port()}")
    with pytest.raises(ScannerDown):
        find_virus(b"x", "unix:///nulle/part.sock")
    monkeypatch.setattr(client, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(ScannerDown):
        find_virus(b"x", f"tcp://127.0.0.1:{server.getsockname()[1]}")


def test_an_infected_file_is_refused_before_anything_reads_it(antivirus):
    content = makers.text_pdf() + EICAR
    verdict = examined(content, scanner=antivirus.address)
    assert (verdict.outcome, verdict.reason, verdict.content) == (Outcome.REFUSED, INFECTED, b"")
    assert examined(content).outcome is Outcome.READY  # sans antivirus, elle passerait


def test_a_scanner_that_is_down_says_nothing_of_the_file():
    with pytest.raises(ScannerDown):
        examined(makers.text_pdf(), scanner=f"tcp://127.0.0.1:{free_port()}")


def examined(content, scanner=""):
    return examine(
        content, name="contrat.pdf", kind=FileKind.CER, own=OwnDetails(), today=date(2026, 11, 23), scanner=scanner
    )


def _answers(server, answer):
    link, _ = server.accept()
    with link:
        while b"\0\0\0\0" not in link.recv(4096):
            pass
        link.sendall(answer)
