"""The demonstration's training plan: sessions to come, full, restricted, cancelled and past, with people in them."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from accounts.enums import Role
from accounts.models import Structure, Territory, User
from label_portal.demo.people import agent, instant
from label_portal.sample import people
from rulebook.book import current_rulebook
from rulebook.calendar import is_working_day
from rulebook.enums import ModuleCategory
from training.enums import Half, SessionCancelReason
from training.models import TrainingSession
from training.selectors.attendance import half_days_of, seats_of
from training.services.attendance import confirm_attendance, record_attendance
from training.services.catalogue import ModuleWording, add_module
from training.services.closing import close_session, issue_due
from training.services.enrolments import enrol
from training.services.planning import SessionPlan, Slot, cancel_session, plan_session

HOURS = {Half.MORNING: (time(9), time(12, 30)), Half.AFTERNOON: (time(13, 30), time(17))}
ARRAS = "Maison du Département Solidarité, 16 rue des Essais, Arras"


@dataclass(frozen=True, slots=True)
class Planned:
    """`ahead`: days from today to the first day, planned five weeks before it, on working days unless `today`. `going`:
    (structure's key, code); `absent`: those who missed the last half-day."""

    module: str
    ahead: int
    days: int = 1
    today: bool = False
    part: int | None = None
    halves: tuple[Half, ...] = tuple(Half)
    provider: str = "CNFPT"
    place: str = ARRAS
    link: str = ""
    capacity: int = 14
    territory: str = ""
    is_catch_up: bool = False
    trainer: str = ""
    going: tuple[tuple[str, str], ...] = ()
    absent: tuple[tuple[str, str], ...] = ()
    closed: bool = False
    cancelled: SessionCancelReason | None = None


PLAN = (
    Planned("O4", -42, provider="CPAM de l’Artois", trainer="Mme Lefèvre", closed=True,
            going=(("marais", "R01"), ("marais", "R02"), ("port-marelle", "R01")), absent=(("marais", "R02"),)),
    Planned("M4", -21, trainer="M. Caron", going=(("port-marelle", "R02"), ("marais", "R03"))),
    Planned("O3", 0, days=2, today=True, provider="CNFPT",
            going=(("amarres", "R01"), ("amarres", "R02"), ("marais", "R01"), ("port-marelle", "R01"))),
    Planned("O1", 16, halves=(Half.MORNING,), provider="Carsat", place="", link="https://visio.exemple.fr/retraite",
            capacity=40, going=(("amarres", "R06"),)),
    Planned("M3", 23, capacity=2, going=(("plaine-artois", "R02"), ("port-marelle", "R01"), ("marais", "R02"))),
    Planned("M4", 30, is_catch_up=True, going=(("amarres", "R04"),)),
    Planned("M1", 37, days=2, provider="PSSM France", capacity=10),
    Planned("M2", 44, days=2, part=1, is_catch_up=True),
    Planned("O5", 47, halves=(Half.AFTERNOON,), provider="SLISL", territory="Boulonnais",
            place="Maison du Département Solidarité, 4 quai des Essais, Boulogne-sur-Mer"),
    Planned("M3", 58, is_catch_up=True),
    Planned("M2", 65, days=2, part=2, is_catch_up=True),
    Planned("O3", 40, days=2, cancelled=SessionCancelReason.TRAINER),
)  # fmt: skip


def plan_sessions(today: date) -> None:
    """Through the services, on past days: a past session was planned, then held."""
    dpid = agent(Role.DPID_AGENT)
    _add_module(today, dpid)
    for planned in PLAN:
        ahead = today + timedelta(days=planned.ahead)
        first = ahead if planned.today else _working_days(ahead, planned.days)
        made = min(first - timedelta(days=35), today - timedelta(days=3))
        session = plan_session(
            plan=_plan(planned, first), rulebook=current_rulebook(), actor=dpid, now=instant(made, 8)
        )
        _enrol(session, planned, made)
        if planned.ahead < 0:
            _hold(session, planned, dpid)
        if planned.cancelled:
            cancel_session(
                session=session, reason=planned.cancelled, note="Une autre date sera proposée.", actor=dpid,
                now=instant(today, 6),
            )  # fmt: skip


def _add_module(today: date, dpid: User) -> None:
    """An optional module of the Département, for one territory only."""
    wording = ModuleWording(
        title="Module fictif\u00a0: se déplacer sans voiture",
        short_title="Mobilité (module fictif)",
        category=ModuleCategory.INFORMATION,
        objectives=["Connaître les aides fictives à la mobilité", "Orienter vers la plateforme fictive du territoire"],
        half_days=1,
        territories=[Territory.objects.get(name="Boulonnais").slug],
        starts_on=today - timedelta(days=60),
    )
    add_module(wording=wording, actor=dpid, now=instant(today - timedelta(days=70), 8))


def _hold(session: TrainingSession, planned: Planned, dpid: User) -> None:
    """Everybody was there, but for the absent at the end; the trainer's word and the attestations if it is closed."""
    half_days, evening = half_days_of(session), instant(session.ends_on, 18)
    absent = {(structure.siret, code) for structure, code in _named(planned.absent)}
    cells = {
        (seat.pk, each.id): each != half_days[-1] or (seat.referent.structure.siret, seat.referent.code) not in absent
        for seat in seats_of(session)
        for each in half_days
    }
    record_attendance(session=session, cells=cells, seen=0, actor=dpid, now=evening)
    if planned.closed:
        confirm_attendance(
            session=session, trainer=planned.trainer, confirmed_on=session.ends_on, actor=dpid, now=evening
        )
        close_session(session=session, actor=dpid, now=evening)
        issue_due(now=lambda: evening)


def _named(who: tuple[tuple[str, str], ...]) -> list[tuple[Structure, str]]:
    return [(Structure.objects.get(siret=people.structure(key).siret), code) for key, code in who]


def _enrol(session: TrainingSession, planned: Planned, made: date) -> None:
    for structure, code in _named(planned.going):
        enrol(
            session=session,
            referents=[structure.referents.get(code=code)],
            actor=structure.members.get(role=Role.STRUCTURE_ADMIN),
            now=instant(made + timedelta(days=1)),
        )


def _plan(planned: Planned, first: date) -> SessionPlan:
    return SessionPlan(
        module=planned.module,
        part=planned.part,
        provider=planned.provider,
        trainer=planned.trainer,
        place=planned.place,
        link=planned.link,
        capacity=planned.capacity,
        territory=Territory.objects.get(name=planned.territory) if planned.territory else None,
        is_catch_up=planned.is_catch_up,
        information="Restauration possible sur place." if planned.place == ARRAS else "",
        slots=tuple(
            Slot(first + timedelta(days=rank), *HOURS[half], half)
            for rank in range(planned.days)
            for half in planned.halves
        ),
    )


def _working_days(day: date, count: int) -> date:
    """The first day from `day` on that begins `count` working days in a row."""
    while not all(is_working_day(day + timedelta(days=rank)) for rank in range(count)):
        day += timedelta(days=1)
    return day
