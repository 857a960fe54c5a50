"""Where a structure sends the paper that an obligation wants. The floor above says here, at start-up, on which page."""

from collections.abc import Callable

from training.ways import Remedy, Step

Page = Callable[[str, str, bool], str]
"""Référent's code, obligation, and whether it is an attestation rather than the paper of a commitment -> address."""
PAPERS = frozenset({Remedy.ATTACH, Remedy.PLAN, Remedy.PROVE})
_pages: list[Page] = []


def sent_on(page: Page) -> None:
    _pages[:] = [page]


def paper_page(step: Step) -> str:
    """Where to send what `step` asks for; nothing when it asks for no paper."""
    if step.remedy not in PAPERS or not _pages:
        return ""
    return _pages[0](step.referent_code, step.obligation, step.remedy is Remedy.ATTACH)
