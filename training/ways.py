"""What would unblock the first criterion, and by when: the shortest way, told référent by référent. Pure.

A commitment that only wants a paper unblocks at once (CdC 5-1 b); else a session does, the day it ends. A référent
can't sit in two rooms on the same half-day, and a seat serves once: those who lack most choose first.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rulebook.calendar import day_words
from rulebook.clauses import Rulebook
from training.coverage import UNMET, Coverage, Flaw, Need, ObligationState, newcomer_until, obligation_title
from training.enums import Half
from training.facts import ReferentFacts

Place = tuple[date, Half]
"""A half-day: where one is, one is nowhere else."""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session to come. ``closes_on``: the last day to enrol. ``enrolled``: codes of the structure's référents who
    have their seat, ``waiting``: of those in its queue; ``seats``: those left. ``part`` is None when the whole module
    is given."""

    id: int
    module_id: str
    places: frozenset[Place]
    closes_on: date
    seats: int
    part: int | None = None
    enrolled: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()

    @property
    def starts_on(self) -> date:
        return min(day for day, _ in self.places)

    @property
    def ends_on(self) -> date:
        return max(day for day, _ in self.places)

    def is_before(self, left_on: date | None) -> bool:
        """Over by the last day of somebody who leaves."""
        return left_on is None or self.ends_on <= left_on

    def serves(self, need: Need) -> bool:
        return self.module_id in need.module_ids and self.part in {None, need.part}


Course = tuple[str, int | None]
"""A module, or one part of it."""
Noted = tuple[str, str, int | None]
"""Référent's code, module and part of a training said to be followed, whose attestation was not sent."""
Option = tuple[Need, list[SessionFacts]]
Choice = tuple[Need, SessionFacts]


class Remedy(StrEnum):
    PLAN = "plan"
    PROVE = "prove"
    ATTACH = "attach"
    ARRIVAL = "arrival"
    BOOK = "book"
    ATTEND = "attend"
    ENROL = "enrol"
    MOVE = "move"
    ASK = "ask"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do for one référent; ``words`` name the obligation, not the person. ``ready_on``: when it unblocks;
    None as long as no session is planned."""

    referent_code: str
    obligation: str
    remedy: Remedy
    words: str
    section: str
    session: SessionFacts | None = None
    ready_on: date | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """``ready_on``: the day on which nothing blocks any more; None when a session is missing, or nothing blocks."""

    steps: tuple[Step, ...]
    ready_on: date | None


def fixes(
    cell: ObligationState,
    sessions: Iterable[SessionFacts],
    *,
    today: date,
    noted: Collection[Noted] = (),
    left_on: date | None = None,
) -> tuple[SessionFacts, ...]:
    """The sessions that would give a référent what is missing, in whole or in part, soonest first; none for what is
    said to be followed, nor after `left_on`, the référent's last day in the structure."""
    needs = [need for need in cell.needs if not _is_noted(need, cell.referent_code, noted)]
    useful = [
        session
        for session in sessions
        if any(session.serves(need) for need in needs)
        and _is_open(session, cell.referent_code, today)
        and session.is_before(left_on)
    ]
    return tuple(sorted(useful, key=_soonest))


def awaits_paper(cell: ObligationState, noted: Collection[Noted]) -> bool:
    """All that is missing is said to be followed: only attestations are to be sent."""
    return bool(cell.needs) and all(_is_noted(need, cell.referent_code, noted) for need in cell.needs)


def shortest_way(
    rulebook: Rulebook, covered: Coverage, sessions: Iterable[SessionFacts], *, today: date,
    noted: Collection[Noted] = (),
) -> Way:  # fmt: skip
    """What to do for each référent who blocks the label, so that all be done soonest."""
    offer = tuple(sessions)
    left = Counter({session.id: session.seats for session in offer})
    by_code = {referent.code: referent for referent in covered.counted}
    steps: list[Step] = []
    for code in sorted(covered.blocking, key=lambda code: (-covered.blocking[code], code)):
        cells = [cell for cell in covered.row(code) if cell.status in UNMET]
        found = {cell.obligation: _at_once(rulebook, cell, by_code[code], noted, today) for cell in cells}
        at_once = {obligation: step for obligation, step in found.items() if step}
        steps += at_once.values()
        slow = [cell for cell in cells if cell.obligation not in at_once]
        leaving = by_code[code].left_on
        staying = [session for session in offer if session.is_before(leaving)]
        usable = [session for session in staying if code in session.enrolled or left[session.id] > 0]
        queues = {(each.module_id, each.part) for each in offer if code in each.waiting}
        for step in _by_sessions(rulebook, by_code[code], slow, usable, offer, queues, today):
            if step.session and code not in step.session.enrolled:
                left[step.session.id] -= 1
            steps.append(step)
    order = {obligation: rank for rank, obligation in enumerate(covered.obligations)}
    steps.sort(key=lambda step: (step.referent_code, order[step.obligation], step.ready_on or date.max))
    days = [step.ready_on for step in steps]
    return Way(tuple(steps), max((day for day in days if day), default=None) if None not in days else None)


def _at_once(
    rulebook: Rulebook, cell: ObligationState, referent: ReferentFacts, noted: Collection[Noted], today: date
) -> Step | None:
    """A paper that is enough, today: the attestation of what was followed, or one for a commitment (R23, R24)."""
    if awaits_paper(cell, noted):
        words = "joindre l’attestation de la formation déjà suivie"
        return _step(rulebook, cell, Remedy.ATTACH, words, cell.section, ready_on=today)
    newcomer, absence = rulebook.section("training.newcomer_rule"), rulebook.section("training.absence_counts_as")
    if cell.flaw is Flaw.NO_PROOF:
        words, remedy, section = "joindre le justificatif d’absence", Remedy.PROVE, absence
    elif cell.flaw is Flaw.NO_ARRIVAL:
        words, remedy, section = "indiquer la date d’arrivée dans la structure", Remedy.ARRIVAL, newcomer
    else:
        until = newcomer_until(rulebook, referent)
        if until is None or until < today or cell.flaw not in {None, Flaw.NO_PLAN}:
            return None
        words = f"transmettre le plan de formation, à suivre au plus tard le {day_words(until)}"
        remedy, section = Remedy.PLAN, newcomer
    return _step(rulebook, cell, remedy, words, section, ready_on=today)


def _is_noted(need: Need, code: str, noted: Collection[Noted]) -> bool:
    return any((code, module, part) in noted for module in need.module_ids for part in {None, need.part})


def _by_sessions(
    rulebook: Rulebook,
    referent: ReferentFacts,
    cells: Sequence[ObligationState],
    sessions: Sequence[SessionFacts],
    planned: Sequence[SessionFacts],
    queues: Collection[Course],
    today: date,
) -> Iterator[Step]:
    """`sessions`: those of `planned` that have a seat left; `queues`: what the référent waits for elsewhere, which a
    free seat of the same course replaces."""
    needs = [(cell, need) for cell in cells for need in cell.needs]
    options = [(need, _options(referent.code, need, sessions, today)) for _, need in needs]
    picks = iter(_soonest_without_clash([option for option in options if option[1]]))
    told: set[tuple[str, int]] = set()
    for (cell, need), (_, possible) in zip(needs, options, strict=True):
        session = next(picks) if possible else None
        if session is None and referent.left_on:
            yield _until_leaving(rulebook, cell, referent.left_on)
        elif session is None:
            words = "aucune session n’est programmée, la demander à la DPID"
            if any(each.serves(need) for each in planned):
                words = "aucune place qui convienne dans les sessions programmées, demander une date à la DPID"
            section = rulebook.section("training.absence_counts_as")
            yield _step(rulebook, cell, Remedy.ASK, words, section)
        elif (cell.obligation, session.id) not in told:
            told.add((cell.obligation, session.id))
            yield _attend(rulebook, cell, session, (session.module_id, session.part) in queues, today)


def _until_leaving(rulebook: Rulebook, cell: ObligationState, left_on: date) -> Step:
    """Whoever has left is no longer counted."""
    words = f"plus compté après son départ, le {day_words(left_on)}"
    ready_on = left_on + timedelta(days=1)
    return _step(rulebook, cell, Remedy.LEAVE, words, rulebook.section("referent.scope"), ready_on=ready_on)


def _options(code: str, need: Need, sessions: Iterable[SessionFacts], today: date) -> list[SessionFacts]:
    """Those where a seat is already taken, else all that are open; soonest first."""
    open_ones = sorted((s for s in sessions if s.serves(need) and _is_open(s, code, today)), key=_soonest)
    return [session for session in open_ones if code in session.enrolled] or open_ones


def _soonest_without_clash(options: Sequence[Option]) -> list[SessionFacts | None]:
    """One session for each need, none at the same half-day as another, so that the last one ends soonest. A need that
    can't be served beside the others gets None, the last of them first."""
    for served in range(len(options), 0, -1):
        held = options[:served]
        for limit in sorted({session.ends_on for _, possible in held for session in possible}):
            found = _pick([(need, [s for s in possible if s.ends_on <= limit]) for need, possible in held], ())
            if found is not None:
                return [*(session for _, session in found), *[None] * (len(options) - served)]
    return [None] * len(options)


def _pick(options: Sequence[Option], taken: tuple[Choice, ...]) -> tuple[Choice, ...] | None:
    if not options:
        return taken
    need, possible = options[0]
    for session in possible:
        if all(_together((need, session), other) for other in taken):
            found = _pick(options[1:], (*taken, (need, session)))
            if found is not None:
                return found
    return None


def _together(one: Choice, other: Choice) -> bool:
    """A session of the whole module serves both its parts; the same thing is not followed twice otherwise."""
    (need, session), (other_need, other_session) = one, other
    if session.id == other_session.id:
        return need.part != other_need.part
    if session.module_id == other_session.module_id:
        again = session.part == other_session.part or None in {session.part, other_session.part}
        return not again and not session.places & other_session.places
    return not session.places & other_session.places


def _attend(
    rulebook: Rulebook, cell: ObligationState, session: SessionFacts, waits_elsewhere: bool, today: date
) -> Step:
    title = rulebook.module(session.module_id).short_title
    named = f"«\u00a0{title}\u00a0»," if title != obligation_title(rulebook, cell.obligation) else "la"
    when = f"{named} session du {day_words(session.starts_on)}"
    if cell.referent_code in session.enrolled:
        return _step(
            rulebook, cell, Remedy.ATTEND, f"suivre {when}", cell.section, session=session, ready_on=session.ends_on
        )
    promise = cell.commitment
    booking = cell.flaw is Flaw.NO_SESSION and promise and promise.has_proof and session.ends_on <= promise.due_on
    remedy, ready_on = (Remedy.BOOK, today) if booking else (Remedy.ENROL, session.ends_on)
    if waits_elsewhere:
        words = f"déplacer l’inscription en attente vers {when}"
        return _step(rulebook, cell, Remedy.MOVE, words, cell.section, session=session, ready_on=ready_on)
    return _step(rulebook, cell, remedy, f"s’inscrire à {when}", cell.section, session=session, ready_on=ready_on)


def _step(
    rulebook: Rulebook,
    cell: ObligationState,
    remedy: Remedy,
    words: str,
    section: str,
    *,
    session: SessionFacts | None = None,
    ready_on: date | None = None,
) -> Step:
    title = obligation_title(rulebook, cell.obligation)
    sentence = f"«\u00a0{title}\u00a0»\u00a0: {words} ({_reference(section)})."
    return Step(cell.referent_code, cell.obligation, remedy, sentence, section, session, ready_on)


def _reference(section: str) -> str:
    return f"point {section}" if section[0].isdigit() else section


def _is_open(session: SessionFacts, code: str, today: date) -> bool:
    if code in session.enrolled:
        return session.ends_on >= today
    return session.seats > 0 and session.closes_on >= today


def _soonest(session: SessionFacts) -> tuple[date, date, int]:
    return session.ends_on, session.starts_on, session.id
