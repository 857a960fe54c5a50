"""A row always has its object, an object without a row does not stay."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from documents.models import StoredFile
from documents.services import FileHeld, delete_file, store_content
from documents.serving import read_content, serve_file, serve_page
from tests.documents.samples import image, pdf

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def stored(content: bytes | None = None, name: str = "piece.pdf") -> StoredFile:
    return store_content(content=content or pdf("une", "deux"), name=name, actor=None, now=NOW)


def objects(folder: str = "") -> list[str]:
    if not default_storage.exists(folder or "."):
        return []
    folders, files = default_storage.listdir(folder)
    inside = [name for sub in folders for name in objects(f"{folder}/{sub}".lstrip("/"))]
    return inside + [f"{folder}/{name}" for name in files]


def test_a_stored_file_gives_back_its_bytes_under_a_random_name():
    content = pdf("une")
    first, second = stored(content, "é t é.pdf"), stored(content, "é t é.pdf")
    assert read_content(first) == content
    assert first.key != second.key
    assert first.sha256 == second.sha256
    assert "t é" not in first.key
    assert first.is_ready


def test_a_row_that_cannot_be_written_leaves_no_object(monkeypatch):
    def broken(**fields: Any) -> StoredFile:
        raise DatabaseError("panne")

    monkeypatch.setattr(StoredFile.objects, "create", broken)
    with pytest.raises(DatabaseError):
        stored()
    assert objects() == []


@pytest.mark.django_db(transaction=True)
def test_deleting_removes_the_object_and_its_page_images_after_the_commit():
    file = stored()
    serve_page(file, 1)
    assert len(objects()) == 2
    with transaction.atomic():
        delete_file(file=file)
        assert len(objects()) == 2
    assert objects() == []


@pytest.mark.django_db(transaction=True)
def test_a_deletion_rolled_back_keeps_the_object():
    file = stored()
    with pytest.raises(ValueError, match="non"), transaction.atomic():  # noqa: PT012
        delete_file(file=file)
        raise ValueError("non")
    assert read_content(StoredFile.objects.get(pk=file.pk))


def test_a_file_under_legal_hold_stays():
    file = stored()
    StoredFile.objects.update(legal_hold=True)
    with pytest.raises(FileHeld):
        delete_file(file=file)
    assert StoredFile.objects.count() == 1


def test_a_file_is_served_closed():
    file = stored(name="l’été « vu ».pdf")
    response = serve_file(file)
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''l%E2%80%99")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert b"".join(response.streaming_content) == read_content(file)
    response.close()


def test_a_page_is_drawn_once_then_read_from_the_storage(monkeypatch):
    file = stored()
    first = serve_page(file, 2)
    assert first["Content-Type"] == "image/png"
    monkeypatch.setattr("documents.pipeline.page_image", None)
    assert serve_page(file, 2).content == first.content


def test_zooms_have_their_own_size():
    from io import BytesIO

    from PIL import Image

    file = stored()
    widths = [Image.open(BytesIO(serve_page(file, 1, zoom=zoom).content)).width for zoom in (100, 200)]
    assert widths == [900, 1800]


def test_an_image_is_a_page_too():
    assert serve_page(stored(image("JPEG"), "photo.jpg"), 1).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(("number", "zoom"), [(0, 100), (3, 100), (1, 101)])
def test_a_page_that_does_not_exist_is_a_404(number, zoom):
    from django.http import Http404

    with pytest.raises(Http404):
        serve_page(stored(), number, zoom=zoom)
