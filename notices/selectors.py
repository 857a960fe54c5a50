"""Reads of this floor: agendas, unread messages, e-mails that could not leave, and usual recipients."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from accounts import roles
from accounts.enums import DPID_ROLES, Role
from accounts.managers import structure_scope
from accounts.models import Structure, Territory, User
from notices import registry
from notices.enums import NoticeState
from notices.models import Deadline, Notice
from notices.registry import DeadlineKind, Recipient


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """A deadline with what its kind says of it, and the page where `viewer` acts."""

    deadline: Deadline
    kind: DeadlineKind
    url: str


def deadline_counts(user: User, today: date) -> dict[str, int]:
    """`ahead` and `late`, in one query."""
    return (
        Deadline.objects.visible_to(user)
        .open()
        .aggregate(ahead=Count("pk", filter=Q(due_on__gte=today)), late=Count("pk", filter=Q(due_on__lt=today)))
    )


def deadlines_of(user: User, today: date, *, late: bool) -> QuerySet[Deadline]:
    """Open deadlines that the person may see, the nearest first."""
    mine = Deadline.objects.visible_to(user)
    return (mine.late(today) if late else mine.ahead(today)).select_related("structure", "territory")


def next_deadlines(structure: Structure, *, kinds: Collection[str], limit: int = 5) -> list[Deadline]:
    """What a structure's home page shows: a kind told there in another way takes nobody's place."""
    return list(Deadline.objects.open().filter(structure=structure, kind__in=kinds)[:limit])


def with_kind(deadline: Deadline, viewer: User) -> DeadlineRow:
    kind = registry.get(deadline.kind)
    return DeadlineRow(deadline, kind, kind.path_for(deadline.subject_id, viewer))


def notices_of(user: User) -> QuerySet[Notice]:
    return Notice.objects.shown_to(user)


def unread_count(user: User) -> int:
    return Notice.objects.shown_to(user).filter(read_at=None).count()


def failed_notices(user: User) -> QuerySet[Notice]:
    """E-mails that could not leave, for the agents who can mend an address: those of the structures they see.

    Messages tied to no structure are for those who see every territory. Nothing for a structure.
    """
    scope = structure_scope(user, "structure__") if roles.is_agent(user) else None
    if scope is None:
        return Notice.objects.none()
    return Notice.objects.filter(scope, state=NoticeState.FAILED).select_related("structure", "recipient")


def members_of(structure: Structure) -> list[Recipient]:
    """The structure's active people, and its own address."""
    people = [Recipient(user, user.email) for user in structure.members.filter(is_active=True)]
    return [*people, Recipient(None, structure.email)] if structure.email else people


def slai_of(territory: Territory) -> list[Recipient]:
    """The territory's active facilitators, and the service's own address."""
    people = [Recipient(user, user.email) for user in territory.agents.filter(is_active=True, role=Role.SLAI)]
    return [*people, Recipient(None, territory.slai_email)] if territory.slai_email else people


def dpid() -> list[Recipient]:
    people = User.objects.filter(is_active=True, role__in=DPID_ROLES)
    return [Recipient(user, user.email) for user in people]
