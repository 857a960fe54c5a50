"""Files that an upload field must not take for what their name says, each as (name, bytes)."""

import random
from collections.abc import Callable
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pikepdf
from PIL import Image

from .contracts import cer_pdf

Upload = tuple[str, bytes]
MEGABYTE = 1024 * 1024


def oversized_pdf() -> Upload:
    """A PDF that opens, of just over 21 MB: a contract and an incompressible stream that no page shows."""
    with pikepdf.Pdf.open(BytesIO(_contract())) as document:
        document.Root.Ballast = document.make_stream(random.Random(21).randbytes(21 * MEGABYTE))
        return "R01-CER1-scan-couleur.pdf", _saved(document)


def executable_as_pdf() -> Upload:
    """A Windows program under the name of a PDF: right header, no code."""
    header = b"MZ\x90\x00\x03\x00\x00\x00".ljust(60, b"\x00") + (128).to_bytes(4, "little")
    body = b"This program cannot be run in DOS mode.\r\r\n$".ljust(64, b"\x00") + b"PE\x00\x00\x64\x86"
    return "R01-CER2.pdf", (header + body).ljust(4096, b"\x00")


def empty_file() -> Upload:
    return "R01-CER3.pdf", b""


def encrypted_pdf() -> Upload:
    """A PDF that asks for a password before it opens."""
    with pikepdf.Pdf.open(BytesIO(_contract())) as document:
        return "R01-CER4-protege.pdf", _saved(document, pikepdf.Encryption(user="secret", owner="secret"))


def truncated_pdf() -> Upload:
    """The first third of a PDF, as an interrupted copy leaves it: no page can be found in it."""
    content = _contract()
    return "R01-CER5.pdf", content[: len(content) // 3]


def png_as_pdf() -> Upload:
    out = BytesIO()
    Image.new("RGB", (620, 877), "white").save(out, "PNG")
    return "attestation.pdf", out.getvalue()


def zip_as_pdf() -> Upload:
    """A real archive holding a real contract, renamed.

    Contracts hardly compress: the mark of a PDF shows some forty bytes after the mark of the archive,
    and lenient readers open the whole as a PDF.
    """
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(ZipInfo("R01-CER1.pdf"), _contract())
    return "tous-les-CER.pdf", out.getvalue()


BAD_FILES: dict[str, Callable[[], Upload]] = {
    maker.__name__: maker
    for maker in (
        oversized_pdf, executable_as_pdf, empty_file, encrypted_pdf, truncated_pdf, png_as_pdf, zip_as_pdf,
    )
}  # fmt: skip


def _contract() -> bytes:
    return cer_pdf(reference="R01-CER1", contract_type="solidarity", edited_on=date(2026, 1, 12))


def _saved(document: pikepdf.Pdf, encryption: pikepdf.Encryption | None = None) -> bytes:
    out = BytesIO()
    document.save(out, encryption=encryption or False)
    return out.getvalue()
