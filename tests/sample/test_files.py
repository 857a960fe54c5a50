"""Each bad file is bad in the way its name says, and in that way only."""

from io import BytesIO
from zipfile import ZipFile

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from label_portal.sample import files


@pytest.mark.parametrize("name", files.BAD_FILES)
def test_every_bad_file_claims_to_be_a_pdf_and_is_always_the_same_size(name):
    (claimed, content), (_, again) = files.BAD_FILES[name](), files.BAD_FILES[name]()
    assert claimed.endswith(".pdf")
    assert len(content) == len(again)


def test_the_oversized_pdf_opens_and_is_just_over_21_mb():
    content = files.oversized_pdf()[1]
    assert 21 * 1024**2 < len(content) < 21.2 * 1024**2
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 2


def test_disguised_files_are_what_they_are():
    assert files.executable_as_pdf()[1][:2] == b"MZ"
    assert files.empty_file()[1] == b""
    with Image.open(BytesIO(files.png_as_pdf()[1])) as image:
        assert image.format == "PNG"
    archived = files.zip_as_pdf()[1]
    assert archived.startswith(b"PK")
    assert b"%PDF-" in archived[:1024]
    with ZipFile(BytesIO(archived)) as archive:
        assert archive.namelist() == ["R01-CER1.pdf"]
        assert archive.read("R01-CER1.pdf").startswith(b"%PDF-")


def test_the_encrypted_pdf_wants_its_password():
    content = files.encrypted_pdf()[1]
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.Pdf.open(BytesIO(content))
    with pikepdf.Pdf.open(BytesIO(content), password="secret") as document:
        assert len(document.pages) == 2


def test_the_truncated_pdf_looks_like_one_and_does_not_open():
    content = files.truncated_pdf()[1]
    assert content.startswith(b"%PDF-")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(content)
