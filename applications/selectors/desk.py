"""The agents' desk: which files wait, for whom, until when. Whatever the number of files, the page costs the same.

The 25 identifiers of the page come first, from an index; what is counted or looked up is so for these 25 only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from accounts import roles
from applications.enums import UNDER_REVIEW, ApplicationState, OpinionBody
from applications.expected import Expected, Situation, expected
from applications.models import Application, Opinion
from applications.rights import may_read_files
from core import clock
from evaluation.enums import Round
from evaluation.models import Cer
from notices.models import Deadline
from rulebook.book import get_rulebook
from training.enums import CertificateState
from training.models import AttendanceCertificate

SOON_DAYS = 7
REVIEW_STATES = sorted(UNDER_REVIEW)
SLAI_STATES = [ApplicationState.SLAI_REVIEW, ApplicationState.WORKING_SESSION]
# Texts and snapshots that the desk never shows.
HEAVY = (
    "submitted_snapshot", "mission", "structure__address", "working_session__minutes",
    "working_session__participants", "proposal__training_reasons", "proposal__cer_reasons",
)  # fmt: skip


class DeskTab(StrEnum):
    """The lists of the desk; the value is read in the address."""

    PENDING = "a-traiter"
    MINE = "suivis"
    WAITING = "structure"
    LATE = "retard"
    CLOSED = "clos"


class Sort(StrEnum):
    """The instruction clock starts on the day the file is complete and lasts the same time for all: sorting by its
    start is sorting by its end, and an index does it."""

    DUE = "echeance"
    NAME = "structure"
    FILED = "depot"
    TERRITORY = "territoire"


ORDERS = {
    Sort.DUE: ("complete_on", "submitted_at"),
    Sort.NAME: ("structure__name",),
    Sort.FILED: ("submitted_at",),
    Sort.TERRITORY: ("lead_territory__name", "complete_on"),
}


@dataclass(frozen=True, slots=True)
class OpinionSign:
    """One opinion in the « Avis » column: given, awaited, late or still to come."""

    body: str
    tone: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class DeskRow:
    application: Application
    expected: Expected
    due_on: date | None
    days: int | None
    to_rule: int
    cers: int
    scored: int
    opinions: tuple[OpinionSign, ...]

    @property
    def urgency(self) -> str:
        if self.days is None or self.days > 30:
            return ""
        return "is-late" if self.days <= SOON_DAYS else "is-soon"


def readable_files(user: Any) -> QuerySet[Application]:
    """The files that `user` reads: once filed only. What a structure prepares is nobody else's."""
    if not may_read_files(user):
        return Application.objects.none()
    rows: QuerySet[Application] = Application.objects.visible_to(user).filter(submitted_at__isnull=False)
    return rows


def tab_conditions(user: Any, *, today: date) -> dict[DeskTab, Q]:
    """What each list of the desk holds, for this person. The SLAI treats what waits for its own opinion."""
    under_review = Q(state__in=REVIEW_STATES)
    waiting = Q(state=ApplicationState.MORATORIUM) & (Q(next=None) | Q(next__submitted_at=None))
    todo = under_review
    mine = under_review & Q(assigned_to=user)
    if roles.is_slai(user):
        todo, mine = Q(state__in=SLAI_STATES, lead_territory__in=user.territories.all()), under_review
    return {
        DeskTab.PENDING: todo,
        DeskTab.MINE: mine,
        DeskTab.WAITING: waiting,
        DeskTab.LATE: under_review & Q(pk__in=_due_before(today)),
        DeskTab.CLOSED: ~under_review & ~waiting,
    }


def tab_counts(user: Any, *, today: date) -> dict[DeskTab, int]:
    """How many files each list holds: one query."""
    conditions = tab_conditions(user, today=today)
    counts = readable_files(user).aggregate(
        **{tab.name.lower(): Count("pk", filter=condition) for tab, condition in conditions.items()}
    )
    return {tab: counts[tab.name.lower()] for tab in conditions}


def page_ids(
    files: QuerySet[Application], *, sort: Sort = Sort.DUE, descending: bool = False
) -> QuerySet[Application, int]:
    """The identifiers in the order of the list; what has no date yet comes last."""
    order = [
        F(name).desc(nulls_last=True) if descending else F(name).asc(nulls_last=True) for name in (*ORDERS[sort], "pk")
    ]
    return files.order_by(*order).values_list("pk", flat=True)


def desk_rows(ids: Sequence[int], *, today: date) -> list[DeskRow]:
    """The rows of one page, in the order of `ids`: five queries."""
    files = (
        Application.objects.filter(pk__in=ids)
        .select_related("structure", "lead_territory", "assigned_to", "working_session", "proposal", "next")
        .defer(*HEAVY)
        .in_bulk()
    )
    ordered = [files[pk] for pk in ids if pk in files]
    due = dict(_open_clocks().filter(subject_id__in=ids).values_list("subject_id", "due_on"))
    to_rule = _counted(
        AttendanceCertificate.objects.filter(
            structure__in={file.structure_id for file in ordered},
            state__in=[CertificateState.TO_CHECK, CertificateState.EQUIVALENCE],
        ),
        "structure_id",
    )
    cers = _cer_counts({file.panel_id for file in ordered})
    opinions = _opinions(ids)
    return [
        _row(
            file,
            due_on=due.get(file.pk),
            to_rule=to_rule.get(file.structure_id, 0) if file.state in UNDER_REVIEW else 0,
            cers=cers.get(file.panel_id, (0, 0)),
            opinions=opinions.get(file.pk, {}),
            today=today,
        )
        for file in ordered
    ]


def urgent_files(user: Any, *, today: date, limit: int = 3) -> list[tuple[Application, date]]:
    """The files whose instruction ends this week or should have ended, the most urgent first."""
    soon = today + timedelta(days=SOON_DAYS)
    due = dict(_open_clocks().filter(due_on__lte=soon).visible_to(user).values_list("subject_id", "due_on")[:limit])
    files = Application.objects.filter(pk__in=due, state__in=REVIEW_STATES).only("number") if due else ()
    return sorted(((file, due[file.pk]) for file in files), key=lambda pair: pair[1])


def _open_clocks() -> Any:
    return Deadline.objects.open().filter(kind="instruction").order_by("due_on", "pk")


def _due_before(day: date) -> Any:
    return Deadline.objects.open().filter(kind="instruction", due_on__lt=day).values("subject_id")


def _counted(rows: QuerySet[Any], by: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(by).annotate(number=Count("pk")))


def _cer_counts(panels: Iterable[int]) -> dict[int, tuple[int, int]]:
    """CERs of each panel, and those that the DPID has scored."""
    done = Q(scorings__round=Round.CONTROL, scorings__validated_at__isnull=False)
    rows = (
        Cer.objects.filter(panel__in=panels)
        .order_by()
        .values_list("panel_id")
        .annotate(total=Count("pk", distinct=True), scored=Count("scorings", filter=done))
    )
    return {panel: (total, scored) for panel, total, scored in rows}


def _opinions(ids: Sequence[int]) -> dict[int, dict[str, Opinion]]:
    found: dict[int, dict[str, Opinion]] = {}
    for opinion in Opinion.objects.filter(application__in=ids).defer("statement"):
        found.setdefault(opinion.application_id, {})[opinion.body] = opinion
    return found


def _row(
    file: Application,
    *,
    due_on: date | None,
    to_rule: int,
    cers: tuple[int, int],
    opinions: dict[str, Opinion],
    today: date,
) -> DeskRow:
    session, following = getattr(file, "working_session", None), getattr(file, "next", None)
    situation = Situation(
        state=file.state,
        certificates_to_rule=to_rule,
        cers=cers[0],
        cers_scored=cers[1],
        session_closed=bool(session and session.closed_at),
        proposal_ready=hasattr(file, "proposal"),
        refiling=bool(following and following.submitted_at),
    )
    return DeskRow(
        application=file,
        expected=expected(situation),
        due_on=due_on,
        days=(due_on - today).days if due_on else None,
        to_rule=to_rule,
        cers=cers[0],
        scored=cers[1],
        opinions=tuple(_opinion_sign(file, body, opinions, today) for body in OpinionBody),
    )


def _opinion_sign(file: Application, body: OpinionBody, opinions: dict[str, Opinion], today: date) -> OpinionSign:
    given = opinions.get(body)
    if given:
        if given.favourable:
            return OpinionSign(body.label, "ok", "check", "favorable")
        return OpinionSign(body.label, "bad", "x", "défavorable")
    awaited = [ApplicationState.DPID_REVIEW] if body == OpinionBody.DPID else SLAI_STATES
    if file.state not in awaited:
        return OpinionSign(body.label, "", "minus", "à venir" if file.state in UNDER_REVIEW else "sans avis")
    before = opinions.get(OpinionBody.DPID)
    if before and clock.civil_date(before.signed_at) + _slai_delay(file) < today:
        return OpinionSign(body.label, "bad", "clock", "en retard")
    return OpinionSign(body.label, "", "ring", "attendu")


def _slai_delay(file: Application) -> timedelta:
    """Internal: how long the SLAI has for its opinion."""
    return timedelta(days=get_rulebook(file.rulebook_version).integer("instruction.slai_days"))
