"""What anybody may ask: is this label valid today, and who holds one. Structures only, no person (R71)."""

import csv
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from labels import selectors
from labels.enums import LabelState
from labels.forms import RegisterSearch
from labels.models import Label

PAGE_SIZE = 25
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@login_not_required
@require_safe
def label_check(request: HttpRequest) -> HttpResponse:
    """By the number typed in."""
    asked = request.GET.get("numero", "").strip()[:60]
    return _answer(request, asked, selectors.find_label(asked))


@login_not_required
@require_safe
def label_check_code(request: HttpRequest, code: str) -> HttpResponse:
    """By the code of the certificate: what its QR code opens."""
    return _answer(request, code, selectors.find_label(code))


@login_not_required
@require_safe
def label_register(request: HttpRequest) -> HttpResponse:
    search = RegisterSearch(request.GET)
    labels = _searched(search)
    page = Paginator(labels, PAGE_SIZE).get_page(request.GET.get("page"))
    narrowed = search.is_valid() and any(search.cleaned_data.values())
    return render(request, "labels/label_register.html", {"search": search, "narrowed": narrowed, "page_obj": page})


@login_not_required
@require_safe
def label_register_csv(request: HttpRequest) -> HttpResponse:
    """The same list for a spreadsheet: semicolons, UTF-8 with its mark, no cell that could run as a formula."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="labels-{clock.today():%Y-%m-%d}.csv"'
    response.write("\ufeff")
    table = csv.writer(response, delimiter=";")
    table.writerow(["Structure", "SIRET", "Commune", "Territoire", "Numéro", "Valable du", "Valable jusqu’au"])
    for label in _searched(RegisterSearch(request.GET)):
        cells = [label.structure.name, label.structure.siret, label.structure.city]
        cells += [label.structure.lead_territory.name, label.number]
        days = [f"{day:%d/%m/%Y}" for day in (label.valid_from, label.valid_until)]
        table.writerow([_harmless(cell) for cell in cells] + days)
    return response


def _searched(search: RegisterSearch) -> Any:
    asked = search.cleaned_data if search.is_valid() else {}
    return selectors.search_register(
        selectors.valid_labels(day=clock.today()), text=asked.get("q", ""), territory=asked.get("territoire")
    )


def _answer(request: HttpRequest, asked: str, label: Label | None) -> HttpResponse:
    today = clock.today()
    valid = bool(label and label.state == LabelState.ACTIVE and label.valid_from <= today <= label.valid_until)
    status = 404 if asked and label is None else 200
    context = {"asked": asked, "label": label, "valid": valid}
    return render(request, "labels/label_check.html", context, status=status)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell
