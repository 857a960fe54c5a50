"""What the SLAI says of a CER while the file is in its hands; those who read CERs read it, the structure does not."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.roles import is_slai
from applications import services
from applications.forms.remarks import RemarkForm
from applications.models import Application
from core import clock
from core.forms import sent
from evaluation import selectors
from evaluation.errors import EvaluationRefused, StaleRemark
from evaluation.models import Cer, SlaiRemark


@require_http_methods(["GET", "POST"])
def cer_remark(request: HttpRequest, pk: int) -> HttpResponse:
    person = cast(User, request.user)
    if not is_slai(person):
        raise Http404
    cer = get_object_or_404(Cer.objects.visible_to(person).select_related("panel__structure", "referent"), pk=pk)
    file = get_object_or_404(Application, panel=cer.panel_id)
    form, status = RemarkForm(sent(request), cer=cer, last=selectors.remark_of(cer)), 200
    if request.method == "POST" and form.is_valid():
        try:
            services.remark_cer(cer=cer, actor=person, now=clock.now(), **form.cleaned_data)
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409 if isinstance(refusal, StaleRemark) else 422
            if status == 409:
                form.take_version(selectors.remark_of(cer))
        else:
            messages.success(request, f"{cer.reference}\u00a0: remarque enregistrée.")
            return redirect("file_scores", pk=file.pk)
    status = status if status != 200 or not form.errors else 422
    versions = [(row, selectors.lines_named(row, cer.panel.rulebook)) for row in _versions(cer)]
    context = {"cer": cer, "file": file, "form": form, "versions": versions}
    return render(request, "applications/file/remark.html", context, status=status)


def _versions(cer: Cer) -> list[SlaiRemark]:
    return list(cer.slai_remarks.select_related("author").order_by("-version"))
