"""What would unblock the first criterion, and by when (CdC 5-1 b)."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.training.test_coverage import ACCEPTED, NADIA, RULEBOOK, TODAY, absence, accepted, covered
from training.coverage import Verdict
from training.enums import Half
from training.facts import CertificateFacts, ReferentFacts
from training.ways import Remedy, SessionFacts, awaits_paper, fixes, shortest_way

HUGO = ReferentFacts("R02", "Hugo Leclercq", date(2021, 1, 4))
NEW = ReferentFacts("R03", "Émilie Roussel", date(2025, 9, 15))


def session(number, module_id, day, days=1, seats=9, part=None, enrolled=(), half=None, closes_on=None):
    first = date.fromisoformat(day)
    halves = [half] if half else list(Half)
    places = frozenset((first + timedelta(rank), each) for rank in range(days) for each in halves)
    return SessionFacts(number, module_id, places, closes_on or first - timedelta(7), seats, part, frozenset(enrolled))


def way(certificates, sessions, referents=(NADIA,), commitments=()):
    return shortest_way(RULEBOOK, covered(certificates, commitments, referents=referents), sessions, today=TODAY)


def ids(found):
    return [(step.referent_code, step.session.id if step.session else None) for step in found.steps]


ALL_BUT_M4 = accepted("M1", "M2", "M3", "O1")


def test_nothing_blocks_a_structure_that_meets_the_criterion():
    for proof in (*accepted("M4"), CertificateFacts("R01", "M4")):
        found = way([*ALL_BUT_M4, proof], [session(1, "M4", "2026-05-05")])
        assert (found.steps, found.ready_on) == ((), None)


def test_the_session_that_ends_first_is_the_way():
    late, soon, other = session(1, "M4", "2026-06-02"), session(2, "M4", "2026-05-05"), session(3, "M3", "2026-04-01")
    found = way(ALL_BUT_M4, [late, soon, other])
    assert (ids(found), found.ready_on) == ([("R01", 2)], date(2026, 5, 5))
    assert found.steps[0].words == (
        "«\u00a0Secret professionnel\u00a0»\u00a0: s’inscrire à la session du mardi 5 mai 2026 (point 5-1)."
    )
    cell = covered(ALL_BUT_M4).cells["R01", "M4"]
    assert [each.id for each in fixes(cell, [late, soon, other], today=TODAY)] == [2, 1]


def test_a_training_said_to_be_followed_wants_its_attestation_rather_than_a_session():
    offer = [session(1, "M4", "2026-05-05"), session(2, "M2", "2026-05-06", part=2)]
    half = [*accepted("M1", "M3", "O1"), CertificateFacts("R01", "M2", 1, ACCEPTED)]
    coverage = covered(half)
    both = {("R01", "M4", None), ("R01", "M2", 2)}
    found = shortest_way(RULEBOOK, coverage, offer, today=TODAY, noted=both)
    assert ([step.remedy for step in found.steps], found.ready_on) == ([Remedy.ATTACH] * 2, TODAY)
    assert "joindre l’attestation de la formation déjà suivie (point 5-1)" in found.steps[1].words
    for other in ({("R02", "M4", None), ("R01", "M2", 1)}, {("R01", "M3", None)}):
        steps = shortest_way(RULEBOOK, coverage, offer, today=TODAY, noted=other).steps
        assert Remedy.ATTACH not in [step.remedy for step in steps]


def test_a_session_is_not_useful_for_what_is_said_to_be_followed():
    cell = covered(accepted("M1", "M3", "M4", "O1")).cells["R01", "M2"]
    parts = [session(1, "M2", "2026-04-07", 2, part=1), session(2, "M2", "2026-05-07", 2, part=2)]
    for noted, useful in (
        ((), [1, 2]),
        ({("R01", "M2", 1)}, [2]),
        ({("R01", "M2", None)}, []),
        ({("R02", "M2", 1)}, [1, 2]),
    ):
        assert [each.id for each in fixes(cell, parts, today=TODAY, noted=noted)] == useful
        assert awaits_paper(cell, noted) is (not useful)


def test_who_leaves_is_sent_to_no_session_after_the_last_day():
    leaver = replace(NADIA, left_on=date(2026, 5, 5))
    before, after = session(1, "M4", "2026-05-05"), session(2, "M4", "2026-05-06")
    assert ids(way(ALL_BUT_M4, [after, before], (leaver,))) == [("R01", 1)]
    found = way(ALL_BUT_M4, [after], (leaver,))
    assert ([step.remedy for step in found.steps], found.ready_on) == ([Remedy.LEAVE], date(2026, 5, 6))
    assert "plus compté après son départ, le mardi 5 mai 2026" in found.steps[0].words
    cell = covered(ALL_BUT_M4, referents=(leaver,)).cells["R01", "M4"]
    assert [each.id for each in fixes(cell, [after, before], today=TODAY, left_on=leaver.left_on)] == [1]


def test_no_session_planned_has_no_date():
    found = way(ALL_BUT_M4, [session(3, "M3", "2026-04-01")])
    assert ([step.remedy for step in found.steps], found.ready_on) == ([Remedy.ASK], None)
    assert found.steps[0].words.endswith("aucune session n’est programmée, la demander à la DPID (point 5-1 b).")


def test_who_waits_elsewhere_moves_rather_than_enrols_twice():
    full, free = session(1, "M4", "2026-05-05", seats=0), session(2, "M4", "2026-06-02")
    found = way(ALL_BUT_M4, [replace(full, waiting=frozenset({"R01"})), free])
    assert [(step.remedy, step.session.id) for step in found.steps] == [(Remedy.MOVE, 2)]
    assert "déplacer l’inscription en attente vers la session du mardi 2 juin 2026" in found.steps[0].words
    other_course = replace(session(3, "M3", "2026-05-06", seats=0), waiting=frozenset({"R01"}))
    assert [step.remedy for step in way(ALL_BUT_M4, [other_course, free]).steps] == [Remedy.ENROL]


def test_a_session_that_is_full_or_closed_helps_only_who_has_a_seat():
    full, closed = session(1, "M4", "2026-05-05", seats=0), session(2, "M4", "2026-05-06", closes_on=date(2026, 3, 15))
    (asked,) = way(ALL_BUT_M4, [full, closed]).steps
    assert asked.remedy is Remedy.ASK
    assert "aucune place qui convienne dans les sessions programmées, demander une date à la DPID" in asked.words
    seated = replace(full, enrolled=frozenset({"R01"}))
    found = way(ALL_BUT_M4, [seated, session(3, "M4", "2026-04-20")])
    assert ([step.remedy for step in found.steps], ids(found)) == ([Remedy.ATTEND], [("R01", 1)])


def test_the_last_day_to_enrol_is_still_open():
    assert ids(way(ALL_BUT_M4, [session(1, "M4", "2026-05-05", closes_on=TODAY)])) == [("R01", 1)]


def test_only_the_part_that_is_missing_is_looked_for():
    half = [*accepted("M1", "M3", "M4", "O1"), CertificateFacts("R01", "M2", 1, "accepted")]
    parts = [session(1, "M2", "2026-04-07", 2, part=1), session(2, "M2", "2026-05-07", 2, part=2)]
    found = way(half, parts)
    assert (ids(found), found.ready_on) == ([("R01", 2)], date(2026, 5, 8))


def test_a_session_of_the_whole_module_serves_both_parts():
    parts = [session(1, "M2", "2026-04-07", 2, part=1), session(2, "M2", "2026-06-02", 2, part=2)]
    missing = accepted("M1", "M3", "M4", "O1")
    assert ids(way(missing, parts)) == [("R01", 1), ("R01", 2)]
    assert ids(way(missing, [*parts, session(3, "M2", "2026-05-04", 4)])) == [("R01", 3)]


def test_nobody_sits_in_two_rooms_on_the_same_half_day():
    missing = accepted("M1", "M2", "O1")
    same_day = [session(1, "M3", "2026-05-05"), session(2, "M4", "2026-05-05")]
    later = session(3, "M4", "2026-05-12")
    assert ids(way(missing, [*same_day, later])) == [("R01", 1), ("R01", 3)]
    halves = [session(1, "M3", "2026-05-05", half=Half.MORNING), session(2, "M4", "2026-05-05", half=Half.AFTERNOON)]
    assert way(missing, [*halves, later]).ready_on == date(2026, 5, 5)
    assert [step.remedy for step in way(missing, same_day).steps] == [Remedy.ENROL, Remedy.ASK]


def test_one_seat_serves_once_and_goes_to_who_lacks_most():
    hugo = accepted("M1", "M2", "O1", code="R02")
    last, later = session(1, "M4", "2026-05-05", seats=1), session(2, "M4", "2026-06-02")
    found = way([*ALL_BUT_M4, *hugo], [last, later, session(3, "M3", "2026-04-01")], referents=(NADIA, HUGO))
    assert ids(found) == [("R01", 2), ("R02", 3), ("R02", 1)]
    assert found.ready_on == date(2026, 6, 2)


def test_a_paper_unblocks_at_once():
    plan = way(accepted("M1", "M2", "M3", "O1", code="R03"), [session(1, "M4", "2026-05-05")], referents=(NEW,))
    assert ([step.remedy for step in plan.steps], plan.ready_on) == ([Remedy.PLAN], TODAY)
    assert "au plus tard le mardi 15 septembre 2026 (point 5-1 b)" in plan.steps[0].words
    proof = way(accepted("M1", "M2", "M4", "O1"), [], commitments=[absence(has_proof=False)])
    assert [step.remedy for step in proof.steps] == [Remedy.PROVE]
    booked = way(
        accepted("M1", "M2", "M4", "O1"), [session(1, "M3", "2026-05-05")], commitments=[absence(session_on=None)]
    )
    assert ([step.remedy for step in booked.steps], booked.ready_on) == ([Remedy.BOOK], TODAY)
    too_late = way(
        accepted("M1", "M2", "M4", "O1"), [session(1, "M3", "2027-05-05")], commitments=[absence(session_on=None)]
    )
    assert [step.remedy for step in too_late.steps] == [Remedy.ENROL]


def test_the_year_of_arrival_is_over_one_day_after():
    for today, remedy in ((date(2026, 9, 15), Remedy.PLAN), (date(2026, 9, 16), Remedy.ASK)):
        coverage = covered(accepted("M1", "M2", "M3", "O1", code="R03"), referents=(NEW,), today=today)
        assert [step.remedy for step in shortest_way(RULEBOOK, coverage, [], today=today).steps] == [remedy]


sessions = st.builds(
    session,
    st.integers(1, 10**6),
    st.sampled_from([module.id for module in RULEBOOK.modules if module.id != "M2"]),
    st.dates(date(2026, 4, 1), date(2026, 5, 15)).map(str),
    st.integers(1, 3),
    st.integers(0, 3),
)
known = st.lists(st.sampled_from(["M1", "M2", "M3", "M4", "O1"]), unique=True)


@given(st.lists(sessions, max_size=10, unique_by=lambda each: each.id), known, known)
def test_following_the_way_meets_the_criterion_on_its_day(offer, first, second):
    facts = [*accepted(*first), *accepted(*second, code="R02")]
    found = way(facts, offer, referents=(NADIA, HUGO))
    followed = [CertificateFacts(step.referent_code, step.session.module_id, step.session.part, "accepted")
                for step in found.steps if step.session]  # fmt: skip
    after = covered([*facts, *followed], referents=(NADIA, HUGO))
    done = all(step.session for step in found.steps)
    assert (after.verdict is Verdict.MET) == done
    assert (found.ready_on is not None) == (done and bool(found.steps))
    seats = {each.id: each.seats for each in offer}
    for step in found.steps:
        if step.session:
            seats[step.session.id] -= 1
    assert all(left >= 0 for left in seats.values())
    for code in ("R01", "R02"):
        rooms = [place for step in found.steps if step.session and step.referent_code == code
                 for place in step.session.places]  # fmt: skip
        assert len(rooms) == len(set(rooms))


@given(st.lists(sessions, max_size=8, unique_by=lambda each: each.id), sessions, known)
def test_one_more_session_never_makes_the_way_of_one_referent_longer(offer, more, known_modules):
    before, after = way(accepted(*known_modules), offer), way(accepted(*known_modules), [*offer, more])
    assert before.ready_on is None or (after.ready_on is not None and after.ready_on <= before.ready_on)
