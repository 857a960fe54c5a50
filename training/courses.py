"""A training followed outside the plan (CdC 5-1, R19): which course it was, and what of the module it covers. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from training.sorting import plain


@dataclass(frozen=True, slots=True)
class Judgement:
    """The objectives of Annex 1, in its words, that the training covers, and those that it does not."""

    covered: tuple[str, ...]
    lacking: tuple[str, ...]


def course_key(provider: str, course: str, edition: str) -> str:
    """The same for two spellings of one course: provider, title and version count, capitals and accents don't.
    Nothing as long as the provider or the title is not known."""
    names = [plain(provider), plain(course), plain(edition)]
    return " | ".join(names) if names[0] and names[1] else ""


def judge(objectives: Collection[str], covered: Collection[str]) -> Judgement:
    """In the order of Annex 1, whatever the order of the ticks; what is no objective of the module is left out."""
    return Judgement(
        tuple(each for each in objectives if each in covered), tuple(each for each in objectives if each not in covered)
    )
