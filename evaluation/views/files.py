"""The pages of a CER and its N° CAF: each view checks its own object before anything is served or shown."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import is_structure
from core import clock
from documents.models import StoredFile
from documents.serving import serve_file, serve_page_again, serve_page_to_fix
from evaluation import services
from evaluation.errors import EvaluationRefused, Recused
from evaluation.models import Cer
from evaluation.rights import may_read_cers

PAGE_ZOOM = 150


@require_safe
def cer_page(request: HttpRequest, cer_id: int, number: int) -> HttpResponse:
    """Page `number` of the CER as an image, for the structure that filed it and for those who evaluate it."""
    file = _file(request, cer_id)[1]
    if is_structure(request.user):
        return serve_page_to_fix(file, number, zoom=PAGE_ZOOM)
    return serve_page_again(request, file, number, zoom=PAGE_ZOOM)


@require_safe
def cer_file(request: HttpRequest, cer_id: int) -> FileResponse:
    """The file itself, under its neutral reference, for those who sent it: evaluators see pictures of its pages."""
    if not is_structure(request.user):
        raise Http404
    cer, file = _file(request, cer_id)
    suffix = file.original_name.rpartition(".")[2].lower()
    return serve_file(file, as_name=f"{cer.reference}.{suffix}")


@require_POST
def reveal_caf(request: HttpRequest, cer_id: int) -> HttpResponse:
    """Show the N° CAF in clear, once, and log it: a few characters for htmx, a page without script."""
    user: Any = request.user
    cer = get_object_or_404(Cer.objects.visible_to(user).select_related("referent"), pk=cer_id)
    template = "evaluation/_caf_number.html" if request.headers.get("HX-Request") else "evaluation/caf_number.html"
    try:
        number = services.reveal_caf(cer=cer, user=user, now=clock.now())
    except Recused as refusal:
        return render(request, template, {"cer": cer, "number": "", "refused": str(refusal)}, status=403)
    except EvaluationRefused as refusal:
        raise Http404(str(refusal)) from refusal
    response = render(request, template, {"cer": cer, "number": number, "refused": ""})
    response["Cache-Control"] = "no-store"
    return response


def _file(request: HttpRequest, cer_id: int) -> tuple[Cer, StoredFile]:
    """404 outside the person's scope; what may be shown of the file in its state is for `documents.serving` to say."""
    if not (is_structure(request.user) or may_read_cers(request.user)):
        raise Http404
    cers = Cer.objects.visible_to(request.user).select_related("file", "referent")
    cer = get_object_or_404(cers, pk=cer_id)
    if cer.file is None:
        raise Http404
    return cer, cer.file
