"""The proof that a decision was received: what is awaited, the form, the register."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import roles
from accounts.guards import only_for
from accounts.models import User
from core import clock
from core.components import Tab
from core.forms import sent
from core.sandbox import FileRefused
from core.transitions import TransitionRefused
from documents.enums import FileKind
from documents.models import StoredFile
from documents.receiving import received_file
from documents.serving import serve_file
from labels import selectors, services
from labels.enums import NotificationMode
from labels.forms import NotificationForm, ProofForm
from labels.models import Decision, Notification
from labels.rights import may_read_notifications

PAGE_SIZE = 25
RECORDED = reverse_lazy("notification_list", query={"vue": "enregistrees"})


@require_safe
@only_for(may_read_notifications)
def notification_list(request: HttpRequest) -> HttpResponse:
    """Decisions signed and not yet known to be received; second tab, the register of proofs."""
    waiting = selectors.decisions_to_notify(request.user)
    recorded = request.GET.get("vue") == "enregistrees"
    rows: Any = selectors.notified_decisions(request.user) if recorded else waiting
    tabs = [
        Tab("En attente", "?", waiting.count(), current=not recorded),
        Tab("Enregistrées", "?vue=enregistrees", current=recorded),
    ]
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs,
        "page_obj": page,
        "recorded": recorded,
        "refused": selectors.proofs_refused(request.user),
        "may_notify": roles.is_dpid(request.user),
    }
    return render(request, "labels/notification_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def notification_record(request: HttpRequest, pk: int) -> HttpResponse:
    """How and when the letter was received: the clocks of moratorium and appeal start on that day."""
    decision = get_object_or_404(_readable(Decision, request).select_related("application__structure", "letter"), pk=pk)
    if not roles.is_dpid(request.user):
        raise PermissionDenied("La notification est enregistrée par la DPID.")
    if Notification.objects.filter(decision=decision).exists():
        messages.info(request, "La notification de cette décision est déjà enregistrée.")
        return redirect("notification_list")
    form = NotificationForm(sent(request), request.FILES or None, decision=decision, today=clock.today())
    if request.method == "POST" and form.is_valid() and _record(request, decision, form):
        return redirect("notification_list")
    return render(
        request,
        "labels/notification_record.html",
        {"decision": decision, "form": form},
        status=422 if form.errors else 200,
    )


@require_safe
def notification_proof(request: HttpRequest, pk: int) -> Any:
    notification = get_object_or_404(_readable(Notification, request).select_related("proof"), pk=pk)
    if notification.proof is None:
        raise Http404("Aucune preuve n’est jointe.")
    return serve_file(notification.proof)


@require_http_methods(["GET", "HEAD", "POST"])
def notification_proof_join(request: HttpRequest, pk: int) -> HttpResponse:
    """A proof for a notification that has none, or whose proof was refused."""
    rows = _readable(Notification, request).select_related("decision__application__structure", "proof")
    notification = get_object_or_404(rows, pk=pk)
    if not roles.is_dpid(request.user):
        raise PermissionDenied("La preuve d’une notification est jointe par la DPID.")
    if notification.proof and not notification.proof.needs_a_hand:
        messages.info(request, "La preuve de cette notification est déjà jointe.")
        return redirect(RECORDED)
    form = ProofForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid() and _join(request, notification, form):
        return redirect(RECORDED)
    context = {"notification": notification, "decision": notification.decision, "form": form, "recorded_url": RECORDED}
    return render(request, "labels/notification_proof.html", context, status=422 if form.errors else 200)


def _join(request: HttpRequest, notification: Notification, form: ProofForm) -> bool:
    """True once joined; otherwise the form carries the reason."""
    actor, now = cast(User, request.user), clock.now()
    try:
        with _received(form.cleaned_data["proof"], actor, now) as proof:
            services.replace_proof(notification=notification, proof=proof, actor=actor)
    except FileRefused as refusal:
        form.add_error("proof", str(refusal))
        return False
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, "Preuve reçue, contrôle en cours. La date de réception ne change pas.")
    return True


def _readable(model: type[Decision | Notification], request: HttpRequest) -> Any:
    return model.objects.visible_to(request.user) if may_read_notifications(request.user) else model.objects.none()


def _received(upload: "File[Any]", actor: User, now: datetime) -> AbstractContextManager[StoredFile]:
    return received_file(upload=upload, kind=FileKind.ATTESTATION, structure=None, actor=actor, now=now)


def _record(request: HttpRequest, decision: Decision, form: NotificationForm) -> bool:
    """True once recorded; otherwise the form carries the reason."""
    typed, actor, now = form.cleaned_data, cast(User, request.user), clock.now()
    upload = typed["proof"]
    try:
        with _received(upload, actor, now) if upload else nullcontext() as proof:
            services.record_notification(
                decision=decision,
                actor=actor,
                mode=NotificationMode(typed["mode"]),
                sent_on=typed["sent_on"],
                received_on=typed["received_on"],
                tracking_number=typed["tracking_number"],
                proof=proof,
                now=now,
            )
    except FileRefused as refusal:
        form.add_error("proof", str(refusal))
        return False
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(
        request, f"Notification enregistrée pour {decision.application.structure}. Les délais courent de la réception."
    )
    return True
