"""A session under way, or over, with people in it, for the tests of attendance."""

from datetime import UTC, date, datetime, timedelta

from accounts.enums import Role
from tests.factories import make_referent, make_user
from tests.training.plans import NOW, make_session
from training.selectors.attendance import half_days_of, records_of
from training.services.attendance import confirm_attendance, record_attendance
from training.services.closing import close_session, issue_attestation
from training.services.enrolments import enrol

FIRST = date(2026, 5, 12)
DURING = datetime(2026, 5, 12, 7, 30, tzinfo=UTC)
"""9 h 30 in Arras, on the morning of the first day."""
AFTER = datetime(2026, 5, 18, 8, 0, tzinfo=UTC)


def make_room(*, seats=2, dpid=None, owner=None, **fields):
    """A session of 12 May with `seats` people of one structure; (session, enrolments)."""
    owner = owner or make_user(Role.STRUCTURE_ADMIN)
    session = make_session(actor=dpid, **fields)
    referents = [make_referent(owner.structure) for _ in range(seats)]
    return session, enrol(session=session, referents=referents, actor=owner, now=NOW)


def make_attestation(dpid, owner, referent):
    """Issued at the end of a session that `referent` followed."""
    session = make_session(actor=dpid)
    (enrolment,) = enrol(session=session, referents=[referent], actor=owner, now=NOW)
    close_session(session=confirmed(session, dpid), actor=dpid, now=AFTER)
    return issue_attestation(enrolment_pk=enrolment.pk, now=AFTER)


def fill(session, actor, *, absent=(), now=AFTER):
    """Everybody there all the time, but for `absent`: (enrolment, rank of the half-day)."""
    half_days = half_days_of(session)
    missing = {(enrolment.pk, half_days[rank].id) for enrolment, rank in absent}
    cells = {(pk, each.id): (pk, each.id) not in missing for pk in records_of(session) for each in half_days}
    return record_attendance(session=session, cells=cells, seen=0, actor=actor, now=now)


def confirmed(session, actor, *, absent=(), now=AFTER):
    fill(session, actor, absent=absent, now=now)
    return confirm_attendance(
        session=session, trainer="Mme Lefèvre", confirmed_on=session.ends_on + timedelta(1), actor=actor, now=now
    )
