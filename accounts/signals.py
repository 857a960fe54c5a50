"""Signing in starts the session's clock; a change of second factor ends the sessions opened without it."""

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts.middleware import SECOND_FACTOR, start_clock
from accounts.services.members import end_sessions


def end_other_sessions(*, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.session.pop(SECOND_FACTOR, None)
    end_sessions(user=user)
    update_session_auth_hash(request, user)


def connect() -> None:
    user_logged_in.connect(start_clock, dispatch_uid="accounts.start_clock")
    for signal in (authenticator_added, authenticator_removed, authenticator_reset):
        signal.connect(end_other_sessions, dispatch_uid="accounts.end_other_sessions")
