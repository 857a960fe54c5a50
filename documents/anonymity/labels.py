"""The words that say what follows: all those of a page, found once, then asked for by place."""

import re
from bisect import bisect_right

from documents.anonymity.words import any_of


def label_pattern(*kinds: str) -> re.Pattern[str]:
    """A pattern of small letters for the labels of these kinds, each under the group of its name."""
    labels = "|".join(f"(?P<{kind}>{any_of('label_' + kind, at_word_start=True)})" for kind in kinds)
    return re.compile(rf"\b(?=[a-z])(?:{labels})")


class Labels:
    """The labels of a text of small letters, by the place where each ends."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        found = [(match.end(), match.lastgroup or "") for match in pattern.finditer(text)]
        self.ends = [end for end, _ in found]
        self.kinds = [kind for _, kind in found]

    def last(self, position: int, reach: int) -> tuple[str, int]:
        """The kind and the end of the last label at most `reach` before a place; ("", position) for none."""
        at = bisect_right(self.ends, position) - 1
        if at < 0 or self.ends[at] < position - reach:
            return "", position
        return self.kinds[at], self.ends[at]
