"""The DPID asks for the programme or a support of a training outside the plan, and reads what comes."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from applications import services
from applications.forms.desk import SupportForm
from applications.views.file_certificates import certificate_of, render_review, to_rule
from applications.views.files import file_or_404, person
from core import clock
from core.transitions import TransitionRefused
from documents.models import StoredFile
from documents.serving import serve_file, serve_page
from training.enums import SupportKind
from training.exceptions import TrainingRefused
from training.models import AttendanceCertificate, SupportRequest


@require_POST
def support_ask(request: HttpRequest, pk: int, certificate_pk: int) -> HttpResponse:
    file, certificate = to_rule(request, pk, certificate_pk)
    form = SupportForm(request.POST, today=clock.today())
    if form.is_valid():
        asked = form.cleaned_data
        try:
            services.ask_support(
                application=file, certificate=certificate, kind=SupportKind(asked["kind"]), words=asked["words"],
                due_on=asked["due_on"], actor=person(request), now=clock.now(),
            )  # fmt: skip
            messages.success(request, "Demande envoyée. La structure est prévenue.")
            return redirect("certificate_review", pk, certificate_pk)
        except TrainingRefused as error:
            form.add_error(error.field or None, str(error))
    return render_review(request, file, certificate, asking=form)


@require_POST
def support_withdraw(request: HttpRequest, pk: int, certificate_pk: int, support_pk: int) -> HttpResponse:
    file, certificate = to_rule(request, pk, certificate_pk)
    try:
        services.withdraw_support(
            application=file, request=_support(certificate, support_pk), actor=person(request), now=clock.now()
        )
        messages.success(request, "Demande retirée. La structure est prévenue.")
    except TransitionRefused as error:
        messages.error(request, str(error))
    return redirect("certificate_review", pk, certificate_pk)


@require_safe
def support_page(request: HttpRequest, pk: int, certificate_pk: int, support_pk: int, number: int) -> HttpResponse:
    """A page of the piece as an image."""
    certificate = certificate_of(file_or_404(request, pk), certificate_pk)
    return serve_page(_answered(certificate, support_pk), number, zoom=150)


@require_safe
def support_file(request: HttpRequest, pk: int, certificate_pk: int, support_pk: int) -> FileResponse:
    return serve_file(_answered(certificate_of(file_or_404(request, pk), certificate_pk), support_pk))


def _support(certificate: AttendanceCertificate, support_pk: int) -> SupportRequest:
    return get_object_or_404(certificate.support_requests.select_related("certificate", "file"), pk=support_pk)


def _answered(certificate: AttendanceCertificate, support_pk: int) -> StoredFile:
    file = _support(certificate, support_pk).file
    if file is None:
        raise Http404("Cette pièce n’est pas encore reçue.")
    return file
