"""The programme or a support of a training outside the plan: asked until a day, sent, read beside the attestation."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.enums import Role
from applications.services import withdraw_application
from core import clock
from core.french import day_date
from core.transitions import TransitionRefused
from documents.enums import FileState
from documents.models import StoredFile
from notices.models import Deadline, Notice
from notices.services import send_due_notices
from rulebook.book import current_rulebook
from tests.applications.desk.test_equivalences import OBJECTIVES, act, outside, page
from tests.documents.checks import examine_all
from tests.documents.samples import pdf, upload
from tests.factories import make_user
from training.courses import Judgement
from training.enums import CertificateState, RecordStage, SupportState
from training.exceptions import TrainingRefused
from training.models import SupportRequest
from training.records import move_record
from training.rulings import RulingRefused, accept_certificate, refuse_certificate
from training.services import Placing, assign_certificate, remove_certificate
from training.services.supports import PIECE, answer_support, ask_support, awaited_support, withdraw_support

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ASKED, WITHDRAWN = SupportState.ASKED, SupportState.WITHDRAWN
WORDS = "Le déroulé des deux jours, objectif par objectif."


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to("2026-04-20 09:00:00+00:00", tick=False)


@pytest.fixture
def agent(client):
    user = make_user(Role.DPID_AGENT)
    client.force_login(user)
    return user


@pytest.fixture
def judged():
    return outside()


@pytest.fixture
def owner(judged):
    return make_user(Role.STRUCTURE_MEMBER, structure=judged[0].structure)


def ask(client, file, row, **fields):
    sent = {"kind": "programme", "words": WORDS, "due_on": "04/05/2026", **fields}
    return client.post(reverse("support_ask", args=[file.pk, row.pk]), sent, follow=True)


def send(client, asked, content=None):
    return client.post(
        reverse("filing_support", args=[asked.pk]), {"file": upload(content or pdf("programme"), "programme.pdf")},
        follow=True,
    )  # fmt: skip


def test_asked_then_sent_and_read_beside_the_attestation(client, agent, judged, owner):
    file, row = judged
    assert "Demande envoyée" in ask(client, file, row).text
    asked = SupportRequest.objects.get()
    notice = Notice.objects.get(recipient=owner)
    assert notice.path == reverse("filing_support", args=[asked.pk])
    assert day_date(date(2026, 5, 4)) in notice.body
    assert WORDS not in notice.body

    client.force_login(owner)
    for name, args in (("home", []), ("filing_filed", [file.pk])):
        assert notice.path in client.get(reverse(name, args=args)).text
    assert WORDS in client.get(notice.path).text
    assert "Fichier reçu" in send(client, asked).text
    assert notice.path not in client.get(reverse("home")).text
    back = reverse("certificate_review", args=[file.pk, row.pk])
    assert Notice.objects.filter(path=back).count() == 1

    client.force_login(agent)
    image = reverse("support_page", args=[file.pk, row.pk, asked.pk, 1])
    assert client.get(image).status_code == 404
    assert image not in page(client, file, row)
    examine_all()
    assert image in page(client, file, row)
    assert client.get(image)["Content-Type"] == "image/png"
    assert client.get(reverse("support_file", args=[file.pk, row.pk, asked.pk])).getvalue().startswith(b"%PDF-")
    assert [(entry.transition, entry.actor) for entry in asked.log.all()] == [("answer", owner)]


def test_no_refusal_before_the_date_unless_the_request_is_withdrawn(client, agent, judged, owner, time_machine):
    file, row = judged
    ask(client, file, row)
    refusal = {"reason": "Rien sur le cadre légal.", "covered": OBJECTIVES[1:]}
    response = act(client, "certificate_refuse", file, row, **refusal)
    assert response.status_code == 422
    assert "jusqu’au" in response.text
    assert "retirez d’abord la demande" in response.text
    asked = SupportRequest.objects.get()
    client.post(reverse("support_withdraw", args=[file.pk, row.pk, asked.pk]))
    asked.refresh_from_db()
    assert asked.state == WITHDRAWN
    assert Notice.objects.filter(recipient=owner).count() == 2
    act(client, "certificate_refuse", file, row, **refusal)
    row.refresh_from_db()
    assert row.state == CertificateState.REFUSED


@pytest.mark.parametrize(("day", "refused"), [("2026-05-04", False), ("2026-05-05", True)])
def test_the_last_day_is_the_structures(agent, judged, time_machine, day, refused):
    _, row = judged
    ask_support(certificate=row, kind="programme", words="x", due_on=date(2026, 5, 4), actor=agent, now=clock.now())
    time_machine.move_to(f"{day} 10:00:00+00:00", tick=False)
    with nullcontext() if refused else pytest.raises(RulingRefused, match="attendue de la structure"):
        refuse_certificate(certificate=row, reason="Non.", actor=agent, now=clock.now(), seen=row.state)
    row.refresh_from_db()
    assert (row.state == CertificateState.REFUSED) is refused
    assert (SupportRequest.objects.get().state == WITHDRAWN) is refused


def test_an_acceptance_needs_no_piece_and_closes_the_request(client, agent, judged, owner):
    file, row = judged
    ask(client, file, row)
    act(client, "certificate_accept", file, row, covered=OBJECTIVES)
    asked = SupportRequest.objects.get()
    assert (asked.state, asked.log.get().comment) == (WITHDRAWN, "Attestation vérifiée.")
    client.force_login(owner)
    assert "Il n’y a rien à faire." in send(client, asked).text
    assert StoredFile.objects.filter(original_name="programme.pdf").count() == 0


def test_a_piece_refused_at_the_check_is_sent_again_and_still_holds_the_refusal(client, agent, judged, owner):
    file, row = judged
    ask(client, file, row)
    asked = SupportRequest.objects.get()
    client.force_login(owner)
    send(client, asked)
    assert "déjà reçue" in send(client, asked, pdf("encore")).text
    StoredFile.objects.filter(original_name="programme.pdf").update(state=FileState.REFUSED, reason="Illisible.")
    assert reverse("filing_support", args=[asked.pk]) in client.get(reverse("home")).text
    with pytest.raises(RulingRefused, match="attendue de la structure"):
        refuse_certificate(certificate=row, reason="Non.", actor=agent, now=clock.now(), seen=row.state)
    send(client, asked, pdf("lisible"))
    asked.refresh_from_db()
    assert asked.file.state == FileState.RECEIVED
    assert [entry.transition for entry in asked.log.all()] == ["answer", "answer_again"]


def test_the_request_is_a_date_that_runs_until_the_piece_can_be_read(client, agent, judged, owner):
    file, row = judged
    ask(client, file, row)
    asked, clock_row = SupportRequest.objects.get(), Deadline.objects.get(kind=PIECE)
    assert (clock_row.subject_id, clock_row.due_on, clock_row.structure) == (
        asked.pk, date(2026, 5, 4), file.structure
    )  # fmt: skip
    for day in (date(2026, 5, 1), date(2026, 5, 4)):
        send_due_notices(clock=clock.now, today=day)
    told = Notice.objects.filter(recipient=owner, deadline=clock_row)
    assert [(each.step, each.path) for each in told.order_by("step_on")] == [
        ("J-3", reverse("filing_support", args=[asked.pk])), ("J", reverse("filing_support", args=[asked.pk])),
    ]  # fmt: skip
    assert WORDS not in told.first().body
    assert reverse("certificate_review", args=[file.pk, row.pk]) in client.get("/echeances/").text
    client.force_login(owner)
    send(client, asked)
    assert Deadline.objects.open().filter(kind=PIECE).exists()
    examine_all()
    clock_row.refresh_from_db()
    assert clock_row.closing_reason == "La pièce est reçue."


@pytest.mark.parametrize("end", ["withdrawn", "ruled", "file withdrawn"])
def test_the_date_ends_with_the_request(agent, judged, end):
    file, row = judged
    now = clock.now()
    asked = ask_support(
        certificate=row, kind="programme", words="x", due_on=date(2026, 5, 4), actor=agent, now=now
    )  # fmt: skip
    if end == "withdrawn":
        withdraw_support(request=asked, actor=agent, now=now)
    elif end == "ruled":
        whole = Judgement(tuple(OBJECTIVES), ())
        accept_certificate(certificate=row, actor=agent, now=now, seen=row.state, judgement=whole)
    else:
        signatory = make_user(Role.STRUCTURE_ADMIN, structure=file.structure)
        withdraw_application(application=file, actor=signatory, now=now)
    assert not Deadline.objects.open().filter(kind=PIECE).exists()


def test_refusing_is_not_offered_while_a_piece_is_awaited(client, agent, judged):
    file, row = judged
    refuse = reverse("certificate_refuse", args=[file.pk, row.pk])
    assert refuse in page(client, file, row)
    ask(client, file, row)
    shown = page(client, file, row)
    assert refuse not in shown
    assert "refuser n’est possible qu’après ce jour" in shown


@pytest.mark.parametrize(("course", "kept"), [("Une autre formation", False), ("Le secret professionnel", True)])
def test_a_piece_that_was_sent_follows_its_course_alone(client, agent, judged, owner, course, kept):
    file, row = judged
    ask(client, file, row)
    client.force_login(owner)
    send(client, SupportRequest.objects.get())
    examine_all()
    move_record(structure=file.structure, stage=RecordStage.DRAFT)
    placing = Placing(row.referent, "M3", None, row.followed_on, "CNFPT", True, course, "2020")
    with nullcontext() if kept else pytest.raises(TrainingRefused, match="l’organisme, l’intitulé"):
        assign_certificate(
            certificate=row, placing=placing, rulebook=current_rulebook(), actor=owner, today=clock.today()
        )
    row.refresh_from_db()
    assert (row.module == "M3") is kept


def test_a_request_answered_by_a_file_refused_at_the_check_is_withdrawn_and_refusing_is_free(
    client, agent, judged, owner
):
    file, row = judged
    ask(client, file, row)
    asked = SupportRequest.objects.get()
    client.force_login(owner)
    send(client, asked)
    StoredFile.objects.filter(original_name="programme.pdf").update(state=FileState.REFUSED, reason="Illisible.")
    client.force_login(agent)
    assert reverse("support_withdraw", args=[file.pk, row.pk, asked.pk]) in page(client, file, row)
    withdraw_support(request=asked, actor=agent, now=clock.now())
    refuse_certificate(certificate=row, reason="Non.", actor=agent, now=clock.now(), seen=row.state)
    row.refresh_from_db()
    assert row.state == CertificateState.REFUSED
    client.force_login(owner)
    assert "Il n’y a rien à faire." in client.get(reverse("filing_support", args=[asked.pk])).text


def test_what_has_come_is_not_withdrawn(client, agent, judged, owner):
    ask(client, *judged)
    asked = SupportRequest.objects.get()
    client.force_login(owner)
    send(client, asked)
    StoredFile.objects.filter(original_name="programme.pdf").update(state=FileState.READY)
    with pytest.raises(TransitionRefused, match="déjà reçue"):
        withdraw_support(request=asked, actor=agent, now=clock.now())


def test_a_request_ends_with_the_file_withdrawn_and_stays_to_be_read(client, agent, judged, owner):
    file, row = judged
    ask(client, file, row)
    signatory = make_user(Role.STRUCTURE_ADMIN, structure=file.structure)
    withdraw_application(application=file, actor=signatory, now=clock.now())
    asked = SupportRequest.objects.get()
    assert (asked.state, asked.log.get().transition) == (WITHDRAWN, "lapse")
    row.is_equivalence, row.state = False, CertificateState.TO_CHECK  # rangée à nouveau comme une formation du plan
    row.save()
    move_record(structure=file.structure, stage=RecordStage.CONTROL)
    assert awaited_support(row) is None
    refuse_certificate(certificate=row, reason="Non.", actor=agent, now=clock.now(), seen=row.state)


def test_what_was_asked_is_shown_once_the_training_is_sorted_in_the_plan(client, agent, judged):
    file, row = judged
    ask(client, file, row)
    row.is_equivalence, row.state = False, CertificateState.TO_CHECK
    row.save()
    shown = page(client, file, row)
    assert WORDS in shown
    assert "Demander le programme ou un support" not in shown


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [("words", " ", "ce que vous attendez"), ("due_on", "20/04/2026", "au moins un jour"), ("kind", "cv", "liste")],
)
def test_a_wrong_request_is_said_at_its_field(client, agent, judged, field, value, message):
    file, row = judged
    response = ask(client, file, row, **{field: value})
    assert response.status_code == 422
    assert message in str(response.context["asking"].errors[field])
    assert not SupportRequest.objects.exists()


def test_one_piece_at_a_time_and_only_for_a_training_outside_the_plan_that_waits(agent, judged):
    _, row = judged
    ordinary = row.structure.certificates.exclude(pk=row.pk).first()
    asking = {"kind": "material", "words": "x", "due_on": date(2026, 5, 4), "actor": agent, "now": clock.now()}
    with pytest.raises(TrainingRefused, match="hors plan"):
        ask_support(certificate=ordinary, **asking)
    with pytest.raises(TrainingRefused, match="par la DPID"):
        ask_support(certificate=row, **{**asking, "actor": make_user(Role.SLAI)})
    ask_support(certificate=row, **asking)
    with pytest.raises(TrainingRefused, match="déjà attendue"):
        ask_support(certificate=row, **asking)


def test_a_bad_file_and_an_answer_out_of_time_keep_nothing(client, agent, judged, owner):
    file, row = judged
    ask(client, file, row)
    asked = SupportRequest.objects.get()
    before = StoredFile.objects.count()
    client.force_login(owner)
    assert "son contenu n’en est pas un" in send(client, asked, b"MZ").text
    move_record(structure=file.structure, stage=RecordStage.CLOSED)
    assert "vérification de cette attestation est finie" in send(client, asked).text
    assert StoredFile.objects.count() == before
    move_record(structure=file.structure, stage=RecordStage.DRAFT)
    with pytest.raises(TrainingRefused, match="elle reste au dossier"):
        remove_certificate(certificate=row, actor=owner)


def test_another_structure_neither_sees_nor_answers(client, agent, judged):
    ask(client, *judged)
    asked = SupportRequest.objects.get()
    stranger = make_user(Role.STRUCTURE_ADMIN)
    client.force_login(stranger)
    assert send(client, asked).status_code == 404
    with pytest.raises(TransitionRefused, match="droits"), transaction.atomic():
        answer_support(
            request=asked, file=judged[1].file, actor=stranger, now=clock.now() + timedelta(minutes=1)
        )  # fmt: skip
    asked.refresh_from_db()
    assert asked.state == ASKED
