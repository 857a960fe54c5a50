"""What was done on the grids of one CER, for those who may see them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.roles import is_structure
from evaluation import selectors
from evaluation.enums import PanelStage
from evaluation.models import Cer
from evaluation.rights import may_read_cers
from evaluation.views.grids import line_words


@require_safe
def cer_history(request: HttpRequest, cer_id: int) -> HttpResponse:
    """Who, when, which lines from what to what, why; the latest first. A structure reads its own round only."""
    if not (is_structure(request.user) or may_read_cers(request.user)):
        raise Http404
    cers = Cer.objects.visible_to(request.user).select_related("panel__structure", "referent")
    cer = get_object_or_404(cers, pk=cer_id)
    lines = line_words(cer)
    rows = [(sitting, sitting.changes(lines)) for sitting in reversed(selectors.history(cer, request.user))]
    return render(request, "evaluation/history.html", {"cer": cer, "rows": rows, "back_url": _back_url(request, cer)})


def _back_url(request: HttpRequest, cer: Cer) -> str:
    """The grid where the person reads this CER."""
    if not is_structure(request.user):
        return reverse("score_session" if cer.panel.stage == PanelStage.SESSION else "score_cer", args=[cer.pk])
    return reverse("filing_self_cer", args=[cer.pk]) if cer.panel.stage == PanelStage.DRAFT else reverse("home")
