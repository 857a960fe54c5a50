"""What a PDF carries beside its pages: read for the check, then taken out of what is kept.

Kept: the pages as they are drawn, forms and drawn annotations made part of them. Taken out: scripts, actions, links,
attachments, bookmarks, forms, annotations, page thumbnails, private data of editors, tags and their spoken texts,
XMP and every other description of the file, and what cameras write into pictures.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Name

DRAWN = {"/FreeText", "/Stamp", "/Ink", "/Square", "/Circle", "/Line", "/Polygon", "/PolyLine", "/Highlight",
         "/Underline", "/StrikeOut", "/Redact", "/Widget", "/Caret"}  # fmt: skip
OF_THE_FILE = ("/OpenAction", "/AA", "/Names", "/AcroForm", "/Metadata", "/Outlines", "/StructTreeRoot", "/MarkInfo",
               "/PieceInfo", "/Collection", "/Perms", "/Dests", "/PageLabels", "/Threads", "/SpiderInfo", "/AF",
               "/Extensions", "/URI", "/Legal", "/Requirements", "/DSS")  # fmt: skip
OF_A_PAGE = ("/AA", "/Annots", "/PieceInfo", "/Metadata", "/Thumb", "/B", "/AF", "/StructParents", "/Tabs", "/Trans")
OF_AN_OBJECT = ("/Metadata", "/PieceInfo", "/OPI", "/AF", "/Alternates", "/LastModified", "/StructParent",
                "/StructParents")  # fmt: skip
TOOLS = {"/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped", "/PTEX.Fullbanner"}
OF_TOOLS = ("xmp:", "{http://ns.adobe.com/xap/1.0/}", "{http://ns.adobe.com/pdf/1.3/}", "pdfaid")
SPOKEN = ("/ActualText", "/Alt", "/E", "/T", "/Contents")
SAYS_NOTHING = {"untitled", "anonymous", "unspecified", "sans titre", "(anonymous)", "(unspecified)"}
LONGEST = 20_000


class Aside(NamedTuple):
    """A text that no page shows. `where`: French words; `page` from 1, None when it belongs to the whole file."""

    where: str
    page: int | None
    text: str
    is_form_value: bool = False


def texts_aside(pdf: pikepdf.Pdf) -> list[Aside]:
    """Form values, annotations, bookmarks, attachments, tags and descriptions of the file."""
    found = [*_form_values(pdf), *_annotations(pdf), *_bookmarks(pdf), *_attachments(pdf), *_spoken(pdf), *_about(pdf)]
    return [
        aside._replace(text=aside.text[:LONGEST])
        for aside in found
        if aside.text.strip() and aside.text.strip().lower() not in SAYS_NOTHING
    ]


def cleaned(pdf: pikepdf.Pdf) -> bytes:
    """The same pages, nothing else; the same bytes each time. `pdf` is used up."""
    _flatten(pdf)
    _drop(pdf.Root, OF_THE_FILE)
    for page in pdf.pages:
        _drop(page.obj, OF_A_PAGE)
    for thing in pdf.objects:
        _clean_object(thing)
    _drop(pdf.trailer, ("/Info",))
    target = BytesIO()
    pdf.remove_unreferenced_resources()
    pdf.save(
        target, deterministic_id=True, fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True,
    )  # fmt: skip
    return target.getvalue()


def is_tiled(pdf: pikepdf.Pdf) -> bool:
    """Does it paint with tiles that hold pictures or words? No text layer tells of those, and no object of a page."""
    return any(_holds_something(thing) for thing in pdf.objects if isinstance(thing, pikepdf.Stream))


def has_mute_fonts(pdf: pikepdf.Pdf) -> bool:
    """Has it a font that may draw letters without saying which they are?"""
    things = (thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream))
    return any(_may_be_mute(font) for thing in things for font in (thing, *_fonts_of(thing)))


def without_marks(jpeg: bytes) -> bytes:
    """A JPEG without what cameras and editors write into it (EXIF, comments), its colours untouched."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    kept, position = bytearray(b"\xff\xd8"), 2
    while position + 4 <= len(jpeg) and jpeg[position] == 0xFF and jpeg[position + 1] != 0xDA:
        marker, length = jpeg[position + 1], int.from_bytes(jpeg[position + 2 : position + 4], "big")
        colours = marker in {0xE0, 0xEE} or (marker == 0xE2 and jpeg[position + 4 : position + 16] == b"ICC_PROFILE\0")
        if colours or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept += jpeg[position : position + 2 + length]
        position += 2 + length
    return bytes(kept + jpeg[position:])


def _fonts_of(thing: Any) -> Iterator[Any]:
    """Those written inside a page, a drawing or its resources, rather than apart."""
    resources = thing.get("/Resources", thing)
    fonts = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
    if isinstance(fonts, pikepdf.Dictionary):
        yield from (font for font in fonts.values() if isinstance(font, pikepdf.Dictionary))


def _may_be_mute(font: Any) -> bool:
    if font.get("/Type") != Name.Font:
        return False
    return font.get("/Subtype") == Name.Type3 or not (
        "/ToUnicode" in font or font.get("/Encoding") in (Name.WinAnsiEncoding, Name.MacRomanEncoding)
    )


def _holds_something(thing: pikepdf.Stream) -> bool:
    if thing.get("/PatternType") != 1:
        return False
    resources = thing.get("/Resources")
    if isinstance(resources, pikepdf.Dictionary) and ("/XObject" in resources or "/Font" in resources):
        return True
    try:
        return b"BI" in thing.read_bytes()
    except pikepdf.PdfError:
        return True


def _flatten(pdf: pikepdf.Pdf) -> None:
    """Forms and drawn annotations become part of the page: what a person saw stays seen."""
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    for page in pdf.pages:
        kept = [note for note in _notes(page) if str(note.get("/Subtype", "")) in DRAWN]
        if kept:
            page.obj.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(note) for note in kept]))
    pdf.flatten_annotations("screen")


def _clean_object(thing: Any) -> None:
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        _drop(thing, OF_AN_OBJECT)
    if isinstance(thing, pikepdf.Stream):
        if thing.get("/Filter") == Name.DCTDecode:
            raw = thing.read_raw_bytes()
            if (plain := without_marks(raw)) != raw:
                thing.write(plain, filter=Name.DCTDecode)
        elif thing.get("/Subtype") == Name.Form or "/Subtype" not in thing:
            _drop_spoken_words(thing)


def _drop(thing: Any, keys: Iterable[str]) -> None:
    for key in keys:
        if key in thing:
            del thing[key]


def _drop_spoken_words(stream: pikepdf.Stream) -> None:
    """Take ActualText and the like out of a content stream: words that are read aloud or copied, never drawn."""
    if not _speaks(stream):
        return
    kept = []
    for instruction in pikepdf.parse_content_stream(stream):
        operands = list(instruction.operands)
        for operand in operands:
            if isinstance(operand, pikepdf.Dictionary):
                _drop(operand, SPOKEN)
        kept.append((operands, instruction.operator))
    stream.write(pikepdf.unparse_content_stream(kept))


def _speaks(stream: pikepdf.Stream) -> bool:
    try:
        return b"/ActualText" in stream.read_bytes()
    except pikepdf.PdfError:
        return False


def _notes(page: pikepdf.Page) -> Iterator[Any]:
    notes = page.obj.get("/Annots")
    if isinstance(notes, pikepdf.Array):
        yield from (note for note in notes if isinstance(note, pikepdf.Dictionary))


def _form_values(pdf: pikepdf.Pdf) -> Iterator[Aside]:
    for number, page in enumerate(pdf.pages, 1):
        for note in _notes(page):
            if str(note.get("/Subtype", "")) == "/Widget":
                yield Aside("champ de formulaire", number, _value_of(note), is_form_value=True)
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        for field in form.get("/Fields", []):
            if isinstance(field, pikepdf.Dictionary) and "/Subtype" not in field:
                yield Aside("champ de formulaire", None, _value_of(field), is_form_value=True)
        if "/XFA" in form:
            yield Aside("champ de formulaire", None, _xfa(form["/XFA"]), is_form_value=True)


def _value_of(field: Any) -> str:
    """« Label : value », so that the field's own name can announce what it holds."""
    value, label, seen = field.get("/V"), field.get("/TU") or field.get("/T"), 0
    while value is None and "/Parent" in field and seen < 8:
        field, seen = field["/Parent"], seen + 1
        value, label = field.get("/V"), label or field.get("/TU") or field.get("/T")
    if not isinstance(value, pikepdf.String):
        return ""
    return f"{_text(label)} : {_text(value)}" if label is not None else _text(value)


def _xfa(value: Any) -> str:
    parts = list(value) if isinstance(value, pikepdf.Array) else [value]
    return "\n".join(
        part.read_bytes()[:LONGEST].decode("utf-8", "replace") for part in parts if isinstance(part, pikepdf.Stream)
    )


def _annotations(pdf: pikepdf.Pdf) -> Iterator[Aside]:
    for number, page in enumerate(pdf.pages, 1):
        for note in _notes(page):
            if str(note.get("/Subtype", "")) != "/Widget":
                words = [_text(note.get(key)) for key in ("/Contents", "/T", "/Subj", "/RC", "/NM") if key in note]
                action = note.get("/A")
                if isinstance(action, pikepdf.Dictionary) and "/URI" in action:
                    words.append(_text(action["/URI"]))
                yield Aside("annotation", number, "\n".join(words))


def _bookmarks(pdf: pikepdf.Pdf) -> Iterator[Aside]:
    with pdf.open_outline() as outline:
        waiting = list(outline.root)
        while waiting:
            item = waiting.pop()
            yield Aside("signet", None, str(item.title))
            waiting.extend(item.children)


def _attachments(pdf: pikepdf.Pdf) -> Iterator[Aside]:
    for name, specification in pdf.attachments.items():
        content = specification.get_file().read_bytes()[:LONGEST]
        yield Aside("pièce jointe", None, f"{name}\n{specification.description}\n{content.decode('utf-8', 'ignore')}")


def _spoken(pdf: pikepdf.Pdf) -> Iterator[Aside]:
    """Texts for screen readers and for copying, in tags and in content streams."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and ("/S" in thing and "/P" in thing):
            for key in ("/ActualText", "/Alt", "/E", "/T"):
                if isinstance(thing.get(key), pikepdf.String):
                    yield Aside("texte de remplacement", None, _text(thing[key]))
        elif isinstance(thing, pikepdf.Stream) and "/Subtype" not in thing and _speaks(thing):
            for instruction in pikepdf.parse_content_stream(thing):
                for operand in instruction.operands:
                    if isinstance(operand, pikepdf.Dictionary) and "/ActualText" in operand:
                        yield Aside("texte de remplacement", None, _text(operand["/ActualText"]))


def _about(pdf: pikepdf.Pdf) -> Iterator[Aside]:
    for key, value in (pdf.docinfo or {}).items():
        if key not in TOOLS and isinstance(value, pikepdf.String):
            yield Aside("propriétés du fichier", None, _text(value))
    if "/Metadata" not in pdf.Root:
        return
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as described:
        for key, value in described.items():
            if not key.startswith(
                ("xmp:", "{http://ns.adobe.com/xap/1.0/}", "{http://ns.adobe.com/pdf/1.3/}", "pdfaid")
            ):
                words = ", ".join(map(str, value)) if isinstance(value, list | set | tuple) else str(value)
                yield Aside("propriétés du fichier", None, words)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, pikepdf.String | pikepdf.Name) else ""
