"""From a template of templates/sample to a PDF, kept in var/sample so that it is made once."""

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.template import Context, Engine

BASE_DIR = Path(__file__).resolve().parents[2]
TEMPLATES = BASE_DIR / "templates"
CACHE = BASE_DIR / "var" / "sample"
FACES = {400: "SourceSansPro-Regular.ttf", 600: "SourceSansPro-Semibold.ttf"}


def pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of a template; made again only when its text, its style sheet or WeasyPrint changed."""
    html = _engine().get_template(f"sample/{template}").render(Context(context))
    return cached(f"{html}\n{_style()}\n{version('weasyprint')}".encode(), ".pdf", lambda: _draw(html))


def cached(key: bytes, suffix: str, make: Callable[[], bytes]) -> bytes:
    """What `make` gives, read from the cache when the same key was met before. Safe when several processes fill it."""
    path = CACHE / f"{sha256(key).hexdigest()[:32]}{suffix}"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        content = make()
    CACHE.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=CACHE, delete=False) as draft:
        draft.write(content)
    Path(draft.name).replace(path)
    return content


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(TEMPLATES)])


@cache
def _style() -> str:
    """The style sheet, without the addresses of the fonts: they differ from one machine to the next."""
    return (TEMPLATES / "sample" / "sample.css").read_text(encoding="utf-8")


def _draw(html: str) -> bytes:
    # WeasyPrint is slow to import: a run that finds everything in the cache does without it.
    from weasyprint import HTML

    sheet, fonts = _sheet()
    return HTML(string=html).write_pdf(stylesheets=[sheet], font_config=fonts)


@cache
def _sheet() -> tuple[Any, Any]:
    """The style sheet, read once, and the fonts that it brings."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    folder = Path(str(files("font_source_sans_pro"))) / "files"
    faces = "".join(
        f'@font-face {{ font-family: "Sample Sans"; font-weight: {weight}; src: url("{(folder / name).as_uri()}") }}\n'
        for weight, name in FACES.items()
    )
    fonts = FontConfiguration()
    return CSS(string=faces + _style(), font_config=fonts), fonts
