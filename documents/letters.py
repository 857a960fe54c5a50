"""Letters out: a template becomes a page (the accessible twin) and the same page becomes a tagged PDF/A-3.

Rendering reaches nothing but the fonts and the static files of the portal: no network, no other file (F13).
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from core.assets import LETTER_FACES, font_file, letter_font_faces

VARIANT = "pdf/a-3a"


class ClosedFetcher(URLFetcher):
    """Gives the fonts of the packages, the portal's static files and `data:`; refuses every other address."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        path = _font(url) or _static_file(url)
        if path is None:
            raise ValueError("adresse interdite dans une lettre")
        return super().fetch(path.as_uri(), headers)


def render_letter(template: str, context: dict[str, Any]) -> str:
    """The letter as an HTML page; templates extend letters/base.html."""
    return render_to_string(
        template,
        {
            "static_url": settings.STATIC_URL,
            "portal_url": settings.PORTAL_URL,
            "contact_address": settings.CONTACT_ADDRESS,
            "contact_email": settings.CONTACT_EMAIL,
            "contact_phone": settings.CONTACT_PHONE,
            **context,
        },
    )


def print_letter(html: str) -> bytes:
    """The PDF of a rendered letter: PDF/A-3a, tagged, with its language and title."""
    fonts, fetcher = FontConfiguration(), ClosedFetcher(allow_redirects=False)
    sheet = CSS(string=letter_font_faces(), font_config=fonts, url_fetcher=fetcher)
    page = HTML(string=html, base_url=f"{settings.PORTAL_URL}/", url_fetcher=fetcher)
    pdf: bytes = page.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant=VARIANT)
    return pdf


def _font(url: str) -> Path | None:
    fonts = {font_file(f"{face}.ttf").as_uri(): font_file(f"{face}.ttf") for face in LETTER_FACES}
    return fonts.get(url)


def _static_file(url: str) -> Path | None:
    prefix = settings.PORTAL_URL + settings.STATIC_URL
    if not url.startswith(prefix):
        return None
    found = finders.find(unquote(urlsplit(url).path.removeprefix(settings.STATIC_URL)))
    return Path(str(found)) if found else None
