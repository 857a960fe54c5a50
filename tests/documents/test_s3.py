"""The life of a file in a bucket: a real S3 server on loopback, which also goes away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from core.errors import Interruption
from core.sandbox import FileRefused
from documents import keeping, objects
from documents.enums import FileKind, FileState
from documents.models import StoredFile
from documents.receiving import examine_all, receive_file
from documents.serving import read_content, serve_page
from tests.documents.samples import pdf, upload

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def bucket(s3):
    call_command("prepare_storage", verbosity=0)
    return s3


def received() -> StoredFile:
    return receive_file(upload=upload(pdf("une")), kind=FileKind.ATTESTATION, structure=None, actor=None, now=NOW)


def examined(file: StoredFile, *, now: datetime = NOW) -> StoredFile:
    examine_all(now=lambda: now)
    file.refresh_from_db()
    return file


def test_a_file_lives_and_goes_in_a_bucket():
    file = examined(received())
    assert file.state == FileState.READY
    serve_page(file, 1)
    assert sorted(objects.everything()) == sorted([file.key, f"pages/{file.key}/1-100.png"])
    default_storage.save("zz/orphelin", ContentFile(b"x"))
    assert keeping.sweep_storage(now=datetime.now(UTC) + timedelta(days=2)) == keeping.Swept(1, ())
    StoredFile.objects.update(purge_after=NOW.date())
    keeping.erase_due_files(today=NOW.date() + timedelta(days=1), now=NOW)
    assert list(objects.everything()) == []


def test_a_bucket_that_goes_away_loses_nothing_and_says_so(bucket):
    waiting = received()
    bucket.stop()
    with pytest.raises(FileRefused, match="ne répond pas"):
        received()
    assert StoredFile.objects.count() == 1, "the one that was in is in, the other was told"
    with pytest.raises(Interruption):
        read_content(waiting)
    assert examined(waiting).is_waiting
