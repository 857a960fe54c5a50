"""PDFs spoilt on purpose, the same for the same seed, and attacks planted beside their harmless twins."""

import random
import re
import zlib
from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Name

from tests.documents import makers
from tests.documents.corpus.makes import MAKES
from tests.documents.corpus.texts import sheet

NAME = "Sophie Delattre"
KEYWORDS = (
    b"/Kids", b"/Type/Page", b"/Length 99999999", b"/Parent 1 0 R", b"endobj", b"stream\n", b"endstream", b"xref",
    b"%%EOF", b"/Filter/FlateDecode", b"/Filter[/ASCII85Decode/LZWDecode]", b"/Count -1", b"<<", b">>", b"[", b"(",
    b"1 0 obj",
    b"/Encrypt 5 0 R", b"\x00" * 40, b"q " * 200, b"/Rotate 89",
    b"/MediaBox[0 0 1e9 1e9]", b"/OpenAction<</S/JavaScript>>",
)  # fmt: skip


def seeds():
    """Whole files, of every maker, one scan among them."""
    contract = sheet(5, leaks=3)
    return [
        makers.text_pdf(f"Mme {NAME}", about={"Author": NAME}),
        makers.under_a_black_box(NAME),
        makers.with_note(NAME),
        makers.with_black_box_note(NAME),
        makers.with_bookmark(NAME),
        makers.with_attachment(NAME),
        makers.with_form("Nom", "DELATTRE"),
        makers.with_script(),
        makers.with_spoken_words(NAME),
        makers.with_thumbnail_and_private_data(NAME),
        *(MAKES[make](contract) for make in ("html", "reportlab", "traitement de texte", "formulaire")),
    ]


def spoilt(files, seed):
    """One of the files, spoilt one to four times."""
    chance = random.Random(f"mutant {seed}")
    content = bytearray(chance.choice(files))
    if chance.random() < 0.4:
        content = bytearray(_unpacked(bytes(content)))
    for _ in range(chance.randint(1, 4)):
        chance.choice(WAYS)(chance, content)
    return bytes(content)


def _unpacked(content):
    """Streams in clear, so that what is spoilt is what they say, not only their packing."""
    target = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(target, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    return target.getvalue()


def _flip(chance, content):
    for _ in range(chance.choice((1, 4, 32))):
        content[chance.randrange(len(content))] = chance.randrange(256)


def _cut(chance, content):
    del content[chance.randrange(len(content) // 2, len(content)) :]


def _drop(chance, content):
    start = chance.randrange(len(content))
    del content[start : start + chance.randint(1, 400)]


def _repeat(chance, content):
    start = chance.randrange(len(content))
    content[start:start] = content[start : start + chance.randint(1, 2000)] * chance.choice((1, 2, 20))


def _insert(chance, content):
    start = chance.randrange(len(content))
    content[start:start] = chance.choice(KEYWORDS)


def _swell(chance, content):
    """A number that becomes another one: huge, negative, or of an object that is not there."""
    numbers = list(re.finditer(rb"\d+", content))
    if numbers:
        number = chance.choice(numbers)
        content[number.start() : number.end()] = chance.choice((b"-1", b"0", b"99999999", b"4294967296", b"3.4e38"))


WAYS = (_flip, _flip, _cut, _drop, _repeat, _insert, _swell, _swell)


def built(change):
    """A plain contract, changed."""
    return makers.changed(makers.text_pdf(), change)


def packed_page(size):
    """A page whose content unpacks to so many bytes."""

    def add(pdf):
        body = zlib.compress(b"0 0 m 1 1 l S\n" * (size // 14), 9)
        pdf.pages[0].Contents = pikepdf.Stream(pdf, body, Filter=Name.FlateDecode)

    return built(add)


def picture(width, height):
    """A page that says its picture has so many pixels."""

    def add(pdf):
        image = pikepdf.Stream(
            pdf, zlib.compress(b"\xff" * 10_000), Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height,
            ColorSpace=Name.DeviceGray, BitsPerComponent=8, Filter=Name.FlateDecode,
        )  # fmt: skip
        pdf.pages[0].Resources.XObject = Dictionary(Im0=image)
        pdf.pages[0].Contents = pdf.make_stream(
            pdf.pages[0].Contents.read_bytes() + b"\nq 90 0 0 90 60 60 cm /Im0 Do Q"
        )

    return built(add)


def many_pages(count):
    def add(pdf):
        for _ in range(count - 1):
            pdf.pages.append(pdf.pages[0])

    return built(add)


def nested_forms(depth):
    """Each drawing draws the next one ten times."""

    def add(pdf):
        inner = pdf.make_stream(b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800])
        for _ in range(depth):
            inner = pdf.make_stream(
                b"/F Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800],
                Resources=Dictionary(XObject=Dictionary(F=inner)),
            )  # fmt: skip
        pdf.pages[0].Resources.XObject = Dictionary(F=inner)
        pdf.pages[0].Contents = pdf.make_stream(pdf.pages[0].Contents.read_bytes() + b"\n/F Do")

    return built(add)


def tall_page(height):
    def add(pdf):
        pdf.pages[0].MediaBox = [0, 0, 595, height]

    return built(add)
