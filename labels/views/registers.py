"""The agents' lists of labels and moratoria, and the page of each."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.guards import only_for
from core import clock
from core.components import Tab
from labels import selectors
from labels.enums import LabelState, MoratoriumState
from labels.forms import LabelSearch
from labels.models import Label, Moratorium
from labels.rights import may_read_own_decisions, may_read_registers
from notices.models import Deadline

PAGE_SIZE = 25


@require_safe
@only_for(may_read_registers)
def label_list(request: HttpRequest) -> HttpResponse:
    today, search = clock.today(), LabelSearch(request.GET)
    asked = search.cleaned_data if search.is_valid() else {}
    labels = selectors.search_register(
        selectors.labels_of(request.user, view=asked.get("etat", ""), day=today),
        text=asked.get("q", ""),
        territory=asked.get("territoire"),
    )
    page = Paginator(labels, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"search": search, "narrowed": any(asked.values()), "page_obj": page}
    return render(request, "labels/label_list.html", context)


@require_safe
def label_detail(request: HttpRequest, pk: int) -> HttpResponse:
    if not may_read_registers(request.user):
        raise Http404
    label = get_object_or_404(
        Label.objects.visible_to(request.user).select_related(
            "structure__lead_territory", "certificate", "decision__application", "decision__letter"
        ),
        pk=pk,
    )
    return render(request, "labels/label_detail.html", label_context(label))


@require_safe
@only_for(may_read_registers)
def moratorium_list(request: HttpRequest) -> HttpResponse:
    """Those still open first; the others are those whose second study is decided."""
    closed = request.GET.get("vue") == "clos"
    running, over = selectors.open_moratoria(request.user), selectors.closed_moratoria(request.user)
    tabs = [
        Tab("En cours", "?", running.count(), current=not closed),
        Tab("Suivis d’une décision", "?vue=clos", over.count(), current=closed),
    ]
    page = Paginator(over if closed else running, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "labels/moratorium_list.html", {"tabs": tabs, "page_obj": page, "closed": closed})


@require_safe
def moratorium_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One page for the structure and for the agents: dates and why, the letter, the second application."""
    if not may_read_own_decisions(request.user):
        raise Http404
    moratorium = get_object_or_404(
        Moratorium.objects.visible_to(request.user).select_related(
            "structure", "decision__application__lead_territory", "decision__letter", "decision__notification",
            "decision__application__next",
        ),
        pk=pk,
    )  # fmt: skip
    today = clock.today()
    application = moratorium.decision.application
    return render(
        request,
        "labels/moratorium_detail.html",
        {
            "moratorium": moratorium,
            "decision": moratorium.decision,
            "application": application,
            "second": getattr(application, "next", None),
            "deadline": _deadlines("moratorium_end", moratorium.pk).first(),
            "awaiting": moratorium.state == MoratoriumState.AWAITING_NOTIFICATION,
            "span": _span(moratorium, today),
            "own": roles.is_structure(request.user),
        },
    )


def label_context(label: Label) -> dict[str, Any]:
    """What the page of a label says, for its structure and for the agents."""
    today = clock.today()
    return {
        "label": label,
        "valid": label.state == LabelState.ACTIVE and label.valid_from <= today <= label.valid_until,
        "renewal_open": label.renewal_opens_on <= today <= label.renewal_closes_on,
        "expiry": _deadlines("label_expiry", label.pk).first(),
        "renewal": _deadlines("renewal_window", label.pk).first(),
    }


def _deadlines(kind: str, subject_id: int) -> Any:
    """The latest row of this kind, open or closed: it tells how its date was computed."""
    return Deadline.objects.filter(kind=kind, subject_id=subject_id, successor=None).order_by("-pk")


def _span(moratorium: Moratorium, today: Any) -> dict[str, Any] | None:
    """The line of the moratorium: which day of how many, in SVG units of 1000."""
    if moratorium.starts_on is None or moratorium.ends_on is None:
        return None
    total = (moratorium.ends_on - moratorium.starts_on).days
    day = min(max((today - moratorium.starts_on).days, 0), total)
    return {"day": day, "total": total, "done": 1000 * day // total, "left": (moratorium.ends_on - today).days}
