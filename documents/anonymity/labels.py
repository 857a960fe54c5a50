"""The words that say what follows: all those of a page, found once when first asked for, then told by place."""

import re
from bisect import bisect_right
from functools import cached_property

from documents.anonymity.words import any_of


def label_pattern(*kinds: str) -> re.Pattern[str]:
    """A pattern of small letters for the labels of these kinds, each under the group of its name."""
    labels = "|".join(f"(?P<{kind}>{any_of('label_' + kind, at_word_start=True)})" for kind in kinds)
    return re.compile(rf"\b(?=[a-z])(?:{labels})")


class Labels:
    """The labels of a text of small letters, by the place where each ends."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self.pattern, self.text = pattern, text

    @cached_property
    def found(self) -> list[tuple[int, str]]:
        return [(match.end(), match.lastgroup or "") for match in self.pattern.finditer(self.text)]

    def last(self, position: int, reach: int) -> tuple[str, int]:
        """The kind and the end of the last label at most `reach` before a place; ("", position) for none."""
        at = bisect_right(self.found, position, key=_end) - 1
        if at < 0 or self.found[at][0] < position - reach:
            return "", position
        end, kind = self.found[at]
        return kind, end


def _end(found: tuple[int, str]) -> int:
    return found[0]
