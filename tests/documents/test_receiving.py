"""The way in: each state with its reason, one settlement whatever happens to the workers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.http import Http404

from core.sandbox import FileRefused
from documents import objects, owners, pipeline, receiving
from documents.enums import FileAct, FileKind, FileState, FindingKind, Outcome, Scan
from documents.models import FileEvent, Finding, StoredFile
from documents.pipeline import Verdict
from documents.receiving import LEASE, examine, examine_all, receive_file, received_file, waiting_files
from documents.serving import read_content, serve_file, serve_page, serve_page_to_fix
from tests import factories
from tests.documents.samples import image, pdf, upload
from tests.documents.test_storage import objects as stored_objects
from tests.plugins.services import EICAR, free_port

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "Monsieur peut être joint au 06 12 34 56 78 le matin."


def received(content: bytes | None = None, name: str = "piece.pdf", kind=FileKind.ATTESTATION, structure=None):
    return receive_file(
        upload=upload(pdf("une", "deux") if content is None else content, name),
        kind=kind,
        structure=structure,
        actor=None,
        now=NOW,
    )


def at(moment):
    return lambda: moment


def examined(file, *, now=NOW):
    examine(file_pk=file.pk, now=at(now))
    file.refresh_from_db()
    return file


def acts(file):
    return [event.act for event in FileEvent.objects.filter(file=file)]


def refuses_to_serve(file):
    for serve in (serve_file, lambda it: serve_page(it, 1)):
        with pytest.raises(Http404):
            serve(file)
    return True


def test_a_received_file_waits_and_nobody_opens_it():
    file = received()
    assert (file.state, file.is_waiting, file.received_sha256) == (FileState.RECEIVED, True, file.sha256)
    assert refuses_to_serve(file)
    with pytest.raises(Http404):
        serve_page_to_fix(file, 1)
    assert acts(file) == [FileAct.RECEIVED]


@pytest.mark.parametrize(("content", "said"), [(b"", "vide"), (b"MZ" * 9, "n’en est pas un")])
def test_what_the_door_sees_is_refused_at_once(content, said):
    with pytest.raises(FileRefused, match=said):
        received(content)
    assert (StoredFile.objects.count(), stored_objects()) == (0, [])


def test_a_file_too_big_is_refused_at_the_door(settings):
    settings.FILE_UPLOAD_MAX_SIZE = 100
    with pytest.raises(FileRefused, match="dépasse"):
        received()


def test_a_clean_file_is_ready_cleaned_under_another_name():
    file = received(pdf("une", "deux", "trois"))
    before = file.key
    examined(file)
    assert (file.state, file.reason, file.page_count, file.scan) == (FileState.READY, "", 3, Scan.NONE)
    assert file.checked_at == NOW
    assert stored_objects() == [file.key] != [before]
    assert objects.read(file.key) == read_content(file)
    assert acts(file) == [FileAct.RECEIVED, FileAct.CLEANED, FileAct.READY]
    assert serve_page(file, 3)["Content-Type"] == "image/png"


def test_a_contract_that_names_somebody_waits_for_its_sender():
    file = examined(received(pdf(PHONE), "R03-CER2.pdf", FileKind.CER))
    assert (file.state, file.reason) == (
        FileState.TO_FIX,
        "Ce fichier contient 1 signe à masquer ou à confirmer avant le dépôt.",
    )
    finding = Finding.objects.get(file=file)
    assert (finding.kind, finding.page, finding.holds) == (FindingKind.PHONE, 1, True)
    assert finding.boxes
    assert "12 34" not in finding.excerpt
    assert refuses_to_serve(file)
    assert serve_page_to_fix(file, 1)["Content-Type"] == "image/png"


def test_the_telephone_of_the_structure_is_no_leak_and_that_of_another_is():
    own = factories.make_structure(phone="0612345678")
    other = factories.make_structure(phone="0321000000")
    states = [examined(received(pdf(PHONE), "a.pdf", FileKind.CER, structure)).state for structure in (own, other)]
    assert states == [FileState.READY, FileState.TO_FIX]


def test_the_name_of_a_contract_that_names_somebody_is_replaced_and_never_in_the_journal():
    file = examined(received(pdf("Contrat de solidarité"), "Monsieur Kevin Delattre.pdf", FileKind.CER))
    assert (file.state, file.original_name) == (FileState.READY, f"contrat-{file.pk}.pdf")
    assert not FileEvent.objects.filter(label__icontains="delattre").exists()


def test_a_refused_file_keeps_its_row_and_reason_and_loses_its_bytes():
    file = examined(received(pdf(password="secret"), "protege.pdf"))
    assert file.state == FileState.REFUSED
    assert "mot de passe" in file.reason
    assert stored_objects() == []
    assert refuses_to_serve(file)
    assert acts(file) == [FileAct.RECEIVED, FileAct.REFUSED]


def test_an_infected_file_is_refused(antivirus, settings):
    settings.CLAMD_URL = antivirus.address
    clean, infected = examined(received()), examined(received(pdf() + EICAR + b"\n%%EOF"))
    assert (clean.state, clean.scan) == (FileState.READY, Scan.CLEAN)
    assert acts(clean) == [FileAct.RECEIVED, FileAct.SCANNED, FileAct.CLEANED, FileAct.READY]
    assert (infected.state, infected.reason, infected.scan) == (FileState.REFUSED, pipeline.INFECTED, Scan.NONE)


def test_without_the_antivirus_a_file_waits_then_passes_when_it_is_back(antivirus, settings):
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"
    file = received()
    for minutes in range(60):  # bien plus d’essais qu’il n’en faut pour refuser un fichier qui tue son ouvrier
        examined(file, now=NOW + timedelta(minutes=minutes))
    assert (file.state, file.reason) == (FileState.RECEIVED, receiving.NO_ANSWER)
    settings.CLAMD_URL = antivirus.address
    late = NOW + timedelta(hours=2)
    assert examined(file, now=late).state == FileState.READY
    assert (file.scan, file.reason) == (Scan.CLEAN, "")


def test_tries_without_an_antivirus_grow_apart(settings):
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"
    file, moment, waits = received(), NOW, []
    for _ in range(6):
        examined(file, now=moment)
        waits.append((file.claimed_until - moment).total_seconds() / 60)
        moment = file.claimed_until
    assert waits == [1, 1, 2, 4, 8, 15]


def test_a_claim_holds_for_a_while_then_another_takes_the_file_up():
    file = received()
    assert receiving._claim(file.pk, NOW) is not None
    assert examined(file, now=NOW + LEASE - timedelta(seconds=1)).is_waiting
    assert examined(file, now=NOW + LEASE).state == FileState.READY


def test_a_file_that_kills_its_workers_is_refused():
    file = received()
    for number in range(3):
        assert receiving._claim(file.pk, NOW + number * LEASE) is not None
    assert examined(file, now=NOW + 3 * LEASE).state == FileState.REFUSED
    assert (file.reason, stored_objects()) == (pipeline.BROKEN, [])


def test_a_demonstration_moved_back_in_time_does_not_hold_a_file():
    file = received()
    receiving._claim(file.pk, NOW + timedelta(days=60))
    assert list(waiting_files(NOW)) == [file]


def test_a_verdict_that_comes_too_late_leaves_nothing():
    file = received()
    slow = receiving._claim(file.pk, NOW)
    examined(file, now=NOW + LEASE)
    with pytest.raises(receiving._Overtaken):
        receiving._settle(slow, Verdict(Outcome.READY, "", content=pdf("autre")), words=owners.Words(), now=NOW + LEASE)
    assert stored_objects() == [file.key]
    assert StoredFile.objects.get().sha256 == file.sha256


def test_a_file_removed_while_it_is_examined_stays_removed(monkeypatch):
    file = received()
    whole = pipeline.examine

    def meanwhile(*arguments, **options):
        StoredFile.objects.filter(pk=file.pk).delete()
        return whole(*arguments, **options)

    monkeypatch.setattr(pipeline, "examine", meanwhile)
    examine(file_pk=file.pk, now=at(NOW))
    assert StoredFile.objects.count() == 0
    assert default_storage.exists(file.key)  # celui-là est à qui a effacé la ligne
    assert len(stored_objects()) == 1


def test_an_owner_that_fails_leaves_nothing():
    with (
        pytest.raises(ValueError, match="non"),
        received_file(upload=upload(pdf()), kind=FileKind.CER, structure=None, actor=None, now=NOW),
    ):
        raise ValueError("non")
    assert (StoredFile.objects.count(), FileEvent.objects.count(), stored_objects()) == (0, 0, [])


def test_a_storage_that_is_down_keeps_nothing_and_says_so(monkeypatch, caplog):
    def down(*arguments, **options):
        raise OSError("disque plein")

    monkeypatch.setattr(default_storage, "save", down)
    with pytest.raises(FileRefused, match="Renvoyez-le"):
        received()
    assert StoredFile.objects.count() == 0
    assert "non gardé" in caplog.text


def test_a_storage_that_is_down_makes_the_file_wait(monkeypatch, caplog):
    file = received()
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "open", lambda *a, **o: (_ for _ in ()).throw(OSError("muet")))
        assert (examined(file).is_waiting, file.reason) == (True, receiving.NO_STORAGE)
    assert examined(file, now=NOW + timedelta(minutes=2)).state == FileState.READY
    assert "stockage indisponible" in caplog.text


@pytest.mark.parametrize("damage", [lambda key: default_storage.delete(key), lambda key: replaced(key, pdf("autre"))])
def test_a_file_that_is_gone_or_changed_is_asked_for_again(damage):
    file = received()
    damage(file.key)
    assert (examined(file).state, file.reason) == (FileState.REFUSED, receiving.DAMAGED)


def replaced(key, content):
    default_storage.delete(key)
    default_storage.save(key, ContentFile(content))


def test_the_owner_hears_the_words_once_and_only_of_what_is_kept(monkeypatch):
    heard = []
    monkeypatch.setattr(owners, "_hearers", {FileKind.ATTESTATION: lambda *told: heard.append(told)})
    good, bad = received(pdf("Attestation de présence")), received(pdf(password="x"))
    examine_all(now=at(NOW))
    examine_all(now=at(NOW))
    assert [(file.pk, "Attestation de présence" in words.text, *rest) for file, words, *rest in heard] == [
        (good.pk, True, True, NOW)
    ]
    bad.refresh_from_db()
    assert bad.state == FileState.REFUSED


def test_a_picture_is_examined_too():
    assert examined(received(image("JPEG"), "photo.jpg")).state == FileState.READY


def run_at_once(action, count=4):
    barrier = Barrier(count)

    def run(number):
        try:
            barrier.wait()
            return action(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def settled(file):
    return FileEvent.objects.filter(file=file, act=FileAct.READY).count()


@pytest.mark.postgres
def test_workers_at_once_settle_once():
    files = [received(pdf(str(number))) for number in range(3)]
    run_at_once(lambda _: examine_all(now=at(NOW)))
    assert [settled(file) for file in files] == [1, 1, 1]
    assert sorted(stored_objects()) == sorted(StoredFile.objects.values_list("key", flat=True))


@pytest.mark.postgres
def test_control_workers_without_a_claim_settle_more_than_once():
    file = received()

    def careless(number):
        waiting = StoredFile.objects.get(pk=file.pk).is_waiting
        verdict = pipeline.examine(
            read_content(file), name="a.pdf", kind=FileKind.ATTESTATION, own=receiving.OwnDetails(), today=NOW.date()
        )
        with transaction.atomic():
            if waiting:
                receiving._write(StoredFile.objects.get(pk=file.pk), verdict, key=objects.put(b"x"), now=NOW)

    run_at_once(careless)
    assert settled(file) > 1
