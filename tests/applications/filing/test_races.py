"""The same act done several times at the same second, on a database that locks; each with a control that must fail."""

from threading import Barrier

import pytest
from django.test import Client
from django.urls import reverse

from applications import services, uploads
from applications.enums import ApplicationState
from applications.models import Application
from applications.uploads import UploadRefused
from core.models import RegisterNumber
from core.transitions import TransitionRefused
from documents.enums import FileKind
from documents.models import Letter, StoredFile
from documents.receiving import receive_file
from evaluation.models import Cer
from notices.models import Notice
from tests import racing
from tests.applications.builders import FILED_AT, make_draft
from tests.applications.filing.builders import NOW, TODAY, drawn_on_paper, member_of, open_draft
from tests.documents.samples import pdf, upload
from tests.factories import make_structure, make_user
from training.models import AttendanceCertificate

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TIMES = 4


def at_once(action):
    return racing.at_once(*[action] * TIMES, told=(TransitionRefused, UploadRefused))


def kinds(results):
    return sorted(type(result).__name__ for result in results)


def test_one_file_is_filed_once_whatever_the_number_of_tabs():
    draft = make_draft()
    actor = member_of(draft.structure)
    keys = iter([f"onglet-{number}" for number in range(TIMES)])
    results = at_once(lambda: services.submit_application(application=draft, actor=actor, now=FILED_AT, key=next(keys)))
    assert kinds(results) == ["Application"] + ["StaleState"] * (TIMES - 1)
    assert Application.objects.get().number == "D-2026-0001"
    assert Letter.objects.count() == 1
    assert Notice.objects.count() == 1
    assert draft.log.count() == 1
    assert StoredFile.objects.filter(letter__isnull=False).count() == 1


def test_the_same_form_sent_several_times_always_leads_to_the_receipt():
    draft = make_draft(now=FILED_AT)
    actor = member_of(draft.structure)
    form = {"anonymised_declared": "on", "accuracy_declared": "on", "key": "jeton"}

    def send():
        client = Client()
        client.force_login(actor)
        return client.post(reverse("filing_submit"), form).headers.get("Location")

    assert set(at_once(send)) == {reverse("filing_receipt", args=[draft.pk])}
    assert Application.objects.exclude(number=None).count() == 1


def test_control_filing_that_checks_without_the_lock_files_several_times():
    draft = make_draft()
    together = Barrier(TIMES)

    def unlocked():
        read = Application.objects.get(pk=draft.pk)
        assert read.state == ApplicationState.DRAFT
        together.wait()
        return RegisterNumber.take("dossier-2026")

    assert sorted(at_once(unlocked)) == [1, 2, 3, 4], "several numbers given to one file"


def test_one_draft_is_opened_whatever_the_number_of_clicks():
    structure = make_structure()
    actor = make_user("structure_admin", structure=structure)
    results = at_once(lambda: services.open_application(structure=structure, actor=actor, now=NOW))
    assert len({draft.pk for draft in results}) == 1
    assert Application.objects.count() == 1
    assert structure.panels.count() == 1


def test_the_same_attestation_sent_at_once_is_kept_once(private_storage):
    draft = open_draft(referents=1)
    actor = member_of(draft.structure)
    content = pdf("Attestation")
    results = at_once(
        lambda: uploads.receive_certificate(
            application=draft, upload=upload(content), actor=actor, now=NOW, today=TODAY
        )
    )
    assert kinds(results) == ["AttendanceCertificate"] + ["UploadRefused"] * (TIMES - 1)
    assert AttendanceCertificate.objects.count() == StoredFile.objects.count() == 1
    assert len([path for path in private_storage.rglob("*") if path.is_file()]) == 1


def test_the_same_contract_sent_at_once_is_kept_once(private_storage):
    draft = drawn_on_paper(open_draft(referents=1))
    actor, referent = member_of(draft.structure), draft.structure.referents.get()
    content = pdf("Contrat")
    results = at_once(
        lambda: uploads.receive_cer(
            application=draft, upload=upload(content), referent=referent, actor=actor, now=NOW, today=TODAY
        )
    )
    assert kinds(results) == ["Cer"] + ["UploadRefused"] * (TIMES - 1)
    assert Cer.objects.count() == StoredFile.objects.count() == 1
    assert len([path for path in private_storage.rglob("*") if path.is_file()]) == 1


def test_control_a_twin_looked_for_without_the_lock_is_not_seen():
    draft = open_draft(referents=1)
    content = pdf("Attestation")
    together = Barrier(TIMES)

    def unlocked():
        seen = draft.structure.certificates.count()
        together.wait()
        sent = upload(content)
        return seen, receive_file(upload=sent, kind=FileKind.ATTESTATION, structure=None, actor=None, now=NOW).pk

    results = at_once(unlocked)
    assert [seen for seen, _ in results] == [0] * TIMES
    assert len({pk for _, pk in results}) == TIMES, "the same file kept several times"
