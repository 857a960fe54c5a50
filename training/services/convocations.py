"""Convocations (CdC 5-1): once a seat can no longer be given back, each person receives the place, the hours and their
personal code; the structure receives those of its people who have no address."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse

from core import clock
from core.french import NBSP
from notices.services.outbox import queue_notice
from training.cards import days_of, session_words
from training.codes import personal_code, spaced
from training.models import Enrolment, TrainingSession
from training.selectors.attendance import to_convene
from training.selectors.catalogue import naming
from training.services.seats import lock_session, tell_members


class Words(NamedTuple):
    """What every convocation to a session says of it."""

    title: str
    whereabouts: str


def send_convocations(*, now: datetime) -> int:
    """All that are due; how many. Nobody receives two, though several workers do it at once."""
    due = list(to_convene(today=clock.civil_date(now)).values_list("session", flat=True).distinct().order_by("session"))
    return sum(_convene(pk, now=now) for pk in due)


@transaction.atomic
def _convene(session_pk: int, *, now: datetime) -> int:
    session = lock_session(session_pk)
    rows = list(to_convene(today=clock.civil_date(now)).filter(session=session))
    what = Words(session_words(naming(session.module), session), whereabouts(session))
    for row in rows:
        if row.referent.email:
            _tell_person(row, what, now=now)
    _tell_structures(session, [row for row in rows if not row.referent.email], what, now=now)
    session.enrolments.filter(pk__in=[row.pk for row in rows]).update(convened_at=now)
    return len(rows)


def _tell_person(row: Enrolment, what: Words, *, now: datetime) -> None:
    queue_notice(
        key=f"enrolment:{row.pk}:convocation:{now.isoformat()}",
        subject=f"Convocation\u00a0: {what.title}",
        body=f"Bonjour {row.referent},\n\nVotre place est réservée à cette session.\n\n{what.whereabouts}\n\n"
        f"Dans la salle, à chaque demi-journée, ouvrez le lien de ce message ou scannez le code affiché. Votre code "
        f"personnel\u00a0: {spaced(personal_code(row.pk))}. Il vaut pour toute la session, gardez-le pour vous.",
        now=now,
        address=row.referent.email,
        structure=row.referent.structure,
        path=personal_path(row.pk),
    )


def _tell_structures(session: TrainingSession, rows: Iterable[Enrolment], what: Words, *, now: datetime) -> None:
    def structure_of(row: Enrolment) -> int:
        return row.referent.structure_id

    for _, found in groupby(sorted(rows, key=structure_of), key=structure_of):
        people = list(found)
        codes = "\n".join(f"{row.referent}\u00a0: code personnel {spaced(personal_code(row.pk))}" for row in people)
        tell_members(
            people[0].referent.structure,
            key=f"session:{session.pk}:convocation:{now.isoformat()}",
            subject=f"Convocations à remettre\u00a0: {what.title}",
            body=f"Ces personnes sont attendues et n’ont pas d’adresse électronique dans le portail\u00a0: remettez à "
            f"chacune son code, à saisir dans la salle à chaque demi-journée.\n\n{codes}\n\n{what.whereabouts}",
            session=session,
            now=now,
        )


def whereabouts(session: TrainingSession) -> str:
    """« Mardi 12 mai 2026, 9 h à 12 h 30, 13 h 30 à 17 h. Lieu : … »"""
    days = "\u202f; ".join(f"{day}, {hours}" for day, hours in days_of(session.half_days.all())).capitalize()
    place = f"Lieu{NBSP}: {session.place}." if session.place else f"À distance{NBSP}: {session.link}"
    return " ".join(filter(None, [f"{days}. {place}", session.information]))


def personal_path(enrolment: int) -> str:
    return f"{reverse('presence')}?code={personal_code(enrolment)}"
