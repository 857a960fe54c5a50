"""« Donnée identifiante »: gone from every screen at once, told, journaled, answered once, scored again."""

from hashlib import sha256

import pytest
from django.urls import reverse

from accounts.enums import Role
from applications import selectors, services
from documents import objects
from documents.enums import FileAct, FileState
from documents.masking import Decision, MaskingRefused, mask_file
from documents.models import FileEvent, StoredFile
from documents.receiving import examine_all
from documents.rulings import open_findings
from evaluation import selectors as evaluation
from evaluation.enums import EntryAct, IdentifyingKind, PanelStage, Round
from evaluation.errors import EvaluationRefused
from evaluation.models import Cer, Scoring
from evaluation.services import close_panel, save_ticks
from notices.models import Notice
from tests.applications.builders import LATER, filed, make_draft, score_panel, under_review, weak_ticks
from tests.documents.held import LEAK
from tests.documents.makers import changed, text_pdf
from tests.documents.samples import upload
from tests.evaluation.builders import make_file, make_scoring
from tests.factories import make_territory, make_user

pytestmark = pytest.mark.django_db
KIND = IdentifyingKind.PERSON_NAME


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(LATER, tick=False)


@pytest.fixture
def dpid():
    return make_user(Role.DPID_AGENT)


@pytest.fixture
def cer(dpid) -> Cer:
    """Of a file under instruction, its own file really stored."""
    application = under_review(filed(make_draft()), agent=dpid)
    cer = application.panel.cers.first()
    content = text_pdf()
    cer.file = make_file(key=objects.put(content), page_count=1, size=len(content), sha256=sha256(content).hexdigest())
    cer.save()
    return cer


def withdraw(cer, actor):
    return services.withdraw_cer_file(cer=cer, kind=KIND, actor=actor, now=LATER)


def saved_again(content):
    return changed(content, lambda pdf: pdf.docinfo.update({"/Title": "Contrat"}))


def declare_harmless(cer):
    rulings = {finding.pk: Decision(masked=False, justification="Une rue.") for finding in open_findings(cer.file)}
    mask_file(file=cer.file, seen=cer.file.sha256, decisions=rulings, boxes={}, actor=member(cer), now=LATER)


def status(client, address):
    answer = client.get(address)
    answer.getvalue()
    return answer.status_code


def member(cer):
    return cer.panel.structure.members.first()


def send_again(client, cer, content, *, callbacks):
    client.force_login(member(cer))
    with callbacks(execute=True):
        answer = client.post(reverse("cer_to_replace", args=[cer.pk]), {"file": upload(content, "cer.pdf")})
        examine_all(now=lambda: LATER)
    return answer


def test_nobody_at_the_departement_opens_it_any_more(client, cer, dpid):
    pages = [reverse("cer_page", args=[cer.pk, 1]), reverse("cer_file", args=[cer.pk])]
    slai = make_user(Role.SLAI, territories=(cer.panel.structure.lead_territory,))
    auditor = make_user(Role.AUDITOR)
    for person in (dpid, slai, auditor):
        client.force_login(person)
        assert status(client, pages[0]) == 200
    withdraw(cer, dpid)
    for person in (dpid, slai, auditor, member(cer)):
        client.force_login(person)
        assert [status(client, page) for page in pages] == [404, 404]
    client.force_login(dpid)
    page = client.get(reverse("score_cer", args=[cer.pk])).content.decode()
    assert "Fichier à remplacer" in page
    assert pages[0] not in page
    assert cer not in evaluation.scoring_queue(dpid)


def test_it_is_told_and_written_down(client, cer, dpid):
    application = cer.panel.application
    withdraw(cer, dpid)
    event = FileEvent.objects.get(file=cer.file, act=FileAct.WITHDRAWN)
    assert (event.actor, event.detail) == (dpid, KIND.label)
    entry = application.log.get(transition="withdraw_file")
    assert (entry.from_state, entry.to_state, entry.actor) == (application.state, application.state, dpid)
    assert cer.reference in entry.comment
    (notice,) = Notice.objects.filter(key__contains="withdrawn")
    assert notice.path == reverse("cer_to_replace", args=[cer.pk])
    client.force_login(member(cer))
    assert notice.path in client.get(reverse("home")).content.decode()
    assert notice.path in client.get(reverse("filing_filed", args=[application.pk])).content.decode()
    assert "nom d’une personne" in client.get(notice.path).content.decode()
    client.force_login(dpid)
    assert "fichier retiré" in client.get(reverse("file_detail", args=[application.pk])).content.decode()


def test_the_control_s_scoring_is_set_aside_with_the_hash_of_what_was_read(cer, dpid):
    make_scoring(cer, Round.CONTROL, author=dpid, comment="Vu.")
    kept = withdraw(cer, dpid)
    row = cer.scoring_entries.get(act=EntryAct.SET_ASIDE)
    assert (kept.sha256, kept.stage) == (cer.file.sha256, PanelStage.CONTROL)
    assert (row.round, row.comment, row.author, row.reason) == (
        Round.CONTROL, "Vu.", dpid, f"Fichier retiré\u00a0: {KIND.label}.",
    )  # fmt: skip
    assert row.ticks
    assert set(Scoring.objects.filter(cer=cer).values_list("round", flat=True)) == {Round.SELF}
    assert cer in selectors.cers_to_score(cer.panel.application)
    with pytest.raises(EvaluationRefused, match="à remplacer"):
        save_ticks(cer=cer, round=Round.CONTROL, ticks=[], comment="", actor=dpid, now=LATER, version=0)


def test_one_new_file_answers_and_is_scored_again(client, cer, dpid, django_capture_on_commit_callbacks):
    former = cer.file
    withdraw(cer, dpid)
    answer = send_again(client, cer, text_pdf("Un paragraphe de plus."), callbacks=django_capture_on_commit_callbacks)
    assert answer.status_code == 302
    cer.refresh_from_db()
    assert (cer.file.state, cer.file == former) == (FileState.READY, False)
    assert not StoredFile.objects.filter(pk=former.pk).exists()
    assert cer.panel.application.log.filter(transition="replace_file").count() == 1
    save_ticks(cer=cer, round=Round.CONTROL, ticks=[], comment="", actor=dpid, now=LATER, version=0)
    again = send_again(client, cer, text_pdf("Encore."), callbacks=django_capture_on_commit_callbacks)
    assert again.status_code == 422
    assert "n’est plus à remplacer" in again.content.decode()


def test_an_answer_that_still_leaks_is_masked_by_its_structure(client, cer, dpid, django_capture_on_commit_callbacks):
    withdraw(cer, dpid)
    send_again(client, cer, text_pdf(f"{LEAK} cherche."), callbacks=django_capture_on_commit_callbacks)
    cer.refresh_from_db()
    assert cer.file.state == FileState.TO_FIX
    mask = reverse("cer_mask", args=[cer.pk])
    assert mask in client.get(reverse("cer_to_replace", args=[cer.pk])).content.decode()
    assert client.get(mask).status_code == 200
    client.force_login(dpid)
    assert client.get(mask).status_code == 404
    assert client.get(reverse("cer_page", args=[cer.pk, 1])).status_code == 404


def test_the_same_file_is_no_answer(client, cer, dpid, django_capture_on_commit_callbacks):
    content = text_pdf()
    cer.file.sha256 = cer.file.received_sha256 = sha256(content).hexdigest()
    cer.file.save()
    withdraw(cer, dpid)
    answer = send_again(client, cer, content, callbacks=django_capture_on_commit_callbacks)
    assert "le fichier qui a été retiré" in answer.content.decode()
    assert StoredFile.objects.get(pk=cer.file_id).state == FileState.WITHDRAWN


def test_the_same_pages_saved_again_are_no_answer(client, cer, dpid, django_capture_on_commit_callbacks):
    StoredFile.objects.filter(pk=cer.file_id).update(kind="cer", state=FileState.RECEIVED)
    examine_all(now=lambda: LATER)
    withdraw(cer, dpid)
    send_again(client, cer, saved_again(text_pdf()), callbacks=django_capture_on_commit_callbacks)
    cer.refresh_from_db()
    assert (cer.file.state, cer.file.is_ready) == (FileState.REFUSED, False)
    page = client.get(reverse("cer_to_replace", args=[cer.pk])).content.decode()
    assert "celles qui ont été retirées" in page
    send_again(client, cer, text_pdf("Un mot de plus."), callbacks=django_capture_on_commit_callbacks)
    cer.refresh_from_db()
    assert cer.file.state == FileState.READY


def test_the_same_pages_declared_harmless_again_are_no_answer(client, cer, dpid, django_capture_on_commit_callbacks):
    content = text_pdf(f"{LEAK} cherche.")
    StoredFile.objects.filter(pk=cer.file_id).update(
        key=objects.put(content), sha256=sha256(content).hexdigest(), kind="cer", state=FileState.RECEIVED
    )
    examine_all(now=lambda: LATER)
    cer.refresh_from_db()
    declare_harmless(cer)
    withdraw(cer, dpid)
    send_again(client, cer, saved_again(content), callbacks=django_capture_on_commit_callbacks)
    cer.refresh_from_db()
    assert cer.file.state == FileState.TO_FIX
    with pytest.raises(MaskingRefused, match="celles qui ont été retirées"):
        declare_harmless(cer)
    assert StoredFile.objects.get(pk=cer.file_id).state == FileState.TO_FIX


def test_what_a_closed_round_ticked_stays(cer, dpid):
    make_scoring(cer, Round.CONTROL, author=dpid)
    cer.panel.stage = PanelStage.CLOSED
    cer.panel.save()
    withdraw(cer, dpid)
    assert not cer.scoring_entries.filter(act=EntryAct.SET_ASIDE).exists()
    assert cer.scorings.filter(round=Round.CONTROL).exists()


def test_in_session_only_the_session_reads_it_again(cer, dpid):
    panel = cer.panel
    score_panel(panel.application, agent=dpid, ticks=weak_ticks())
    panel.stage = PanelStage.SESSION
    panel.save()
    withdraw(cer, dpid)
    assert cer.scorings.filter(round=Round.CONTROL).exists()
    with pytest.raises(EvaluationRefused, match="à remplacer"):
        close_panel(panel=panel, finished=True)
    Cer.objects.filter(pk=cer.pk).update(file=make_file())
    with pytest.raises(EvaluationRefused, match="à valider"):
        close_panel(panel=panel, finished=True)
    make_scoring(cer, Round.SESSION, author=dpid)
    assert close_panel(panel=panel, finished=True).stage == PanelStage.CLOSED


def test_once_and_only_by_those_who_evaluate(client, cer, dpid):
    elsewhere = make_user(Role.SLAI, territories=(make_territory("Calaisis"),))
    for person in (make_user(Role.AUDITOR), elsewhere, member(cer), make_user()):
        with pytest.raises(EvaluationRefused):
            withdraw(cer, person)
        client.force_login(person)
        assert client.get(reverse("cer_withdraw", args=[cer.pk])).status_code == 404
        assert client.post(reverse("cer_withdraw", args=[cer.pk]), {"kind": KIND}).status_code == 404
    client.force_login(dpid)
    assert client.post(reverse("cer_withdraw", args=[cer.pk]), {"kind": ""}).status_code == 422
    assert client.post(reverse("cer_withdraw", args=[cer.pk]), {"kind": KIND}).status_code == 302
    again = client.post(reverse("cer_withdraw", args=[cer.pk]), {"kind": KIND})
    assert "déjà retiré" in again.content.decode()
    assert cer.withdrawals.count() == 1


def test_another_structure_neither_reads_nor_answers(client, cer, dpid):
    withdraw(cer, dpid)
    client.force_login(make_user())
    address = reverse("cer_to_replace", args=[cer.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"file": upload(text_pdf(), "cer.pdf")}).status_code == 404


def test_a_draft_has_nothing_to_withdraw(dpid):
    cer = make_draft(cers=1).panel.cers.first()
    with pytest.raises(EvaluationRefused):
        withdraw(cer, dpid)
