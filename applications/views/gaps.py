"""« Où nous divergeons le plus »: two rounds of one file held against each other."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from applications.selectors.desk import readable_files
from applications.views.files import file_or_404
from core.components import Tab
from evaluation.agreement import by, compare
from evaluation.enums import Round
from evaluation.rights import may_read_cers
from evaluation.selectors import compared_lines, panel_compared, readable_rounds
from evaluation.sides import Pair, Sides

GAPS_PER_PAGE = 25


@require_safe
def file_gaps(request: HttpRequest, pk: int) -> HttpResponse:
    """By line, by référent, CER by CER; of what this person may see of both rounds."""
    file = file_or_404(request, pk)
    rounds = readable_rounds(file.panel, request.user)
    pairs = [Sides(pair) for pair in Pair if set(Sides(pair).rounds) <= set(rounds)]
    asked = request.GET.get("tours", Pair.SELF_CONTROL)
    sides = next((each for each in pairs if each.pair == asked), None)
    if sides is None:
        raise Http404
    cers = panel_compared(file.panel, request.user, *sides.rounds)
    found = compare(cers, compared_lines([file.panel.rulebook_version]))
    groups = by(cers, lambda each: each.referent)
    context: dict[str, Any] = {
        "file": file,
        "sides": sides,
        "found": found,
        "most": found.most,
        "threshold": file.panel.rulebook.threshold,
        "summary": sides.summary(found),
        "groups": [(group.name, "", group) for group in groups],
        "referent_words": sides.group_words([(group.name, group) for group in groups], "C’est pour"),
        "gaps_words": sides.gaps_words(found),
        "page_obj": Paginator(found.gaps, GAPS_PER_PAGE).get_page(request.GET.get("page")),
        "tabs": [Tab(each.title, f"?tours={each.pair}", current=each == sides) for each in pairs],
        "may_read_cers": may_read_cers(request.user),
        "door": "score_session" if Round.SESSION in sides.rounds else "score_cer",
    }
    return render(request, "applications/file/gaps.html", context)


@require_safe
def gaps_of_panel(request: HttpRequest, panel_pk: int) -> HttpResponse:
    """From the CERs, which know nothing of files, to the differences of theirs."""
    file = get_object_or_404(readable_files(request.user), panel_id=panel_pk)
    asked = request.GET.get("tours", "")
    return redirect(reverse("file_gaps", args=[file.pk]) + (f"?tours={asked}" if asked in set(Pair) else ""))
