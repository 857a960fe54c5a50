"""PDFs that carry something beside what they show, made here."""

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

LINES = (
    "Contrat d’engagements réciproques",
    "Référence R03-CER2. Contrat du 01/09/2024 au 28/02/2025.",
    "La personne cherche un emploi dans la restauration, à Boulogne-sur-Mer.",
    "Elle prépare le permis de conduire et suit une formation de trois mois.",
)
ACROSS, DOWN = A4


def text_pdf(*lines, draw=None, about=None):
    """One A4 page; `draw(canvas)` adds to it; `about`: properties of the file."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    for key, value in (about or {}).items():
        getattr(canvas, f"set{key}")(value)
    for index, line in enumerate((*LINES, *lines)):
        canvas.drawString(60, DOWN - 80 - 22 * index, line)
    if draw:
        draw(canvas)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def under_a_black_box(words):
    def draw(canvas):
        canvas.drawString(60, 300, words)
        canvas.rect(55, 295, 300, 20, fill=1, stroke=0)

    return text_pdf(draw=draw)


def in_white(words):
    def draw(canvas):
        canvas.setFillGray(1)
        canvas.drawString(60, 300, words)

    return text_pdf(draw=draw)


def invisible(words):
    def draw(canvas):
        text = canvas.beginText(60, 300)
        text.setTextRenderMode(3)
        text.textOut(words)
        canvas.drawText(text)

    return text_pdf(draw=draw)


def outside_the_page(words):
    return text_pdf(draw=lambda canvas: canvas.drawString(-400, 300, words))


def changed(content, change):
    with pikepdf.open(BytesIO(content)) as pdf:
        change(pdf)
        target = BytesIO()
        pdf.save(target, static_id=True)
        return target.getvalue()


def with_note(words):
    def add(pdf):
        note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[10, 10, 30, 30], Contents=String(words))
        pdf.pages[0].Annots = pdf.make_indirect(Array([pdf.make_indirect(note)]))

    return changed(text_pdf(), add)


def with_black_box_note(words):
    """The words on the page under a drawn annotation, as people do who think they hid them."""

    def add(pdf):
        shape = pdf.make_stream(b"0 g 0 0 300 20 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 300, 20])
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.Square, Rect=[55, 295, 355, 315], F=4, AP=Dictionary(N=shape), IC=[0, 0, 0]
        )
        pdf.pages[0].Annots = pdf.make_indirect(Array([pdf.make_indirect(note)]))

    return changed(text_pdf(draw=lambda canvas: canvas.drawString(60, 300, words)), add)


def with_bookmark(words):
    def add(pdf):
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(words, 0))

    return changed(text_pdf(), add)


def with_attachment(words):
    def add(pdf):
        pdf.attachments["liste.txt"] = words.encode()

    return changed(text_pdf(), add)


def with_form(label, value):
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    for index, line in enumerate(LINES):
        canvas.drawString(60, DOWN - 80 - 22 * index, line)
    canvas.drawString(60, 300, f"{label} :")
    canvas.acroForm.textfield(name=label, tooltip=label, x=160, y=292, width=200, height=20, value=value)
    canvas.save()
    return target.getvalue()


def with_script():
    def add(pdf):
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert('x')"))
        pdf.Root.Names = Dictionary(
            JavaScript=Dictionary(Names=Array([String("a"), Dictionary(S=Name.JavaScript, JS=String("x()"))]))
        )
        pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.URI, URI=String("http://exemple.invalid/")))

    return changed(text_pdf(), add)


def with_spoken_words(words):
    def add(pdf):
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(
            page.Contents.read_bytes() + b"\n/Span << /ActualText (" + words.encode("latin-1") + b") >> BDC EMC"
        )

    return changed(text_pdf(), add)


def with_thumbnail_and_private_data(words):
    def add(pdf):
        pdf.pages[0].obj.PieceInfo = Dictionary(Editeur=Dictionary(Private=String(words)))

    return changed(text_pdf(), add)


def scan(*lines, turned=0, size=26):
    """A page that is only a picture of its words, `turned` by so many degrees."""
    picture = Image.new("L", (1240, 1754), 255)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", size)
    for index, line in enumerate((*LINES, *lines)):
        pen.text((110, 140 + 60 * index), line, fill=0, font=font)
    target = BytesIO()
    picture.rotate(turned, expand=True, fillcolor=255).save(target, "PDF", resolution=150)
    return target.getvalue()


def _name_tag(words):
    """A small picture of words, one byte for each pixel."""
    picture = Image.new("L", (700, 90), 255)
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 40)
    ImageDraw.Draw(picture).text((20, 20), words, fill=0, font=font)
    return picture


def with_drawing(words, how):
    """A page of text where a drawing holds a picture of words: a form, a form in a form, an inline image, a pattern."""

    def add(pdf):
        picture, page = _name_tag(words), pdf.pages[0]
        about = {"Width": 700, "Height": 90, "ColorSpace": Name.DeviceGray, "BitsPerComponent": 8}
        image = pdf.make_stream(picture.tobytes(), Type=Name.XObject, Subtype=Name.Image, **about)
        place = b"q 250 0 0 32 60 300 cm "
        inline = b"BI /W 700 /H 90 /CS /G /BPC 8 ID " + picture.tobytes() + b" EI Q"

        def form(content, thing):
            return pdf.make_stream(
                content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842],
                Resources=Dictionary(XObject=Dictionary(X=thing)),
            )  # fmt: skip

        def pattern(content, **resources):
            return Dictionary(P=pdf.make_stream(
                content, Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 595, 842],
                XStep=595, YStep=842, Resources=Dictionary(**resources),
            ))  # fmt: skip

        drawn = place + b"/X Do Q"
        filled = b"/Pattern cs /P scn 0 0 595 842 re f"
        if how == "pattern":
            page.Resources.Pattern, content = pattern(drawn, XObject=Dictionary(X=image)), filled
        elif how == "inline pattern":
            page.Resources.Pattern, content = pattern(place + inline), filled
        elif how == "inline":
            content = place + inline
        else:
            inner = form(drawn, image)
            page.Resources.XObject = Dictionary(X=inner if how == "form" else form(b"/X Do", inner))
            content = b"/X Do"
        page.Contents = pdf.make_stream(b"q " + page.Contents.read_bytes() + b" Q " + content)

    return changed(text_pdf(), add)


def photo(*lines, author=None):
    picture = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 26)
    for index, line in enumerate((*LINES, *lines)):
        pen.text((110, 140 + 60 * index), line, fill="black", font=font)
    exif = Image.Exif()
    if author:
        exif[0x013B] = author
    target = BytesIO()
    picture.save(target, "JPEG", quality=85, exif=exif)
    return target.getvalue()
