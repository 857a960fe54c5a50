"""Sessions in one's own agenda: a secret address, made and taken back by its owner, read by a machine."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from accounts.guards import SignedInRequest, only_for
from accounts.models import User
from core import clock
from core.french import plural
from training.calendar import Event, calendar
from training.cards import course_title
from training.enums import EnrolmentState, SessionState
from training.models import CalendarLink, Enrolment
from training.rights import may_read_plan
from training.selectors.catalogue import naming
from training.selectors.sessions import sessions_visible_to
from training.services.calendars import calendar_token, renew_calendar, revoke_calendar, user_of_calendar


def follows_sessions(user: Any) -> bool:
    return roles.is_structure(user) or may_read_plan(user)


@require_safe
@only_for(follows_sessions)
def calendar_link(request: SignedInRequest) -> HttpResponse:
    link = CalendarLink.objects.filter(user=request.user).first()
    address = f"{settings.PORTAL_URL}{reverse('calendar_feed', args=[calendar_token(link)])}" if link else ""
    back = "session_offer" if roles.is_structure(request.user) else "training_plan"
    return render(request, "training/calendar.html", {"link": link, "address": address, "back": reverse(back)})


@require_POST
@only_for(follows_sessions)
def calendar_renew(request: SignedInRequest) -> HttpResponse:
    renew_calendar(user=request.user, now=clock.now())
    messages.success(request, "Votre adresse d’agenda est prête. S’il y en avait une autre, elle ne répond plus.")
    return redirect("calendar_link")


@require_POST
@only_for(follows_sessions)
def calendar_revoke(request: SignedInRequest) -> HttpResponse:
    revoke_calendar(user=request.user)
    messages.success(request, "L’adresse d’agenda ne répond plus.")
    return redirect("calendar_link")


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What an agenda reads: the sessions, never a person's name."""
    user = user_of_calendar(token)
    if user is None or not follows_sessions(user):
        raise Http404
    text = calendar(_events(user), name="Formations Référent 62", now=clock.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="formations.ics"'
    return response


def _events(user: User) -> list[Event]:
    """For a structure, the sessions where it has somebody; for agents, the plan."""
    sessions: Any = sessions_visible_to(user).filter(state=SessionState.PLANNED)
    going: dict[int, int] = {}
    if roles.is_structure(user):
        rows = Enrolment.objects.visible_to(user).filter(state=EnrolmentState.ENROLLED, session__in=sessions)
        for session in rows.values_list("session", flat=True):
            going[session] = going.get(session, 0) + 1
        sessions = sessions.filter(pk__in=going)
    return [event for session in sessions for event in _half_days(session, going.get(session.pk, session.seated))]


def _half_days(session: Any, going: int) -> list[Event]:
    title = course_title(naming(session.module), session.module, session.part)
    host = settings.PORTAL_URL.partition("//")[2]
    return [
        Event(
            uid=f"session-{session.pk}-{slot.day:%Y%m%d}-{slot.half}@{host}",
            starts_at=datetime.combine(slot.day, slot.starts_at, tzinfo=clock.PARIS),
            ends_at=datetime.combine(slot.day, slot.ends_at, tzinfo=clock.PARIS),
            title=f"{title} ({going} inscrit{plural(going)})",
            place=session.place or "À distance",
            text=f"{session.provider}. Label Référent RSA – Référent 62.",
        )
        for slot in session.half_days.all()
    ]
