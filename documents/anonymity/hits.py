"""What a finder says: a kind, where in the folded text, and how sure it is."""

from typing import NamedTuple

from documents.enums import FindingKind


class Hit(NamedTuple):
    """`start`, `end`: half-open span in the folded text; `confidence`: percent."""

    kind: FindingKind
    start: int
    end: int
    confidence: int
