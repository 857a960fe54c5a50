"""A change of second factor ends the person's other sessions, which had been opened without it."""

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from accounts.middleware import SECOND_FACTOR
from accounts.services.members import end_sessions


def end_other_sessions(*, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.session.pop(SECOND_FACTOR, None)
    end_sessions(user=user)
    update_session_auth_hash(request, user)


def connect() -> None:
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        signal.connect(end_other_sessions, dispatch_uid="accounts.end_other_sessions")
