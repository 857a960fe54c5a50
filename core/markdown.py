"""Markdown to HTML for texts that people edit: no raw HTML, no image, and links only to places."""

import re
from xml.etree.ElementTree import Element

from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.tables import TableExtension
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
