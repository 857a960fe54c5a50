"""Sessions in one's own agenda: a secret address, made and taken back by its owner, read by a machine."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from accounts.guards import SignedInRequest, only_for
from accounts.models import User
from core import clock
from core.french import plural
from rulebook.clauses import Rulebook
from training.calendar import Event, calendar
from training.cards import course_title
from training.enums import SEATED, EnrolmentState, SessionState
from training.models import CalendarLink, Enrolment
from training.rights import may_read_plan
from training.selectors.catalogue import naming
from training.selectors.sessions import sessions_visible_to
from training.services.calendars import calendar_token, renew_calendar, revoke_calendar, user_of_calendar

KEPT = 366
"""Days for which a session that is over stays in the calendar."""


def follows_sessions(user: Any) -> bool:
    return roles.is_structure(user) or may_read_plan(user)


@require_safe
@only_for(follows_sessions)
def calendar_link(request: SignedInRequest) -> HttpResponse:
    link = CalendarLink.objects.filter(user=request.user).first()
    address = f"{settings.PORTAL_URL}{reverse('calendar_feed', args=[calendar_token(link)])}" if link else ""
    handy = f"webcal://{address.partition('//')[2]}" if address else ""
    back = "session_offer" if roles.is_structure(request.user) else "training_plan"
    context = {"link": link, "address": address, "handy": handy, "back": reverse(back)}
    return render(request, "training/calendar.html", context)


@require_POST
@only_for(follows_sessions)
def calendar_renew(request: SignedInRequest) -> HttpResponse:
    former = CalendarLink.objects.filter(user=request.user).exists()
    renew_calendar(user=request.user, now=clock.now())
    gone = " La précédente ne répond plus." if former else ""
    messages.success(request, f"Votre adresse d’agenda est prête.{gone}")
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
    """For a structure, the sessions where it has somebody, or had when they were cancelled; for agents, the plan. Those
    of the past year stay."""
    found: Any = sessions_visible_to(user).filter(ends_on__gte=clock.today() - timedelta(days=KEPT))
    own = roles.is_structure(user)
    going = _seats(user) if own else {}
    sessions = [session for session in found if not own or session.pk in going]
    rulebook = naming(*(session.module for session in sessions))
    page = "session_enrol" if own else "session_detail"
    counted = [(session, going.get(session.pk, session.seated)) for session in sessions]
    return [event for session, seats in counted for event in _half_days(session, rulebook, seats, page)]


def _seats(user: User) -> Counter[int]:
    """Session's id -> how many of one's own have a seat there, or had until the session was cancelled."""
    fallen = Q(log__transition="session_cancelled", log__from_state=EnrolmentState.ENROLLED)
    rows: Any = Enrolment.objects.visible_to(user).filter(Q(state__in=SEATED) | fallen)
    return Counter(session for session, _ in rows.order_by().values_list("session", "pk").distinct())


def _half_days(session: Any, rulebook: Rulebook, going: int, page: str) -> list[Event]:
    title = course_title(rulebook, session.module, session.part)
    cancelled = session.state == SessionState.CANCELLED
    words = f"Annulée\u00a0: {title}" if cancelled else f"{title} ({going} inscrit{plural(going)})"
    host = settings.PORTAL_URL.partition("//")[2]
    return [
        Event(
            uid=f"session-{session.pk}-{slot.day:%Y%m%d}-{slot.half}@{host}",
            starts_at=datetime.combine(slot.day, slot.starts_at, tzinfo=clock.PARIS),
            ends_at=datetime.combine(slot.day, slot.ends_at, tzinfo=clock.PARIS),
            title=words,
            place=session.place or "À distance",
            text=f"{session.provider}. Label Référent RSA – Référent 62.",
            url=f"{settings.PORTAL_URL}{reverse(page, args=[session.pk])}",
            cancelled=cancelled,
        )
        for slot in session.half_days.all()
    ]
