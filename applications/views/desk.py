"""The agents' desk: every file that somebody of the Département reads, list by list."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import roles
from applications.filters import DeskFilter
from applications.rights import may_read_files
from applications.selectors import desk as reads
from applications.selectors.desk import DeskTab, Sort
from core import clock
from core.components import Tab
from evaluation.enums import Round
from evaluation.rights import may_write_round

PAGE_SIZE = 25
URGENT = 3
COLUMNS = {"dossier": Sort.NAME, "instruction": Sort.DUE}


@dataclass(frozen=True, slots=True)
class Column:
    """A heading that sorts: where its link leads and how the list stands (`aria-sort`)."""

    query: str
    order: str = ""


class KnownCountPaginator(Paginator):
    """A paginator told how many rows there are, when the tabs have just counted them."""

    def __init__(self, rows: Any, per_page: int, *, count: int | None):
        super().__init__(rows, per_page)
        if count is not None:
            self.count = count


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    if not may_read_files(request.user):
        raise PermissionDenied
    user, today = request.user, clock.today()
    tab = _chosen_tab(request.GET.get("liste"), user)
    files = reads.readable_files(user).filter(reads.tab_condition(tab, user, today=today))
    narrowed = DeskFilter(request.GET, queryset=files, request=request)
    late, urgent = reads.pressing_clocks(user, today=today, first=URGENT)
    counts = reads.tab_counts(user, late=late)
    sort, descending = _chosen_sort(request.GET.get("tri", ""), tab)
    rows = narrowed.qs if narrowed.is_active else files
    page = KnownCountPaginator(
        reads.page_ids(rows, sort=sort, descending=descending),
        PAGE_SIZE,
        count=None if narrowed.is_active else counts[tab],
    ).get_page(request.GET.get("page"))
    tabs = _tabs(user, tab, counts)
    context = {
        "tab": tab,
        "tabs": tabs,
        "scorer": may_write_round(request.user, Round.CONTROL),
        "title": next(each.label for each in tabs if each.current),
        "filter": narrowed,
        "page_obj": page,
        "rows": reads.desk_rows(list(page.object_list), today=today),
        "urgent": urgent if tab in {DeskTab.PENDING, DeskTab.MINE} else [],
        "columns": {name: _column(request.GET, sort, tab) for name, sort in COLUMNS.items()},
    }
    return render(request, "applications/desk/desk.html", context)


def _tabs(user: Any, current: DeskTab, counts: dict[DeskTab, int]) -> list[Tab]:
    return [
        Tab(label, f"?liste={tab}", counts[tab], current=tab == current, late=tab == DeskTab.LATE and counts[tab] > 0)
        for tab, label in _labels(user).items()
    ]


def _labels(user: Any) -> dict[DeskTab, str]:
    """The SLAI follows its territories; only the DPID is given files to follow."""
    labels = {
        DeskTab.PENDING: "À traiter",
        DeskTab.MINE: "Suivis par moi",
        DeskTab.WAITING: "En attente de la structure",
        DeskTab.LATE: "En retard",
        DeskTab.CLOSED: "Clos",
    }
    if roles.is_slai(user):
        return labels | {DeskTab.MINE: "En cours sur mes territoires"}
    if not roles.is_dpid(user):
        del labels[DeskTab.MINE]
        return labels | {DeskTab.PENDING: "En cours"}
    return labels


def _chosen_tab(asked: str | None, user: Any) -> DeskTab:
    return DeskTab(asked) if asked in _labels(user) else DeskTab.PENDING


def _chosen_sort(asked: str, tab: DeskTab) -> tuple[Sort, bool]:
    name = asked.removeprefix("-")
    if name in list(Sort):
        return Sort(name), asked.startswith("-")
    finished = tab in {DeskTab.CLOSED, DeskTab.WAITING}
    return (Sort.FILED, True) if finished else (Sort.DUE, False)


def _column(query: QueryDict, sort: Sort, tab: DeskTab) -> Column:
    current, descending = _chosen_sort(query.get("tri", ""), tab)
    changed = query.copy()
    changed.pop("page", None)
    changed["tri"] = f"-{sort}" if current == sort and not descending else str(sort)
    order = ("descending" if descending else "ascending") if current == sort else ""
    return Column(f"?{changed.urlencode()}", order)
