"""Step 3: CERs find their référent, keep a neutral reference, are replaced and taken back."""

from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.enums import Role
from applications.models import Application
from applications.selectors import missing_pieces
from documents.enums import FileState
from documents.models import StoredFile
from documents.rulings import open_findings
from documents.serving import serve_file
from evaluation.enums import CerType, Round
from evaluation.models import Cer, CerToSort, ShortPanel
from label_portal.sample.contracts import cer_pdf
from label_portal.sample.files import BAD_FILES
from tests.applications.filing.builders import NOW, add_cers, drawn_on_paper, member_of, open_draft
from tests.documents.checks import examine_all
from tests.documents.makers import text_pdf
from tests.documents.samples import pdf, upload
from tests.evaluation.builders import make_scoring
from tests.factories import make_referent, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draft(client) -> Application:
    draft = drawn_on_paper(open_draft(referents=2))
    client.force_login(member_of(draft.structure))
    return draft


def text(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def contract(reference: str = "R01-CER1", kind: str = "solidarity") -> bytes:
    return cer_pdf(reference=reference, contract_type=kind, edited_on=date(2026, 1, 12))


def send(client, *files, referent: str = ""):
    data = {"uploads": [upload(*file) for file in files], "referent": referent}
    return client.post(reverse("filing_cers_add"), data, follow=True)


def send_and_examine(client, *files, referent: str = ""):
    send(client, *files, referent=referent)
    examine_all()
    return client.get(reverse("filing_cers"))


@pytest.mark.parametrize("kind", list(CerType))
def test_a_contract_tells_its_referent_and_its_type(client, draft, kind):
    page = send(client, (contract("R02-CER1", kind), "scan.pdf"))
    assert "1 CER à ranger" in text(page)
    examine_all()
    page = client.get(reverse("filing_cers"))
    assert "à ranger" not in text(page)
    cer = Cer.objects.get()
    assert (cer.reference, cer.contract_type) == ("R02-CER1", kind)
    assert "1 prêt sur 10" in text(page)


def test_the_name_of_the_file_tells_it_too(client, draft):
    page = text(send(client, (pdf("un contrat"), "r02 cer 4.pdf")))
    assert "Contrôle…" in page
    assert "<b>1</b> en cours de contrôle" in page
    examine_all()
    assert Cer.objects.get().reference == "R02-CER1"
    assert Cer.objects.get().contract_type == ""


def test_the_list_tells_it_for_files_that_do_not(client, draft):
    send(client, (pdf("un contrat"), "scan.pdf"), referent="R02")
    assert Cer.objects.get().reference == "R02-CER1"


def test_a_contract_for_nobody_known_waits_until_somebody_says(client, draft):
    page = text(send_and_examine(client, (pdf("un contrat"), "scan.pdf"), (pdf("un autre"), "scan2.pdf")))
    assert "2 CER à ranger" in page
    assert Cer.objects.count() == 0
    missing = [lack.text for lack in missing_pieces(draft, today=NOW.date())]
    assert "scan.pdf\u00a0: choisissez son référent, ou retirez-le." in missing
    one, two = CerToSort.objects.all()
    assert "déjà déposé" in text(send(client, (pdf("un contrat"), "encore.pdf"), referent="R01"))
    client.post(reverse("filing_cer_sort", args=[one.pk]), {"referent": "R09"})
    client.post(reverse("filing_cer_sort", args=[one.pk]), {"referent": "R02"})
    client.post(reverse("filing_cer_take_back", args=[two.pk]))
    assert Cer.objects.get().reference == "R02-CER1"
    assert (CerToSort.objects.count(), StoredFile.objects.count()) == (0, 1)
    assert client.post(reverse("filing_cer_sort", args=[one.pk]), {"referent": "R02"}).status_code == 404


def test_what_a_person_sorted_meanwhile_stays(client, draft):
    send(client, (contract("R01-CER1", "solidarity"), "scan.pdf"))
    client.post(reverse("filing_cer_sort", args=[CerToSort.objects.get().pk]), {"referent": "R02"})
    Cer.objects.update(contract_type=CerType.SOCIO_PROFESSIONAL)
    examine_all()
    cer = Cer.objects.get()
    assert (cer.reference, cer.contract_type) == ("R02-CER1", CerType.SOCIO_PROFESSIONAL)
    assert cer.file.is_ready


def test_a_contract_that_names_somebody_is_shown_to_its_people_and_holds_the_file(client, draft):
    page = text(send_and_examine(client, (pdf("Joindre au 06 12 34 56 78"), "R01-CER1.pdf")))
    cer = Cer.objects.get()
    assert "À corriger" in page
    assert "<b>1</b> à corriger" in page
    assert "1 signe à masquer" in text(client.get(reverse("filing_cer", args=[cer.pk])))
    assert client.get(reverse("cer_file", args=[cer.pk])).status_code == 404
    url = reverse("filing_cer", args=[cer.pk])
    lacks = [lack for lack in missing_pieces(draft, today=NOW.date()) if lack.url == url]
    assert [lack.text.split("\u00a0: ")[0] for lack in lacks] == ["R01-CER1"]
    assert url in client.get(reverse("filing_summary")).content.decode()


def test_the_page_asks_again_only_while_something_is_examined(client, draft):
    page = send(client, (contract(), "R01-CER1.pdf")).content.decode()
    assert 'hx-trigger="every 3s"' in page
    examine_all()
    assert "hx-trigger" not in client.get(reverse("filing_cers")).content.decode()


def test_five_places_and_no_more(client, draft):
    page = text(send(client, *[(contract(f"R01-CER{n}"), f"R01-CER{n}.pdf") for n in range(1, 7)]))
    assert "« R01-CER6.pdf » : R01 a déjà ses 5 CER." in page
    assert "Les 5 autres fichiers sont bien reçus." in page
    assert Cer.objects.count() == StoredFile.objects.count() == 5


def test_the_same_contract_twice_is_said_and_kept_once(client, draft):
    content = contract()
    send_and_examine(client, (content, "a.pdf"))
    page = text(send(client, (content, "b.pdf"), referent="R02"))
    assert "« b.pdf » : Ce fichier est déjà déposé : c’est R01-CER1." in page
    assert Cer.objects.count() == StoredFile.objects.count() == 1


@pytest.mark.parametrize("name", sorted(set(BAD_FILES) - {"png_as_pdf"}))
def test_each_bad_file_is_refused_with_its_reason_at_once_or_once_read(client, draft, private_storage, name):
    filename, content = BAD_FILES[name]()
    page = text(send(client, (content, filename), referent="R01"))
    if Cer.objects.exists():
        examine_all()
        cer = Cer.objects.get()
        page = text(client.get(reverse("filing_cer", args=[cer.pk])))
        assert cer.file.state == FileState.REFUSED
        assert cer.file.reason.replace("\u00a0", " ") in page
    else:
        assert f"« {filename} »" in page or "Ce fichier est vide" in page
        assert StoredFile.objects.count() == 0
    assert [path for path in private_storage.rglob("*") if path.is_file()] == []


def test_the_script_gets_a_short_answer(client, draft):
    script = {"X-Upload": "1"}
    url = reverse("filing_cers_add")
    good = client.post(url, {"uploads": upload(contract(), "a.pdf"), "referent": ""}, headers=script)
    assert good.json() == {"message": "Reçu\u00a0: à ranger, contrôle en cours"}
    bad = client.post(url, {"uploads": upload(b"MZ", "b.pdf"), "referent": "R09"}, headers=script)
    assert bad.json() == {"errors": ["Cette réponse n’est pas dans la liste."]}
    assert bad.status_code == 422


def test_the_type_is_chosen_and_the_caf_number_kept_masked(client, draft):
    cer = add_cers(draft, 1, contract_type="", real=True)[0]
    url = reverse("filing_cer", args=[cer.pk])
    assert "Type à choisir" in text(client.get(reverse("filing_cers")))
    assert client.post(url, {"contract_type": CerType.SOLIDARITY, "caf_number": "1234567"}).status_code == 302
    cer = Cer.objects.get(pk=cer.pk)
    assert (cer.contract_type, cer.caf_number) == (CerType.SOLIDARITY, "1234567")
    assert "1234567" not in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("contract_type", "", "Choisissez le type de contrat."),
        ("contract_type", "autre", "n’est pas dans la liste"),
        ("caf_number", "12", "7 chiffres"),
        ("caf_number", "185056216000102", "7 chiffres"),
        ("caf_number", "x" * 21, "20"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field_and_writes_nothing(client, draft, field, value, message):
    cer = add_cers(draft, 1, contract_type="", real=True)[0]
    typed = {"contract_type": CerType.SOLIDARITY, "caf_number": "", field: value}
    response = client.post(reverse("filing_cer", args=[cer.pk]), typed)
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors[field])
    cer = Cer.objects.get(pk=cer.pk)
    assert (cer.contract_type, cer.caf_number) == ("", "")


def test_a_bad_replacement_keeps_the_former_file(client, draft):
    cer = add_cers(draft, 1, real=True)[0]
    response = client.post(reverse("filing_cer_replace", args=[cer.pk]), {"file": upload(b"MZ", "c.pdf")})
    assert response.status_code == 422
    assert "Le fichier déjà déposé est gardé." in response.context["replace_form"].errors["file"][0]
    assert Cer.objects.get(pk=cer.pk).file == cer.file


def ready_contract(draft) -> Cer:
    """A contract that is ready and self-evaluated."""
    cer = add_cers(draft, 1, real=True)[0]
    make_scoring(cer, Round.SELF, author=member_of(draft.structure))
    return cer


def replace(client, cer, content: bytes) -> Cer:
    client.post(reverse("filing_cer_replace", args=[cer.pk]), {"file": upload(content, "c.pdf")})
    examine_all()
    return Cer.objects.select_related("file").get(pk=cer.pk)


def is_evaluated(cer) -> bool:
    return cer.scorings.get().validated_at is not None


LEAKING = "Mme Odile Vandeputte cherche un logement."


def test_the_former_file_goes_once_the_new_one_is_ready(client, draft, django_capture_on_commit_callbacks):
    cer = ready_contract(draft)
    client.post(reverse("filing_cer_replace", args=[cer.pk]), {"file": upload(pdf("corrigé"), "c.pdf")})
    waiting = Cer.objects.get(pk=cer.pk)
    assert (waiting.former, waiting.file.is_waiting, is_evaluated(cer)) == (cer.file, True, True)
    assert [missing.step for missing in missing_pieces(draft, today=NOW.date()) if cer.reference in missing.text]
    with django_capture_on_commit_callbacks(execute=True):
        examine_all()
    replaced = Cer.objects.get(pk=cer.pk)
    assert (replaced.former, replaced.file.is_ready, is_evaluated(cer)) == (None, True, False)
    assert not StoredFile.objects.filter(pk=cer.file.pk).exists()
    assert not default_storage.exists(cer.file.key)


@pytest.mark.parametrize(
    ("content", "state"),
    [(text_pdf(LEAKING), FileState.TO_FIX), (BAD_FILES["encrypted_pdf"]()[1], FileState.REFUSED)],
    ids=["to fix", "refused"],
)
def test_a_replacement_that_is_not_ready_loses_nothing_of_the_former(client, draft, content, state):
    cer = ready_contract(draft)
    held = replace(client, cer, content)
    assert (held.file.state, held.former) == (state, cer.file)
    page = client.get(reverse("filing_cer", args=[cer.pk]))
    assert "Le fichier précédent est gardé" in text(page)
    client.post(reverse("filing_cer_restore", args=[cer.pk]))
    restored = Cer.objects.get(pk=cer.pk)
    assert (restored.file, restored.former, restored.file.is_ready) == (cer.file, None, True)
    assert is_evaluated(cer), "the file is the one that was evaluated"
    assert not StoredFile.objects.filter(pk=held.file.pk).exists()
    assert serve_file(restored.file).status_code == 200
    again = client.post(reverse("filing_cer_restore", args=[cer.pk]), follow=True)
    assert "n’a pas de fichier précédent" in text(again)


def test_a_second_replacement_takes_the_place_of_the_first_not_of_the_one_that_was_ready(client, draft):
    cer = ready_contract(draft)
    first = replace(client, cer, text_pdf(LEAKING))
    second = replace(client, cer, text_pdf(LEAKING, "Un second essai."))
    assert (second.former, second.file.state) == (cer.file, FileState.TO_FIX)
    assert not StoredFile.objects.filter(pk=first.file.pk).exists()
    twin = client.post(reverse("filing_cer_replace", args=[cer.pk]), {"file": upload(pdf("R01-CER1"), "c.pdf")})
    assert "Ce fichier est déjà déposé" in text(twin)
    assert Cer.objects.get(pk=cer.pk).file == second.file


def test_a_replacement_declared_harmless_takes_its_place(client, draft):
    cer = ready_contract(draft)
    held = replace(client, cer, text_pdf(LEAKING)).file
    signs = {f"ruling_{sign.pk}": "not_personal" for sign in open_findings(held)}
    why = {name.replace("ruling", "why"): "Le nom de la résidence." for name in signs}
    client.post(reverse("cer_mask", args=[cer.pk]), {"seen": held.sha256, **signs, **why})
    replaced = Cer.objects.get(pk=cer.pk)
    assert (replaced.file, replaced.former, replaced.file.is_ready) == (held, None, True)
    assert not StoredFile.objects.filter(pk=cer.file.pk).exists()


def test_a_contract_taken_back_leaves_neither_of_its_files(client, draft):
    cer = ready_contract(draft)
    held = replace(client, cer, text_pdf(LEAKING))
    client.post(reverse("filing_cer_remove", args=[cer.pk]))
    assert not StoredFile.objects.filter(pk__in=[cer.file.pk, held.file.pk]).exists()


def test_a_contract_is_taken_back(client, draft):
    cer = add_cers(draft, 1)[0]
    client.post(reverse("filing_cer_remove", args=[cer.pk]))
    assert not Cer.objects.filter(pk=cer.pk).exists()


def test_fewer_than_five_with_a_written_reason(client, draft):
    add_cers(draft, 3)
    url = reverse("filing_short_panel", args=["R01"])
    client.post(url, {"reason": "Arrivée récente : trois CER signés."})
    page = text(client.get(reverse("filing_cers")))
    assert "Arrivée récente : trois CER signés." in page
    assert "R01 · 3 sur 3" in page
    assert "6 prêts sur 8" in page
    client.post(url, {"reason": " "})
    assert ShortPanel.objects.count() == 0


def test_a_reason_too_long_is_said_at_its_field(client, draft):
    response = client.post(reverse("filing_short_panel", args=["R01"]), {"reason": "x" * 1001})
    assert response.status_code == 422
    assert "1000" in response.context["form"].errors["reason"][0]


def test_an_empty_place_leads_to_the_upload_with_its_referent_chosen(client, draft):
    page = client.get(reverse("filing_cers") + "?referent=R02")
    assert '<option value="R02" selected>' in page.content.decode()


def test_a_referent_who_does_not_count_has_no_places(client, draft):
    make_referent(draft.structure, funded=False)
    assert "R03-CER1" not in text(client.get(reverse("filing_cers")))


def test_another_structures_contracts_do_not_exist(client, draft):
    cer = add_cers(draft, 1, real=True)[0]
    stranger = make_user(Role.STRUCTURE_ADMIN)
    open_draft(structure=stranger.structure)
    client.force_login(stranger)
    assert client.get(reverse("filing_cer", args=[cer.pk])).status_code == 404
    for name in ("filing_cer_replace", "filing_cer_remove"):
        assert client.post(reverse(name, args=[cer.pk])).status_code == 404
    assert client.get(reverse("filing_short_panel", args=["R02"])).status_code == 404
