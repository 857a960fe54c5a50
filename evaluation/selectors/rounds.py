"""Who may see which round of a CER, and what was done on each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.roles import is_structure
from evaluation.enums import CONTROL_OVER, EntryAct, Round, Sample
from evaluation.history import Sitting, sittings
from evaluation.merge import Content, content_of
from evaluation.models import Cer, Panel, Scoring, ScoringEntry, SessionFlag, SlaiRemark
from evaluation.selectors.scores import PanelScores
from rulebook.clauses import Rulebook
from rulebook.enums import BlindControl, ContractType


def shows_self(cer: Cer, control: Scoring | None) -> bool:
    """May the Département see the structure's ticks for a CER whose DPID's grid is `control`? Once it is validated,
    not before (CdC 5-2), unless the rulebook says otherwise (`cer.blind_control`). A CER that is not controlled shows
    them once the control of its panel is over."""
    validated = bool(control and control.validated_at)
    over = cer.sample == Sample.SELF and cer.panel.stage in CONTROL_OVER
    return validated or over or cer.panel.rulebook.choice("cer.blind_control") == BlindControl.OPEN


@dataclass(frozen=True, slots=True)
class Revision:
    """One line that the working session changed of the DPID's grid; `granted`: what it is now."""

    words: str
    granted: bool
    reason: str


def revisions(scores: PanelScores) -> list[tuple[Cer, Scoring, list[Revision]]]:
    """What the working session validated: by CER, the lines that it changed, none when it confirmed them all. No query:
    the scorings come with the scores."""
    found = []
    for result in scores.results:
        rounds = {row.round: row for row in result.cer.scorings.all()}
        session, control = rounds.get(Round.SESSION), rounds.get(Round.CONTROL)
        if not (session and session.validated_at and control):
            continue
        lines = result.cer.panel.rulebook.grid.lines_for(ContractType(result.cer.contract_type))
        changed = set(session.ticks) ^ set(control.ticks)
        rows = [
            Revision(line.text, line.id in session.ticks, session.reasons.get(line.id, ""))
            for line in lines
            if line.id in changed
        ]
        found.append((result.cer, session, rows))
    return found


def flags(panel: Panel) -> QuerySet[SessionFlag]:
    """The CERs that the DPID wants to look at again with the SLAI, in the order of the screens."""
    rows = SessionFlag.objects.filter(cer__panel=panel).select_related("cer__referent", "author")
    return rows.order_by("cer__referent__code", "cer__number")


def history(cer: Cer, user: Any) -> list[Sitting]:
    """What was done on the grids of this CER that the person may see, the oldest first. The caller has found the CER
    in the person's scope."""
    entries = cer.scoring_entries.select_related("author__structure")
    if is_structure(user):
        entries = entries.filter(round=Round.SELF)
    elif not shows_self(cer, cer.scorings.filter(round=Round.CONTROL).first()):
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


def remarks(panel: Panel) -> dict[int, SlaiRemark]:
    """What the SLAI says of each CER, by its key: the last version."""
    rows = SlaiRemark.objects.filter(cer__panel=panel).select_related("author").order_by("version")
    return {row.cer_id: row for row in rows}


def remark_of(cer: Cer) -> SlaiRemark | None:
    return cer.slai_remarks.select_related("author").last()


def lines_named(remark: SlaiRemark, rulebook: Rulebook) -> list[str]:
    """The words of the lines that a remark is about."""
    return [line.text for line in rulebook.grid.lines if line.id in remark.lines]
