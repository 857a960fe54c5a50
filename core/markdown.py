"""Markdown to HTML for texts that people edit: no raw HTML, no image, and links only to places."""

import re
from dataclasses import dataclass
from html import unescape
from xml.etree.ElementTree import Element

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension
from markdown.treeprocessors import Treeprocessor

SAFE_LINK = re.compile(r"(https?://|mailto:|tel:|/(?!/)|#)", re.IGNORECASE)


class _SafeLinks(Treeprocessor):
    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            if not SAFE_LINK.match(link.get("href", "")):
                link.attrib.pop("href", None)


class _Plain(Extension):
    """What is written as HTML is shown as it is written."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — le nom que la bibliothèque appelle
        md.preprocessors.deregister("html_block")
        for pattern in ("html", "image_link", "image_reference", "short_image_ref", "automail", "autolink"):
            md.inlinePatterns.deregister(pattern)
        md.treeprocessors.register(_SafeLinks(md), "safe_links", 0)


def render_markdown(text: str) -> SafeString:
    return mark_safe(Markdown(extensions=[_Plain(), TableExtension()]).convert(text))


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its headings of the second level, as (anchor, title)."""

    body: SafeString
    contents: list[tuple[str, str]]


def render_document(text: str) -> Document:
    toc = TocExtension(toc_depth="2", slugify=lambda title, separator: f"partie-{slugify(title)}", marker="")
    markdown = Markdown(extensions=[_Plain(), TableExtension(), toc])
    body = mark_safe(markdown.convert(text))
    return Document(body, [(part["id"], unescape(part["name"])) for part in markdown.toc_tokens])
