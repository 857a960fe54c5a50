"""The attestations that wait, one under the other, each beside its proof: those that are right are accepted together.

What is refused, and what asks for an equivalence, is judged on its own page.
"""

from itertools import count
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from applications import selectors
from applications.forms.desk import BatchForm
from applications.models import Application
from applications.rights import may_rule
from applications.views.file_certificates import ORDER, declared
from applications.views.files import file_or_404, person
from applications.workflow import may_instruct
from core import clock
from core.french import plural
from training.enums import CertificateState
from training.rulings import RulingRefused, accept_certificates


@require_safe
def certificate_batch(request: HttpRequest, pk: int) -> HttpResponse:
    file = _file_to_rule(request, pk)
    if not may_rule(request.user, file):
        return redirect("file_training", file.pk)
    return _render(request, file, BatchForm(waiting=_waiting(file)))


@require_POST
def certificate_batch_accept(request: HttpRequest, pk: int) -> HttpResponse:
    file = _file_to_rule(request, pk)
    form = BatchForm(request.POST, waiting=_waiting(file))
    if not form.is_valid():
        return _render(request, file, form)
    try:
        accepted = accept_certificates(
            structure=file.structure, pks=form.cleaned_data["certificates"], actor=person(request), now=clock.now()
        )
    except RulingRefused as error:
        form.add_error(None, str(error))
        return _render(request, file, form)
    number = len(accepted)
    messages.success(request, f"{number} {plural(number, 'attestation acceptée,attestations acceptées')}.")
    return redirect("certificate_batch" if selectors.certificates_to_rule(file).exists() else "file_training", file.pk)


def _file_to_rule(request: HttpRequest, pk: int) -> Application:
    file = file_or_404(request, pk)
    if not may_instruct(request.user, file):
        raise PermissionDenied
    return file


def _waiting(file: Application) -> Any:
    return selectors.certificates_to_rule(file).select_related("referent", "file").order_by(*ORDER)


def _render(request: HttpRequest, file: Application, form: BatchForm) -> HttpResponse:
    rulebook = selectors.catalogue_of(file, today=clock.today())
    ticked = set(form["certificates"].value() or ())
    boxes = (f"id_certificates_{number}" for number in count())
    rows = [
        {
            "certificate": certificate,
            "module": rulebook.module(certificate.module),
            "declared": declared(certificate, rulebook.module(certificate.module)),
            "pages": range(1, certificate.file.page_count + 1),
            "box": next(boxes) if certificate.state == CertificateState.TO_CHECK else "",
            "ticked": str(certificate.pk) in ticked,
        }
        for certificate in form.waiting
    ]
    context = {"file": file, "form": form, "rows": rows, "to_accept": any(row["box"] for row in rows)}
    return render(request, "applications/file/certificate_batch.html", context, status=422 if form.errors else 200)
