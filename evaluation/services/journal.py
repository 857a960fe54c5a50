"""The journal of the grids: written in the transaction of what it tells. The caller holds the panel."""

from datetime import datetime

from django.db.models import Max

from accounts.models import User
from evaluation.enums import EntryAct, Round
from evaluation.models import Cer, Scoring, ScoringEntry, SessionFlag


def record(
    scoring: Scoring, act: EntryAct, *, cer: Cer, author: User | None, now: datetime, reason: str = ""
) -> ScoringEntry:
    """Keep the grid as it stands after this act."""
    return ScoringEntry.objects.create(
        panel_id=cer.panel_id, cer=cer, reference=cer.reference, round=scoring.round, act=act,
        version=scoring.version, ticks=scoring.ticks, comment=scoring.comment, reasons=scoring.reasons,
        reason=reason, author=author, at=now,
    )  # fmt: skip


def set_aside(cer: Cer, *, author: User, now: datetime, reason: str, rounds: list[Round] | None = None) -> None:
    """Take the grids of a CER off it, all rounds unless some are named: it is blank again, the journal keeps them."""
    rows = cer.scorings.all() if rounds is None else cer.scorings.filter(round__in=rounds)
    for scoring in rows:
        if scoring.round == Round.CONTROL:
            take_flag_back(scoring, cer=cer, author=author, now=now)
        record(scoring, EntryAct.SET_ASIDE, cer=cer, author=author, now=now, reason=reason)
    rows.delete()


def take_flag_back(scoring: Scoring, *, cer: Cer, author: User, now: datetime) -> None:
    """The CER is no longer among those that a session looks at first; nothing when it was not."""
    if SessionFlag.objects.filter(cer=cer).delete()[0]:
        record(scoring, EntryAct.UNFLAGGED, cer=cer, author=author, now=now)


def last_version(cer: Cer, round: str) -> int:
    """0 when nothing was ever written. A grid begun again goes on from there: a version is one content, for ever."""
    return cer.scoring_entries.filter(round=round).aggregate(last=Max("version"))["last"] or 0


def set_aside_since(cer: Cer, round: str, version: int) -> bool:
    """Was the grid begun again after this version?"""
    return cer.scoring_entries.filter(round=round, act=EntryAct.SET_ASIDE, version__gte=version).exists()
