"""The blind control (CdC 5-2, `cer.blind_control`): until the DPID has validated a CER, nothing that an agent can open
depends on what the structure ticked for it. Two worlds that differ by those ticks alone are told apart by no page, no
answer of the autosave, no export, no message."""

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from evaluation.enums import FactsSource, Round
from evaluation.models import CerFacts, Scoring, ScoringEntry
from evaluation.selectors import panel_snapshot
from notices.models import Notice
from rulebook.clauses import Rulebook
from rulebook.enums import BlindControl
from tests.access.table import CERS, FILES, TABLE
from tests.access.walk import VARIES, Visitor
from tests.access.world import NOW, World
from tests.applications.builders import filed, make_draft
from tests.evaluation.builders import every_line, make_scoring
from tests.factories import SERIAL

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EVALUATORS = ("dpid_agent", "slai", "auditor")
EXPORTS = {
    "annex_pdf": "pdf", "annex_xlsx": "xlsx", "coverage_export": "xlsx", "import_template": "xlsx",
    "trained_referents_pdf": "pdf", "trained_referents_xlsx": "xlsx",
}  # fmt: skip
HOUR = re.compile(r"^Expires: .*$", re.MULTILINE)
SENT = ("save_cer", "save_facts")
"""What the workstation sends by script: the answer of each is read too."""


def opened(world: World) -> list[Any]:
    """The contracts of the file under control, but the first: those that the DPID has still to score."""
    return list(world.objects["running_panel"].cers.order_by("number"))[1:]


@pytest.fixture
def control_begun(world: World) -> None:
    """The first CER is scored: a mean of the structure's would tell something of the others."""
    make_scoring(world.objects["running_cer"], author=world.users["dpid_agent"])


def rewrite(world: World, ticks: list[str], comment: str) -> None:
    """Another world: the structure ticked and wrote this instead, and typed other facts, wherever it is kept."""
    cers = opened(world)
    for cer in cers:
        Scoring.objects.filter(cer=cer, round=Round.SELF).update(ticks=ticks, comment=comment)
        own = cer.scorings.get(round=Round.SELF)
        ScoringEntry.objects.create(
            panel=cer.panel, cer=cer, reference=cer.reference, round=Round.SELF, act="saved", version=90 + len(ticks),
            ticks=ticks, comment=comment, author=own.author, at=NOW,
        )  # fmt: skip
        CerFacts.objects.update_or_create(
            cer=cer, source=FactsSource.STRUCTURE, author=own.author,
            defaults={"remark": bool(ticks), "actions": [{"label": comment}], "updated_at": NOW},
        )  # fmt: skip
    application = world.objects["running"]
    application.refresh_from_db()
    application.submitted_snapshot = application.submitted_snapshot | {"cer": panel_snapshot(cers[0].panel)}
    application.save()


def answers(world: World, roles: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """All that agents can open, and what their acts on CERs and files answer, by role and address."""
    for role in roles:
        visitor = Visitor(world, role)
        for method, rules in (("get", TABLE), ("post", (*CERS, *FILES))):
            for rule in rules:
                place = f"{role} {method} {rule.name}{rule.args}"
                if kind := EXPORTS.get(rule.name):
                    yield place, content(visitor, visitor.address(rule), kind)
                else:
                    answer = visitor.visit(rule, method)
                    yield place, (answer.status, HOUR.sub("", answer.text))
        for cer in opened(world):
            for name in ("score_cer", "cer_history"):
                yield f"{role} {name} {cer}", visitor.go(reverse(name, args=[cer.pk]))
            for name in SENT:
                yield f"{role} {name} {cer}", sent(visitor, reverse(name, args=[cer.pk]))
        yield f"{role} search", visitor.go(f"{reverse('desk')}?q=Canari")


def sent(visitor: Visitor, address: str) -> tuple[int, str]:
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = visitor.session.value
    data = {"ticks": every_line()[:4], "version": 0, "comment": "", "faits-version": 0}
    with transaction.atomic():
        answer = browser.post(address, data, headers={"X-Autosave": "1"})
        transaction.set_rollback(True)
    return answer.status_code, VARIES.sub("", answer.content.decode(errors="replace"))


def content(visitor: Visitor, address: str, kind: str) -> Any:
    """The words of an export: its bytes carry the hour of their making."""
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = visitor.session.value
    answer = browser.get(address)
    if answer.status_code != 200:
        return answer.status_code
    if kind == "pdf":
        return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.content)]
    return [list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(BytesIO(answer.content))]


def gaps(world: World, roles: Sequence[str]) -> list[str]:
    """Where the two worlds differ."""
    rewrite(world, every_line(), "Alpha")
    one = dict(answers(world, roles))
    rewrite(world, [], "Beta")
    return [place for place, answer in answers(world, roles) if answer != one[place]]


@pytest.mark.usefixtures("control_begun")
def test_nothing_that_an_agent_opens_tells_what_the_structure_ticked(world: World) -> None:
    assert gaps(world, EVALUATORS) == []


@pytest.mark.usefixtures("control_begun")
def test_control_the_rulebook_that_opens_the_control_shows_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same two worlds, told apart where the switch shows the structure's ticks: the walk sees what it should."""
    closed = Rulebook.choice

    def choice(self: Rulebook, key: str) -> str:
        return BlindControl.OPEN if key == "cer.blind_control" else closed(self, key)

    monkeypatch.setattr(Rulebook, "choice", choice)
    found = " ".join(gaps(world, ["dpid_agent"]))
    assert [name for name in ("score_cer", "cer_history", "file_scores", "annex_xlsx") if name not in found] == []


def test_the_messages_of_a_filing_are_the_same_whatever_was_ticked() -> None:
    """Those of the portal and the letters: filed twice, from the same start, but for the ticks."""
    told = []
    for ticks in (every_line(), []):
        SERIAL.last = 50_000
        with transaction.atomic():
            draft = make_draft()
            Scoring.objects.filter(cer__panel=draft.panel).update(ticks=ticks)
            application = filed(draft)
            rows = Notice.objects.order_by("pk").values_list("subject", "body", "path")
            receipt = getattr(application, "receipt", None)
            told.append((list(rows), [message.body for message in mail.outbox], str(receipt)))
            transaction.set_rollback(True)
    assert told[0] == told[1]
    assert told[0][0], "something is told"
    assert not re.search(r"\d+,?\d*\s%", str(told[0])), "no mean in a message"
