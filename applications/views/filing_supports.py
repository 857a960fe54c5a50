"""The structure sends the programme or the support that the DPID asked for, while its file is under control."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from applications import selectors, uploads
from applications.forms.filing import OneFileForm
from applications.uploads import UploadRefused
from applications.views.filing import member
from core import clock
from training.models import SupportRequest
from training.selectors.supports import supports_to_answer


@require_http_methods(["GET", "POST"])
def filing_support(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked, until when, and the way to send it."""
    person = member(request)
    asked = get_object_or_404(
        SupportRequest.objects.visible_to(person).select_related(
            "certificate__structure", "certificate__referent", "certificate__file", "file"
        ),
        pk=pk,
    )
    form = OneFileForm(request.POST, request.FILES) if request.method == "POST" else OneFileForm()
    if request.method == "POST" and form.is_valid():
        try:
            uploads.answer_support(request=asked, upload=form.cleaned_data["file"], actor=person, now=clock.now())
            messages.success(request, "Fichier reçu. Il est contrôlé avant d’être montré à la DPID.")
            return redirect("filing_support", pk)
        except UploadRefused as error:
            form.add_error("file", str(error))
    filed = selectors.current_application(asked.certificate.structure_id)
    rulebook = selectors.catalogue_of(filed, today=clock.today()) if filed else None
    context = {
        "asked": asked,
        "certificate": asked.certificate,
        "module": rulebook.module(asked.certificate.module) if rulebook else None,
        "may_answer": supports_to_answer(asked.certificate.structure).filter(pk=pk).exists(),
        "form": form,
        "today": clock.today(),
    }
    return render(request, "applications/filing/support.html", context, status=422 if form.errors else 200)
