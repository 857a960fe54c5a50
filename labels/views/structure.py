"""The structure's own pages: its label, the new application after a moratorium; and the letters of both sides."""

from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from accounts.guards import only_for
from accounts.models import User
from core import clock
from core.transitions import TransitionRefused
from core.workbooks import CONTENT_TYPE
from documents.models import Letter
from documents.serving import serve_letter, serve_twin
from labels import selectors, services
from labels.models import Label, Moratorium
from labels.rights import may_read_own_decisions
from labels.trained import trained_pdf, trained_workbook
from labels.views.registers import label_context


@require_safe
@only_for(roles.is_structure)
def label_mine(request: HttpRequest) -> HttpResponse:
    label = selectors.current_label(cast(User, request.user).structure_id or 0)
    return render(request, "labels/label_mine.html", label_context(label) if label else {"label": None})


@require_POST
def second_application_prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """« Préparer la nouvelle demande »: the prefilled draft, opened or found open."""
    if not roles.is_structure(request.user):
        raise Http404
    moratorium = get_object_or_404(Moratorium.objects.visible_to(request.user), pk=pk)
    try:
        draft = services.prepare_second_application(
            moratorium=moratorium, actor=cast(User, request.user), now=clock.now()
        )
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("moratorium_detail", pk=pk)
    messages.success(request, f"Votre nouvelle demande est ouverte, préremplie d’après le dossier {draft.previous}.")
    return redirect("filing")


@require_safe
def trained_referents_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """« Référents formés », for the call for projects (CdC 3)."""
    label, today = _valid_label(request, pk), clock.today()
    return _download(label, trained_pdf(label, today=today), "application/pdf", f"{today:%Y-%m-%d}.pdf")


@require_safe
def trained_referents_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    label, today = _valid_label(request, pk), clock.today()
    return _download(label, trained_workbook(label, today=today), CONTENT_TYPE, f"{today:%Y-%m-%d}.xlsx")


@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The accessible twin: the letter as a page."""
    return serve_twin(_readable(request, pk))


@require_safe
def letter_pdf(request: HttpRequest, pk: int) -> FileResponse:
    return serve_letter(_readable(request, pk))


def _readable(request: HttpRequest, pk: int) -> Letter:
    found = selectors.readable_letter(request.user, pk) if may_read_own_decisions(request.user) else None
    if found is None:
        raise Http404("Cette lettre n’existe pas.")
    return found


def _valid_label(request: HttpRequest, pk: int) -> Label:
    """Of one's structure or territories, and valid today: a label that has ended vouches for nobody."""
    if not may_read_own_decisions(request.user):
        raise Http404
    seen = selectors.valid_labels(day=clock.today()).filter(pk__in=Label.objects.visible_to(request.user).values("pk"))
    return get_object_or_404(seen, pk=pk)


def _download(label: Label, content: bytes, content_type: str, ending: str) -> HttpResponse:
    name = f"referents-formes-{label.number}-{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
