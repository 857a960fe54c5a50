"""PDFs whose words are drawn as shapes, or by fonts that do not say which letters they draw."""

import pikepdf
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase import pdfmetrics, ttfonts

from tests.documents.makers import changed, text_pdf

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE = 12


class _Pen(BasePen):
    """Writes a letter's outline as a PDF draws it."""

    def __init__(self, glyphs):
        super().__init__(glyphs)
        self.drawn = []

    def _moveTo(self, point):  # noqa: N802 — les noms de fontTools
        self.drawn.append("{} {} m".format(*point))

    def _lineTo(self, point):  # noqa: N802
        self.drawn.append("{} {} l".format(*point))

    def _curveToOne(self, one, two, end):  # noqa: N802
        self.drawn.append("{} {} {} {} {} {} c".format(*one, *two, *end))

    def _closePath(self):  # noqa: N802
        self.drawn.append("h")


def _letters(words):
    """(outline, width) of each letter, and the units of the font."""
    font = TTFont(FONT)
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    drawn = []
    for letter in words:
        pen = _Pen(glyphs)
        glyphs[names[ord(letter)]].draw(pen)
        drawn.append((" ".join(pen.drawn), glyphs[names[ord(letter)]].width))
    return drawn, font["head"].unitsPerEm


def _outlines(words, ends):
    """The words as shapes: one for each letter, or one for them all (`ends`)."""
    drawn, units = _letters(words)
    parts, x = [], 0
    for outline, width in drawn:
        parts.append(f"q 1 0 0 1 {x} 0 cm {outline} f Q" if ends == "each" else _moved(outline, x))
        x += width
    return f"q {SIZE / units} 0 0 {SIZE / units} 60 300 cm {' '.join(parts)} {'' if ends == 'each' else 'f'} Q".encode()


def _moved(outline, by):
    """The same outline so far to the right: every other number is an abscissa."""
    numbers, out = 0, []
    for token in outline.split():
        if token.isalpha():
            numbers = 0
            out.append(token)
        else:
            out.append(str(float(token) + by) if numbers % 2 == 0 else token)
            numbers += 1
    return " ".join(out)


def with_shapes(words, how):
    """A page of text where words are painted as shapes: one for each letter, one for a line, those inside a form."""
    content = _outlines(words, "each" if how == "letters" else "end")

    def add(pdf):
        page = pdf.pages[0]
        painted = content
        if how == "form":
            form = pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842])
            page.Resources.XObject = Dictionary(X=form)
            painted = b"/X Do"
        page.Contents = pdf.make_stream(b"q " + page.Contents.read_bytes() + b" Q " + painted)

    return changed(text_pdf(), add)


def in_a_drawn_font(words, *, inside=False):
    """One line in a Type 3 font whose letters have no names; `inside` the page's resources or apart."""
    drawn, units = _letters(words)
    codes = {letter: code for code, letter in enumerate(sorted(set(words)), 33)}

    def add(pdf):
        procedures, widths = Dictionary(), [0] * len(codes)
        for letter, (outline, width) in zip(words, drawn, strict=True):
            code = codes[letter]
            procedures[f"/g{code}"] = pdf.make_stream(f"{width} 0 -500 -600 2500 2500 d1 {outline} f".encode())
            widths[code - 33] = width
        names = Array([33, *(Name(f"/g{code}") for code in codes.values())])
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=[-500, -600, 2500, 2500],
            FontMatrix=[1 / units, 0, 0, 1 / units, 0, 0], CharProcs=procedures,
            Encoding=Dictionary(Type=Name.Encoding, Differences=names),
            FirstChar=33, LastChar=32 + len(codes), Widths=Array(widths), Resources=Dictionary(),
        )  # fmt: skip
        page = pdf.pages[0]
        page.Resources.Font["/T3"] = font if inside else pdf.make_indirect(font)
        shown = bytes(codes[letter] for letter in words).hex()
        line = f"q BT /T3 {SIZE} Tf 60 300 Td <{shown}> Tj ET Q".encode()
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n" + line)

    return changed(text_pdf(), add)


def in_a_font_without_a_table(words):
    """One line in a font of the file, cut down to its letters, without the table that says which they are."""
    pdfmetrics.registerFont(ttfonts.TTFont("Coupe", FONT))

    def draw(canvas):
        canvas.setFont("Coupe", SIZE)
        canvas.drawString(60, 300, words)

    def forget(pdf):
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == Name.Font and "/ToUnicode" in thing:
                del thing["/ToUnicode"]

    return changed(text_pdf(draw=draw), forget)


def with_ornaments():
    """Round corners, a circle, a mark and a ruled table: shapes that are no words."""

    def draw(canvas):
        canvas.roundRect(60, 300, 200, 40, 8)
        canvas.circle(400, 320, 30)
        for row in range(6):
            canvas.rect(60, 100 + 24 * row, 400, 24)

    return text_pdf(draw=draw)
