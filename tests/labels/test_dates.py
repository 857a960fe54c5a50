"""The worked dates of the legal analysis (E39 to E46), through the services that open the clocks; the reminders."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError
from django.urls import reverse

from accounts.enums import Role
from applications.models import Application
from applications.services import submit_application
from core.transitions import TransitionRefused
from labels import services
from labels.enums import LabelState, MoratoriumState
from labels.models import Label, Moratorium
from notices import registry
from notices.enums import Event
from notices.models import Deadline, Notice
from notices.services import send_due_notices, sweep_due_notices
from tests.applications.builders import filed, make_draft, proposed
from tests.factories import make_structure, make_territory, make_user
from tests.labels.builders import granted, labelled, moratorium_running, noon, notify, second_filed, sign

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EARLY = datetime(2025, 2, 3, 9, 0, tzinfo=UTC)


def proposed_early(**fields):
    """Put to signature early enough for the oldest of the worked dates."""
    return proposed(filed(make_draft(now=EARLY), now=EARLY), **fields)


@pytest.mark.parametrize(
    ("notified", "ends", "refile"),
    [
        pytest.param("2026-08-31", "2027-02-28", "2027-03-01", id="E39 no 31 February"),
        pytest.param("2025-06-15", "2025-12-15", "2026-01-01", id="E40 not before January 2026"),
        pytest.param("2027-08-30", "2028-02-29", "2028-03-01", id="E41 leap year"),
        pytest.param("2026-11-15", "2027-05-15", "2027-05-16", id="E42 no roll on a Saturday"),
    ],
)
def test_a_moratorium_runs_from_its_notification(notified, ends, refile):
    received = date.fromisoformat(notified)
    decision = sign(proposed_early(good=False), now=noon(received - timedelta(days=2)))
    notify(decision, received_on=received, now=noon(received + timedelta(days=10)))
    moratorium = Moratorium.objects.get()
    assert (moratorium.starts_on, moratorium.ends_on.isoformat(), moratorium.refile_from.isoformat()) == (
        received, ends, refile,
    )  # fmt: skip
    deadline = Deadline.objects.get(kind="moratorium_end")
    assert (deadline.started_on, deadline.due_on) == (received, moratorium.ends_on)
    assert deadline.explanation


@pytest.mark.parametrize(
    ("effective", "last", "window"),
    [
        pytest.param("2025-06-02", "2030-06-01", "2029", id="E43"),
        pytest.param("2025-10-15", "2030-10-14", "2030", id="E44"),
        pytest.param("2028-02-29", "2033-02-28", "2032", id="E45"),
        pytest.param("2026-01-15", "2031-01-14", "2030", id="E46"),
    ],
)
def test_a_label_lasts_five_years(effective, last, window):
    label = Label.objects.get(decision=sign(proposed_early(), now=noon(date.fromisoformat(effective))))
    assert (label.valid_from.isoformat(), label.valid_until.isoformat()) == (effective, last)
    assert (label.renewal_opens_on.isoformat(), label.renewal_closes_on.isoformat()) == (
        f"{window}-01-01", f"{window}-07-31",
    )  # fmt: skip


def test_a_second_draft_is_refused_before_its_date_and_taken_on_it():
    moratorium = moratorium_running()
    member = moratorium.structure.members.get()
    eve = noon(moratorium.ends_on)
    services.prepare_second_application(moratorium=moratorium, actor=member, now=eve)
    draft = make_draft(member=member, now=eve)
    with pytest.raises(TransitionRefused, match="14/11/2026"):
        submit_application(application=draft, actor=member, now=eve, key="eve")
    on_the_day = noon(moratorium.refile_from)
    assert submit_application(application=draft, actor=member, now=on_the_day, key="day").study == 2


def test_the_second_draft_is_opened_once():
    moratorium = moratorium_running()
    member = moratorium.structure.members.get()
    opened = [
        services.prepare_second_application(moratorium=moratorium, actor=member, now=noon(date(2026, 6, 1)))
        for _ in range(2)
    ]
    assert opened[0] == opened[1]
    assert Application.objects.filter(previous=moratorium.decision.application).count() == 1


# Facts --------------------------------------------------------------------------------------------------------


def test_the_end_of_a_moratorium_is_recorded_the_day_after_once():
    moratorium = moratorium_running()
    for day, state in ((date(2026, 11, 13), MoratoriumState.RUNNING), (date(2026, 11, 14), MoratoriumState.ENDED)):
        services.record_facts(today=day, now=noon(day))
        assert Moratorium.objects.get(pk=moratorium.pk).state == state
    assert services.record_facts(today=day, now=noon(day)) == 0
    entry = moratorium.log.get(transition="end")
    assert (entry.actor, entry.from_state, entry.to_state) == (None, "running", "ended")


def test_an_expired_label_is_recorded_and_its_reminders_stop():
    label = labelled()
    services.record_facts(today=label.valid_until, now=noon(label.valid_until))
    assert Label.objects.get(pk=label.pk).state == LabelState.ACTIVE, "the last day is included"
    after = label.valid_until + timedelta(days=1)
    services.record_facts(today=after, now=noon(after))
    assert Label.objects.get(pk=label.pk).state == LabelState.EXPIRED
    assert not Deadline.objects.open().exists()


def test_a_fact_that_fails_holds_up_no_other(monkeypatch, caplog):
    stuck, other = (Label.objects.get(decision=granted()) for _ in range(2))
    day = stuck.valid_until + timedelta(days=1)

    def close_deadline(*, subject_id, **matter):
        if subject_id == stuck.pk:
            raise OperationalError("canceling statement due to lock timeout")
        return close(subject_id=subject_id, **matter)

    close = services.close_deadline
    with monkeypatch.context() as accident:
        accident.setattr(services, "close_deadline", close_deadline)
        with pytest.raises(services.FactsLeft, match=r"1 facts of .*, 1 were"):
            services.record_facts(today=day, now=noon(day))
        assert send_due_notices(clock=lambda: noon(day))[Event.BROKEN] == 1

    assert [Label.objects.get(pk=label.pk).state for label in (stuck, other)] == ["active", "expired"]
    assert not stuck.log.exists()
    assert f"Label {stuck.pk}: « expire » could not be recorded" in caplog.text
    assert services.record_facts(today=day, now=noon(day)) == 1


def test_no_fact_is_recorded_ahead_of_its_time():
    """`send_due_notices --as-of` a later day sends that day's reminders, but the label has not expired yet."""
    label = Label.objects.get(decision=granted())
    assert services.record_facts(today=label.valid_until + timedelta(days=1), now=noon(label.valid_from)) == 0
    assert Label.objects.get(pk=label.pk).state == LabelState.ACTIVE


# Reminders ----------------------------------------------------------------------------------------------------


def sweep(day):
    sweep_due_notices(today=day, now=noon(day))


def test_a_moratorium_is_recalled_to_all_three_in_their_words():
    structure = make_structure(email="accueil@exemple.fr")
    slai = make_user(Role.SLAI, territories=(structure.lead_territory,))
    elsewhere = make_user(Role.SLAI, territories=(make_territory("Calaisis"),))
    moratorium = moratorium_running(structure=structure)
    agent = moratorium.decision.application.assigned_to
    member = structure.members.get()
    sweep(date(2026, 10, 14))
    told = {notice.address: notice for notice in Notice.objects.filter(deadline__isnull=False, state="queued")}
    assert {member.email, "accueil@exemple.fr", slai.email, agent.email} <= set(told)
    assert elsewhere.email not in told
    for address in (member.email, "accueil@exemple.fr"):
        assert "votre moratoire prend fin le 13\u00a0novembre 2026" in told[address].subject
        assert "samedi 14\u00a0novembre 2026" in told[address].body
        assert "Cahier des charges, point 7.1" in told[address].body
    for address in (slai.email, agent.email):
        assert structure.name in told[address].subject
        assert "votre" not in told[address].body
    assert told[member.email].path == reverse("moratorium_detail", args=[moratorium.pk])


def test_after_the_end_only_those_who_have_not_filed_are_recalled():
    idle, busy = moratorium_running(), moratorium_running()
    second_filed(busy, good=True, now=noon(busy.refile_from))
    sweep(date(2026, 12, 13))
    recalled = set(Notice.objects.filter(step="J+30").values_list("deadline__subject_id", flat=True))
    assert recalled == {idle.pk}
    assert Deadline.objects.get(kind="moratorium_end", subject_id=busy.pk).closed_on == date(2026, 12, 13)
    assert "Aucune nouvelle demande" in Notice.objects.filter(step="J+30").first().body


def test_a_draft_of_the_second_application_does_not_stop_the_reminders():
    moratorium = moratorium_running()
    services.prepare_second_application(
        moratorium=moratorium, actor=moratorium.structure.members.get(), now=noon(date(2026, 12, 1))
    )
    sweep(date(2027, 1, 12))
    assert Notice.objects.filter(step="J+60", state="queued").exists()


@pytest.mark.parametrize(
    ("day", "step", "kind"),
    [
        (date(2030, 1, 1), "ouverture", "renewal_window"),
        (date(2030, 5, 1), "01-05", "renewal_window"),
        (date(2030, 6, 30), "30-06", "renewal_window"),
        (date(2030, 7, 31), "31-07", "renewal_window"),
        (date(2031, 2, 9), "J-90", "label_expiry"),
        (date(2031, 4, 10), "J-30", "label_expiry"),
        (date(2031, 5, 10), "J", "label_expiry"),
    ],
)
def test_a_label_is_recalled_on_its_days_and_no_other(day, step, kind):
    label = labelled()
    sweep(day - timedelta(days=1))
    assert not Notice.objects.filter(step=step).exists()
    sweep(day)
    member = label.structure.members.get()
    notice = Notice.objects.get(step=step, recipient=member, deadline__kind=kind)
    assert label.number in notice.subject
    assert notice.path == reverse("label_mine")
    agent = Notice.objects.filter(step=step, deadline__kind=kind).exclude(recipient=member).first()
    assert agent.path == reverse("label_detail", args=[label.pk])


def test_the_round_records_facts_before_it_recalls():
    label = labelled()
    late = label.valid_until + timedelta(days=40)
    send_due_notices(clock=lambda: noon(late))
    assert Label.objects.get(pk=label.pk).state == LabelState.EXPIRED
    assert not Notice.objects.filter(deadline__isnull=False).exists(), "nothing to recall about an expired label"


def test_registered_kinds_are_those_that_the_life_cycles_open():
    """The tables of transitions name kinds: each is registered, each registered kind is named."""
    from applications.workflow import WORKFLOW
    from labels.workflow import LABEL, MORATORIUM

    opened = {kind for flow in (WORKFLOW, MORATORIUM, LABEL) for row in flow.rows for kind in row.opens}
    assert opened <= {kind.name for kind in registry.all_kinds()}
    assert {"moratorium_end", "label_expiry", "renewal_window", "instruction"} <= opened
