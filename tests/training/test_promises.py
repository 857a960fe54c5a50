"""A commitment is a date that runs: opened with it, recalled, moved with the arrival, closed once nothing is owed."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.services.referents import edit_referent, record_departure
from core import clock
from core.french import day_date, day_long
from notices.models import Deadline, Notice
from notices.services import send_due_notices
from tests.factories import make_referent, make_structure, make_user
from tests.training.test_services import NOW, TODAY, absence, newcomer, stored
from training import services
from training.enums import CertificateState, RecordStage
from training.models import AttendanceCertificate, TrainingRecord
from training.records import move_record
from training.rulings import accept_certificates
from training.services import promises
from training.services.promises import ABSENCE, NEWCOMER, record_commitments

ARRIVED = date(2025, 9, 15)
pytestmark = pytest.mark.django_db


@pytest.fixture
def arrived_on():
    return ARRIVED


def running() -> list[tuple[str, date]]:
    return list(Deadline.objects.open().values_list("kind", "due_on"))


def accept(referent, module: str = "M3") -> None:
    """As the DPID does while it checks a filed application."""
    certificate = AttendanceCertificate.objects.create(
        structure=referent.structure, referent=referent, module=module, file=stored(f"Attestation {module}"),
        state=CertificateState.TO_CHECK, created_at=NOW,
    )  # fmt: skip
    move_record(structure=referent.structure, stage=RecordStage.CONTROL)
    accept_certificates(structure=referent.structure, pks=[certificate.pk], actor=make_user(Role.DPID_AGENT), now=NOW)


def sweep(day: date) -> None:
    send_due_notices(clock=lambda: NOW + timedelta(days=(day - TODAY).days), today=day)


def edit(referent, actor, **fields) -> None:
    kept = {"first_name": referent.first_name, "last_name": referent.last_name, "arrived_on": referent.arrived_on}
    edit_referent(referent=referent, actor=actor, **{**kept, **fields})


def test_the_plan_of_a_newcomer_is_one_date_with_its_section_and_steps(referent, actor):
    newcomer(referent, actor)
    newcomer(referent, actor, obligation="M4")
    row = Deadline.objects.get()
    assert (row.kind, row.subject_id, row.started_on, row.due_on) == (
        NEWCOMER, referent.pk, ARRIVED, date(2026, 9, 15)
    )  # fmt: skip
    assert "5-1 b" in row.basis
    assert [step["date"] for step in row.explanation] == ["2025-09-15", "2026-09-15"]
    assert row.explanation[0]["text"] == "Arrivée de R01 dans la structure."
    assert row.next_step_on == date(2026, 3, 15)


def test_an_absence_runs_from_its_commitment_through_the_session_booked(referent, actor):
    absence(referent, actor)
    row = Deadline.objects.get()
    assert (row.kind, row.started_on, row.due_on) == (ABSENCE, TODAY, date(2027, 2, 10))
    assert [step["date"] for step in row.explanation] == ["2026-02-10", "2026-05-12", "2027-02-10"]
    assert row.next_step_on == date(2027, 1, 10)


def test_it_closes_once_every_commitment_is_kept(referent, actor):
    newcomer(referent, actor)
    newcomer(referent, actor, obligation="M4")
    accept(referent, "M3")
    assert running() == [(NEWCOMER, date(2026, 9, 15))]
    accept(referent, "M4")
    assert running() == []
    assert Deadline.objects.get().closing_reason == "L’engagement est tenu."


def test_it_closes_with_the_commitment_given_up(referent, actor):
    commitment = absence(referent, actor)
    services.remove_commitment(commitment=commitment, actor=actor, today=TODAY)
    assert Deadline.objects.get().closing_reason == "L’engagement est retiré."


def test_the_first_of_two_absences_is_the_date(referent, actor):
    first = absence(referent, actor)
    absence(referent, actor, obligation="M4", now=NOW + timedelta(days=20))
    assert running() == [(ABSENCE, date(2027, 2, 10))]
    services.remove_commitment(commitment=first, actor=actor, today=TODAY)
    assert running() == [(ABSENCE, date(2027, 3, 2))]


def test_an_absence_not_made_up_for_in_time_leaves_the_row_to_the_next(referent, actor):
    absence(referent, actor)
    absence(referent, actor, obligation="M4", now=NOW + timedelta(days=60))
    sweep(date(2027, 2, 10))
    assert running() == [(ABSENCE, date(2027, 2, 10))]
    sweep(date(2027, 2, 11))
    assert running() == [(ABSENCE, date(2027, 4, 11))]
    assert Deadline.objects.get(closed_on=date(2027, 2, 11)).closing_reason.startswith("Le délai est passé")
    sweep(date(2027, 3, 11))
    told = Notice.objects.get(recipient=actor, step="M-1", deadline__due_on=date(2027, 4, 11)).body
    assert f"délai passé depuis le {day_date(date(2027, 2, 10))}" in told
    assert f"au plus tard le {day_date(date(2027, 4, 11))}" in told
    sweep(date(2027, 4, 12))
    assert running() == [(ABSENCE, date(2027, 4, 11))], "nothing is ahead: the last one stays, late"


def test_of_two_absences_close_to_each_other_both_are_recalled_in_time(referent, actor):
    """A month before the second, the row is still that of the first."""
    absence(referent, actor)
    absence(referent, actor, obligation="M4", now=NOW + timedelta(days=20))
    sweep(date(2027, 1, 10))
    told = Notice.objects.get(recipient=actor, step="M-1").body
    assert f"au plus tard le {day_date(date(2027, 2, 10))}" in told
    assert f"au plus tard le {day_date(date(2027, 3, 2))}" in told
    sweep(date(2027, 2, 11))
    sweep(date(2027, 3, 2))
    assert Notice.objects.filter(recipient=actor, step="J", deadline__due_on=date(2027, 3, 2)).exists()


@pytest.mark.parametrize(
    ("corrected", "due_on", "promised_on"),
    [
        (date(2025, 12, 1), date(2026, 12, 1), date(2026, 12, 1)),
        (date(2025, 6, 2), date(2026, 6, 2), date(2026, 6, 2)),
        (date(2024, 2, 29), date(2025, 2, 28), date(2026, 9, 15)),
    ],
    ids=["later", "earlier", "so early that the session planned is too late"],
)
def test_a_corrected_arrival_closes_the_row_and_opens_its_successor(referent, actor, corrected, due_on, promised_on):
    commitment = newcomer(referent, actor)
    edit(referent, actor, arrived_on=corrected)
    record_commitments(today=TODAY, now=NOW)
    former = Deadline.objects.get(closed_on=TODAY)
    assert (former.successor.started_on, former.successor.due_on) == (corrected, due_on)
    commitment.refresh_from_db()
    assert commitment.due_on == promised_on


def test_what_is_judged_keeps_its_date_when_the_arrival_moves_later(referent, actor):
    newcomer(referent, actor)
    move_record(structure=referent.structure, stage=RecordStage.CONTROL)
    edit(referent, actor, arrived_on=date(2025, 12, 1))
    record_commitments(today=TODAY, now=NOW)
    assert running() == [(NEWCOMER, date(2026, 9, 15))]


@pytest.mark.parametrize(
    ("corrected", "due_on"),
    [(date(2025, 12, 15), date(2026, 9, 15)), (date(2025, 6, 2), date(2026, 6, 2))],
    ids=["later", "earlier"],
)
def test_what_was_filed_only_shortens_once_decided(referent, actor, corrected, due_on):
    commitment = newcomer(referent, actor)
    for stage in (RecordStage.CONTROL, RecordStage.CLOSED, RecordStage.DRAFT):
        move_record(structure=referent.structure, stage=stage)
    edit(referent, actor, arrived_on=corrected)
    record_commitments(today=TODAY, now=NOW)
    commitment.refresh_from_db()
    assert commitment.due_on == due_on
    assert running() == [(NEWCOMER, due_on)]


def test_a_referent_who_leaves_owes_nothing_from_the_day_after(referent, actor):
    newcomer(referent, actor)
    record_departure(referent=referent, actor=actor, left_on=TODAY)
    record_commitments(today=TODAY, now=NOW)
    assert len(running()) == 1
    record_commitments(today=TODAY + timedelta(days=1), now=NOW)
    assert running() == []
    assert Deadline.objects.get().closing_reason.startswith("A quitté la structure")


def test_a_referent_not_funded_is_not_waited_for(referent, actor):
    newcomer(referent, actor)
    edit(referent, actor, funded=False)
    record_commitments(today=TODAY, now=NOW)
    assert running() == []
    edit(referent, actor, funded=True)
    record_commitments(today=TODAY, now=NOW)
    assert running() == [(NEWCOMER, date(2026, 9, 15))]


def test_a_commitment_older_than_its_deadline_gets_one_and_only_one(referent, actor):
    newcomer(referent, actor)
    Deadline.objects.all().delete()
    TrainingRecord.objects.update(settled_on=None)
    record_commitments(today=TODAY, now=NOW)
    assert running() == [(NEWCOMER, date(2026, 9, 15))]
    record_commitments(today=TODAY, now=NOW)
    assert Deadline.objects.count() == 1


def test_the_structure_is_reminded_six_three_and_one_months_before_and_on_the_last_day(referent, actor):
    newcomer(referent, actor)
    days = [date(2026, 3, 15), date(2026, 6, 15), date(2026, 8, 15), date(2026, 9, 15)]
    for day in days:
        sweep(day - timedelta(days=1))
        sweep(day)
    sent = Notice.objects.filter(recipient=actor).order_by("step_on")
    assert [(notice.step, notice.step_on) for notice in sent] == list(
        zip(["M-6", "M-3", "M-1", "J"], days, strict=True)
    )
    assert all("prend fin le 15\u00a0septembre 2026" in notice.subject for notice in sent)
    assert str(referent) in sent.last().body
    assert sent.last().path == f"/formations/referents/{referent.pk}/"
    assert set(Notice.objects.values_list("recipient__role", flat=True)) <= {Role.STRUCTURE_MEMBER, None}


def test_a_reminder_gives_the_day_of_arrival_even_of_a_plan_that_ends_sooner(referent, actor):
    newcomer(referent, actor)
    for stage in (RecordStage.CONTROL, RecordStage.DRAFT):
        move_record(structure=referent.structure, stage=stage)
    edit(referent, actor, arrived_on=date(2025, 12, 15))
    sweep(date(2026, 6, 15))
    told = Notice.objects.get(recipient=actor, step="M-3").body
    assert f"depuis le {day_date(date(2025, 12, 15))}" in told
    assert f"Dernier jour\u00a0: le {day_long(date(2026, 9, 15))}" in told


def promising(count: int) -> None:
    for _ in range(count):
        actor = make_user(Role.STRUCTURE_MEMBER)
        newcomer(make_referent(actor.structure, arrived_on=ARRIVED), actor)


def test_a_sweep_costs_one_query_once_the_day_is_recorded(referent, actor, django_assert_num_queries):
    promising(3)
    record_commitments(today=TODAY, now=NOW)
    with django_assert_num_queries(1):
        record_commitments(today=TODAY, now=NOW)
    edit(referent, actor, arrived_on=date(2025, 12, 1))
    newcomer(referent, actor)
    with django_assert_num_queries(1):
        record_commitments(today=TODAY, now=NOW)


def test_the_first_sweep_of_a_day_costs_the_same_whatever_the_number_of_structures(django_assert_num_queries):
    promising(2)
    record_commitments(today=TODAY, now=NOW)
    with CaptureQueriesContext(connection) as few:
        record_commitments(today=TODAY + timedelta(days=1), now=NOW)
    promising(6)
    record_commitments(today=TODAY, now=NOW)
    with django_assert_num_queries(len(few)):
        record_commitments(today=TODAY + timedelta(days=1), now=NOW)


def test_a_structure_that_fails_keeps_no_other_waiting_and_is_tried_again(referent, actor, monkeypatch):
    newcomer(referent, actor)
    promising(1)
    record_commitments(today=TODAY, now=NOW)
    Deadline.objects.all().delete()
    fine = promises.settle_commitments

    def failing(*, structure, today):
        if structure == referent.structure:
            raise RuntimeError
        fine(structure=structure, today=today)

    tomorrow = TODAY + timedelta(days=1)
    with monkeypatch.context() as patched:
        patched.setattr(promises, "settle_commitments", failing)
        with pytest.raises(ExceptionGroup):
            record_commitments(today=tomorrow, now=NOW)
    assert Deadline.objects.count() == 1
    record_commitments(today=tomorrow, now=NOW)
    assert Deadline.objects.count() == 2


def test_no_reminder_once_the_module_is_followed(referent, actor):
    newcomer(referent, actor)
    accept(referent)
    sweep(date(2026, 9, 15))
    assert not Notice.objects.filter(step="J").exists()


def test_the_date_is_on_the_pages_of_the_structure(client, structure, actor):
    referent = make_referent(structure, arrived_on=clock.today() - timedelta(days=60))
    newcomer(referent, actor, now=clock.now(), session_on=clock.today() + timedelta(days=30))
    client.force_login(actor)
    page = client.get("/echeances/").content.decode()
    assert "Formation après une arrivée" in page
    assert f"/formations/referents/{referent.pk}/" in page
    assert f"{referent}, «" in client.get("/").content.decode()
    client.force_login(make_user(Role.STRUCTURE_MEMBER, structure=make_structure(name="Une autre structure")))
    assert "Formation après une arrivée" not in client.get("/echeances/").content.decode()
