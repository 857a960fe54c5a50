"""What an expired session held is gone the night after."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.tasks import clear_sessions
from label_portal.celery import app

pytestmark = pytest.mark.django_db


def test_an_expired_session_is_gone_after_the_night_and_the_others_stay():
    kept, expired = SessionStore(), SessionStore()
    for session in (kept, expired):
        session["roster_import"] = {"rows": []}
        session.save()
    Session.objects.filter(pk=expired.session_key).update(expire_date=timezone.now() - timedelta(minutes=1))
    clear_sessions()
    assert list(Session.objects.values_list("pk", flat=True)) == [kept.session_key]


def test_beat_clears_them_each_night():
    app.loader.import_default_modules()
    entry = app.conf.beat_schedule["clear-sessions"]
    assert (entry["task"] in app.tasks, entry["schedule"].hour) == (True, {3})
