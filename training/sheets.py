"""The attendance sheet of a session, to print and sign (domain: half-days, participants', trainer's signatures)."""

from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse

from core.french import day_short
from documents.letters import print_letter, render_letter
from training.cards import Card, course_title, dates_words, hours, seats_words, stage_of
from training.codes import personal_code, spaced
from training.enums import SEATED
from training.models import TrainingSession
from training.selectors.attendance import seats_of
from training.selectors.catalogue import naming


class Column(NamedTuple):
    day: str
    half: str
    hours: str


def code_slips(session: TrainingSession, *, today: date) -> bytes:
    """The PDF of the personal codes, one slip for each person who has a seat: never on the sheet that all sign."""
    title = course_title(naming(session.module), session.module, session.part)
    context = {
        "title": title,
        "dates": dates_words(session),
        "address": (settings.PORTAL_URL + reverse("presence")).partition("://")[2],
        "slips": [(seat.referent, spaced(personal_code(seat.pk))) for seat in seats_of(session)],
        "today": today,
    }
    return print_letter(render_letter("letters/code_slips.html", context))


def attendance_sheet(session: Any, *, today: date) -> bytes:
    """The PDF. `session` carries its counts (`selectors.sessions.sessions_visible_to`)."""
    rulebook = naming(session.module)
    module = rulebook.module(session.module)
    rows = session.enrolments.filter(state__in=SEATED).select_related("referent__structure")
    slots = [Column(day_short(each.day), each.get_half_display(), hours(each)) for each in session.half_days.all()]
    card = Card(
        session=session,
        title=course_title(rulebook, session.module, session.part),
        dates=dates_words(session),
        seats=seats_words(session.capacity, session.seated, session.queued),
        stage=stage_of(session, today=today),
        is_full=session.seated >= session.capacity,
    )
    html = render_letter(
        "letters/attendance_sheet.html",
        {
            "card": card,
            "module": module,
            "part": module.parts[session.part - 1].lower() if session.part and module.parts else "",
            "slots": slots,
            "rows": rows.order_by("referent__last_name", "referent__first_name", "pk"),
            "today": today,
        },
    )
    return print_letter(html)
