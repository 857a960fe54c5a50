"""What the workstation shows of a panel around one CER: as much work for 1,500 CERs as for 15, and the same figures
as `scores`, exact."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from django.db.models import Case, Count, F, Max, Prefetch, Value, When, Window, prefetch_related_objects
from django.db.models.functions import Lag, Lead, RowNumber

from accounts.models import Referent
from documents.enums import FileState
from evaluation import grid
from evaluation.enums import Round
from evaluation.models import Cer, Panel, Scoring
from evaluation.selectors.scores import CerResult, Place
from rulebook.book import get_rulebook


@dataclass(frozen=True, slots=True)
class Glance:
    """The means so far of one round, with one CER as it is on screen."""

    result: CerResult
    mean: Fraction | None
    own: Fraction | None
    threshold: Fraction

    def of(self, cer: Cer) -> CerResult:
        return self.result

    def mean_of(self, referent: Referent) -> Fraction | None:
        """Of the CER's own référent."""
        return self.own


def place_of(cer: Cer) -> Place:
    """Among those that the DPID scores."""
    order = [F("referent__code").asc(), F("number").asc()]
    row = (
        Cer.objects.in_round(Round.CONTROL)
        .filter(panel=cer.panel_id)
        .annotate(
            me=Window(Max("pk"), partition_by=[F("pk")]),
            rank=Window(RowNumber(), order_by=order),
            total=Window(Count("pk")),
            previous=Window(Lag("pk"), order_by=order),
            following=Window(Lead("pk"), order_by=order),
            state=Window(Lead("file__state"), order_by=order),
        )
        .filter(me=cer.pk)  # a window: the others are numbered before they are left out
        .values_list("rank", "total", "previous", "following", "state")
        .get()
    )
    rank, total, previous, following, state = row
    return Place(rank, total, previous, following, following if state == FileState.READY else None)


def with_scorings(cer: Cer) -> Cer:
    """The CER with its scorings of every round, and their authors, in `scorings.all()`."""
    prefetch_related_objects([cer], Prefetch("scorings", Scoring.objects.select_related("author")))
    return cer


def glance(cer: Cer, round: Round, *, typed: Scoring | None = None) -> Glance:
    """As `panel_scores(..., including=cer, typed=typed)` says it of this CER, its référent and its structure."""
    panel: Panel = cer.panel
    scoring = typed or {scoring.round: scoring for scoring in cer.scorings.all()}.get(round)
    score = grid.score(panel.rulebook.grid, cer.contract_type, scoring.ticks) if scoring and cer.contract_type else None
    sums: dict[bool, list[Fraction | int]] = {True: [Fraction(0), 0], False: [Fraction(0), 0]}
    if score and scoring:
        sums[True] = [score.rate, 1]
    for own, contract_type, ticks, count in _others(cer, round):
        rate = _rate(panel.rulebook_version, contract_type, tuple(ticks))
        sums[own][0] += rate * count
        sums[own][1] += count
    everything = [sum(pair, Fraction(0)) for pair in zip(*sums.values(), strict=True)]
    return Glance(
        CerResult(cer, scoring if score else None, score),
        _mean(*everything),
        _mean(*sums[True]),
        panel.rulebook.threshold,
    )


def _others(cer: Cer, round: Round) -> list[tuple[bool, str, list[str], int]]:
    """The panel's other validated grids, those that are alike counted together."""
    own = Case(When(cer__referent=cer.referent_id, then=Value(True)), default=Value(False))
    rows = (
        Scoring.objects.filter(cer__panel=cer.panel_id, round=round, validated_at__isnull=False)
        .exclude(cer=cer)
        .exclude(cer__contract_type="")
        .order_by()
        .annotate(own=own)
    )
    return list(rows.values_list("own", "cer__contract_type", "ticks").annotate(Count("pk")))


@lru_cache(maxsize=4096)
def _rate(version: str, contract_type: str, ticks: tuple[str, ...]) -> Fraction:
    return grid.score(get_rulebook(version).grid, contract_type, ticks).rate


def _mean(total: Fraction | int, count: Fraction | int) -> Fraction | None:
    return Fraction(total) / count if count else None
