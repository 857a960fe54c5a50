"""Files that go when their time is over, objects that nobody claims, keys that turn."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.http import Http404

from core.errors import Interruption
from core.sealing import Unreadable
from documents import keeping, objects
from documents.enums import FileAct, FileKind, FileState, FindingKind
from documents.models import FileEvent, StoredFile
from documents.services import store_content
from documents.serving import read_content, serve_file, serve_page
from evaluation.models import Cer
from tests.documents.samples import pdf
from tests.evaluation.builders import make_cer, make_panel
from tests.factories import make_referent

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
LATER = datetime.now(UTC) + timedelta(days=2)
"""The storage dates its objects by the machine's own clock."""
pytestmark = pytest.mark.django_db


def stored(text: str = "une", kind: FileKind = FileKind.CER) -> StoredFile:
    return store_content(content=pdf(text), name="CER Wojtkowiak.pdf", kind=kind, actor=None, now=NOW)


def kept_until(day: date | None, **fields) -> StoredFile:
    file = stored()
    StoredFile.objects.filter(pk=file.pk).update(purge_after=day, **fields)
    return file


def erase(today: date, file: StoredFile) -> StoredFile:
    keeping.erase_due_files(today=today, now=NOW)
    file.refresh_from_db()
    return file


@pytest.mark.django_db(transaction=True)
def test_a_file_whose_time_is_over_goes_and_leaves_a_line(private_storage):
    file = kept_until(date(2026, 6, 11))
    serve_page(file, 1)
    file.findings.create(kind=FindingKind.PHONE, page=1, where="texte", excerpt="06•••", confidence=90, holds=True)
    assert erase(date(2026, 6, 11), file).state == FileState.READY, "the last day counts"
    assert erase(date(2026, 6, 12), file).state == FileState.ERASED
    assert list(objects.everything()) == []
    assert "Wojtkowiak" not in file.original_name
    assert not file.findings.exists()
    entry = FileEvent.objects.get(file=file, act=FileAct.DELETED)
    assert (entry.sha256, entry.at) == (file.sha256, NOW)
    assert "11/06/2026" in entry.detail
    assert "Wojtkowiak" not in entry.label
    with pytest.raises(Http404):
        serve_file(file)
    assert keeping.erase_due_files(today=date(2026, 6, 13), now=NOW) == 0, "once"


@pytest.mark.parametrize("fields", [{"day": None}, {"day": date(2026, 1, 1), "legal_hold": True}], ids=["open", "held"])
def test_a_file_without_end_or_held_stays(fields):
    file = kept_until(**fields)
    assert erase(date(2036, 1, 1), file).state == FileState.READY
    assert read_content(file)


@pytest.mark.django_db(transaction=True)
def test_the_sweep_removes_what_nobody_claims_and_nothing_else():
    file = stored()
    serve_page(file, 1)
    kept = set(objects.everything())
    default_storage.save("zz/orphelin", ContentFile(b"x"))
    default_storage.save("pages/zz/disparu/1-100.png", ContentFile(b"x"))
    assert keeping.sweep_storage(now=datetime.now(UTC)) == keeping.Swept(0, ()), "young: perhaps not committed yet"
    assert len(kept) == 2
    assert keeping.sweep_storage(now=LATER) == keeping.Swept(2, ())
    assert set(objects.everything()) == kept


def test_the_sweep_says_what_is_missing(caplog):
    file, other = stored(), stored()
    default_storage.delete(file.key)
    StoredFile.objects.filter(pk=other.pk).update(state=FileState.ERASED, reason="Effacé.")
    with pytest.raises(CommandError, match=f"n° {file.pk}"):
        call_command("sweep_storage")
    assert f"fichier {file.pk}" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_keys_turn_for_files_and_fields(settings, capsys):
    old = settings.ENCRYPTION_KEYS
    content = pdf("une")
    file = store_content(content=content, name="a.pdf", kind=FileKind.CER, actor=None, now=NOW)
    referent = make_referent()
    cer = make_cer(make_panel(structure=referent.structure, referents=0), referent, 1, file=file, caf_number="1234567")
    call_command("renew_encryption")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    call_command("renew_encryption")
    call_command("renew_encryption")
    assert capsys.readouterr().out.splitlines() == [
        "Aucun élément rechiffré.", "2 éléments rechiffrés.", "Aucun élément rechiffré.",
    ]  # fmt: skip
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    file.refresh_from_db()
    assert read_content(file) == content
    assert Cer.objects.get(pk=cer.pk).caf_number == "1234567"
    assert list(objects.everything()) == [file.key]


def test_a_file_that_is_not_what_was_kept_is_never_served():
    file = stored()
    default_storage.delete(file.key)
    with pytest.raises(Unreadable, match="n’est plus dans"):
        serve_file(file)
    default_storage.save(file.key, ContentFile(pdf("autre")))
    with pytest.raises(Unreadable, match="n’est plus celui"):
        serve_file(file)


def test_a_storage_that_does_not_answer_is_an_interruption(monkeypatch):
    def silent(*args, **options):
        raise TimeoutError("muet")

    file = stored()
    monkeypatch.setattr(default_storage, "open", silent)
    with pytest.raises(Interruption):
        serve_file(file)
