"""The proof of a draw, for those who may read it; the daily commitments and the means to draw again, for everybody."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.forms import sent
from evaluation import draw
from evaluation.forms import RecomputeForm
from evaluation.models import DaySecret, PanelDraw
from evaluation.selectors import visible_draws

DAYS_SHOWN = 31


@require_safe
def draw_proof(request: HttpRequest, number: str) -> HttpResponse:
    """List, commitment, secret, seed, result of one draw, each drawn again as the page is made."""
    rows = visible_draws(request.user).select_related("day", "referent", "panel__structure", "author")
    row = get_object_or_404(rows, number=number)
    others = PanelDraw.objects.filter(panel=row.panel_id, referent=row.referent_id).exclude(pk=row.pk)
    context: dict[str, Any] = {"row": row, "others": others}
    if row.day:
        context |= {
            "checked": draw.check(row.told, row.list_hash),
            "lines": draw.ranking(row.seed, row.references),
            "counted": "".join(f"{line}\n" for line in row.references),
        }
    return render(request, "evaluation/draw_proof.html", context)


@login_not_required
@require_safe
def draw_days(request: HttpRequest) -> HttpResponse:
    """The commitment of each day, published before its draws; once the day is over, what it was made from."""
    page = Paginator(DaySecret.objects.all(), DAYS_SHOWN).get_page(request.GET.get("page"))
    return render(request, "evaluation/draw_days.html", {"page_obj": page, "today": clock.today()})


@login_not_required
@require_http_methods(["GET", "POST"])
def draw_recompute(request: HttpRequest) -> HttpResponse:
    """Draw again from a list and a secret; nothing is kept of what is typed."""
    form = RecomputeForm(sent(request))
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        told = form.told
        context |= {
            "told": told,
            "list_hash": draw.list_hash(told.referent, told.references),
            "asked": bool(told.commitment and told.rank),
            "leads": draw.leads_to(told.secret, told.rank, told.commitment),
        }
    return render(request, "evaluation/draw_recompute.html", context, status=422 if form.errors else 200)
