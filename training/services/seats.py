"""The seats of a session: one lock, the waiting list in order, and what structures are told."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from accounts.models import Structure
from core import clock
from core.french import day_date
from core.transitions import transition
from notices.services.outbox import queue_notice
from training.cards import session_words
from training.enums import SEATED, STANDING, EnrolmentState
from training.models import Enrolment, TrainingSession
from training.selectors.catalogue import naming
from training.services.telling import tell_people
from training.workflow import ENROLMENT


def lock_session(pk: int) -> TrainingSession:
    """Whoever gives, takes or moves a seat holds the session. To be called inside the transaction of the write; the
    record of the structure, when it is held too, is locked before."""
    locked: TrainingSession = TrainingSession.objects.select_for_update(of=("self",)).get(pk=pk)
    return locked


def seat_waiting(session: TrainingSession, *, now: datetime) -> list[Enrolment]:
    """Give the free seats of a locked session to those who wait, in their order of arrival; who was seated. A référent
    who will have left by then waits in vain."""
    free = session.capacity - session.enrolments.filter(state__in=SEATED).count()
    still_there = Q(referent__left_on=None) | Q(referent__left_on__gte=session.starts_on)
    waiting = session.enrolments.filter(still_there, state=EnrolmentState.WAITING).order_by("rank")
    seated = []
    for enrolment in waiting[: max(free, 0)]:
        with transition(ENROLMENT["seat"], enrolment, actor=None, now=now) as locked:
            seated.append(locked)
    return seated


def tell_seated(enrolments: Iterable[Enrolment], *, now: datetime) -> None:
    """A place has come free for somebody who waited."""
    for enrolment in enrolments:
        closes_on = enrolment.session.closes_on
        if clock.civil_date(now) <= closes_on:
            way_out = f"changez ou annulez l’inscription jusqu’au {day_date(closes_on)}."
        else:
            way_out = "prévenez la DPID\u00a0: la place ira à la personne suivante."
        tell_members(
            enrolment.referent.structure,
            key=f"enrolment:{enrolment.pk}:seat",
            subject=f"{enrolment.referent} a une place\u00a0: {_words(enrolment.session)}",
            body=f"Une place s’est libérée\u00a0: {enrolment.referent} passe de la liste d’attente aux inscrits de la "
            f"session {_words(enrolment.session)}. Si cette date ne convient plus, {way_out}",
            session=enrolment.session,
            now=now,
        )


def tell_withdrawn(enrolment: Enrolment, *, reason: str, now: datetime) -> None:
    """The DPID has cancelled an enrolment."""
    tell_convened(
        [enrolment],
        subject="Inscription annulée",
        body="Votre inscription à cette session est annulée\u00a0: vous n’y êtes plus attendu.",
        now=now,
    )
    tell_members(
        enrolment.referent.structure,
        key=f"enrolment:{enrolment.pk}:cancelled",
        subject=f"Inscription annulée\u00a0: {enrolment.referent}",
        body=f"La DPID a annulé l’inscription de {enrolment.referent} à la session {_words(enrolment.session)}. "
        f"Motif\u00a0: {reason}",
        session=enrolment.session,
        now=now,
    )


def tell_moved(session: TrainingSession, *, now: datetime) -> None:
    """Another date, another place: whoever was to come has to know."""
    standing = session.enrolments.filter(state__in=STANDING).select_related("referent__structure", "session")
    tell_convened(
        standing,
        subject="Session déplacée",
        body="Les dates ou le lieu de cette session ont changé. Une nouvelle convocation suit.",
        now=now,
    )
    session.enrolments.update(convened_at=None)
    _tell_each(
        session,
        [enrolment.pk for enrolment in standing],
        key=f"session:{session.pk}:moved:{now.isoformat()}",
        subject=f"La session a changé\u00a0: {_words(session)}",
        body="Les dates ou le lieu de cette session ont changé. Les inscriptions restent, sauf si vous les annulez.",
        now=now,
    )


def tell_cancelled(session: TrainingSession, enrolments: Sequence[int], *, reason: str, now: datetime) -> None:
    rows = Enrolment.objects.filter(pk__in=enrolments).select_related("referent__structure", "session")
    tell_convened(
        rows,
        subject="Session annulée",
        body="Cette session n’aura pas lieu\u00a0: vous n’y êtes plus attendu.",
        now=now,
    )
    _tell_each(
        session,
        enrolments,
        key=f"session:{session.pk}:cancelled",
        subject=f"Session annulée\u00a0: {_words(session)}",
        body=f"Cette session n’aura pas lieu. Motif\u00a0: {reason} Une autre session est à choisir pour les personnes "
        "ci-dessous.",
        now=now,
    )


def tell_convened(enrolments: Iterable[Enrolment], *, subject: str, body: str, now: datetime) -> None:
    """Those who have received a convocation are told themselves that it no longer holds."""
    for enrolment in enrolments:
        if enrolment.convened_at and enrolment.referent.email:
            queue_notice(
                key=f"enrolment:{enrolment.pk}:convened:{now.isoformat()}",
                subject=f"{subject}\u00a0: {_words(enrolment.session)}",
                body=f"Bonjour {enrolment.referent},\n\n{body}",
                now=now,
                address=enrolment.referent.email,
                structure=enrolment.referent.structure,
            )


def reason_words(category: str, note: str) -> str:
    """« Intervenant indisponible. Une autre date suit. »"""
    said = note.strip()
    return f"{category}. {said}" if said else f"{category}."


def _words(session: TrainingSession) -> str:
    return session_words(naming(session.module), session)


def _tell_each(
    session: TrainingSession, enrolments: Sequence[int], *, key: str, subject: str, body: str, now: datetime
) -> None:
    """One message to each structure, with the names of its own people only."""
    rows = Enrolment.objects.filter(pk__in=enrolments).select_related("referent__structure").order_by("rank")
    names: dict[Structure, list[str]] = {}
    for row in rows:
        names.setdefault(row.referent.structure, []).append(str(row.referent))
    for structure, people in names.items():
        told = f"{body}\n\nPersonnes inscrites ou en liste d’attente\u00a0: {', '.join(people)}."
        tell_members(structure, key=key, subject=subject, body=told, session=session, now=now)


def tell_members(
    structure: Structure, *, key: str, subject: str, body: str, session: TrainingSession, now: datetime
) -> None:
    """The people of the structure, with the way to the session."""
    path = reverse("session_enrol", args=[session.pk])
    tell_people(structure, key=key, subject=subject, body=body, path=path, now=now)
