"""What the check of a contract costs beside the bare work of the libraries it stands on.

    .venv/bin/python -m benchmarks.check_file

Text: a contract of three pages through the whole way in (closed room included), beside parsing, reading and rendering
it with pikepdf and pypdfium2 alone. Scan: one page, and tesseract's part of the time. Exits with 1 over a limit.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from io import BytesIO

import django
import pikepdf
import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

MOST_TIMES, LEAST_SHARE = 3.0, 0.8
ROUNDS, SCANS = 21, 3
TODAY = date(2026, 11, 23)
PARAGRAPHS = (
    "La personne est sans emploi depuis deux ans et perçoit le RSA pour un foyer de trois personnes.",
    "Elle souhaite travailler dans l'aide à domicile, mais n'a ni permis ni véhicule pour se déplacer.",
    "Prendre rendez-vous avec la Mission locale, 12 rue de la Gare, 62300 Lens, avant le 15/04/2026.",
    "Appeler le 39 49 pour actualiser l'inscription, puis le 3646 pour les droits à la santé.",
    "Une dette de 1 284,50 euros est en cours de règlement, avec un échéancier jusqu'au 30/09/2026.",
    "Un point d'étape est prévu avec la référente le 02/06/2026, dans les locaux de la structure.",
)
LINES_ON_A_PAGE = 40


def contract(pages: int = 3) -> bytes:
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    for _ in range(pages):
        canvas.setFont("Helvetica", 10)
        for line in range(LINES_ON_A_PAGE):
            canvas.drawString(56, 780 - 18 * line, PARAGRAPHS[line % len(PARAGRAPHS)])
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def scan() -> bytes:
    """The first page of the contract as a picture of 200 dots per inch."""
    with pypdfium2.PdfDocument(contract(1)) as document:
        picture = document[0].render(scale=200 / 72, grayscale=True).to_pil()
    target = BytesIO()
    picture.save(target, "PDF", resolution=200)
    return target.getvalue()


def bare(content: bytes) -> None:
    """Parse, save, read and render: what no check can do without."""
    from documents.inspection import LOOK_DPI

    with pikepdf.open(BytesIO(content)) as pdf:
        target = BytesIO()
        pdf.save(target)
    with pypdfium2.PdfDocument(target.getvalue()) as document:
        for page in document:
            page.get_textpage().get_text_range()
            page.render(scale=LOOK_DPI / 72, grayscale=True).to_pil()


def checked(content: bytes) -> None:
    from documents.anonymity import OwnDetails
    from documents.enums import FileKind, Outcome
    from documents.pipeline import examine

    verdict = examine(content, name="contrat.pdf", kind=FileKind.CER, own=OwnDetails(), today=TODAY)
    assert verdict.outcome is Outcome.READY, verdict


def tesseract(content: bytes) -> None:
    """The page's picture through tesseract, nothing else."""
    from documents.ocr import COMMAND

    with pypdfium2.PdfDocument(content) as document:
        target = BytesIO()
        document[0].render(scale=200 / 72, grayscale=True).to_pil().save(target, "PNG", compress_level=1)
    command = [*COMMAND, "-l", "fra", "--dpi", "200", "--psm", "3", "tsv"]
    subprocess.run(command, input=target.getvalue(), capture_output=True, check=True)


def seconds(act: Callable[[bytes], None], content: bytes) -> float:
    start = time.perf_counter()
    act(content)
    return time.perf_counter() - start


def compared(one: Callable[[bytes], None], other: Callable[[bytes], None], content: bytes, rounds: int) -> list[float]:
    """Median seconds of both, taken in turn, so that a busy machine slows both."""
    one(content)
    other(content)
    both = [(seconds(one, content), seconds(other, content)) for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*both, strict=True)]


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "label_portal.settings.test")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    django.setup()
    whole, alone = compared(checked, bare, contract(), ROUNDS)
    print(f"3 pages of text: {whole * 1000:.0f} ms, bare {alone * 1000:.0f} ms, {whole / alone:.1f} times")
    page, read = compared(checked, tesseract, scan(), SCANS)
    print(f"1 scanned page: {page:.2f} s, tesseract {read:.2f} s, {read / page:.0%}")
    return int(whole > MOST_TIMES * alone or read < LEAST_SHARE * page)


if __name__ == "__main__":
    sys.exit(main())
