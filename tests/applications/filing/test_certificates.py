"""Step 2: files taken in, sorted, refused with their name; commitments."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.enums import Role
from applications.models import Application
from documents.enums import FileState
from documents.models import FileEvent, StoredFile
from documents.services import store_content
from label_portal.sample.certificates import certificate_pdf
from label_portal.sample.files import BAD_FILES
from rulebook.book import current_rulebook
from tests.applications.filing.builders import NOW, certify, member_of, open_draft
from tests.documents.checks import examine_all
from tests.documents.samples import image, pdf, upload
from tests.factories import make_referent, make_structure, make_user
from tests.training.plans import make_session
from training.enums import CertificateState
from training.models import AttendanceCertificate, TrainingCommitment
from training.services.enrolments import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.once]
RULEBOOK = current_rulebook()
REFUSED = sorted(set(BAD_FILES) - {"png_as_pdf"})


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draft(client) -> Application:
    structure = make_structure("Association Les Amarres")
    make_referent(structure, first_name="Karim", last_name="Benali")
    make_referent(structure, first_name="Émilie", last_name="Fournier", arrived_on=date(2025, 9, 15))
    draft = open_draft(structure=structure)
    client.force_login(member_of(structure))
    return draft


def text(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def attestation(person: str = "Karim Benali", module: str = "M4", **options) -> bytes:
    title = RULEBOOK.module(module).title
    return certificate_pdf(
        person=person, module_title=title, dates=[date(2024, 3, 14)], hours=7, provider="CNFPT", **options
    )


def send(client, *files):
    return client.post(reverse("filing_certificates_add"), {"uploads": [upload(*file) for file in files]}, follow=True)


def send_and_examine(client, *files):
    send(client, *files)
    examine_all()
    return client.get(reverse("filing_certificates"))


@pytest.mark.parametrize(("people", "folds"), [(5, 0), (6, 6)])
def test_what_a_large_team_lacks_is_folded_person_by_person(client, draft, people, folds):
    for _ in range(people - 2):
        make_referent(draft.structure)
    page = client.get(reverse("filing_certificates")).content.decode()
    assert page.count('<details class="fold">') == folds
    assert page.count("Ajouter un fichier") == people * 5
    assert page.count("· 5 obligations</span></summary>") == folds


def test_an_attestation_that_says_everything_is_sorted_at_once(client, draft):
    page = send(client, (attestation(), "scan.pdf"))
    assert "Fichier reçu." in text(page)
    assert "1 fichier en cours de contrôle" in text(page)
    assert AttendanceCertificate.objects.get().state == CertificateState.TO_SORT
    examine_all()
    page = client.get(reverse("filing_certificates"))
    certificate = AttendanceCertificate.objects.get()
    assert certificate.state == CertificateState.TO_CHECK
    assert (certificate.referent.code, certificate.module, certificate.followed_on) == ("R01", "M4", date(2024, 3, 14))
    assert "1 reçue" in text(page)


def test_a_module_in_two_parts_waits_for_its_part_unless_it_says_it(client, draft):
    send_and_examine(
        client, (attestation(module="M2"), "a.pdf"), (attestation(module="M2", part="Seconde partie"), "b.pdf")
    )
    assert sorted(AttendanceCertificate.objects.values_list("state", "part")) == [
        (CertificateState.TO_CHECK, 2), (CertificateState.TO_SORT, None),
    ]  # fmt: skip


def test_a_photograph_waits_to_be_sorted_with_the_proposal_of_its_name(client, draft):
    page = send_and_examine(client, (image("JPEG"), "Benali Karim secret professionnel.jpg"))
    certificate = AttendanceCertificate.objects.get()
    assert certificate.state == CertificateState.TO_SORT
    assert (certificate.referent.code, certificate.module) == ("R01", "M4")
    assert "1 fichier à ranger" in text(page)
    assert "semble être celui-ci" in text(page)
    client.post(
        reverse("filing_certificate_assign", args=[certificate.pk]),
        {f"a{certificate.pk}-referent": "R01", f"a{certificate.pk}-module": "M4"},
    )
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.TO_CHECK


def test_many_files_at_once_and_the_one_that_fails_is_named(client, draft):
    page = text(
        send(client, (attestation(), "bon.pdf"), (b"MZ", "virus.pdf"), (attestation(module="M1"), "bon aussi.pdf"))
    )
    assert "« virus.pdf » : Ce fichier porte l’extension d’un PDF" in page
    assert "Les 2 autres fichiers sont bien reçus." in page
    assert AttendanceCertificate.objects.count() == StoredFile.objects.count() == 2


@pytest.mark.parametrize("name", REFUSED)
def test_each_bad_file_is_refused_with_its_reason_at_once_or_once_read(client, draft, private_storage, name):
    filename, content = BAD_FILES[name]()
    page = text(send(client, (content, filename)))
    if certificate := AttendanceCertificate.objects.first():
        page = text(send_and_examine(client))
        certificate.refresh_from_db()
        assert certificate.file.state == FileState.REFUSED
        assert certificate.file.reason.replace("\u00a0", " ") in page
        assert "1 fichier à remplacer" in page
    else:
        assert f"« {filename} »" in page or "Ce fichier est vide" in page
        assert StoredFile.objects.count() == 0
    assert [path for path in private_storage.rglob("*") if path.is_file()] == []


def test_a_picture_under_the_name_of_a_pdf_is_kept_under_its_own(client, draft):
    filename, content = BAD_FILES["png_as_pdf"]()
    send(client, (content, filename))
    assert StoredFile.objects.get().original_name == "attestation.png"


def test_the_same_file_twice_is_said_and_kept_once(client, draft):
    send_and_examine(client, (attestation(), "a.pdf"))
    page = text(send(client, (attestation(), "b.pdf")))
    assert "« b.pdf » : Ce fichier est déjà là, sous le nom « a.pdf », rangé pour Karim Benali." in page
    assert AttendanceCertificate.objects.count() == StoredFile.objects.count() == 1


def test_no_file_at_all_is_said_at_the_field(client, draft):
    response = client.post(reverse("filing_certificates_add"), {})
    assert response.status_code == 422
    assert "Choisissez un fichier." in text(response)


def test_the_script_gets_a_short_answer_for_each_file(client, draft):
    script = {"X-Upload": "1"}
    good = client.post(reverse("filing_certificates_add"), {"uploads": upload(attestation(), "a.pdf")}, headers=script)
    assert good.json() == {"message": "Reçu, contrôle en cours"}
    bad = client.post(reverse("filing_certificates_add"), {"uploads": upload(b"MZ", "b.pdf")}, headers=script)
    assert bad.status_code == 422
    assert "son contenu n’en est pas un" in bad.json()["errors"][0]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("referent", "", "Choisissez une réponse."),
        ("referent", "R09", "Cette réponse n’est pas dans la liste."),
        ("module", "", "Choisissez une réponse."),
        ("module", "M9", "Cette réponse n’est pas dans la liste."),
        ("followed_on", "31/02/2024", "Cette date n’existe pas."),
        ("followed_on", "11/02/2026", "dans l’avenir"),
        ("provider", "x" * 161, "160"),
    ],
)
def test_a_wrong_answer_on_an_attestation_is_said_at_its_field(client, draft, field, value, message):
    referent = draft.structure.referents.first()
    file = store_content(content=pdf("x"), name="a.pdf", actor=None, now=NOW)
    certificate = certify(referent, "M1", state=CertificateState.TO_SORT, file=file)
    typed = {"referent": "R01", "module": "M4", "followed_on": "14/03/2024", "provider": "CNFPT", field: value}
    response = client.post(reverse("filing_certificate", args=[certificate.pk]), typed)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert message in " ".join(response.context["form"].errors[field])
    assert response.context["form"]["module"].value() == typed["module"]
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.TO_SORT


def test_an_equivalence_needs_its_provider_and_its_title(client, draft):
    certificate = certify(draft.structure.referents.first(), "M1", state=CertificateState.TO_SORT)
    url = reverse("filing_certificate", args=[certificate.pk])
    typed = {"referent": "R01", "module": "M4", "is_equivalence": "on"}
    assert set(client.post(url, typed).context["form"].errors) == {"provider", "course"}
    typed |= {"provider": "CNFPT", "course": "Le secret professionnel", "edition": "2020", "hours": "7"}
    assert client.post(url, {**typed, "hours": "sept"}).status_code == 422
    assert client.post(url, typed).status_code == 302
    certificate.refresh_from_db()
    assert (certificate.course, certificate.edition, certificate.hours) == ("Le secret professionnel", "2020", 7)
    assert certificate.course_key == "cnfpt | le secret professionnel | 2020"
    assert certificate.state == CertificateState.EQUIVALENCE
    assert "Équivalence demandée" in text(client.get(reverse("filing_certificates")))


def test_an_attestation_is_taken_back(client, draft):
    certificate = certify(draft.structure.referents.first(), "M1")
    client.post(reverse("filing_certificate_remove", args=[certificate.pk]))
    assert AttendanceCertificate.objects.count() == 0


def test_its_pages_and_its_file_are_the_structures_own(client, draft):
    send(client, (attestation(), "a.pdf"))
    pk = AttendanceCertificate.objects.get().pk
    assert client.get(reverse("filing_certificate", args=[pk])).status_code == 200
    assert client.get(reverse("filing_certificate_file", args=[pk])).status_code == 404
    examine_all()
    urls = [
        reverse("filing_certificate_page", args=[pk, 1]),
        reverse("filing_certificate_file", args=[pk]),
        reverse("filing_certificate", args=[pk]),
    ]
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200
        assert response.getvalue()
    stranger = make_user(Role.STRUCTURE_ADMIN)
    open_draft(structure=stranger.structure)
    client.force_login(stranger)
    assert [client.get(url).status_code for url in urls] == [404, 404, 404]


# Une case du tableau ----------------------------------------------------------------------------------------------


def cell(name: str, code: str = "R01", obligation: str = "M4") -> str:
    return reverse(name, args=[code, obligation])


def test_a_file_for_one_cell_goes_there(client, draft):
    response = client.post(
        cell("filing_obligation_add"), {"file": upload(pdf("photo"), "a.pdf"), "module_choice": "M4"}
    )
    assert response.url == reverse("filing_certificates")
    certificate = AttendanceCertificate.objects.get()
    assert (certificate.referent.code, certificate.module) == ("R01", "M4")


@pytest.mark.parametrize(("obligation", "choice"), [("M2", "M2:1"), ("M2", "M2"), ("OPT", "O3")])
def test_where_the_cell_leaves_a_choice_it_is_asked(client, draft, obligation, choice):
    url = cell("filing_obligation_add", obligation=obligation)
    file = {"file": upload(pdf("x"), "a.pdf")}
    assert "module_choice" in client.post(url, file).context["add_form"].errors
    assert client.post(url, {"file": upload(pdf("x"), "a.pdf"), "module_choice": choice}).status_code == 302


@pytest.mark.parametrize(("code", "obligation"), [("R09", "M4"), ("R01", "M9"), ("R01", "O1")])
def test_a_cell_that_does_not_exist_is_a_404(client, draft, code, obligation):
    assert client.get(cell("filing_obligation", code, obligation)).status_code == 404


def test_a_bad_file_is_said_at_the_field_of_the_cell(client, draft):
    response = client.post(cell("filing_obligation_add"), {"file": upload(b"MZ", "a.pdf")})
    assert response.status_code == 422
    assert "son contenu n’en est pas un" in response.context["add_form"].errors["file"][0]
    assert StoredFile.objects.count() == 0


def test_a_commitment_is_shown_the_sessions_and_takes_the_day_of_the_one_booked(client, draft):
    session = make_session("M4", now=NOW)
    address, page = reverse("session_enrol", args=[session.pk]), reverse("filing_obligation", args=["R02", "M4"])
    before = text(client.get(page))
    assert before.count(f'<a href="{address}">12 mai 2026</a>') == 2, "pour une absence, et pour une arrivée"
    assert "12 places libres" in before
    assert "Aucune session du Département n’est ouverte" in text(
        client.get(reverse("filing_obligation", args=["R02", "M3"]))
    )
    enrol(
        session=session,
        referents=[draft.structure.referents.get(code="R02")],
        actor=member_of(draft.structure),
        now=NOW,
    )
    after = client.get(page)
    assert f'<a href="{address}">session du mardi 12 mai 2026</a> : la date est déjà remplie.' in text(after)
    for form in ("absence_form", "newcomer_form"):
        assert after.context[form].initial == {"session_on": date(2026, 5, 12), "session_place": session.place}
    other = client.get(reverse("filing_obligation", args=["R01", "M4"]))
    assert other.context["absence_form"].initial == {}
    assert "11 places libres" in text(other)


ABSENCE = {"absence-reason": "annual_leave", "absence-session_on": "12/05/2026", "absence-session_place": "Arras"}


def test_an_absence_with_its_proof_and_its_session_is_a_commitment(client, draft):
    client.post(cell("filing_absence"), {**ABSENCE, "absence-proof": upload(pdf("congés"), "j.pdf")})
    commitment = TrainingCommitment.objects.get()
    assert (commitment.due_on, commitment.session_on) == (date(2027, 2, 10), date(2026, 5, 12))
    page = text(client.get(reverse("filing_certificates")))
    assert "Absent, session le 12 mai" in page
    assert "1 sous engagement" in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("reason", "", "Choisissez une réponse."),
        ("session_on", "", "Indiquez une date."),
        ("session_on", "32/01/2026", "Cette date n’existe pas."),
        ("session_on", "09/02/2026", "déjà passée"),
        ("session_on", "11/02/2027", "avant l’échéance"),
        ("session_place", "x" * 161, "160"),
        ("proof", None, "Choisissez un fichier."),
        ("proof", b"MZ", "son contenu n’en est pas un"),
    ],
)
def test_a_wrong_absence_is_said_at_its_field_and_keeps_nothing(client, draft, field, value, message):
    typed = {**ABSENCE, "absence-proof": upload(pdf("congés"), "j.pdf")}
    if field == "proof":
        typed["absence-proof"] = upload(value, "j.pdf") if value else ""
    else:
        typed[f"absence-{field}"] = value
    response = client.post(cell("filing_absence"), typed)
    assert response.status_code == 422
    assert message in " ".join(response.context["absence_form"].errors[field])
    assert StoredFile.objects.count() == TrainingCommitment.objects.count() == 0


def test_a_new_arrival_is_committed_by_a_session_or_a_plan(client, draft):
    url = cell("filing_newcomer", "R02")
    assert "session_on" in client.post(url, {}).context["newcomer_form"].errors
    assert client.post(url, {"newcomer-plan": upload(pdf("plan"), "plan.pdf")}).status_code == 302
    assert TrainingCommitment.objects.get().due_on == date(2026, 9, 15)


def test_somebody_who_is_no_newcomer_is_not_offered_it(client, draft):
    assert "Nouvelle arrivée" not in text(client.get(cell("filing_obligation")))
    assert "nouvelle arrivée" in text(client.get(cell("filing_obligation", "R02")))


def test_a_commitment_is_given_up(client, draft):
    client.post(cell("filing_absence"), {**ABSENCE, "absence-proof": upload(pdf("congés"), "j.pdf")})
    commitment = TrainingCommitment.objects.get()
    client.post(reverse("filing_commitment_remove", args=[commitment.pk]))
    assert TrainingCommitment.objects.count() == StoredFile.objects.count() == 0


def test_a_proof_of_absence_is_said_to_be_there_and_is_not_opened_again(client, draft):
    """The colleagues of the same structure have no business reading it; its own name is not in the journal."""
    client.post(cell("filing_absence"), {**ABSENCE, "absence-proof": upload(pdf("congés"), "arret-maladie.pdf")})
    examine_all()
    commitment = TrainingCommitment.objects.get()
    assert client.get(reverse("filing_commitment_file", args=[commitment.pk])).status_code == 404
    page = text(client.get(cell("filing_obligation")))
    assert "Justificatif joint le 10 février 2026" in page
    assert "arret-maladie" not in page
    assert "n’est lu que par la DPID" in page
    labels = set(FileEvent.objects.values_list("label", flat=True))
    assert labels == {f"Justificatif d’absence, fichier n° {commitment.proof_id}"}


def test_a_training_plan_is_opened_again(client, draft):
    data = {"newcomer-session_on": "", "newcomer-plan": upload(pdf("plan"), "plan.pdf")}
    client.post(cell("filing_newcomer", "R02"), data)
    url = reverse("filing_commitment_file", args=[TrainingCommitment.objects.get().pk])
    assert client.get(url).status_code == 404
    examine_all()
    assert client.get(url).getvalue().startswith(b"%PDF-")


def test_another_structures_commitment_does_not_exist(client, draft):
    client.post(cell("filing_absence"), {**ABSENCE, "absence-proof": upload(pdf("congés"), "j.pdf")})
    pk = TrainingCommitment.objects.get().pk
    stranger = make_user(Role.STRUCTURE_ADMIN)
    open_draft(structure=stranger.structure)
    client.force_login(stranger)
    assert client.post(reverse("filing_commitment_remove", args=[pk])).status_code == 404
    assert client.get(reverse("filing_commitment_file", args=[pk])).status_code == 404


def test_an_attestation_that_is_ruled_on_is_not_sorted_anew(client, draft):
    agent = make_user(Role.DPID_AGENT)
    certificate = certify(draft.structure.referents.first(), "M4")
    address = reverse("filing_certificate", args=[certificate.pk])
    assert "De quoi s’agit-il ?" in text(client.get(address))
    AttendanceCertificate.objects.filter(pk=certificate.pk).update(
        state=CertificateState.REFUSED, reason="Il manque la date.", ruled_by=agent, ruled_at=NOW
    )
    page = text(client.get(address))
    assert "Il manque la date." in page
    for words in ("De quoi s’agit-il", "Ranger", "Retirer ce fichier"):
        assert words not in page
