"""Filing at the same second as something else, on a database that locks; each with a control that must fail."""

import time
from contextlib import nullcontext
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import transaction

from accounts.enums import Role
from applications import services
from applications.models import Application
from applications.services import common
from core.models import RegisterNumber, SiteText
from core.transitions import StaleState, TransitionRefused
from documents.models import Letter
from evaluation.enums import RecusalCause
from evaluation.errors import Recused
from evaluation.services import abstain
from notices.models import Notice
from tests import racing
from tests.applications.builders import FILED_AT, LATER, make_draft, rule_certificates, score_panel, under_review
from tests.documents.samples import pdf
from tests.factories import make_user
from training import services as training
from training.models import AttendanceCertificate
from training.services import TrainingRefused

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
THREADS = 4


def at_once(*actions):
    return racing.at_once(*actions, told=(TransitionRefused, TrainingRefused))


def filing(draft, key):
    member = draft.structure.members.get()
    return lambda: services.submit_application(application=draft, actor=member, now=FILED_AT, key=key)


def test_the_same_form_sent_several_times_at_once_files_once_and_answers_the_same():
    draft = make_draft()
    results = at_once(*[filing(draft, "form")] * THREADS)
    assert [result.number for result in results] == ["D-2026-0001"] * THREADS
    assert (Letter.objects.count(), Notice.objects.count(), draft.log.count()) == (1, 1, 1)


def test_of_several_forms_at_once_one_is_filed_and_the_others_are_told():
    draft = make_draft()
    results = at_once(*[filing(draft, f"form-{number}") for number in range(THREADS)])
    assert sum(isinstance(result, Application) for result in results) == 1
    assert sum(isinstance(result, StaleState) for result in results) == THREADS - 1


def test_control_without_the_answer_to_a_repeated_form_the_others_are_refused():
    from applications.services import filing as chapter

    draft = make_draft()
    member = draft.structure.members.get()
    naive = [lambda: chapter._file(draft, actor=member, now=FILED_AT, key="form")] * THREADS
    assert sum(isinstance(result, StaleState) for result in at_once(*naive)) == THREADS - 1


def removal_during_the_receipt(monkeypatch, draft):
    """An attestation is taken back while the receipt, which counts it, is being drawn."""
    from applications.services import filing as chapter

    drawn = chapter._write_receipt
    certificate, member = draft.structure.certificates.first(), draft.structure.members.get()

    def slowly(application, *, now):
        time.sleep(1)
        return drawn(application, now=now)

    monkeypatch.setattr(chapter, "_write_receipt", slowly)

    def remove():
        time.sleep(0.5)
        training.remove_certificate(certificate=certificate, actor=member)

    return at_once(filing(draft, "form"), remove)


def snapshot_is_true(draft):
    filed = Application.objects.get(pk=draft.pk)
    kept = {row["file"] for row in filed.submitted_snapshot["training"]["certificates"]}
    return kept == set(AttendanceCertificate.objects.values_list("file__sha256", flat=True))


def test_nothing_leaves_the_file_while_it_is_filed(monkeypatch):
    draft = make_draft()
    filed, removal = removal_during_the_receipt(monkeypatch, draft)
    assert isinstance(filed, Application)
    assert isinstance(removal, TrainingRefused)
    assert snapshot_is_true(draft)


def test_control_without_the_lock_the_snapshot_lies(monkeypatch):
    monkeypatch.setattr("applications.services.filing.held", lambda application: nullcontext())
    monkeypatch.setattr("applications.services.filing.move_record", lambda **kwargs: None)
    draft = make_draft()
    removal_during_the_receipt(monkeypatch, draft)
    assert not snapshot_is_true(draft)


FILINGS = 8
PATIENCE = 60
"""Seconds that a drawing waits for the others, on a crowded machine: they come, or never."""


@pytest.fixture
def drawings(monkeypatch):
    """`drawings(count)`: nobody ends a letter before `count` people are drawing one at the same moment."""

    def together(count, patience=PATIENCE):
        barrier = Barrier(count)

        def draw(html):
            barrier.wait(patience)
            return pdf("Accusé d’enregistrement")

        monkeypatch.setattr("documents.services.print_letter", draw)

    return together


def test_filings_at_once_draw_their_receipts_together_and_no_number_is_missing(drawings):
    """None waits for another, though each holds its two numbers until its receipt is kept."""
    drafts = [make_draft() for _ in range(FILINGS)]
    drawings(FILINGS)
    results = at_once(*[filing(draft, f"form-{draft.pk}") for draft in drafts])
    assert sorted(filed.number for filed in results) == [f"D-2026-{number:04d}" for number in range(1, FILINGS + 1)]
    letters = Letter.objects.order_by("number")
    assert [letter.number for letter in letters] == [f"L-2026-{number:05d}" for number in range(1, FILINGS + 1)]
    assert all(letter.number in letter.html for letter in letters)


def test_control_with_one_counter_for_all_a_filing_waits_for_the_drawing_of_the_one_before(drawings, monkeypatch):
    counter = SiteText.objects.create(slug="compteur", title="0")

    def take(register):
        locked = SiteText.objects.select_for_update().get(pk=counter.pk)
        locked.title = str(int(locked.title) + 1)
        locked.save()
        return int(locked.title)

    monkeypatch.setattr(RegisterNumber, "take", take)
    drafts = [make_draft() for _ in range(2)]
    drawings(2, patience=2)
    with pytest.raises(BrokenBarrierError):
        at_once(*[filing(draft, f"form-{draft.pk}") for draft in drafts])


def test_the_number_of_a_filing_that_fails_goes_to_the_next(monkeypatch):
    first, second = make_draft(), make_draft()
    with monkeypatch.context() as accident:
        accident.setattr("documents.services.print_letter", lambda html: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            filing(first, "form")()
    assert filing(second, "form")().number == "D-2026-0001"
    assert Letter.objects.get().number == "L-2026-00001"


def an_opinion_while_its_author_leaves():
    """The SLAI leaves the file in one tab, in a transaction that lasts, and gives its opinion in another."""
    application = under_review()
    agent = make_user(Role.DPID_AGENT)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent)
    given = {"favourable": True, "statement": "Avis.", "now": LATER}
    services.give_dpid_opinion(application=application, actor=agent, **given)
    slai = make_user(Role.SLAI, territories=(application.lead_territory,))

    def leave():
        with transaction.atomic():
            abstain(panel=application.panel, cause=RecusalCause.FAMILY, words="", actor=slai, now=LATER)
            time.sleep(1)

    def opine():
        time.sleep(0.4)
        return services.give_slai_opinion(application=application, actor=slai, **given)

    return at_once(leave, opine)[1], application.opinions.filter(author=slai).exists()


def test_nobody_gives_an_opinion_on_a_file_that_they_are_leaving():
    told, given = an_opinion_while_its_author_leaves()
    assert isinstance(told, Recused)
    assert not given


def test_control_without_the_lock_of_the_cers_the_opinion_is_given(monkeypatch):
    monkeypatch.setattr(common, "hold_panel", lambda *, panel: panel)
    assert an_opinion_while_its_author_leaves()[1]
