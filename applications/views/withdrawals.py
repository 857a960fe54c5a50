"""A filed contract in which somebody can still be recognised: the reader says so, its structure answers."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from applications import services, uploads
from applications.forms.filing import OneFileForm
from applications.forms.masking import WithdrawalForm
from applications.uploads import UploadRefused
from applications.views.filing import member
from core import clock
from core.forms import sent
from evaluation.enums import IdentifyingKind, PanelStage
from evaluation.errors import EvaluationRefused
from evaluation.models import Cer
from evaluation.rights import may_read_cers, may_withdraw_files


@require_http_methods(["GET", "POST"])
def cer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """« Donnée identifiante »: what kind, then the file is gone from every screen of the Département."""
    person = cast(User, request.user)
    if not (may_read_cers(person) and may_withdraw_files(person)):
        raise Http404
    cer = get_object_or_404(
        Cer.objects.visible_to(person).select_related("panel__structure", "referent", "file"), pk=pk
    )
    back = "score_session" if cer.panel.stage == PanelStage.SESSION else "score_cer"
    form = WithdrawalForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_cer_file(
                cer=cer, kind=IdentifyingKind(form.cleaned_data["kind"]), actor=person, now=clock.now()
            )
            messages.success(request, f"{cer.reference} est retiré de la vue. La structure est prévenue.")
            return redirect(back, cer_id=cer.pk)
        except EvaluationRefused as error:
            form.add_error(None, str(error))
    status = 422 if form.errors else 200
    return render(request, "applications/file/withdraw.html", {"cer": cer, "form": form, "back": back}, status=status)


@require_http_methods(["GET", "POST"])
def cer_to_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Why the contract was taken out of view, and the way to send it again."""
    person = member(request)
    cers = Cer.objects.visible_to(person).exclude(panel__stage=PanelStage.DRAFT)
    cer = get_object_or_404(
        cers.filter(withdrawals__isnull=False).select_related("panel", "referent", "file").distinct(), pk=pk
    )
    form = OneFileForm(request.POST, request.FILES) if request.method == "POST" else OneFileForm()
    if request.method == "POST" and form.is_valid():
        try:
            uploads.answer_withdrawal(cer=cer, upload=form.cleaned_data["file"], actor=person, now=clock.now())
            messages.success(request, f"{cer.reference}\u00a0: fichier reçu. Il est contrôlé avant d’être montré.")
            return redirect("cer_to_replace", pk=cer.pk)
        except UploadRefused as error:
            form.add_error("file", str(error))
    context = {"cer": cer, "form": form, "withdrawal": cer.withdrawals.last()}
    return render(request, "applications/filing/to_replace.html", context, status=422 if form.errors else 200)
