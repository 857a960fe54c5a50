"""Two rounds held against each other across the files that a person reads: by line, by territory, file by file."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.components import Tab
from evaluation.agreement import Compared, GroupAgreement, by, compare
from evaluation.filters import AgreementFilter
from evaluation.models import Panel
from evaluation.rights import may_read_cers
from evaluation.selectors import agreement_rows, compared_cers, compared_lines
from evaluation.sides import Pair, Sides

FILES_PER_PAGE = 25


@require_safe
def agreement_overview(request: HttpRequest) -> HttpResponse:
    """For those who read CERs, within their territories."""
    if not may_read_cers(request.user):
        raise PermissionDenied
    form = AgreementFilter(request.GET or None, user=request.user)
    chosen = form.chosen
    asked = request.GET.get("tours", "")
    sides = Sides(Pair(asked) if asked in set(Pair) else Pair.SELF_CONTROL)
    cers = compared_cers(agreement_rows(request.user, **chosen), *sides.rounds)
    found = compare(cers, compared_lines())
    territories = by(cers, lambda each: each.territory)
    page = _files(cers, request.GET.get("page"))
    context: dict[str, Any] = {
        "form": form,
        "sides": sides,
        "found": found,
        "most": found.most,
        "threshold": None,
        "summary": sides.summary(found),
        "groups": [(group.name, "", group) for group in territories],
        "territory_words": sides.group_words(
            [(group.name, group) for group in territories], "C’est dans le territoire"
        ),
        "page_obj": page,
        "files": _named(page, sides),
        "tabs": [_tab(request, pair, sides) for pair in Pair],
        "filtered": any(chosen.values()),
    }
    return render(request, "evaluation/agreement.html", context)


def _files(cers: list[Compared], page: str | None) -> Page[GroupAgreement]:
    """The widest difference of points first."""
    groups = sorted(by(cers, lambda each: f"{each.file:012}"), key=lambda group: -abs(group.bias))
    return Paginator(groups, FILES_PER_PAGE).get_page(page)


def _named(page: Page[GroupAgreement], sides: Sides) -> list[tuple[str, str, GroupAgreement]]:
    """Each file of the page by its number and structure; its address, when a page above knows it."""
    panels = Panel.objects.select_related("structure").in_bulk([int(group.name) for group in page])
    rows = []
    for group in page:
        panel = panels[int(group.name)]
        address = f"{reverse('gaps_of_panel', args=[panel.pk])}?tours={sides.pair}"
        rows.append((f"{panel.label}, {panel.structure}", address, group))
    return rows


def _tab(request: HttpRequest, pair: Pair, sides: Sides) -> Tab:
    query = request.GET.copy()
    query["tours"] = pair.value
    query.pop("page", None)
    return Tab(Sides(pair).title, f"?{query.urlencode()}", current=pair == sides.pair)
