"""Files that can't be kept, at every place that takes one: named, with the reason, and nothing else is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Referent
from applications.models import Application
from applications.selectors import missing_pieces
from documents import objects
from documents.enums import FileState
from documents.models import StoredFile
from evaluation.models import Cer
from label_portal.sample.files import encrypted_pdf, executable_as_pdf, oversized_pdf, truncated_pdf, zip_as_pdf
from tests.applications.filing.builders import NOW, add_cers
from tests.documents.checks import examine_all
from tests.documents.samples import image, pdf, upload
from tests.said import assert_kept, assert_said, text_of
from training.models import AttendanceCertificate, TrainingCommitment

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(NOW, tick=False)


NOT_ONE = "Ce fichier porte l’extension d’un PDF, mais son contenu n’en est pas un."

# what comes, its name, what is said of it
BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("vide.pdf", lambda: b"", "Ce fichier est vide"),
    "21 MB": ("scan.pdf", lambda: oversized_pdf()[1], "Ce fichier dépasse 20 Mo."),
    "program": ("planning.pdf", lambda: executable_as_pdf()[1], NOT_ONE),
    "archive": ("tout.pdf", lambda: zip_as_pdf()[1], NOT_ONE),
    "page": ("page.html", lambda: b"<script>alert(1)</script>", "Ce format n’est pas accepté."),
}
HELD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "cut": ("scan.pdf", lambda: truncated_pdf()[1], "Ce PDF est incomplet"),
    "locked": ("scan.pdf", lambda: encrypted_pdf()[1], "Ce PDF est protégé par un mot de passe."),
    "broken": ("scan.pdf", lambda: b"%PDF-1.7\n" + b"x" * 900 + b"\n%%EOF", "Ce PDF est illisible ou abîmé."),
    "photo": ("photo.jpg", lambda: image("JPEG")[:400], "Cette image est illisible ou incomplète."),
}
ABSENCE = {"absence-reason": "annual_leave", "absence-session_on": "12/05/2026", "absence-session_place": "Arras"}

# where it is sent: address, name of the file field, the other answers
PLACES: dict[str, tuple[Callable[[Application], str], str, dict[str, str]]] = {
    "cell": (
        lambda draft: reverse("filing_obligation_add", args=["R01", "M2"]),
        "file",
        {"module_choice": "M2:1", "followed_on": "14/03/2024"},
    ),
    "absence": (lambda draft: reverse("filing_absence", args=["R01", "M4"]), "absence-proof", ABSENCE),
    "newcomer": (
        lambda draft: reverse("filing_newcomer", args=["R01", "M4"]),
        "newcomer-plan",
        {"newcomer-session_place": "Arras"},
    ),
    "replacement": (
        lambda draft: reverse("filing_cer_replace", args=[add_cers(draft, 1, real=True)[0].pk]), "file", {},
    ),
}  # fmt: skip


@pytest.fixture
def newcomer(draft) -> Application:
    Referent.objects.update(arrived_on=NOW.date())
    return draft


def rows() -> list[int]:
    return [model.objects.count() for model in (StoredFile, AttendanceCertificate, TrainingCommitment, Cer)]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("place", PLACES)
def test_a_bad_file_is_said_at_its_field_and_the_answers_stay(client, newcomer, place, bad):
    address, field, typed = PLACES[place]
    name, content, words = BAD[bad]
    url = address(newcomer)
    before = rows()
    response = client.post(url, {**typed, field: upload(content(), name)})
    assert_said(response, field, words)
    assert_kept(response, typed)
    assert rows() == before


@pytest.mark.parametrize("bad", HELD)
@pytest.mark.parametrize("place", PLACES)
def test_a_file_found_bad_once_read_is_said_where_it_was_sent_and_keeps_the_dossier_from_being_filed(
    client, newcomer, place, bad
):
    address, field, typed = PLACES[place]
    name, content, words = HELD[bad]
    assert client.post(address(newcomer), {**typed, field: upload(content(), name)}).status_code == 302
    examine_all()
    file = StoredFile.objects.get(state=FileState.REFUSED)
    assert words in " ".join(file.reason.replace("\u00a0", " ").split())
    [lack] = [lack for lack in missing_pieces(newcomer, today=NOW.date()) if "fichier refusé" in lack.text]
    assert words in text_of(client.get(lack.url))
    assert lack.url in client.get(reverse("filing_summary")).content.decode()


@pytest.mark.parametrize("place", ["cell", "absence", "replacement"])
def test_no_file_is_said_at_its_field(client, newcomer, place):
    address, field, typed = PLACES[place]
    response = client.post(address(newcomer), {**typed, field: ""})
    assert_said(response, field, "Choisissez un fichier.")
    assert_kept(response, typed)


# place, field, what is typed, what is said
ANSWERS = [
    ("cell", "module_choice", "", "Choisissez une réponse."),
    ("cell", "module_choice", "M1", "Cette réponse n’est pas dans la liste."),
    ("cell", "followed_on", "31/02/2024", "Cette date n’existe pas."),
    ("cell", "followed_on", "14/03/3024", "Vérifiez l’année de cette date."),
    ("cell", "followed_on", "11/02/2026", "La formation ne peut pas avoir été suivie dans l’avenir."),
    ("absence", "absence-reason", "", "Choisissez une réponse."),
    ("absence", "absence-reason", "flemme", "Cette réponse n’est pas dans la liste."),
    ("absence", "absence-session_on", "", "Indiquez une date."),
    ("absence", "absence-session_on", "32/01/2026", "Cette date n’existe pas."),
    ("absence", "absence-session_on", "09/02/2026", "La session prévue est déjà passée."),
    ("absence", "absence-session_on", "11/02/2027", "La session doit avoir lieu avant l’échéance"),
    ("absence", "absence-session_place", "x" * 161, "161 caractères, 160 au plus."),
    ("newcomer", "newcomer-session_on", "bientôt", "Cette date n’existe pas."),
    ("newcomer", "newcomer-session_on", "09/02/2026", "La session prévue est déjà passée."),
    ("newcomer", "newcomer-session_place", "x" * 161, "161 caractères, 160 au plus."),
]


@pytest.mark.parametrize(("place", "field", "typed", "words"), ANSWERS, ids=lambda value: str(value)[:24])
def test_a_wrong_answer_says_that_the_file_is_to_be_chosen_again(client, newcomer, place, field, typed, words):
    """With the script the file stays chosen (tests/core/test_scripts); without it, the page says so."""
    address, file_field, right = PLACES[place]
    sent = {**right, field: typed}
    before = rows()
    response = client.post(address(newcomer), {**sent, file_field: upload(pdf("juste"), "juste.pdf")})
    assert_said(response, field, words)
    assert_kept(response, {name: value for name, value in sent.items() if name != field})
    assert "« juste.pdf » n’a pas été gardé : choisissez-le de nouveau." in text_of(response)
    assert rows() == before


# Plusieurs à la fois ---------------------------------------------------------------------------------------------

MANY = {"filing_certificates_add": AttendanceCertificate, "filing_cers_add": Cer}


def send(client: Any, name: str, *files: tuple[bytes, str]) -> Any:
    data = {"uploads": [upload(*file) for file in files], "referent": "R01"}
    return client.post(reverse(name), data, follow=True)


@pytest.mark.parametrize("name", MANY)
def test_each_bad_file_is_named_and_the_good_ones_are_kept(client, draft, name):
    bad = [(content(), f"{code}-{filename}") for code, (filename, content, _) in BAD.items()]
    response = send(client, name, (pdf("un"), "un.pdf"), *bad, (pdf("deux"), "deux.pdf"))
    said = text_of(response)
    for code, (filename, _, words) in BAD.items():
        assert f"« {code}-{filename} » : {words}" in said
    assert "Les 2 autres fichiers sont bien reçus." in said
    assert MANY[name].objects.count() == StoredFile.objects.count() == 2


@pytest.mark.parametrize("name", MANY)
def test_the_same_file_twice_in_one_sending_is_kept_once(client, draft, name):
    said = text_of(send(client, name, (pdf("x"), "a.pdf"), (pdf("x"), "b.pdf")))
    assert "« b.pdf » : Ce fichier est déjà" in said
    assert "L’autre fichier est bien reçu." in said
    assert MANY[name].objects.count() == StoredFile.objects.count() == 1


@pytest.mark.parametrize("name", MANY)
def test_no_file_is_said_in_the_zone(client, draft, name):
    assert_said(client.post(reverse(name), {"referent": "R01"}), "uploads", "Choisissez un fichier.")


def test_a_referent_outside_the_list_is_said_at_its_field(client, draft):
    response = client.post(reverse("filing_cers_add"), {"uploads": upload(pdf("x"), "a.pdf"), "referent": "R99"})
    assert_said(response, "referent", "Cette réponse n’est pas dans la liste.")
    assert StoredFile.objects.count() == 0


def test_thirty_files_at_once(client, draft):
    said = text_of(send(client, "filing_certificates_add", *((pdf(f"n° {n}"), f"scan {n}.pdf") for n in range(30))))
    assert "30 fichiers reçus." in said
    assert AttendanceCertificate.objects.count() == 30


HOSTILE = {
    "../../../etc/passwd.pdf": "passwd.pdf",
    "C:\\Windows\\cer.pdf": "cer.pdf",
    "<img src=x onerror=alert(1)>.pdf": "<img src=x onerror=alert(1)>.pdf",
    "facture\u202efdp.exe": "facturefdp.exe.pdf",
    "a" * 300 + ".pdf": "a" * 116 + ".pdf",
    "onglet\tcaché.pdf": "ongletcaché.pdf",
    "👩\u200d👧 été.PDF": "👩👧 été.PDF",
}


@pytest.mark.parametrize("name", HOSTILE, ids=["path", "drive", "html", "reversed", "long", "tab", "emoji"])
def test_a_hostile_name_is_only_a_name(client, draft, private_storage, name):
    response = send(client, "filing_certificates_add", (pdf("x"), name))
    stored = StoredFile.objects.get()
    assert stored.original_name == HOSTILE[name]
    assert HOSTILE[name] in text_of(response)
    assert [path.name for path in private_storage.rglob("*") if path.is_file()] == [stored.key.split("/")[1]]
    refused = text_of(send(client, "filing_certificates_add", (b"MZ", name)))
    assert "\u202e" not in refused
    assert f"{HOSTILE[name][:20]}" in refused


# Trop lourd, trop nombreux ---------------------------------------------------------------------------------------


def test_a_sending_over_the_limit_is_a_french_page_and_is_read_to_its_end(client, draft, settings):
    settings.REQUEST_MAX_SIZE = 100_000
    page = "http://testserver" + reverse("filing_certificates")
    response = client.post(
        reverse("filing_certificates_add"),
        {"uploads": [upload(bytes(60_000), f"{n}.pdf") for n in range(2)]},
        headers={"referer": page, "host": "testserver"},
    )
    assert response.status_code == 413
    said = text_of(response)
    assert "Cet envoi est trop lourd" in said
    assert "20 Mo par fichier" in said
    assert "les fichiers reçus auparavant sont conservés" in said
    assert f'href="{page}"' in response.content.decode()
    assert response.wsgi_request.read() == b""
    assert StoredFile.objects.count() == 0


def test_too_many_files_are_a_french_page(client, draft):
    files = [upload(b"x", f"{n}.pdf") for n in range(101)]
    response = client.post(reverse("filing_certificates_add"), {"uploads": files})
    assert response.status_code == 413
    assert "100 fichiers par envoi" in text_of(response)


def test_a_text_out_of_all_proportion_is_a_french_page(client, draft):
    response = client.post(reverse("filing_structure"), {"mission": "x" * 3_000_000})
    assert response.status_code == 413
    assert "Cet envoi est trop lourd" in text_of(response)


# Tableau des référents -------------------------------------------------------------------------------------------

ROSTERS = [
    ("empty", b"", "Ce fichier est vide."),
    ("2 MB", b"a" * (2 * 1024 * 1024 + 1), "Ce fichier dépasse 2 Mo."),
    ("program", b"MZ\x90\x00\x03\x00", "Ce fichier n’est pas une liste"),
    ("old Excel", b"\xd0\xcf\x11\xe0" + bytes(100), "à l’ancien format Excel (.xls)"),
    ("broken workbook", b"PK\x03\x04" + bytes(100), "Ce classeur n’a pas pu être lu."),
    ("no titles", b"bonjour", "Les titres de colonnes n’ont pas été trouvés."),
    ("a title lacks", "Nom;Prénom\nBenali;Karim".encode(), "Il manque la colonne « Date d’arrivée »."),
    ("nobody", "Nom;Prénom;Date d’arrivée\n".encode(), "ne contient aucun référent"),
    ("a quote lacks", 'Nom;Prénom;Date d’arrivée\n"Benali;Karim'.encode() + b"x" * 140_000, "n’a pas pu être lue"),
]


@pytest.mark.parametrize(("content", "words"), [row[1:] for row in ROSTERS], ids=[row[0] for row in ROSTERS])
def test_a_list_that_can_not_be_read_is_said_at_its_field(client, draft, content, words):
    response = client.post(reverse("referent_import"), {"file": upload(content, "liste.xlsx")})
    assert_said(response, "file", words)


LINES = [
    ("Haddad;;02/09/2024;;", "Le prénom manque."),
    (f"{'x' * 81};Lina;02/09/2024;;", "Le nom dépasse 80 caractères."),
    ("Haddad;Lina;31/02/2025;;", "La date d’arrivée « 31/02/2025 » n’existe pas."),
    ("Haddad;Lina;02/09/0224;;", "La date d’arrivée « 02/09/0224 » n’existe pas."),
    ("Haddad;Lina;02/09/2024;01/09/2024;", "Le départ ne peut pas précéder l’arrivée."),
    ("Haddad;Lina;02/09/2024;;lina@", "L’adresse « lina@ » est incomplète."),
    ("Haddad;Lina;02/09/2024;;KARIM@exemple.fr", "Cette adresse est celle d’une autre personne de la liste."),
    ("Benali;KARIM;02/09/2024;;", "Déjà présent"),
    ("Caron;Anne;02/09/2024;;", "Même personne qu’à la ligne 2."),
    ("Caron;Zoé;02/09/2024;;anne@exemple.fr", "Même adresse qu’à la ligne 2."),
    ("=HYPERLINK(1);<b>Lina</b>;demain;;", "La date d’arrivée « demain » n’existe pas."),
]


@pytest.mark.parametrize(("line", "words"), LINES, ids=[words[:30] for _, words in LINES])
def test_a_wrong_line_is_said_and_the_right_one_is_added(client, draft, line, words):
    table = f"Nom;Prénom;Date d’arrivée;Date de départ;E-mail\nCaron;Anne;02/09/2024;;anne@exemple.fr\n{line}\n"
    checked = client.post(reverse("referent_import"), {"file": upload(table.encode(), "liste.csv")}, follow=True)
    assert words in text_of(checked)
    client.post(reverse("referent_import_confirm"), {"apercu": checked.context["plan"].digest})
    assert list(Referent.objects.order_by("pk").values_list("last_name", flat=True)) == ["Benali", "Fournier", "Caron"]


def test_a_storage_that_fails_in_the_middle_of_fifty_files_is_told_and_the_rest_resumes(client, draft, monkeypatch):
    files = [(pdf(f"contrat {number}"), f"R01-CER{number}.pdf") for number in range(50)]
    save, seen = default_storage.save, []

    def failing(name, content):
        seen.append(name)
        if len(seen) == 25:
            raise OSError("le stockage ne répond pas")
        return save(name, content)

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", failing)
        said = text_of(send(client, "filing_certificates_add", *files))
    assert "« R01-CER24.pdf » : Le stockage des fichiers ne répond pas" in said
    assert "Les 49 autres fichiers sont bien reçus." in said
    assert StoredFile.objects.count() == AttendanceCertificate.objects.count() == 49
    again = text_of(send(client, "filing_certificates_add", *files))
    assert again.count("Ce fichier est déjà là") == 49
    assert StoredFile.objects.count() == AttendanceCertificate.objects.count() == 50


def test_a_bucket_that_goes_away_in_the_middle_of_fifty_files_is_asked_no_more_and_the_rest_resumes(
    client, draft, s3, monkeypatch
):
    call_command("prepare_storage", verbosity=0)
    files = [(pdf(f"contrat {number}"), f"R01-CER{number}.pdf") for number in range(50)]
    save, asked = default_storage.save, []

    def counted(name, content):
        asked.append(name)
        if len(asked) == 21:
            s3.stop()
        return save(name, content)

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", counted)
        said = text_of(send(client, "filing_certificates_add", *files))
    assert len(asked) == 22, "each try may wait for as long as the time-outs"
    assert said.count("Le stockage des fichiers ne répond pas") == 30
    assert "« R01-CER20.pdf »" in said
    assert "Les 20 autres fichiers sont bien reçus." in said
    assert StoredFile.objects.count() == AttendanceCertificate.objects.count() == 20
    s3.start_again()
    assert text_of(send(client, "filing_certificates_add", *files)).count("Ce fichier est déjà là") == 20
    assert StoredFile.objects.count() == AttendanceCertificate.objects.count() == 50
    assert sorted(objects.everything()) == sorted(StoredFile.objects.values_list("key", flat=True))


def test_two_tabs_send_and_take_back_the_same_contract(client, draft):
    """The one that comes second is told, whatever has become of the file meanwhile."""
    send(client, "filing_cers_add", (pdf("x"), "a.pdf"))
    cer = Cer.objects.get()
    replaced = {"file": upload(pdf("autre"), "b.pdf")}
    assert client.post(reverse("filing_cer_replace", args=[cer.pk]), replaced).status_code == 302
    examine_all()
    cer.refresh_from_db()
    assert cer.file.is_ready
    assert client.post(reverse("filing_cer_remove", args=[cer.pk])).status_code == 302
    assert client.post(reverse("filing_cer_remove", args=[cer.pk])).status_code == 404
    assert StoredFile.objects.count() == 0
