"""The grid of Annex 2 as a document, for those who may read the round that it shows."""

from collections.abc import Callable
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.roles import is_structure
from core import clock
from core.workbooks import CONTENT_TYPE
from evaluation.annex import SLUGS, Annex, annex_of
from evaluation.annex_files import annex_pdf, annex_workbook
from evaluation.enums import Round
from evaluation.models import Panel
from evaluation.rights import may_read_cers
from evaluation.selectors import readable_rounds


@require_safe
def annex_pdf_file(request: HttpRequest, panel_id: int, slug: str) -> HttpResponse:
    return _file(request, panel_id, slug, annex_pdf, "application/pdf", "pdf")


@require_safe
def annex_xlsx_file(request: HttpRequest, panel_id: int, slug: str) -> HttpResponse:
    return _file(request, panel_id, slug, annex_workbook, CONTENT_TYPE, "xlsx")


def _file(
    request: HttpRequest, panel_id: int, slug: str, write: Callable[..., bytes], content_type: str, ending: str
) -> HttpResponse:
    annex, today = _annex(request, panel_id, slug), clock.today()
    headers = {
        "Content-Disposition": f'attachment; filename="{annex.name}-{_day(today)}.{ending}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(write(annex, today=today), content_type=content_type, headers=headers)


def _annex(request: HttpRequest, panel_id: int, slug: str) -> Annex:
    """404 outside the person's scope, and for a round that is not theirs to read or that has not begun."""
    user = request.user
    if not (is_structure(user) or may_read_cers(user)):
        raise Http404
    panel = get_object_or_404(Panel.objects.visible_to(user).select_related("structure"), pk=panel_id)
    round = SLUGS.get(slug)
    if round is None or round not in readable_rounds(panel, user):
        raise Http404
    return annex_of(panel, Round(round), user)


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"
