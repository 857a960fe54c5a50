"""What the lists of sessions show, for a structure and for agents."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rulebook.clauses import Rulebook
from training.cards import Card, course_title, dates_words, seats_words, stage_of
from training.models import Enrolment


def make_cards(
    sessions: Iterable[Any],
    rulebook: Rulebook,
    *,
    today: date,
    helped: Mapping[int, int] | None = None,
    ours: Iterable[Enrolment] = (),
) -> list[Card]:
    """`sessions` carry their counts (`selectors.sessions.sessions_visible_to`)."""
    mine: dict[int, list[Enrolment]] = {}
    for enrolment in ours:
        mine.setdefault(enrolment.session_id, []).append(enrolment)
    return [
        Card(
            session=session,
            title=course_title(rulebook, session.module, session.part),
            dates=dates_words(session),
            seats=seats_words(session.capacity, session.seated, session.queued),
            stage=stage_of(session, today=today),
            is_full=session.seated >= session.capacity,
            helped=(helped or {}).get(session.pk, 0),
            ours=tuple(mine.get(session.pk, ())),
        )
        for session in sessions
    ]
