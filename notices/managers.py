"""Scopes and states as querysets."""

from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.managers import ScopedQuerySet
from notices.enums import HIDDEN_STATES, NoticeState


class DeadlineQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(closed_on=None)

    def late(self, today: date) -> Self:
        return self.open().filter(due_on__lt=today)

    def ahead(self, today: date) -> Self:
        return self.open().filter(due_on__gte=today)

    def to_recall(self, today: date) -> Self:
        """Open rows with a step that has come and was not treated yet."""
        return self.open().filter(next_step_on__lte=today)

    def lock(self, skip_locked: bool = False) -> Self:
        return self.select_for_update(no_key=True, skip_locked=skip_locked)


class NoticeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """A message belongs to the person it is addressed to."""
        return self.filter(recipient=user) if user.is_authenticated else self.none()

    def shown_to(self, user: Any) -> Self:
        return self.visible_to(user).exclude(state__in=HIDDEN_STATES)

    def waiting(self, now: datetime) -> Self:
        """Not sent yet: queued, or claimed by a sender whose lease has run out."""
        return self.filter(Q(state=NoticeState.QUEUED) | Q(state=NoticeState.SENDING, lease_until__lte=now))

    def ready(self, now: datetime) -> Self:
        return self.waiting(now).filter(Q(retry_at=None) | Q(retry_at__lte=now))
