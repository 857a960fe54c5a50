"""The same contracts in five technically different makes of PDF."""

import html
import random
import textwrap
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from weasyprint import HTML

from tests.documents.corpus.texts import Sheet

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
ACROSS, DOWN = A4
LEFT, TOP, LINE = 56, 60, 16
COLUMNS = 88


def lines_of(sheet: Sheet) -> list[str]:
    fields = [f"{label} : {value}" for label, value in sheet.fields]
    return ["CONTRAT D’ENGAGEMENTS RÉCIPROQUES", "", *fields, "", *(
        line for paragraph in sheet.paragraphs for line in textwrap.wrap(paragraph, COLUMNS) or [""]
    )]  # fmt: skip


def web(sheet: Sheet) -> bytes:
    """HTML to PDF: a table at the head, the footer on every page, kerned text in subset fonts."""
    rows = "".join(f"<tr><th>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in sheet.fields)
    body = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in sheet.paragraphs)
    style = (
        "@page{size:A4;margin:2cm;@bottom-center{content:'"
        + sheet.footer.replace("'", "")
        + "'}}body{font:11pt DejaVu Sans}"
    )
    page = f"<style>{style}</style><h1>Contrat d’engagements réciproques</h1><table>{rows}</table>{body}"
    pdf: bytes = HTML(string=page).write_pdf()
    return pdf


def drawn(sheet: Sheet) -> bytes:
    """reportlab, line by line, in a font of the reader (no embedded font)."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    canvas.setFont("Helvetica", 10)
    for index, line in enumerate([*lines_of(sheet), "", sheet.footer]):
        canvas.drawString(LEFT, DOWN - TOP - LINE * index, line.replace("’", "'"))
    canvas.save()
    return target.getvalue()


def word_processor(sheet: Sheet) -> bytes:
    """As word processors export: word by word, letters set apart by kerning, the footer drawn first, two columns of
    labels and values, properties filled in."""
    pdfmetrics.registerFont(TTFont("Corps", FONT))
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    canvas.setTitle("Microsoft Word - contrat.docx")
    canvas.setFont("Corps", 9)
    canvas.drawString(LEFT, 40, sheet.footer)
    labels = [label for label, _ in sheet.fields]
    for index, label in enumerate(labels):
        _in_words(canvas, LEFT, DOWN - TOP - LINE * index, label)
    for index, (_, value) in enumerate(sheet.fields):
        _in_words(canvas, LEFT + 150, DOWN - TOP - LINE * index, value)
    start = len(labels) + 2
    paragraphs = [line for paragraph in sheet.paragraphs for line in textwrap.wrap(paragraph, COLUMNS - 6)]
    for index, line in enumerate(paragraphs):
        _in_words(canvas, LEFT, DOWN - TOP - LINE * (start + index), line)
    canvas.save()
    return target.getvalue()


def _in_words(canvas: Canvas, x: float, y: float, line: str) -> None:
    for word in line.split():
        text = canvas.beginText(x, y)
        text.setFont("Corps", 9.5)
        text.setCharSpace(0.12)
        text.textOut(word)
        canvas.drawText(text)
        x += pdfmetrics.stringWidth(word, "Corps", 9.5) + 0.12 * len(word) + 3.1


def form(sheet: Sheet) -> bytes:
    """A form to fill in: labels printed, values and remarks in fields."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    canvas.setFont("Helvetica", 10)
    for index, (label, value) in enumerate(sheet.fields):
        y = DOWN - TOP - 24 * index
        canvas.drawString(LEFT, y, f"{label} :".replace("’", "'"))
        canvas.acroForm.textfield(
            name=label, tooltip=label, x=LEFT + 130, y=y - 6, width=300, height=18, value=_plain(value), fontSize=9
        )
    y = DOWN - TOP - 24 * (len(sheet.fields) + 1)
    for index, paragraph in enumerate(sheet.paragraphs):
        height = 13 * (len(textwrap.wrap(paragraph, 95)) + 1)
        y -= height + 6
        canvas.acroForm.textfield(
            name=f"texte{index}",
            x=LEFT,
            y=y,
            width=480,
            height=height,
            value=_plain(paragraph),
            fontSize=8,
            fieldFlags="multiline",
            maxlen=2000,
        )  # fmt: skip
    canvas.drawString(LEFT, 30, sheet.footer)
    canvas.save()
    return target.getvalue()


def _plain(text: str) -> str:
    """Without the signs that reportlab's fields cannot write."""
    plain = text.replace("’", "'").replace("€", "euros").replace("«", '"').replace("»", '"').replace("œ", "oe")
    return plain.replace("Œ", "Oe").encode("latin-1", "ignore").decode("latin-1")


def scanned(sheet: Sheet) -> bytes:
    """Printed, then put on a scanner that is no longer young: skewed, soft, grainy, sometimes the wrong way up."""
    chance = random.Random(sheet.reference + sheet.footer + str(len(sheet.paragraphs)))
    dots = chance.choice((150, 200, 200, 300))
    size = round(dots * 11 / 72)
    picture = Image.new("L", (round(8.27 * dots), round(11.69 * dots)), 250)
    pen, font = ImageDraw.Draw(picture), ImageFont.truetype(FONT, size)
    for index, line in enumerate(_shorter([*lines_of(sheet), "", sheet.footer])):
        pen.text((0.7 * dots, 0.8 * dots + index * size * 1.7), line, fill=chance.randint(0, 50), font=font)
    picture = picture.rotate(chance.uniform(-3, 3), fillcolor=245).filter(
        ImageFilter.GaussianBlur(chance.uniform(0, 0.7))
    )
    grain = Image.effect_noise(picture.size, chance.uniform(4, 14))
    picture = Image.blend(picture, grain.point(lambda level: min(255, level + 115)), 0.12)
    if chance.random() < 0.2:
        picture = picture.rotate(chance.choice((90, 180, 270)), expand=True)
    jpeg, target = BytesIO(), BytesIO()
    picture.save(jpeg, "JPEG", quality=chance.randint(45, 80))
    Image.open(jpeg).save(target, "PDF", resolution=dots)
    return target.getvalue()


def photographed(sheet: Sheet) -> bytes:
    """Taken with a telephone on a table: seen from a side, lit from a corner, on a darker ground, sometimes turned."""
    chance = random.Random("photo" + sheet.reference + sheet.footer + str(len(sheet.paragraphs)))
    across, down = 1800, 2500
    paper = Image.new("L", (across, down), 246)
    pen, font = ImageDraw.Draw(paper), ImageFont.truetype(FONT, 34)
    for index, line in enumerate(_shorter([*lines_of(sheet), "", sheet.footer])):
        pen.text((130, 150 + index * 56), line, fill=chance.randint(10, 60), font=font)
    lean = [chance.randint(-40, 40) for _ in range(8)]
    corners = [-90, -90, -90, down + 90, across + 90, down + 90, across + 90, -90]
    seen = paper.transform(
        (across, down), Image.Transform.QUAD, [at + more for at, more in zip(corners, lean, strict=True)],
        Image.Resampling.BICUBIC, fillcolor=chance.randint(90, 150),
    )  # fmt: skip
    light = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180))).resize(seen.size)
    seen = Image.blend(seen, light, chance.uniform(0.1, 0.3)).filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 1)))
    seen = seen.rotate(chance.choice((0, 0, 0, 90, 180, 270)), expand=True)
    jpeg, target = BytesIO(), BytesIO()
    seen.save(jpeg, "JPEG", quality=chance.randint(55, 80))
    Image.open(jpeg).save(target, "PDF", resolution=200)
    return target.getvalue()


def _shorter(lines: list[str]) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(line, 72) or [""]]


MAKES: dict[str, Callable[[Sheet], bytes]] = {
    "html": web,
    "reportlab": drawn,
    "traitement de texte": word_processor,
    "formulaire": form,
    "scan": scanned,
    "photo": photographed,
}
PICTURES = ("scan", "photo")
