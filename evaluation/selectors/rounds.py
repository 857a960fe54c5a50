"""Who may see which round of a CER, and what was done on each."""

from collections.abc import Iterable
from typing import Any

from accounts.roles import is_structure
from evaluation.enums import EntryAct, Round
from evaluation.history import Sitting, sittings
from evaluation.merge import Content, content_of
from evaluation.models import Cer, Scoring, ScoringEntry
from rulebook.clauses import Rulebook
from rulebook.enums import BlindControl


def shows_self(rulebook: Rulebook, control: Scoring | None) -> bool:
    """May the Département see the structure's ticks for a CER whose DPID's grid is `control`? Once it is validated,
    not before (CdC 5-2), unless the rulebook says otherwise (`cer.blind_control`)."""
    validated = bool(control and control.validated_at)
    return validated or rulebook.choice("cer.blind_control") == BlindControl.OPEN


def history(cer: Cer, user: Any) -> list[Sitting]:
    """What was done on the grids of this CER that the person may see, the oldest first. The caller has found the CER
    in the person's scope."""
    entries = cer.scoring_entries.select_related("author__structure")
    if is_structure(user):
        entries = entries.filter(round=Round.SELF)
    elif not shows_self(cer.panel.rulebook, cer.scorings.filter(round=Round.CONTROL).first()):
        entries = entries.exclude(round=Round.SELF)
    return sittings(entries)


def who_changed(scoring: Scoring, since: int) -> dict[str, Any]:
    """By line or by name of words: who changed it last in the versions of this grid after `since`."""
    entries = ScoringEntry.objects.filter(
        cer=scoring.cer_id, round=scoring.round, act=EntryAct.SAVED, version__gte=since, version__lt=scoring.version
    )
    return _authors(entries.select_related("author").order_by("version"), since)


def _authors(entries: Iterable[ScoringEntry], since: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    last = Content(frozenset(), {})
    for entry in entries:
        now = content_of(entry)
        if entry.version > since:
            names = {name for name in {*now.words, *last.words} if now.of(name) != last.of(name)}
            found |= dict.fromkeys((last.ticks ^ now.ticks) | names, entry.author)
        last = now
    return found
