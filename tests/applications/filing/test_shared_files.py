"""One file that proves several référents or modules: « Ce fichier prouve aussi »."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from core import clock
from documents.enums import FileState
from documents.models import StoredFile
from rulebook.book import current_rulebook
from tests.applications.filing.builders import NOW, certify, member_of
from tests.documents.checks import examine_all
from tests.documents.samples import pdf, upload
from tests.factories import make_referent, make_structure, make_user
from training.enums import CertificateState, RecordStage
from training.models import AttendanceCertificate
from training.records import move_record
from training.rulings import refuse_certificate
from training.services import TrainingRefused, prove_also, remove_certificate

pytestmark = [pytest.mark.django_db, pytest.mark.once]
COURSE = {"provider": "CNFPT", "course": "Secret", "course_key": "cnfpt | secret | ", "is_equivalence": True,
          "state": CertificateState.EQUIVALENCE}  # fmt: skip


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def sheet(client, draft):
    """A collective sheet, received for the first référent."""
    client.post(reverse("filing_certificates_add"), {"uploads": [upload(pdf("Feuille collective"), "feuille.pdf")]})
    examine_all()
    row = AttendanceCertificate.objects.get()
    first = draft.structure.referents.get(code="R01")
    AttendanceCertificate.objects.filter(pk=row.pk).update(referent=first, module="M4", **COURSE)
    row.refresh_from_db()
    return row


def also(client, row, *codes, module="M4"):
    sent = {"referents": list(codes), "also_module": module}
    return client.post(reverse("filing_certificate_also", args=[row.pk]), sent, follow=True)


def proofs():
    return [(row.referent.code, row.module, row.part) for row in AttendanceCertificate.objects.order_by("pk")]


def test_the_same_file_for_another_referent_and_another_module(client, draft, sheet):
    page = also(client, sheet, "R02").text
    assert "Ce fichier prouve aussi\u00a0: Émilie Fournier." in page
    also(client, sheet, "R01", "R02", module="M2:1")
    assert proofs() == [("R01", "M4", None), ("R02", "M4", None), ("R01", "M2", 1), ("R02", "M2", 1)]
    assert StoredFile.objects.count() == 1
    other = AttendanceCertificate.objects.get(referent__code="R02", module="M4")
    assert {name: getattr(other, name) for name in COURSE} == COURSE
    assert reverse("filing_certificate", args=[other.pk]) in client.get(
        reverse("filing_certificate", args=[sheet.pk])
    ).text  # fmt: skip


def test_what_it_proves_already_is_not_said_twice_and_nothing_is_kept(client, draft, sheet):
    response = also(client, sheet, "R02", "R01")
    assert response.status_code == 422
    assert "prouve déjà ce module pour Karim" in response.text
    also(client, sheet, "R02", module="M2")
    assert "prouve déjà" in also(client, sheet, "R02", module="M2:1").text
    assert proofs() == [("R01", "M4", None), ("R02", "M2", None)]
    assert "au moins un référent" in also(client, sheet).text


def test_sorted_anew_it_does_not_fall_on_its_own_twin(client, draft, sheet):
    also(client, sheet, "R02")
    sent = {"referent": "R02", "module": "M4", "provider": "CNFPT", "course": "Secret", "is_equivalence": "on"}
    page = client.post(reverse("filing_certificate", args=[sheet.pk]), sent)
    assert page.status_code == 422
    assert "prouve déjà ce module pour Émilie" in page.text


def test_the_file_goes_with_its_last_proof(client, draft, sheet, django_capture_on_commit_callbacks):
    also(client, sheet, "R02")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("filing_certificate_remove", args=[sheet.pk]))
    other = AttendanceCertificate.objects.get()
    assert client.get(reverse("filing_certificate_file", args=[other.pk])).getvalue().startswith(b"%PDF-")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("filing_certificate_remove", args=[other.pk]))
    assert not StoredFile.objects.exists()


def test_sent_again_it_is_said_for_whom_it_is_kept_and_how_to_go_on(client, draft, sheet):
    also(client, sheet, "R02")
    sent = {"uploads": [upload(pdf("Feuille collective"), "encore.pdf")]}
    page = client.post(reverse("filing_certificates_add"), sent, follow=True).text
    assert "rangé pour Karim Benali, Émilie Fournier." in page
    assert "Ce fichier prouve aussi" in page
    assert (StoredFile.objects.count(), len(proofs())) == (1, 2)


def test_each_proof_is_ruled_on_by_itself(client, draft, sheet):
    also(client, sheet, "R02")
    move_record(structure=draft.structure, stage=RecordStage.CONTROL)
    agent = make_user(Role.DPID_AGENT)
    refuse_certificate(certificate=sheet, reason="Absent.", actor=agent, now=clock.now(), seen=sheet.state)
    other = AttendanceCertificate.objects.get(referent__code="R02")
    assert (other.state, other.rulings.count(), sheet.rulings.count()) == (CertificateState.EQUIVALENCE, 0, 1)
    move_record(structure=draft.structure, stage=RecordStage.DRAFT)
    with pytest.raises(TrainingRefused, match="prouve déjà"):
        prove(sheet, draft, module="M4")
    (third,) = prove(sheet, draft)  # ce qui ne vaut pas pour l’un peut valoir pour l’autre
    for row in (other, third):
        remove_certificate(certificate=row, actor=member_of(draft.structure))
    assert StoredFile.objects.filter(pk=sheet.file_id).exists()


def test_a_file_refused_at_the_check_proves_nothing_else(client, draft, sheet):
    StoredFile.objects.update(state=FileState.REFUSED, reason="Illisible.")
    sheet.file.refresh_from_db()
    with pytest.raises(TrainingRefused, match="refusé"):
        prove(sheet, draft)
    sent = {"uploads": [upload(pdf("Feuille collective"), "encore.pdf")]}
    page = client.post(reverse("filing_certificates_add"), sent, follow=True).text
    assert "déjà là" in page
    assert "Ce fichier prouve aussi" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"state": CertificateState.TO_SORT}, "de qui et de quel module"), ({"module": "M9"}, "plan de formation")],
)
def test_what_is_not_sorted_or_not_in_the_plan_proves_nothing_else(draft, fields, words):
    module = fields.pop("module", "M3")
    row = certify(draft.structure.referents.get(code="R01"), "M4", **fields)
    with pytest.raises(TrainingRefused, match=words):
        prove(row, draft, module=module)
    assert len(proofs()) == 1


def test_only_the_structure_says_it_and_only_of_its_referents(draft, sheet):
    stranger = make_user(Role.STRUCTURE_ADMIN, structure=make_structure())
    with pytest.raises(TrainingRefused, match="votre structure"):
        prove(sheet, draft, actor=stranger)
    theirs = make_referent(stranger.structure)
    with pytest.raises(TrainingRefused, match="pas de votre structure"):
        prove(sheet, draft, referent=theirs)
    assert len(proofs()) == 1


def prove(row, draft, *, module="M3", actor=None, referent=None):
    return prove_also(
        certificate=row, referents=[referent or draft.structure.referents.get(code="R02")], module=module, part=None,
        rulebook=current_rulebook(), actor=actor or member_of(draft.structure), now=NOW,
    )  # fmt: skip
