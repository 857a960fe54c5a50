"""The agents' desk: which files wait, for whom, until when. Whatever the number of files, the page costs the same.

The 25 identifiers of the page come first, from an index; what is counted or looked up is so for these 25 only.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

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
Given = dict[str, tuple[bool, datetime]]
"""Favourable or not and when, by service."""
REVIEW_STATES = sorted(UNDER_REVIEW)
SLAI_STATES = [ApplicationState.SLAI_REVIEW, ApplicationState.WORKING_SESSION]
# All that the desk shows or judges by, read without making objects of it.
COLUMNS = (
    "pk", "number", "state", "structure_id", "panel_id", "rulebook_version", "complete_on", "decided_at",
    "structure__name", "lead_territory__name", "assigned_to__first_name", "assigned_to__last_name",
    "working_session__closed_at", "proposal__prepared_at", "next__submitted_at",
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
    """The rows of one page, in the order of `ids`: four queries."""
    due_on = _open_clocks().filter(subject_id=OuterRef("pk")).order_by().values("due_on")
    found = Application.objects.filter(pk__in=ids).order_by().values(*COLUMNS, due_on=Subquery(due_on))
    files = {file["pk"]: file for file in found}
    to_rule = _to_rule({file["structure_id"] for file in files.values() if file["state"] in UNDER_REVIEW})
    cers = _cer_counts({file["panel_id"] for file in files.values()})
    opinions = _opinions(ids)
    return [
        _row(
            files[pk],
            to_rule=to_rule.get(files[pk]["structure_id"], 0) if files[pk]["state"] in UNDER_REVIEW else 0,
            cers=cers.get(files[pk]["panel_id"], (0, 0)),
            opinions=opinions.get(pk, {}),
            today=today,
        )
        for pk in ids
        if pk in files
    ]


def pressing_clocks(user: Any, *, today: date) -> list[tuple[int, date]]:
    """(file, last day) of the instructions that end this week or should have ended, the most urgent first."""
    soon = today + timedelta(days=SOON_DAYS)
    return list(_open_clocks().filter(due_on__lte=soon).visible_to(user).values_list("subject_id", "due_on"))


def numbers_of(ids: Collection[int]) -> dict[int, str]:
    return dict(Application.objects.filter(pk__in=ids).order_by().values_list("pk", "number")) if ids else {}


def _open_clocks() -> Any:
    return Deadline.objects.open().filter(kind="instruction").order_by("due_on", "pk")


def _to_rule(structures: Iterable[int]) -> dict[int, int]:
    """Attestations that the DPID has still to accept or refuse."""
    waiting = AttendanceCertificate.objects.filter(
        structure__in=structures, state__in=[CertificateState.TO_CHECK, CertificateState.EQUIVALENCE]
    )
    return dict(waiting.order_by().values_list("structure_id").annotate(number=Count("pk")))


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


def _opinions(ids: Sequence[int]) -> dict[int, Given]:
    found: dict[int, Given] = {}
    given = Opinion.objects.filter(application__in=ids).order_by()
    for pk, body, favourable, signed_at in given.values_list("application_id", "body", "favourable", "signed_at"):
        found.setdefault(pk, {})[body] = (favourable, signed_at)
    return found


def _row(file: dict[str, Any], *, to_rule: int, cers: tuple[int, int], opinions: Given, today: date) -> DeskRow:
    due_on = file["due_on"]
    situation = Situation(
        state=file["state"],
        certificates_to_rule=to_rule,
        cers=cers[0],
        cers_scored=cers[1],
        session_closed=bool(file["working_session__closed_at"]),
        proposal_ready=bool(file["proposal__prepared_at"]),
        refiling=bool(file["next__submitted_at"]),
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
        cers=cers[0],
        scored=cers[1],
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
