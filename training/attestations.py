"""What an attestation of presence says (domain: name, structure, module, objectives, dates, hours, place, body)."""

from datetime import datetime, timedelta
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from core.french import NBSP
from rulebook.clauses import Rulebook
from training.cards import course_title, dates_words, days_of
from training.models import Enrolment, TrainingSession


def attestation_context(
    *, enrolment: Enrolment, number: str, check_code: str, closer: User, rulebook: Rulebook
) -> dict[str, Any]:
    session = enrolment.session
    address = settings.PORTAL_URL + reverse("attestation_check_code", args=[check_code])
    return {
        "referent": enrolment.referent,
        "session": session,
        "course": course_title(rulebook, session.module, session.part),
        "module": rulebook.module(session.module),
        "dates": dates_words(session),
        "days": days_of(session.half_days.all()),
        "hours": hours_words(session),
        "attestation_number": number,
        "closer": closer,
        "rulebook": rulebook,
        "check_page": settings.PORTAL_URL.partition("://")[2] + reverse("attestation_check"),
        "qr": segno.make(address, error="m").svg_data_uri(border=0, dark="#1d2b2e", omitsize=True),
    }


def hours_words(session: TrainingSession) -> str:
    """« 14 h », « 3 h 30 »"""
    spans = [
        datetime.combine(each.day, each.ends_at) - datetime.combine(each.day, each.starts_at)
        for each in session.half_days.all()
    ]
    hours, minutes = divmod(int(sum(spans, timedelta()).total_seconds()) // 60, 60)
    return f"{hours}{NBSP}h" + (f"{NBSP}{minutes:02d}" if minutes else "")
