"""What the people of a structure are told of their trainings, in the transaction of what happened."""

from datetime import datetime

from accounts.models import Structure, User
from notices.services.outbox import queue_notice


def tell_people(structure: Structure, *, key: str, subject: str, body: str, path: str, now: datetime) -> None:
    """Each person of the structure who has an account."""
    people: list[User] = list(structure.members.filter(is_active=True).order_by("pk"))
    for person in people:
        queue_notice(key=key, subject=subject, body=body, now=now, recipient=person, structure=structure, path=path)
