"""The texts of the site: what the portal ships with, until the administrator edits them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.models import SiteText

FOLDER = Path(__file__).with_name("site_texts")
SLUGS = ("accessibilite", "mentions-legales", "donnees-personnelles", "modalites")


@dataclass(frozen=True, slots=True)
class ShippedText:
    slug: str
    title: str
    body: str


@cache
def shipped_text(slug: str) -> ShippedText:
    """The first line of the file is the title."""
    title, _, body = (FOLDER / f"{slug}.md").read_text(encoding="utf-8").partition("\n")
    return ShippedText(slug, title.removeprefix("# ").strip(), body.strip())


def ensure_site_texts() -> None:
    """Put the shipped texts where they can be edited; those that are there stay as they are."""
    for text in map(shipped_text, SLUGS):
        SiteText.objects.get_or_create(slug=text.slug, defaults={"title": text.title, "body": text.body})


def find_site_text(slug: str) -> SiteText | ShippedText | None:
    """The edited text, else the shipped one; None when there is no such page."""
    if slug not in SLUGS:
        return None
    return SiteText.objects.filter(slug=slug).first() or shipped_text(slug)
