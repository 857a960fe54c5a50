"""The benchmark's data: rows that the database accepts, shown by the page that is measured."""

import pytest
from django.urls import reverse

from applications.enums import DECIDED, UNDER_REVIEW
from applications.models import Application
from benchmarks.files import CERS, fill
from core import clock

pytestmark = pytest.mark.django_db


def test_the_files_fill_the_desk(client):
    agent = fill(70, now=clock.now())
    client.force_login(agent)

    page = client.get(reverse("desk"))
    closed = client.get(reverse("desk"), {"liste": "clos"})

    files = Application.objects.all()
    assert files.count() == 70
    assert {file.state for file in files} == UNDER_REVIEW | DECIDED
    assert len(page.context["rows"]) == 25
    counts = {tab.label: tab.count for tab in page.context["tabs"]}
    assert counts["À traiter"] == sum(file.state in UNDER_REVIEW for file in files)
    assert counts["À traiter"] + counts["En attente de la structure"] + counts["Clos"] == 70
    assert counts["En retard"] > 0
    assert all(row.cers == CERS for row in [*page.context["rows"], *closed.context["rows"]])
    assert {row.expected.label for row in closed.context["rows"]} >= {"Label accordé", "Refusé"}
