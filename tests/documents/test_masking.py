"""A held contract put right: what is masked is gone from every byte kept, what is not personal stays and is told."""

import math
from threading import Barrier, Thread

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.db import connection

from documents import masking, objects, rulings
from documents.anonymity import OwnDetails
from documents.enums import FileAct, FileKind, FileState, Outcome, Ruling
from documents.masking import Decision, FileChanged, MaskingRefused, mask_file
from documents.models import StoredFile
from documents.pipeline import examine
from documents.receiving import examine_all
from tests.documents.held import LEAK, NOW, PHONE, held_cer
from tests.documents.makers import text_pdf, with_form
from tests.factories import make_user

pytestmark = pytest.mark.django_db
WHY = "Nom d’une résidence."


def words_of(content):
    with pypdfium2.PdfDocument(content) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def mask(file, **options):
    decisions = {finding.pk: Decision(masked=True) for finding in rulings.open_findings(file)}
    return mask_file(
        **{
            "file": file,
            "seen": file.sha256,
            "decisions": decisions,
            "boxes": {},
            "actor": make_user(),
            "now": NOW,
            **options,
        }
    )


def again(file):
    return examine(objects.read(file.key), name="cer.pdf", kind=FileKind.CER, own=OwnDetails(), today=NOW.date())


def test_masked_words_are_nowhere_and_the_original_is_gone(django_capture_on_commit_callbacks):
    file = held_cer()
    former, actor = file.key, make_user()
    assert LEAK in words_of(objects.read(former))
    default_storage.save(f"pages/{former}/1-100.png", objects.ContentFile(b"image"))
    with django_capture_on_commit_callbacks(execute=True):
        masked = mask(file, actor=actor)
    assert not default_storage.exists(former)
    assert not default_storage.exists(f"pages/{former}/1-100.png")
    assert (masked.state, masked.reason, masked.content_type) == (FileState.RECEIVED, "", "application/pdf")
    text = words_of(objects.read(masked.key))
    assert "Vandeputte" not in text
    assert PHONE not in text
    assert "restauration" in text
    assert again(masked).outcome is Outcome.READY
    assert {(f.ruling, f.ruled_by, f.ruled_at) for f in masked.findings.filter(holds=True)} == {
        (Ruling.MASKED, actor, NOW)
    }
    event = masked.events.get()
    assert (event.act, event.detail, event.sha256, event.actor) == (
        FileAct.MASKED, "2 signes masqués", masked.sha256, actor,
    )  # fmt: skip


def test_a_file_with_nothing_to_mask_stays_as_it_is():
    file = held_cer(f"{LEAK} cherche un logement.")
    (finding,) = rulings.open_findings(file)
    ready = mask(file, decisions={finding.pk: Decision(masked=False, justification=f"  {WHY} ")})
    assert (ready.state, ready.reason, ready.key, ready.sha256) == (FileState.READY, "", file.key, file.sha256)
    assert LEAK in words_of(objects.read(ready.key))
    (declared,) = rulings.declared_not_personal(ready)
    assert (declared.justification, declared.ruling) == (WHY, Ruling.NOT_PERSONAL)
    assert ready.events.get().act == FileAct.READY


def test_what_was_declared_not_personal_is_not_raised_again_and_the_rest_is():
    file = held_cer()
    name, phone = rulings.open_findings(file)
    masked = mask(file, decisions={name.pk: Decision(masked=False, justification=WHY), phone.pk: Decision(masked=True)})
    verdict = again(masked)
    assert verdict.outcome is Outcome.TO_FIX
    assert rulings.raised_again(verdict.findings, masked) == ()
    moved = {**verdict.findings[0], "boxes": [[0.1, 0.8, 0.4, 0.82]]}
    other_kind = {**verdict.findings[0], "kind": "phone"}
    wider = {**verdict.findings[0], "boxes": [*verdict.findings[0]["boxes"], [0.1, 0.8, 0.4, 0.82]]}
    assert rulings.raised_again([moved, other_kind, wider], masked) == (moved, other_kind, wider)
    assert masked.events.get().detail == "1 signe masqué, 1 écarté"


def test_ones_own_box_is_burnt_in_too():
    file = held_cer()
    assert "Référence R03-CER2" in words_of(objects.read(file.key))
    masked = mask(file, boxes={1: [[0, 0, 1, 0.14]]})
    assert "Référence R03-CER2" not in words_of(objects.read(masked.key))
    assert masked.events.get().detail == "2 signes masqués, 1 cadre tracé"


@pytest.mark.parametrize(
    "boxes",
    [{2: [[0, 0, 1, 1]]}, {0: [[0, 0, 1, 1]]}, {1: [[0.5, 0, 0.5, 1]]}, {1: [[0, 0, 1.2, 1]]}, {1: [[0, 0, 1]]},
     {1: [[math.nan, 0, 1, 1]]}, {1: [[0, 0, 1, 1]] * 201}],
)  # fmt: skip
def test_boxes_that_are_none_change_nothing(boxes):
    file = held_cer()
    with pytest.raises(MaskingRefused):
        mask(file, boxes=boxes)
    file.refresh_from_db()
    assert file.state == FileState.TO_FIX
    assert not file.events.exists()


def test_every_finding_is_decided_and_every_exception_has_its_reason():
    file = held_cer()
    name, phone = rulings.open_findings(file)
    with pytest.raises(MaskingRefused, match="chaque repérage"):
        mask(file, decisions={name.pk: Decision(masked=True)})
    with pytest.raises(MaskingRefused, match="pourquoi"):
        mask(file, decisions={name.pk: Decision(masked=True), phone.pk: Decision(masked=False, justification=" ")})
    assert len(rulings.open_findings(file)) == 2


@pytest.mark.parametrize("state", [s for s in FileState if s != FileState.TO_FIX])
def test_only_a_file_to_fix_is_masked(state):
    file = held_cer(state=state)
    with pytest.raises(FileChanged):
        mask(file)


def test_a_second_click_a_replaced_file_and_a_held_one():
    file = held_cer()
    seen, decisions = file.sha256, {f.pk: Decision(masked=True) for f in rulings.open_findings(file)}
    mask(file)
    with pytest.raises(FileChanged):
        mask(file, seen=seen, decisions=decisions)
    held = held_cer(legal_hold=True)
    with pytest.raises(MaskingRefused, match="contentieux"):
        mask(held)
    gone = held_cer()
    decisions = {f.pk: Decision(masked=True) for f in rulings.open_findings(gone)}
    StoredFile.objects.filter(pk=gone.pk).delete()
    with pytest.raises(FileChanged):
        mask_file(file=gone, seen=gone.sha256, decisions=decisions, boxes={}, actor=make_user(), now=NOW)


def test_what_fails_in_the_middle_leaves_the_file_and_no_object(monkeypatch):
    file = held_cer()

    def fails(*args, **options):
        raise RuntimeError("panne")

    monkeypatch.setattr(masking, "record", fails)
    with pytest.raises(RuntimeError):
        mask(file)
    file.refresh_from_db()
    assert file.state == FileState.TO_FIX
    assert len(rulings.open_findings(file)) == 2
    assert default_storage.exists(file.key)
    stored = {
        f"{folder}/{name}" for folder in default_storage.listdir("")[0] for name in default_storage.listdir(folder)[1]
    }
    assert stored == {file.key}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_mask_once():
    file, actor = held_cer(), make_user()
    decisions = {f.pk: Decision(masked=True) for f in rulings.open_findings(file)}
    start, outcomes = Barrier(2), []

    def click():
        start.wait()
        try:
            mask_file(file=file, seen=file.sha256, decisions=decisions, boxes={}, actor=actor, now=NOW)
            outcomes.append("masked")
        except FileChanged:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["masked", "refused"]
    assert file.events.count() == 1


def test_a_form_value_is_gone_with_the_text_layer():
    file = held_cer(content=with_form("Nom", "Odile Vandeputte"))
    assert "Vandeputte" not in words_of(objects.read(mask(file).key))


def test_the_text_of_a_clean_contract_is_no_leak():
    """The control of this module: without the leak, nothing holds."""
    verdict = examine(text_pdf(), name="cer.pdf", kind=FileKind.CER, own=OwnDetails(), today=NOW.date())
    assert verdict.outcome is Outcome.READY


def test_the_whole_way_again(django_capture_on_commit_callbacks):
    """Masked, examined by the worker, ready; what was declared stays declared, and nothing is told twice."""
    file = held_cer()
    name, phone = rulings.open_findings(file)
    decisions = {name.pk: Decision(masked=False, justification=WHY), phone.pk: Decision(masked=True)}
    with django_capture_on_commit_callbacks(execute=True):
        mask(file, decisions=decisions)
        examine_all(now=lambda: NOW)
    file.refresh_from_db()
    assert (file.state, file.reason) == (FileState.READY, "")
    assert file.findings.filter(holds=True).count() == 2
    assert PHONE not in words_of(objects.read(file.key))


def test_what_the_mask_missed_waits_again(django_capture_on_commit_callbacks):
    file = held_cer()
    file.findings.filter(kind="phone").update(boxes=[[0.1, 0.9, 0.2, 0.92]])
    with django_capture_on_commit_callbacks(execute=True):
        mask(file)
        examine_all(now=lambda: NOW)
    file.refresh_from_db()
    assert file.state == FileState.TO_FIX
    (left,) = rulings.open_findings(file)
    assert left.kind == "phone"
