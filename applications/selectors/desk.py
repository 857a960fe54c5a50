"""The agents' desk: which files wait, for whom, until when. Whatever the number of files, the page costs the same.

The 25 identifiers of the page come first, from an index; what is counted or looked up is so for these 25 only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce

from accounts import roles
from applications.enums import UNDER_REVIEW, ApplicationState, OpinionBody
from applications.expected import Expected, Situation, expected
from applications.models import Application, Opinion, Proposal, WorkingSession
from applications.rights import may_read_files
from core import clock
from evaluation.enums import Round
from evaluation.models import Cer, Scoring
from notices.models import Deadline
from rulebook.book import get_rulebook
from training.enums import CertificateState
from training.models import AttendanceCertificate

SOON_DAYS = 7
Given = dict[str, tuple[bool, datetime]]
"""Favourable or not and when, by service."""
REVIEW_STATES = sorted(UNDER_REVIEW)
SLAI_STATES = [ApplicationState.SLAI_REVIEW, ApplicationState.WORKING_SESSION]
# All that the desk shows or judges by, read without making objects of it.
COLUMNS = (
    "pk", "number", "state", "rulebook_version", "complete_on", "decided_at",
    "structure__name", "lead_territory__name", "assigned_to__first_name", "assigned_to__last_name",
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
    pk: int
    number: str
    structure: str
    territory: str
    agent: str
    state: str
    complete_on: date | None
    decided_at: datetime | None
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


def tab_condition(tab: DeskTab, user: Any, *, today: date) -> Q:
    """What a list of the desk holds, for this person. The SLAI treats what waits for its own opinion."""
    under_review = Q(state__in=REVIEW_STATES)
    waiting = Q(state=ApplicationState.MORATORIUM) & (Q(next=None) | Q(next__submitted_at=None))
    match tab:
        case DeskTab.PENDING if roles.is_slai(user):
            return Q(state__in=SLAI_STATES, lead_territory__in=user.territories.all())
        case DeskTab.MINE if not roles.is_slai(user):
            return under_review & Q(assigned_to=user)
        case DeskTab.PENDING | DeskTab.MINE:
            return under_review
        case DeskTab.WAITING:
            return waiting
        case DeskTab.LATE:
            return under_review & Q(pk__in=_open_clocks().filter(due_on__lt=today).order_by().values("subject_id"))
        case DeskTab.CLOSED:
            return ~under_review & ~waiting


def tab_counts(user: Any, *, late: int) -> dict[DeskTab, int]:
    """How many files each list holds: one query, that an index answers. The clocks have given the `late` ones.

    A moratorium waits until its second study is filed: those that follow one are counted instead of being looked up.
    """
    slai = roles.is_slai(user)
    theirs = {territory.pk for territory in user.territories.all()} if slai else {user.pk}
    owner = "lead_territory" if slai else "assigned_to"
    groups = (
        readable_files(user)
        .order_by()
        .values_list("state", owner)
        .annotate(files=Count("*"), refiled=Count("previous", filter=Q(study=2)))
    )
    counts = dict.fromkeys(DeskTab, 0) | {DeskTab.LATE: late}
    for state, owned_by, files, refiled in groups:
        mine = files if owned_by in theirs else 0
        if state in UNDER_REVIEW:
            counts[DeskTab.PENDING] += files if not slai else mine if state in SLAI_STATES else 0
            counts[DeskTab.MINE] += files if slai else mine
        else:
            counts[DeskTab.WAITING if state == ApplicationState.MORATORIUM else DeskTab.CLOSED] += files
        counts[DeskTab.WAITING] -= refiled
        counts[DeskTab.CLOSED] += refiled
    return counts


def page_ids(
    files: QuerySet[Application], *, sort: Sort = Sort.DUE, descending: bool = False
) -> QuerySet[Application, int]:
    """The identifiers in the order of the list; what has no date yet comes last."""
    order = [
        F(name).desc(nulls_last=True) if descending else F(name).asc(nulls_last=True) for name in (*ORDERS[sort], "pk")
    ]
    return files.order_by(*order).values_list("pk", flat=True)


def desk_rows(ids: Sequence[int], *, today: date) -> list[DeskRow]:
    """The rows of one page, in the order of `ids`: two queries."""
    files = {file["pk"]: file for file in ROWS.filter(pk__in=ids)}
    opinions = _opinions(ids)
    return [_row(files[pk], opinions=opinions.get(pk, {}), today=today) for pk in ids if pk in files]


def pressing_clocks(user: Any, *, today: date, first: int) -> tuple[int, list[tuple[int, str, date]]]:
    """How many instructions should have ended, and the `first` of those that end this week or should have: file, its
    number, last day, the most urgent first."""
    number = Application.objects.filter(pk=OuterRef("subject_id")).order_by().values("number")
    pressing = (
        _open_clocks()
        .filter(due_on__lte=today + timedelta(days=SOON_DAYS))
        .visible_to(user)
        .annotate(late=Window(Count("pk", filter=Q(due_on__lt=today))), number=Subquery(number))
    )
    rows = list(pressing.values_list("late", "subject_id", "number", "due_on")[:first])
    return (rows[0][0] if rows else 0), [row[1:] for row in rows]


def _open_clocks() -> Any:
    return Deadline.objects.open().filter(kind="instruction").order_by("due_on", "pk")


def _number_of(rows: QuerySet[Any], key: str, **match: OuterRef) -> Coalesce:
    """How many of `rows` match, for each file of the page."""
    counted = rows.filter(**match).order_by().values(key).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


# What a file's row needs from elsewhere, looked up by an index for the files of the page. Joined, the same would cost
# PostgreSQL more to plan than to read.
_LOOKED_UP = {
    "due_on": Subquery(_open_clocks().filter(subject_id=OuterRef("pk")).order_by().values("due_on")),
    "session_closed_at": Subquery(WorkingSession.objects.filter(application=OuterRef("pk")).values("closed_at")),
    "proposal_prepared_at": Subquery(Proposal.objects.filter(application=OuterRef("pk")).values("prepared_at")),
    "refiled_at": Subquery(Application.objects.filter(previous=OuterRef("pk")).order_by().values("submitted_at")),
    # Attestations that the DPID has still to accept or refuse; CERs, and those that it has scored.
    "to_rule": _number_of(
        AttendanceCertificate.objects.filter(state__in=[CertificateState.TO_CHECK, CertificateState.EQUIVALENCE]),
        "structure",
        structure=OuterRef("structure"),
    ),
    "cers": _number_of(Cer.objects.in_round(Round.CONTROL), "panel", panel=OuterRef("panel")),
    "scored": _number_of(
        Scoring.objects.filter(round=Round.CONTROL, validated_at__isnull=False),
        "cer__panel",
        cer__panel=OuterRef("panel"),
    ),
}
# Built once: each request only adds the files that it shows.
ROWS = Application.objects.order_by().values(*COLUMNS, **_LOOKED_UP)


def _opinions(ids: Sequence[int]) -> dict[int, Given]:
    found: dict[int, Given] = {}
    given = Opinion.objects.filter(application__in=ids).order_by()
    for pk, body, favourable, signed_at in given.values_list("application_id", "body", "favourable", "signed_at"):
        found.setdefault(pk, {})[body] = (favourable, signed_at)
    return found


def _row(file: dict[str, Any], *, opinions: Given, today: date) -> DeskRow:
    due_on = file["due_on"]
    to_rule = file["to_rule"] if file["state"] in UNDER_REVIEW else 0
    situation = Situation(
        state=file["state"],
        certificates_to_rule=to_rule,
        cers=file["cers"],
        cers_scored=file["scored"],
        session_closed=bool(file["session_closed_at"]),
        proposal_ready=bool(file["proposal_prepared_at"]),
        refiling=bool(file["refiled_at"]),
    )
    return DeskRow(
        pk=file["pk"],
        number=file["number"],
        structure=file["structure__name"],
        territory=file["lead_territory__name"],
        agent=" ".join(filter(None, (file["assigned_to__first_name"], file["assigned_to__last_name"]))),
        state=file["state"],
        complete_on=file["complete_on"],
        decided_at=file["decided_at"],
        expected=expected(situation),
        due_on=due_on,
        days=(due_on - today).days if due_on else None,
        to_rule=to_rule,
        cers=file["cers"],
        scored=file["scored"],
        opinions=tuple(_opinion_sign(file, body, opinions, today) for body in OpinionBody),
    )


def _opinion_sign(file: dict[str, Any], body: OpinionBody, opinions: Given, today: date) -> OpinionSign:
    if body in opinions:
        favourable, _ = opinions[body]
        if favourable:
            return OpinionSign(body.label, "ok", "check", "favorable")
        return OpinionSign(body.label, "bad", "x", "défavorable")
    state = file["state"]
    awaited = [ApplicationState.DPID_REVIEW] if body == OpinionBody.DPID else SLAI_STATES
    if state not in awaited:
        return OpinionSign(body.label, "", "minus", "à venir" if state in UNDER_REVIEW else "sans avis")
    if OpinionBody.DPID in opinions:
        _, signed_at = opinions[OpinionBody.DPID]
        if clock.civil_date(signed_at) + _slai_delay(file["rulebook_version"]) < today:
            return OpinionSign(body.label, "bad", "clock", "en retard")
    return OpinionSign(body.label, "", "ring", "attendu")


def _slai_delay(rulebook_version: str) -> timedelta:
    """Internal: how long the SLAI has for its opinion."""
    return timedelta(days=get_rulebook(rulebook_version).integer("instruction.slai_days"))
