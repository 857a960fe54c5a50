"""Référents who will have left before their session: the place goes on. A departure is written on a floor below, which
knows no session: the sweep sees it within the minute."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import Referent
from core.french import day_date
from core.transitions import transition
from training.cards import session_words
from training.enums import EnrolmentState, SessionState
from training.models import Enrolment
from training.selectors.catalogue import naming
from training.services.enrolments import RUNNING, hand_on
from training.services.seats import lock_session, tell_convened, tell_members
from training.workflow import ENROLMENT


def release_places(*, today: date, now: datetime) -> None:
    """One query when nobody leaves."""
    for enrolment, session in _vacated(today).order_by("session", "rank").values_list("pk", "session"):
        _release(enrolment, session, today=today, now=now)


def _vacated(today: date) -> QuerySet[Enrolment]:
    return _to_come(today).filter(referent__left_on__lt=F("session__starts_on"))


def _to_come(today: date) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(
        state__in=RUNNING, session__state=SessionState.PLANNED, session__starts_on__gt=today
    )


def places_of(referent: Referent, today: date) -> list[str]:
    """The seats to come that a departure before them would give back."""
    rows = _to_come(today).filter(referent=referent).select_related("session").order_by("session__starts_on", "pk")
    sessions = [row.session for row in rows]
    rulebook = naming(*(session.module for session in sessions))
    return [session_words(rulebook, session) for session in sessions]


@transaction.atomic
def _release(pk: int, session_pk: int, *, today: date, now: datetime) -> None:
    session = lock_session(session_pk)
    enrolment = _vacated(today).filter(pk=pk).first()
    if enrolment is None:  # le départ a été corrigé, l’inscription annulée
        return
    seated = enrolment.state == EnrolmentState.ENROLLED
    with transition(ENROLMENT["leave"], enrolment, actor=None, now=now) as locked:
        pass
    _tell(locked, now=now)
    if seated:
        hand_on(session, now)


def _tell(enrolment: Enrolment, *, now: datetime) -> None:
    referent, words = enrolment.referent, session_words(naming(enrolment.session.module), enrolment.session)
    gone = f"quitte votre structure le {day_date(referent.left_on)}" if referent.left_on else "quitte votre structure"
    tell_convened(
        [enrolment],
        subject="Inscription annulée",
        body="Votre inscription à cette session est annulée\u00a0: vous n’y êtes plus attendu.",
        now=now,
    )
    tell_members(
        referent.structure,
        key=f"enrolment:{enrolment.pk}:left",
        subject=f"Place libérée\u00a0: {referent}",
        body=f"{referent} {gone}, avant la session {words}. Son inscription est annulée. "
        "Si la date de départ est fausse, corrigez-la, puis inscrivez de nouveau cette personne.",
        session=enrolment.session,
        now=now,
    )
