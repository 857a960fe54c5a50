"""Attendance as the DPID writes it down: the table, the trainer's confirmation, and back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.guards import SignedInRequest
from core import clock
from core.forms import sent
from core.french import plural
from core.transitions import TransitionRefused
from training.attendance import HalfDay
from training.enums import MarkWay, SessionState
from training.exceptions import TrainingRefused
from training.forms import ConfirmForm
from training.models import AttendanceMark, Enrolment, TrainingSession
from training.selectors.attendance import half_days_of, last_marks, records_of, seats_of
from training.selectors.catalogue import naming
from training.services.attendance import Cell, confirm_attendance, record_attendance, resume_attendance
from training.views.cards import make_cards
from training.views.plan import session_to_run

CELL = re.compile(r"p-(\d{1,18})-(\d{1,18})")
VALUES = {"1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Box:
    """One half-day of one person. `given`: « 1 », « 0 » or nothing; `begun`: it may be filled in."""

    half_day: HalfDay
    name: str
    given: str
    begun: bool
    by_phone: bool


@require_http_methods(["GET", "HEAD", "POST"])
def session_attendance(request: SignedInRequest, pk: int) -> HttpResponse:
    """A table to fill in from the keyboard, saved as one goes."""
    session = session_to_run(request, pk)
    if session.state != SessionState.PLANNED or session.starts_on > clock.today():
        messages.info(request, "Les présences se notent du premier jour de la session à leur confirmation.")
        return redirect("session_detail", pk=pk)
    if request.method == "POST":
        return _recorded(request, session)
    return _table(request, session)


@require_http_methods(["GET", "HEAD", "POST"])
def session_confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    """The trainer's word on the list, written down by the agent who has the signed sheet."""
    session = session_to_run(request, pk)
    form = ConfirmForm(sent(request), session=session)
    if request.method == "POST" and form.is_valid():
        try:
            confirm_attendance(session=session, actor=request.user, now=clock.now(), **form.cleaned_data)
        except TrainingRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Les présences sont confirmées. Il reste à clore la session.")
            return redirect("session_detail", pk=pk)
    records = records_of(session)
    context = {
        "form": form,
        "card": make_cards([session], naming(session.module), today=clock.today())[0],
        "rows": [(seat, records[seat.pk]) for seat in seats_of(session)],
        "full": sum(record.is_full for record in records.values()),
    }
    return render(request, "training/session_confirm.html", context, status=422 if form.errors else 200)


@require_POST
def session_resume(request: SignedInRequest, pk: int) -> HttpResponse:
    session = session_to_run(request, pk)
    try:
        resume_attendance(session=session, actor=request.user, now=clock.now())
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("session_detail", pk=pk)
    messages.success(request, "La confirmation est retirée\u00a0: les présences se notent de nouveau.")
    return redirect("session_attendance", pk=pk)


def _table(request: HttpRequest, session: TrainingSession) -> HttpResponse:
    now, half_days, seats = clock.now(), half_days_of(session), seats_of(session)
    marks = last_marks(seat.pk for seat in seats)
    rows = [(seat, [_box(seat, each, marks, each.opens_at <= now) for each in half_days]) for seat in seats]
    boxes = [box for _, found in rows for box in found]
    context = {
        "card": make_cards([session], naming(session.module), today=clock.today())[0],
        "half_days": half_days,
        "rows": rows,
        "version": max((mark.pk for mark in marks.values()), default=0),
        "left": sum(not box.given for box in boxes),
        "last_ended": half_days[-1].ends() <= now,
    }
    return render(request, "training/session_attendance.html", context)


def _box(seat: Enrolment, each: HalfDay, marks: dict[Cell, AttendanceMark], begun: bool) -> Box:
    mark = marks.get((seat.pk, each.id))
    given = "" if mark is None else str(int(mark.present))
    return Box(each, f"p-{seat.pk}-{each.id}", given, begun, bool(mark and mark.way == MarkWay.PHONE))


def _recorded(request: SignedInRequest, session: TrainingSession) -> HttpResponse:
    by_script = "X-Autosave" in request.headers
    seen = request.POST.get("version", "")
    try:
        foreign = record_attendance(
            session=session,
            cells=_cells(request),
            seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 19 else 0,
            actor=request.user,
            now=clock.now(),
        )
    except TrainingRefused as refusal:
        if by_script:
            return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
        messages.error(request, str(refusal))
        return redirect("session_attendance", pk=session.pk)
    if by_script:
        words = _foreign_words(foreign)
        return HttpResponse(words, status=409 if foreign else 204, content_type="text/plain; charset=utf-8")
    if foreign:
        messages.warning(request, _foreign_words(foreign))
    else:
        messages.success(request, "Les présences sont enregistrées.")
    return redirect("session_attendance", pk=session.pk)


def _cells(request: HttpRequest) -> dict[Cell, bool]:
    return {
        (int(found[1]), int(found[2])): VALUES[value]
        for name, value in request.POST.items()
        if (found := CELL.fullmatch(name)) and value in VALUES
    }


def _foreign_words(foreign: Iterable[AttendanceMark]) -> str:
    marks = list(foreign)
    if not marks:
        return ""
    count = len(marks)
    told = ", ".join(
        f"{mark.enrolment.referent} ({mark.half_day})\u00a0: {'présent' if mark.present else 'absent'}"
        for mark in marks
    )
    return (
        f"Le reste est enregistré, mais {count} présence{plural(count)} {plural(count, 'a été notée,ont été notées')} "
        f"autrement depuis l’ouverture de cette page\u00a0: {told}. Rien n’est écrasé\u00a0: rechargez, puis corrigez."
    )
