"""The training plan as the Département runs it: sessions planned, changed, cancelled, and who goes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.guards import SignedInRequest, only_for
from core import clock
from core.components import Tab
from core.forms import sent
from core.transitions import TransitionRefused
from core.versions import Overtaken
from training.attendance import is_over
from training.cards import by_month, course_title, days_of
from training.enums import SEATED, EnrolmentState, SessionState
from training.exceptions import TrainingRefused
from training.forms import EnrolmentCancelForm, SessionCancelForm, SessionForm
from training.models import Enrolment, TrainingSession
from training.rights import may_read_plan, may_run_plan
from training.selectors import sessions as selectors
from training.selectors.attendance import half_days_of, records_of
from training.selectors.attestations import attestations_in
from training.selectors.catalogue import catalogue, naming
from training.services.enrolments import cancel_enrolment
from training.services.planning import cancel_session, change_session, plan_session
from training.sheets import attendance_sheet
from training.views.cards import make_cards

PAGE_SIZE = 50


@require_safe
@only_for(may_read_plan)
def training_plan(request: SignedInRequest) -> HttpResponse:
    """By month; an alert says what a year owes to those who were absent (R22)."""
    today = clock.today()
    rulebook = catalogue(today=today)
    everything = selectors.sessions_visible_to(request.user)
    views = {
        "": ("À venir", everything.filter(state=SessionState.PLANNED, ends_on__gte=today)),
        "a-clore": ("À clore", selectors.sessions_to_close(everything, today=today)),
        "passees": ("Passées", everything.filter(state=SessionState.CLOSED).reverse()),
        "annulees": ("Annulées", everything.filter(state=SessionState.CANCELLED)),
    }
    view = request.GET.get("vue", "")
    view = view if view in views else ""
    page = Paginator(views[view][1], PAGE_SIZE).get_page(request.GET.get("page"))
    missing = [each for year in (today.year, today.year + 1) for each in selectors.missing_catch_ups(rulebook, year)]
    context = {
        "tabs": [
            Tab(label, f"?vue={key}" if key else "?", rows.count(), current=key == view)
            for key, (label, rows) in views.items()
        ],
        "months": by_month(make_cards(page, rulebook, today=today)),
        "page_obj": page,
        "view": view,
        "missing": [
            (year, "\u202f; ".join(course_title(rulebook, e.module.id, e.part) for e in missing if e.year == year))
            for year in sorted({each.year for each in missing})
        ],
        "may_run": may_run_plan(request.user),
        "today": today,
    }
    return render(request, "training/plan.html", context)


@require_safe
@only_for(may_read_plan)
def session_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(selectors.sessions_visible_to(request.user), pk=pk)
    rows = list(selectors.enrolments_in(session, request.user))
    today, now = clock.today(), clock.now()
    records = records_of(session) if session.starts_on <= today else {}
    attestations = attestations_in(session, request.user) if session.state == SessionState.CLOSED else {}
    context = {
        "pending": sum(row.state == EnrolmentState.PRESENT and row.pk not in attestations for row in rows),
        "full": sum(record.is_full for record in records.values()),
        "card": make_cards([session], naming(session.module), today=today)[0],
        "days": days_of(session.half_days.all()),
        "going": [(row, records.get(row.pk), attestations.get(row.pk)) for row in rows if row.state in SEATED],
        "waiting": [(row, None, None) for row in rows if row.state == EnrolmentState.WAITING],
        "reason": session.log.filter(transition="cancel").values_list("comment", flat=True).first(),
        "may_run": may_run_plan(request.user),
        "ahead": session.state == SessionState.PLANNED and today < session.starts_on,
        "begun": session.state == SessionState.PLANNED and session.starts_on <= today,
        "over": session.starts_on <= today and is_over(half_days_of(session), now),
        "unknown": sum(len(record.unknown) for record in records.values()),
        "today": today,
    }
    return render(request, "training/session_detail.html", context)


@require_safe
def session_sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """The attendance sheet to print: one box for each participant and half-day, and the trainer's."""
    session = session_to_run(request, pk)
    if session.state != SessionState.PLANNED:
        raise Http404
    response = HttpResponse(attendance_sheet(session, today=clock.today()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="emargement-{session.module}-{session.starts_on}.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(may_run_plan)
def session_add(request: SignedInRequest) -> HttpResponse:
    rulebook = catalogue(today=clock.today())
    form = SessionForm(sent(request), rulebook=rulebook)
    session = _saved(form, lambda: plan_session(
        plan=form.plan(), rulebook=rulebook, actor=request.user, now=clock.now()
    ))  # fmt: skip
    if session is None:
        return _form_page(request, form)
    messages.success(request, "La session est programmée, les inscriptions sont ouvertes.")
    return redirect("session_detail", pk=session.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def session_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    session = session_to_run(request, pk)
    rulebook = catalogue(today=clock.today())
    form = SessionForm(sent(request), rulebook=rulebook, session=session)
    changed = _saved(form, lambda: change_session(
        session=session, plan=form.plan(), rulebook=rulebook, actor=request.user, now=clock.now(),
        version=form.cleaned_data.get("version", ""),
    ))  # fmt: skip
    if changed is None:
        return _form_page(request, form, session=session)
    messages.success(request, "La session est modifiée. Si une date ou le lieu a changé, les inscrits sont prévenus.")
    return redirect("session_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def session_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    session = session_to_run(request, pk)
    form = SessionCancelForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            cancel_session(session=session, actor=request.user, now=clock.now(), **form.cleaned_data)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "La session est annulée. Les structures inscrites sont prévenues.")
            return redirect("session_detail", pk=pk)
    context = {"form": form, "card": make_cards([session], naming(session.module), today=clock.today())[0]}
    return render(request, "training/session_cancel.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_cancel_for(request: SignedInRequest, pk: int) -> HttpResponse:
    """By the DPID, for a structure that can't come any more; the reason is kept and told."""
    enrolment = get_object_or_404(
        Enrolment.objects.visible_to(request.user).select_related("session", "referent__structure"), pk=pk
    )
    session_to_run(request, enrolment.session_id)
    form = EnrolmentCancelForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            cancel_enrolment(enrolment=enrolment, actor=request.user, now=clock.now(), **form.cleaned_data)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"L’inscription de {enrolment.referent} est annulée, sa structure est prévenue.")
            return redirect("session_detail", pk=enrolment.session_id)
    context = {
        "form": form,
        "enrolment": enrolment,
        "title": course_title(naming(enrolment.session.module), enrolment.session.module, enrolment.session.part),
    }
    return render(request, "training/enrolment_cancel_for.html", context, status=422 if form.errors else 200)


def session_to_run(request: SignedInRequest, pk: int) -> Any:
    """403 for those who read the plan without running it, 404 for the others."""
    if not may_read_plan(request.user):
        raise Http404
    session = get_object_or_404(selectors.sessions_visible_to(request.user), pk=pk)
    if not may_run_plan(request.user):
        raise PermissionDenied("Le plan de formation est tenu par la DPID.")
    return session


def _saved(form: SessionForm, write: Any) -> TrainingSession | None:
    """The session written, or None when there is a form to show."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        saved: TrainingSession = write()
    except Overtaken as changed:
        form.overtaken(changed, TrainingSession.objects.get(pk=form.instance.pk))
    except TrainingRefused as refusal:
        form.refuse(str(refusal), refusal.field)
    else:
        return saved
    return None


def _form_page(request: SignedInRequest, form: SessionForm, **context: Any) -> HttpResponse:
    status = 409 if form.elsewhere is not None else 422 if form.errors else 200
    return render(request, "training/session_form.html", {"form": form, **context}, status=status)
