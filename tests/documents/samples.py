"""Small real files made on the spot: PDF pages with words, images, and files that are not what they say."""

from io import BytesIO

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def pdf(*texts: str, password: str = "") -> bytes:
    """A PDF with one page per text."""
    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )
    for text in texts or ("Une page.",):
        document.add_blank_page(page_size=(595, 842))
        page = document.pages[-1]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        lines = [line.replace("(", "").replace(")", "") for line in text.split("\n")]
        words = b"".join(b"(" + line.encode("cp1252") + b") Tj T* " for line in lines)
        page.Contents = document.make_stream(b"BT /F1 14 Tf 18 TL 60 760 Td " + words + b"ET")
    target = BytesIO()
    if password:
        document.save(target, encryption=pikepdf.Encryption(user=password, owner=password))
    else:
        document.save(target, deterministic_id=True)
    return target.getvalue()


def image(kind: str = "PNG", size: tuple[int, int] = (120, 80), colour: str = "teal") -> bytes:
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, kind)
    return target.getvalue()


def upload(content: bytes, name: str = "piece.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
