"""The signs found in one file, page by page, and the text that is told of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from documents.anonymity import Leak, OwnDetails, find_leaks, mask
from documents.enums import FindingKind
from documents.pdf_text import Box, PageText

TEXT_PAGES, MOST_LETTERS = 3, 30_000
"""Of the text that is told of a contract, where its dates, its actions and its remark are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`page` from 1; `boxes`: fractions of the page; `excerpt` never in clear; `holds`: the file waits for a person."""

    kind: FindingKind
    page: int | None
    where: str
    boxes: tuple[Box, ...]
    excerpt: str
    confidence: int
    holds: bool


class Reader:
    """Looks for leaks in one file, with what the structure may leave in and the day of the check."""

    def __init__(self, own: OwnDetails, today: date) -> None:
        self.own, self.today = own, today
        self.pages: dict[int, str] = {}
        self.scanned = False

    def in_text(self, text: str, *, page: int | None, where: str, holds: bool) -> Iterator[Finding]:
        for leak in find_leaks(text, self.own, self.today):
            excerpt = mask(text[leak.start : leak.end])
            keeps = holds and leak.kind is not FindingKind.REFERENT_NAME
            yield Finding(leak.kind, page, where, (), excerpt, leak.confidence, keeps)

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in sorted(self.pages.items()))[:MOST_LETTERS]

    def on_page(self, page: PageText, number: int, where: str) -> Iterator[Finding]:
        leaks = find_leaks(page.text, self.own, self.today)
        if number <= TEXT_PAGES:
            self._keep(_masked(page.text, leaks), number, where)
        for leak in leaks:
            boxes = page.places(leak.start, leak.end)
            excerpt = mask(page.text[leak.start : leak.end])
            holds = leak.kind is not FindingKind.REFERENT_NAME
            yield Finding(leak.kind, number, where, boxes, excerpt, leak.confidence, holds)

    def _keep(self, text: str, number: int, where: str) -> None:
        """The last order in which a page's letters were read is that of the eye; what a picture says comes after."""
        if where == "image" and text.strip():
            text, self.scanned = f"{self.pages.get(number, '')}\n{text}", True
        elif where == "image":
            return
        self.pages[number] = text


def _masked(text: str, leaks: Iterable[Leak]) -> str:
    """The same lines, each sign replaced by dots."""
    for leak in leaks:
        hidden = "".join(letter if letter.isspace() else "•" for letter in text[leak.start : leak.end])
        text = text[: leak.start] + hidden + text[leak.end :]
    return text
