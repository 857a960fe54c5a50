"""What was decided of the signs found in a contract, and what the next check makes of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from documents.enums import Ruling
from documents.models import Finding, StoredFile

Place = Sequence[float]
"""[left, top, right, bottom], each a share of the page."""


def open_findings(file: StoredFile) -> list[Finding]:
    """What holds the file and waits for a decision, in the order of the pages."""
    return list(file.findings.filter(holds=True, ruling=Ruling.OPEN))


def declared_not_personal(file: StoredFile) -> list[Finding]:
    """The signs that the uploader left as they are, with the reason of each."""
    return list(file.findings.filter(ruling=Ruling.NOT_PERSONAL).select_related("ruled_by"))


def raised_again(found: Iterable[dict[str, Any]], file: StoredFile) -> tuple[dict[str, Any], ...]:
    """`found` (as told by inspection) without what the uploader has declared not personal, by kind and place: the
    words themselves were never kept. A sign that reaches beyond the place ruled on is raised."""
    ruled = declared_not_personal(file)
    return tuple(sign for sign in found if not any(_is_at(sign, finding) for finding in ruled))


def _is_at(sign: dict[str, Any], ruled: Finding) -> bool:
    if (sign["kind"], sign["page"]) != (ruled.kind, ruled.page) or not sign["boxes"]:
        return False
    return all(any(_covers(place, box) for place in ruled.boxes) for box in sign["boxes"])


def _covers(place: Place, box: Place) -> bool:
    across = min(place[2], box[2]) - max(place[0], box[0])
    down = min(place[3], box[3]) - max(place[1], box[1])
    return across > 0 and down > 0 and across * down > 0.5 * (box[2] - box[0]) * (box[3] - box[1])
