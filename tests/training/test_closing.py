"""A session closed: who has an attestation, where it goes, who may check it, and how a mistake is undone."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.enums import Role
from core import clock
from core.models import RegisterNumber
from core.transitions import StaleState, TransitionForbidden
from documents.models import StoredFile
from label_portal.celery import app
from notices.models import Notice
from tests.factories import make_user
from tests.racing import at_once
from tests.training.plans import NOW, RULEBOOK, make_session
from tests.training.rooms import AFTER, confirmed, fill, make_room
from tests.training.test_views import pdf_words
from training import tasks
from training.coverage import Status
from training.enums import CertificateState, CorrectionReason, EnrolmentState, RecordStage, SessionState
from training.exceptions import TrainingRefused
from training.models import AttendanceCertificate, Attestation, Enrolment
from training.records import move_record
from training.rulings import RulingRefused, refuse_certificate
from training.selectors import coverage_of
from training.selectors.attendance import half_days_of
from training.services import closing
from training.services.closing import close_session, correct_attendance, issue_attestation, issue_due
from training.services.enrolments import enrol

pytestmark = pytest.mark.django_db


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


def closed(dpid, *, absent=(), **fields):
    """A session closed, with its attestations."""
    session, enrolments = make_room(dpid=dpid, **fields)
    missing = [(enrolments[rank], half) for rank, half in absent]
    session = close_session(session=confirmed(session, dpid, absent=missing), actor=dpid, now=AFTER)
    issue_due(now=lambda: AFTER)
    for enrolment in enrolments:
        enrolment.refresh_from_db()
    return session, enrolments


def status(enrolment, obligation="M4"):
    covered = coverage_of(enrolment.referent.structure, rulebook=RULEBOOK, today=clock.civil_date(AFTER))
    return covered.cells[enrolment.referent.code, obligation].status


def test_who_was_there_to_the_end_is_trained_at_once_and_the_other_is_told_why(dpid):
    session, (there, missing) = closed(dpid, absent=[(1, 1)])
    assert session.state == SessionState.CLOSED
    assert (there.state, missing.state) == (EnrolmentState.PRESENT, EnrolmentState.ABSENT)
    assert (status(there), status(missing)) == (Status.MET, Status.MISSING)
    certificate = AttendanceCertificate.objects.get()
    assert (certificate.module, certificate.part, certificate.state, certificate.ruled_by) == (
        "M4", None, CertificateState.ACCEPTED, dpid,
    )  # fmt: skip
    assert (certificate.followed_on, certificate.provider) == (session.ends_on, "CNFPT")
    assert certificate.rulings.get().author == dpid
    body = Notice.objects.get(key__startswith=f"session:{session.pk}:closed").body
    assert f"{there.referent}\u00a0: attestation établie." in body
    assert f"{missing.referent}\u00a0: pas d’attestation, absence\u00a0: après-midi du 12\u00a0mai 2026." in body


def test_one_part_of_a_module_counts_for_that_part_and_both_for_the_whole(dpid):
    owner = make_user(Role.STRUCTURE_ADMIN)
    _, (first,) = closed(dpid, owner=owner, seats=1, module="M2", part=1)
    assert status(first, "M2") == Status.PARTIAL
    second = make_session("M2", part=2, actor=dpid, first=date(2026, 5, 14))
    enrol(session=second, referents=[first.referent], actor=owner, now=NOW)
    close_session(session=confirmed(second, dpid), actor=dpid, now=AFTER)
    issue_due(now=lambda: AFTER)
    assert status(first, "M2") == Status.MET


def test_the_letter_says_all_that_an_attestation_says(dpid):
    _, (one, _) = closed(dpid)
    attestation = one.attestations.get()
    assert attestation.number == "A62-2026-00001"
    file = attestation.certificate.file
    assert (file.original_name, file.is_ready, file == attestation.letter.pdf) == ("A62-2026-00001.pdf", True, True)
    html = attestation.letter.html
    objective = RULEBOOK.module("M4").objectives[0]
    for words in (
        "A62-2026-00001", str(one.referent), one.referent.structure.name, "Secret professionnel", "7\u00a0h<", "CNFPT",
        "Mme Lefèvre", str(dpid), "Maison du Département Solidarité, Arras", objective.split("’")[0],
    ):  # fmt: skip
        assert words in html


def test_closing_is_the_dpids_after_the_trainers_word_and_happens_once(dpid):
    session, _ = make_room(dpid=dpid)
    fill(session, dpid)
    with pytest.raises(StaleState):
        close_session(session=session, actor=dpid, now=AFTER)
    session = confirmed(session, dpid)
    with pytest.raises(TransitionForbidden):
        close_session(session=session, actor=make_user(Role.SLAI), now=AFTER)
    close_session(session=session, actor=dpid, now=AFTER)
    with pytest.raises(StaleState):
        close_session(session=session, actor=dpid, now=AFTER)
    assert issue_due(now=lambda: AFTER) == 2
    assert issue_due(now=lambda: AFTER) == 0
    assert AttendanceCertificate.objects.count() == 2


def test_who_still_waited_waits_no_more(dpid):
    _, (_, waiting) = closed(dpid, capacity=1)
    assert waiting.state == EnrolmentState.CANCELLED
    assert "Choisissez une autre session" in Notice.objects.get(key__startswith=f"enrolment:{waiting.pk}:unseated").body


@pytest.mark.parametrize("stage", list(RecordStage))
def test_the_attestation_enters_the_file_whatever_its_stage(dpid, stage):
    session, (one,) = make_room(dpid=dpid, seats=1)
    close_session(session=confirmed(session, dpid), actor=dpid, now=AFTER)
    move_record(structure=one.referent.structure, stage=stage)
    assert issue_attestation(enrolment_pk=one.pk, now=AFTER) is not None


def test_one_that_fails_keeps_none_of_the_others_and_is_tried_again(dpid, monkeypatch, caplog):
    session, (one, _) = make_room(dpid=dpid)
    close_session(session=confirmed(session, dpid), actor=dpid, now=AFTER)
    real = closing.write_letter

    def broken(**letter):
        if letter["context"]["referent"] == one.referent:
            raise OSError("stockage")
        return real(**letter)

    monkeypatch.setattr(closing, "write_letter", broken)
    assert issue_due(now=lambda: AFTER) == 1
    assert "could not be issued" in caplog.text
    assert RegisterNumber.objects.filter(register="attestation-2026").count() == 1
    monkeypatch.setattr(closing, "write_letter", real)
    assert issue_due(now=lambda: AFTER) == 1
    assert sorted(Attestation.objects.values_list("number", flat=True)) == ["A62-2026-00001", "A62-2026-00002"]
    assert StoredFile.objects.count() == 2


def test_the_worker_that_reads_files_issues_so_that_no_message_waits(dpid, monkeypatch):
    session, _ = make_room(dpid=dpid)
    close_session(session=confirmed(session, dpid), actor=dpid, now=AFTER)
    monkeypatch.setattr(clock, "now", lambda: AFTER)
    assert tasks.issue_due_attestations.name == closing.ISSUER_TASK
    tasks.issue_due_attestations()
    assert Attestation.objects.count() == 2
    assert app.amqp.router.route({}, closing.ISSUER_TASK)["queue"].name == "files"


def test_a_presence_wrongly_noted_is_corrected_with_its_trace(client, dpid):
    session, (one, _) = closed(dpid)
    morning, afternoon = (each.id for each in half_days_of(session))
    first = one.attestations.get()
    later = AFTER + timedelta(1)
    correct = partial(correct_attendance, enrolment=one, actor=dpid, now=later, reason=CorrectionReason.SHEET)
    with pytest.raises(TrainingRefused, match="Rien ne change"):
        correct(known={morning: True, afternoon: True})
    with pytest.raises(TrainingRefused, match="par la DPID"):
        correct(known={morning: True, afternoon: False}, actor=make_user(Role.SLAI))
    one = correct(known={morning: True, afternoon: False})
    first.refresh_from_db()
    first.certificate.refresh_from_db()
    assert (one.state, first.withdrawn_at) == (EnrolmentState.ABSENT, later)
    assert first.certificate.state == CertificateState.REFUSED
    assert first.certificate.reason == "Présence corrigée, absence\u00a0: après-midi du 12\u00a0mai 2026."
    assert [each.state for each in first.certificate.rulings.all()] == ["accepted", "refused"]
    assert one.log.latest("pk").comment == "Feuille d’émargement relue"
    assert one.marks.count() == 3
    assert status(one) == Status.REFUSED
    assert "retirée" in Notice.objects.get(key__startswith=f"enrolment:{one.pk}:corrected").body
    assert (
        "Cette attestation est retirée"
        in client.get(reverse("attestation_check_code", args=[first.check_code])).content.decode()
    )
    back = correct(enrolment=one, known={morning: True, afternoon: True}, now=later + timedelta(1))
    assert issue_due(now=lambda: later) == 1
    assert back.attestations.get(withdrawn_at=None).number != first.number
    assert status(back) == Status.MET


def test_a_correction_starts_from_what_is_written_not_from_what_was_read(dpid):
    session, (one, _) = closed(dpid)
    morning, afternoon = (each.id for each in half_days_of(session))
    read_before = Enrolment.objects.get(pk=one.pk)
    correct = partial(correct_attendance, actor=dpid, reason=CorrectionReason.SHEET)
    correct(enrolment=one, known={morning: True, afternoon: False}, now=AFTER + timedelta(1))
    back = correct(enrolment=read_before, known={morning: True, afternoon: True}, now=AFTER + timedelta(2))
    assert back.state == EnrolmentState.PRESENT
    assert issue_due(now=lambda: AFTER + timedelta(2)) == 1


def test_what_the_departement_issued_is_not_ruled_on_at_the_desk(dpid):
    _, (one, _) = closed(dpid)
    move_record(structure=one.referent.structure, stage=RecordStage.CONTROL)
    certificate = one.attestations.get().certificate
    with pytest.raises(RulingRefused, match="correction de la présence"):
        refuse_certificate(
            certificate=certificate, reason="Illisible", actor=dpid, now=AFTER, seen=CertificateState.ACCEPTED
        )


def test_a_session_nobody_came_to_is_finished_all_the_same(client, dpid, monkeypatch):
    session = make_session(actor=dpid)
    client.force_login(dpid)
    monkeypatch.setattr(clock, "now", lambda: AFTER)
    page = client.get(reverse("session_detail", args=[session.pk])).content.decode()
    assert reverse("session_confirm", args=[session.pk]) in page
    assert f'{reverse("session_attendance", args=[session.pk])}"' not in page
    session = close_session(session=confirmed(session, dpid), actor=dpid, now=AFTER)
    assert session.state == SessionState.CLOSED


def test_only_a_closed_session_is_corrected(dpid):
    session, (one, _) = make_room(dpid=dpid)
    fill(session, dpid)
    known = {each.id: False for each in half_days_of(session)}
    with pytest.raises(TrainingRefused, match="n’est pas close"):
        correct_attendance(enrolment=one, known=known, reason=CorrectionReason.MISTAKE, actor=dpid, now=AFTER)


def test_anybody_checks_an_attestation_and_learns_of_nobody(client, dpid):
    _, (one, _) = closed(dpid)
    attestation = one.attestations.get()
    for address in (
        reverse("attestation_check_code", args=[attestation.check_code]),
        reverse("attestation_check") + "?numero=a62-2026-00001",
    ):
        page = client.get(address).content.decode()
        assert "Cette attestation est valable" in page
        assert "Secret professionnel" in page
        assert one.referent.last_name not in page
        assert one.referent.structure.name not in page
    assert client.get(reverse("attestation_check")).status_code == 200
    for unknown in (reverse("attestation_check") + "?numero=A62-2026-09999",
                    reverse("attestation_check_code", args=["0000"])):  # fmt: skip
        assert client.get(unknown).status_code == 404


def test_the_dpid_closes_the_structure_reads_and_a_mistake_is_corrected_on_the_screen(client, dpid, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AFTER)
    session, (one, two) = make_room(dpid=dpid)
    confirmed(session, dpid, absent=[(two, 0)])
    client.force_login(dpid)
    detail = reverse("session_detail", args=[session.pk])
    assert "Clore et établir les attestations" in client.get(detail).content.decode()
    told = client.post(reverse("session_close", args=[session.pk]), follow=True).content.decode()
    assert "1 attestation entre dans les dossiers" in told
    assert "Attestation en cours" in told
    issue_due(now=lambda: AFTER)
    assert "A62-2026-00001" in client.get(detail).content.decode()
    correct = reverse("attendance_correct", args=[two.pk])
    morning, afternoon = (each.id for each in half_days_of(session))
    good = {f"half_{morning}": "1", f"half_{afternoon}": "1", "reason": "sheet"}
    for wrong in ({"reason": ""}, {f"half_{morning}": "0"}, {f"half_{morning}": ""}):
        assert client.post(correct, good | wrong).status_code == 422
    client.post(correct, good)
    two.refresh_from_db()
    assert two.state == EnrolmentState.PRESENT
    client.force_login(one.asked_by)
    page = client.get(reverse("session_enrol", args=[session.pk])).content.decode()
    attestation = one.attestations.get()
    assert reverse("attestation_pdf", args=[attestation.pk]) in page
    pdf = b"".join(client.get(reverse("attestation_pdf", args=[attestation.pk])).streaming_content)
    assert str(one.referent) in pdf_words(pdf)
    assert client.get(reverse("attestation", args=[attestation.pk])).status_code == 200
    client.force_login(make_user(Role.STRUCTURE_ADMIN))
    assert client.get(reverse("attestation_pdf", args=[attestation.pk])).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clicks_close_once_and_two_workers_issue_once(dpid):
    session, _ = make_room(dpid=dpid, seats=3)
    session = confirmed(session, dpid)
    clicks = [partial(close_session, session=session, actor=dpid, now=AFTER)] * 4
    answers = at_once(*clicks, told=(StaleState, IntegrityError))
    assert sorted(type(answer).__name__ for answer in answers) == ["StaleState"] * 3 + ["TrainingSession"]
    rounds = at_once(*[partial(issue_due, now=lambda: AFTER)] * 4, told=IntegrityError)
    assert sum(rounds) == 3
    assert AttendanceCertificate.objects.count() == 3
    assert sorted(Attestation.objects.values_list("number", flat=True)) == [
        "A62-2026-00001", "A62-2026-00002", "A62-2026-00003",
    ]  # fmt: skip
