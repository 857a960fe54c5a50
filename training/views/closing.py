"""A session closed: its attestations, what anybody may check of them, and the correction of a presence."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guards import SignedInRequest
from core import clock
from core.forms import sent
from core.french import plural
from core.transitions import TransitionRefused
from documents.serving import serve_letter, serve_twin
from training.cards import course_title, dates_words
from training.enums import EnrolmentState
from training.exceptions import TrainingRefused
from training.forms import CorrectForm
from training.models import Attestation, Enrolment
from training.rights import may_read_attestations
from training.selectors.attendance import records_of
from training.selectors.attestations import find_attestation
from training.selectors.catalogue import naming
from training.services.closing import close_session, correct_attendance
from training.views.plan import session_to_run


@require_POST
def session_close(request: SignedInRequest, pk: int) -> HttpResponse:
    session = session_to_run(request, pk)
    try:
        closed = close_session(session=session, actor=request.user, now=clock.now())
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        count = closed.enrolments.filter(state=EnrolmentState.PRESENT).count()
        told = f"{count} attestation{plural(count)} {plural(count, 'entre,entrent')} dans les dossiers en une minute"
        messages.success(request, f"La session est close. {told if count else 'Aucune attestation n’est due'}.")
    return redirect("session_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def attendance_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person's half-days, once the session is closed."""
    rows = Enrolment.objects.visible_to(request.user).select_related("session", "referent__structure")
    enrolment = get_object_or_404(rows, pk=pk)
    session_to_run(request, enrolment.session_id)
    record = records_of(enrolment.session).get(enrolment.pk)
    if record is None or enrolment.state == EnrolmentState.ENROLLED:
        raise Http404
    form = CorrectForm(sent(request), record=record)
    if request.method == "POST" and form.is_valid():
        try:
            correct_attendance(
                enrolment=enrolment, known=form.known(), reason=form.cleaned_data["reason"], actor=request.user,
                now=clock.now(),
            )  # fmt: skip
        except (TrainingRefused, TransitionRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"La présence de {enrolment.referent} est corrigée, sa structure est prévenue.")
            return redirect("session_detail", pk=enrolment.session_id)
    session = enrolment.session
    context = {
        "form": form,
        "enrolment": enrolment,
        "title": course_title(naming(session.module), session.module, session.part),
        "dates": dates_words(session),
    }
    return render(request, "training/attendance_correct.html", context, status=422 if form.errors else 200)


@require_safe
def attestation(request: SignedInRequest, pk: int) -> HttpResponse:
    """The accessible twin: the letter as a page."""
    return serve_twin(_readable(request, pk).letter)


@require_safe
def attestation_pdf(request: SignedInRequest, pk: int) -> FileResponse:
    return serve_letter(_readable(request, pk).letter)


@login_not_required
@require_safe
def attestation_check(request: HttpRequest) -> HttpResponse:
    """By the number typed in."""
    return _answer(request, request.GET.get("numero", "").strip()[:60])


@login_not_required
@require_safe
def attestation_check_code(request: HttpRequest, code: str) -> HttpResponse:
    """By the code of the letter: what its QR code opens."""
    return _answer(request, code[:60])


def _readable(request: SignedInRequest, pk: int) -> Attestation:
    if not may_read_attestations(request.user):
        raise Http404
    rows = Attestation.objects.visible_to(request.user).select_related("letter__pdf")
    found: Attestation = get_object_or_404(rows, pk=pk)
    return found


def _answer(request: HttpRequest, asked: str) -> HttpResponse:
    """Valid, withdrawn or unknown; the course and its dates, never a person nor a structure."""
    found = find_attestation(asked)
    session = found.enrolment.session if found else None
    context = {
        "asked": asked,
        "found": found,
        "course": course_title(naming(session.module), session.module, session.part) if session else "",
        "dates": dates_words(session) if session else "",
        "today": clock.today(),
    }
    return render(request, "training/attestation_check.html", context, status=404 if asked and not found else 200)
