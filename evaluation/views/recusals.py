"""A conflict of interest: leave a panel to others, be let in again by a chief."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core import clock
from core.forms import sent
from evaluation import selectors, services
from evaluation.errors import EvaluationRefused
from evaluation.forms import LiftForm, RecusalForm
from evaluation.models import Panel, Recusal
from evaluation.rights import may_abstain, may_lift_recusals


@require_http_methods(["GET", "POST"])
def recuse(request: HttpRequest, panel_id: int) -> HttpResponse:
    """« Me déporter », with all that was said on this panel's conflicts of interest."""
    user: Any = request.user
    if not may_abstain(user):
        raise Http404
    panel = get_object_or_404(Panel.objects.visible_to(user).select_related("structure"), pk=panel_id)
    form = RecusalForm(sent(request), panel=panel, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.abstain(panel=panel, actor=user, now=clock.now(), **form.cleaned_data)
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said(row))
            return redirect("scoring_queue")
    recused = selectors.is_recused(user, panel)
    context = {
        "panel": panel,
        "form": form,
        "recused": recused,
        "recusals": panel.recusals.select_related("user", "author", "handed_to"),
        "standing": {row.pk for row in selectors.standing_recusals(user, [panel]).get(panel.pk, ())},
        "may_lift": may_lift_recusals(user) and not recused,
    }
    return render(request, "evaluation/recuse.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def lift_recusal(request: HttpRequest, recusal_id: int) -> HttpResponse:
    """A chief lets the person score the panel again."""
    user: Any = request.user
    if not may_lift_recusals(user):
        raise Http404
    standing = Recusal.standing().filter(panel__in=Panel.objects.visible_to(user))
    recusal = get_object_or_404(standing.select_related("panel__structure", "user"), pk=recusal_id)
    form = LiftForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.lift_recusal(
                panel=recusal.panel, user=recusal.user, reason=form.cleaned_data["reason"], actor=user, now=clock.now()
            )
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{recusal.user} peut de nouveau coter {recusal.panel.label}.")
            return redirect("recuse", panel_id=recusal.panel_id)
    context = {"recusal": recusal, "panel": recusal.panel, "form": form}
    return render(request, "evaluation/lift_recusal.html", context, status=422 if form.errors else 200)


def _said(row: Recusal) -> str:
    then = f"{row.handed_to} en est prévenu par courriel" if row.handed_to else "vos collègues le voient dans la file"
    return f"Vous êtes en déport sur {row.panel.label}\u00a0: {then}."
