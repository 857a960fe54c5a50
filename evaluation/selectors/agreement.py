"""The CERs scored in two rounds, of one file or of many, as `evaluation.agreement` compares them."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from accounts.models import Territory
from evaluation import grid
from evaluation.agreement import Compared
from evaluation.enums import Round
from evaluation.models import Panel, Scoring
from rulebook.book import available_versions, get_rulebook
from rulebook.clauses import Line
from rulebook.enums import ContractType

READ = (
    "cer_id", "round", "ticks", "cer__contract_type", "cer__number", "cer__referent__code", "cer__panel_id",
    "cer__panel__rulebook_version", "cer__panel__structure__lead_territory__name",
)  # fmt: skip


def visible_scorings(user: Any) -> QuerySet[Scoring]:
    """What counts: validated, and what this person may see of it. A structure's ticks come after the DPID's own."""
    return Scoring.objects.visible_to(user).filter(validated_at__isnull=False).exclude(cer__contract_type="")


def compared_cers(rows: QuerySet[Scoring], first: Round, second: Round) -> list[Compared]:
    """Those that `rows` hold in both rounds, in one query."""
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for row in rows.filter(round__in=(first, second)).order_by().values(*READ):
        found.setdefault(row["cer_id"], {})[row["round"]] = row
    return [_compared(sides[first], sides[second]) for sides in found.values() if len(sides) == 2]


def agreement_rows(
    user: Any, *, since: date | None, until: date | None, territory: Territory | None
) -> QuerySet[Scoring]:
    """What counts across the files of a person's territories: controlled between two days, both included, by lead
    territory of the structure. None narrows nothing."""
    rows = visible_scorings(user)
    if territory:
        rows = rows.filter(cer__panel__structure__lead_territory=territory)
    if since or until:
        controls = Scoring.objects.filter(round=Round.CONTROL)
        if since:
            controls = controls.filter(validated_at__date__gte=since)
        if until:
            controls = controls.filter(validated_at__date__lte=until)
        rows = rows.filter(cer__in=controls.values("cer"))
    return rows


def compared_lines(versions: Iterable[str] | None = None) -> tuple[Line, ...]:
    """Every line of these rulebooks' grids (of all, by default), once, in their order, the latest first."""
    lines: dict[str, Line] = {}
    for version in sorted(available_versions() if versions is None else set(versions), reverse=True):
        for line in get_rulebook(version).grid.lines:
            lines.setdefault(line.id, line)
    return tuple(lines.values())


def panel_compared(panel: Panel, user: Any, first: Round, second: Round) -> list[Compared]:
    return compared_cers(visible_scorings(user).filter(cer__panel=panel), first, second)


def _compared(first: dict[str, Any], second: dict[str, Any]) -> Compared:
    version, contract_type = first["cer__panel__rulebook_version"], first["cer__contract_type"]
    code = first["cer__referent__code"]
    return Compared(
        cer=first["cer_id"],
        reference=f"{code}-CER{first['cer__number']}",
        referent=code,
        asked=get_rulebook(version).grid.lines_for(ContractType(contract_type)),
        first=_score(version, contract_type, tuple(first["ticks"])),
        second=_score(version, contract_type, tuple(second["ticks"])),
        file=first["cer__panel_id"],
        territory=first["cer__panel__structure__lead_territory__name"],
    )


@lru_cache(maxsize=4096)
def _score(version: str, contract_type: str, ticks: tuple[str, ...]) -> grid.CerScore:
    """A few hundred ways of filling a grid, each scored once."""
    return grid.score(get_rulebook(version).grid, contract_type, ticks)
