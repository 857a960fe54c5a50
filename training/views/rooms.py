"""Presence by telephone: what the room shows, the codes on paper, and the public page where one signs."""

import segno
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from accounts.guards import SignedInRequest
from core import clock
from core.forms import sent
from training.attendance import shown_at
from training.codes import room_code, spaced
from training.enums import SessionState
from training.exceptions import TrainingRefused
from training.forms import PresenceForm
from training.selectors.attendance import half_days_of, last_marks, seats_of
from training.selectors.catalogue import naming
from training.services.attendance import sign_by_phone
from training.sheets import code_slips
from training.views.cards import make_cards
from training.views.plan import session_to_run

INK = "#1d2b2e"


@require_safe
def session_room(request: SignedInRequest, pk: int) -> HttpResponse:
    """To project or to print: one half-day's code, the one under way unless another is asked for."""
    session, now = session_to_run(request, pk), clock.now()
    half_days = half_days_of(session)
    asked = request.GET.get("demi-journee", "")
    chosen = next((each for each in half_days if str(each.id) == asked), None)
    half_day = chosen or shown_at(half_days, now)
    if session.state != SessionState.PLANNED or half_day is None:
        raise Http404
    code = room_code(half_day.id)
    address = settings.PORTAL_URL + reverse("presence")
    marks = last_marks(seat.pk for seat in seats_of(session))
    context = {
        "card": make_cards([session], naming(session.module), today=clock.today())[0],
        "half_days": half_days,
        "half_day": half_day,
        "chosen": chosen,
        "is_open": half_day.is_open(now),
        "code": spaced(code),
        "address": address.partition("://")[2],
        "qr": segno.make(f"{address}?{urlencode({'salle': code})}", error="m").svg_data_uri(
            border=0, dark=INK, omitsize=True
        ),
        "signed": sum(mark.present for (_, half), mark in marks.items() if half == half_day.id),
    }
    return render(request, "training/session_room.html", context)


@require_safe
def session_codes(request: SignedInRequest, pk: int) -> HttpResponse:
    """Each person's code on a slip of paper, to hand out in the room."""
    session = session_to_run(request, pk)
    if session.state != SessionState.PLANNED:
        raise Http404
    response = HttpResponse(code_slips(session, today=clock.today()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="codes-{session.module}-{session.starts_on}.pdf"'
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def presence(request: HttpRequest) -> HttpResponse:
    """Public: the room's code and one's own, and nobody's name. A link or the room's QR fills in one of the two."""
    shown = {"room": request.GET.get("salle", "")[:20], "code": request.GET.get("code", "")[:20]}
    form = PresenceForm(sent(request), initial=shown)
    if request.method == "POST":
        if too_many := ratelimit.consume_or_429(request, action="presence"):
            return too_many
        if form.is_valid():
            try:
                sign_by_phone(**form.cleaned_data, now=clock.now())
            except TrainingRefused as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                return redirect("presence_thanks")
    return render(request, "training/presence.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_safe
def presence_thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "training/presence_thanks.html")
