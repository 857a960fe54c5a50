"""A real clamd is asked; whatever is not its OK is no clearance."""

import socket
import threading
from datetime import date

import pytest

from documents import antivirus as client
from documents.anonymity import OwnDetails
from documents.antivirus import ScannerDown, find_virus
from documents.enums import FileKind, Outcome
from documents.pipeline import INFECTED, TOO_LONG, examine
from tests.documents import makers
from tests.plugins.services import EICAR, free_port, start_antivirus, stop


def test_a_clean_file_passes_and_the_test_virus_is_named(antivirus):
    assert find_virus(makers.text_pdf(), antivirus.address) == ""
    assert "Eicar" in find_virus(EICAR, antivirus.address)
    assert "Eicar" in find_virus(b"%PDF-1.7\n" + b"x" * 3_000_000 + EICAR, antivirus.address)


@pytest.mark.parametrize(
    "answer", [b"", b"stream: \0", b"Command read timed out. ERROR\0", b"OK\0", b"stream: OK FOUND?\0"]
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


def test_the_longest_file_of_the_portal_is_within_what_the_antivirus_reads(antivirus, settings):
    longest = makers.text_pdf().ljust(settings.FILE_UPLOAD_MAX_SIZE - len(EICAR), b"\n")
    assert find_virus(longest, antivirus.address) == ""
    assert "Eicar" in find_virus(longest + EICAR, antivirus.address)


def test_a_file_beyond_what_the_antivirus_reads_is_refused_and_says_so(tmp_path):
    strict = start_antivirus(tmp_path, "StreamMaxLength 1M")
    try:
        assert find_virus(b"x" * 900_000, strict.address) == ""
        for size in (1_100_000, 20_000_000):
            verdict = examined(b"%PDF-1.7\n".ljust(size, b"\n"), scanner=strict.address)
            assert (verdict.outcome, verdict.reason) == (Outcome.REFUSED, TOO_LONG)
    finally:
        stop(strict.process)


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
