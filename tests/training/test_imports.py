"""Référents and past trainings brought by a spreadsheet: shown, then written at once; what they become afterwards."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Role
from accounts.models import Referent
from accounts.services.referents import add_referent
from documents.models import StoredFile
from label_portal.sample import people, rosters
from notices.models import Notice
from rulebook.book import current_rulebook
from tests import factories
from tests.applications.builders import make_certificate, make_draft
from tests.documents.samples import pdf
from training.enums import CertificateState
from training.imports.reading import TITLES, read_import
from training.models import PastTraining, RosterImport
from training.selectors import coverage_of
from training.selectors.past import unproven_trainings
from training.services import Placing, assign_certificate

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TODAY = date(2026, 3, 23)
HEAD = "Nom;Prénom;Arrivée;Module;Partie;Dernier jour;Organisme;Durée en heures;E-mail\n"


@pytest.fixture
def member():
    return factories.make_user(Role.STRUCTURE_MEMBER)


@pytest.fixture
def karim(member):
    return add(member, "Karim", "Benali")


def add(actor, first_name, last_name, **fields):
    """By the service: the structure's counter gives the code, as it does to those whom a table brings."""
    return add_referent(
        actor=actor, first_name=first_name, last_name=last_name, **{"arrived_on": date(2024, 9, 2), **fields}
    )


@pytest.fixture
def sign_in(client):
    return client.force_login


def upload(client, content, url=None, name="referents.xlsx"):
    return client.post(url or reverse("referent_import"), {"file": SimpleUploadedFile(name, content)})


def table(*lines):
    return (HEAD + "\n".join(lines)).encode()


def check(client):
    return client.get(reverse("referent_import_check")).content.decode()


def confirm(client):
    """What the check page shows now, agreed to."""
    return agree(client, seen(client))


def seen(client):
    plan = client.get(reverse("referent_import_check")).context["plan"]
    return plan.digest


def agree(client, digest):
    return client.post(reverse("referent_import_confirm"), {"apercu": digest}, follow=True).content.decode()


def test_a_table_is_shown_then_taken(client, sign_in, member):
    sign_in(member)
    rows = rosters.rows_of(people.structures()[0], TODAY)
    assert upload(client, rosters.roster_xlsx(rows))["Location"] == reverse("referent_import_check")
    page = check(client)
    assert all(row[0] in page for row in rows)
    assert not Referent.objects.exists()
    assert f"{len(rows)} référents ajoutés" in confirm(client)
    taken = member.structure.referents.order_by("code")
    assert [(each.last_name, each.arrived_on, each.left_on, each.funded) for each in taken] == [
        (row[0], row[3], row[4], row[5] == "oui") for row in rows
    ]
    assert "roster_import" not in client.session
    assert not Notice.objects.exists()
    assert client.post(reverse("referent_import_confirm"))["Location"] == reverse("referent_import")
    upload(client, rosters.roster_csv(rows), name="referents.csv")
    assert "Rien à ajouter" in check(client)
    confirm(client)
    assert taken.count() == len(rows)


def test_giving_up_drops_what_was_read(client, sign_in, member):
    sign_in(member)
    upload(client, table("Caron;Anne;02/09/2024"))
    page = client.get(reverse("referent_import_check") + "?next=/").content.decode()
    assert f'action="{reverse("referent_import_drop")}"' in page
    assert client.get(reverse("referent_import_drop")).status_code == 405
    assert client.post(reverse("referent_import_drop"), {"next": "/"})["Location"] == "/"
    assert "roster_import" not in client.session
    assert not Referent.objects.exists()


def test_wrong_lines_are_told_and_left_out(client, sign_in, member):
    sign_in(member)
    upload(client, rosters.roster_xlsx([row for row, _ in rosters.faulty_rows()]))
    page = check(client)
    assert "9 lignes à corriger, 2 à ajouter" in page
    assert page.count('href="#ligne-') == 9
    assert all(f'id="ligne-{line}"' in page for line in range(2, 13))
    assert page.count("Non financé") == 2
    assert "Colonne E. Le départ ne peut pas précéder l’arrivée." in page
    confirm(client)
    assert list(member.structure.referents.values_list("last_name", flat=True)) == ["Delattre", "Duflos"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "vide"), (b"bonjour", "titres de colonnes"), (b"a" * (2 * 1024 * 1024 + 1), "dépasse 2\u00a0Mo")],
)
def test_an_unreadable_file_is_told_at_its_field(client, sign_in, member, content, words):
    sign_in(member)
    response = upload(client, content)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_nothing_to_check_without_a_file(client, sign_in, member):
    sign_in(member)
    assert client.get(reverse("referent_import_check"))["Location"] == reverse("referent_import")
    assert "Choisissez un fichier." in client.post(reverse("referent_import")).content.decode()


def test_past_trainings_wait_for_their_attestation_and_count_for_nothing(client, sign_in, member, karim):
    sign_in(member)
    upload(
        client,
        table(
            "Benali;Karim;;M4;;12/03/2024;IRTS;7",
            "Caron;Anne;02/09/2024;M2;1;13/03/2024;IRTS;14;anne@exemple.fr",
            "Caron;Anne;;M2;2;14/05/2024",
        ),
    )
    assert "1 référent nouveau" in check(client)
    assert "1 référent ajouté et 3 formations notées. Il reste à joindre les attestations." in confirm(client)
    page = client.get(reverse("coverage_detail", args=[member.structure_id])).content.decode()
    assert page.count("joindre l’attestation de la formation déjà suivie") == 4, "chaque étape, et son lien"
    anne = Referent.objects.get(last_name="Caron")
    noted = unproven_trainings(member.structure)
    assert [(each.referent, each.module, each.part, each.hours) for each in noted] == [
        (karim, "M4", None, 7),
        (anne, "M2", 1, 14),
        (anne, "M2", 2, None),
    ]
    assert StoredFile.objects.count() == 0
    covered = coverage_of(member.structure, rulebook=current_rulebook(), today=TODAY)
    assert not any(cell.is_held or cell.certificates for cell in covered.cells.values())
    assert (RosterImport.objects.get().author, RosterImport.objects.get().referents) == (member, 1)
    page = client.get(reverse("referent_training", args=[karim.pk])).content.decode()
    assert "Attestations à joindre" in page
    drop = reverse("past_training_drop", args=[noted[0].pk])
    client.post(drop)
    assert noted.filter(referent=karim).count() == 0


def test_a_file_added_for_a_noted_training_finds_its_provider_dates_and_hours(client, sign_in):
    draft = make_draft()
    draft.structure.certificates.all().delete()
    member, karim = draft.structure.members.first(), draft.structure.referents.first()
    sign_in(member)
    upload(client, table(f"{karim.last_name};{karim.first_name};;M4;;12/03/2024;IRTS;7"))
    confirm(client)
    cell = reverse("filing_obligation", args=[karim.code, "M4"])
    page = client.get(cell).content.decode()
    assert "Il ne manque que le fichier." in page
    assert 'value="12/03/2024"' in page
    assert "Attestation à joindre" in client.get(reverse("filing_certificates")).content.decode()
    adding = reverse("filing_obligation_add", args=[karim.code, "M4"])
    client.post(adding, {"file": SimpleUploadedFile("a.pdf", pdf("attestation")), "module_choice": "M4"})
    (kept,) = draft.structure.certificates.all()
    assert (kept.provider, kept.hours, kept.followed_on) == ("IRTS", 7, date(2024, 3, 12))
    assert not unproven_trainings(draft.structure).exists()
    assert "Il ne manque que le fichier." not in client.get(cell).content.decode()


def test_a_refused_attestation_leaves_the_training_to_be_proven(member, karim):
    written = RosterImport.objects.create(
        structure=member.structure, author=member, at="2026-03-23T09:00Z", referents=0, trainings=1
    )
    PastTraining.objects.create(referent=karim, module="M4", followed_on=date(2024, 3, 12), brought_by=written)
    certificate = make_certificate(karim, "M4")
    assert not unproven_trainings(member.structure).exists()
    type(certificate).objects.filter(pk=certificate.pk).update(
        state=CertificateState.REFUSED, reason="Illisible.", ruled_by=member, ruled_at="2026-03-23T09:00Z"
    )
    assert unproven_trainings(member.structure).count() == 1


@pytest.mark.parametrize(("days", "kept"), [([12], date(2024, 3, 12)), ([12, 19], None)])
def test_a_date_that_is_not_said_is_noted_once_or_stays_unsaid(client, sign_in, member, karim, days, kept):
    sign_in(member)
    upload(client, table(*(f"Benali;Karim;;M4;;{day}/03/2024;IRTS {day};7" for day in days)))
    confirm(client)
    waiting = make_certificate(karim, "M4", state=CertificateState.TO_SORT, followed_on=None)
    assign_certificate(
        certificate=waiting,
        placing=Placing(referent=karim, module="M4"),
        rulebook=current_rulebook(),
        actor=member,
        today=TODAY,
    )
    waiting.refresh_from_db()
    assert (waiting.followed_on, waiting.provider) == (kept, f"IRTS {days[0]}" if kept else "")


def test_a_whole_module_is_proven_by_its_two_parts(client, sign_in, member, karim):
    sign_in(member)
    noted = table("Benali;Karim;;M2;;13/03/2024;IRTS;14")
    upload(client, noted)
    confirm(client)
    make_certificate(karim, "M2", part=1)
    assert unproven_trainings(member.structure).count() == 1
    make_certificate(karim, "M2", part=2)
    assert not unproven_trainings(member.structure).exists()
    PastTraining.objects.all().delete()
    upload(client, noted)
    assert "attestation déjà au dossier" in check(client)


def test_who_is_meant_is_asked_and_never_guessed(client, sign_in, member, karim):
    twin = add(member, "Karim", "Benali", arrived_on=date(2020, 1, 6), left_on=date(2021, 1, 6))
    sign_in(member)
    upload(client, table("Benali;Karim;;M4;;12/03/2020;IRTS;7"))
    page = check(client)
    assert "De qui s’agit-il" in page
    assert "Ajouter 1 ligne" not in page
    assert "Rien n’est ajouté. Dites d’abord de qui il s’agit" in confirm(client)
    client.post(reverse("referent_import_check"), {"qui-2": twin.code})
    assert "Ajouter 1 ligne" in check(client)
    confirm(client)
    assert PastTraining.objects.get().referent == twin


def test_nothing_is_written_when_the_list_is_no_longer_the_one_that_was_seen(client, sign_in, member):
    sign_in(member)
    upload(client, table("Benali;Karim;02/09/2024", "Caron;Anne;02/09/2024"))
    digest = seen(client)
    add(member, "Karim", "Benali")
    assert "La liste a changé depuis la lecture du tableau." in agree(client, digest)
    assert Referent.objects.count() == 1


def test_an_answer_changed_meanwhile_writes_nothing(client, sign_in, member, karim):
    twin = add(member, "Karim", "Benali", arrived_on=date(2020, 1, 6), left_on=date(2021, 1, 6))
    sign_in(member)
    upload(client, table("Benali;Karim;;M4;;12/03/2020;IRTS;7"))
    client.post(reverse("referent_import_check"), {"qui-2": twin.code})
    digest = seen(client)
    client.post(reverse("referent_import_check"), {"qui-2": karim.code})
    assert "Rien n’est ajouté. La liste a changé" in agree(client, digest)
    assert not PastTraining.objects.exists()


def test_an_answer_about_a_line_that_is_not_there_is_not_kept(client, sign_in, member):
    sign_in(member)
    upload(client, table("Benali;Karim;02/09/2024"))
    client.post(reverse("referent_import_check"), {f"qui-{'9' * 5000}": "R01", "qui-²": "R01", "qui-3": "R01"})
    assert client.session["roster_import"]["answers"] == {}
    assert "1 ligne à ajouter" in check(client)


@pytest.mark.parametrize("change", [{"version": 1}, {"version": None}], ids=str)
def test_lines_kept_by_another_version_of_the_portal_are_read_again(client, sign_in, member, change):
    sign_in(member)
    upload(client, table("Benali;Karim;02/09/2024"))
    session = client.session
    session["roster_import"] = {**session["roster_import"], **change, "rows": [{"name": "Benali"}]}
    session.save()
    assert client.get(reverse("referent_import_check"))["Location"] == reverse("referent_import")


@pytest.mark.parametrize("role", [Role.DPID_AGENT, Role.SLAI])
def test_the_département_brings_the_list_of_a_structure_that_it_follows(client, sign_in, member, role):
    territory = member.structure.lead_territory
    agent = factories.make_user(role, territories=(territory,) if role == Role.SLAI else ())
    sign_in(agent)
    url = reverse("structure_import", args=[member.structure.pk])
    assert f'href="{url}"' in client.get(reverse("coverage_detail", args=[member.structure.pk])).content.decode()
    assert upload(client, table("Caron;Anne;02/09/2024;M4;;12/03/2025;IRTS;7"), url)["Location"] == f"{url}verifier/"
    assert str(member.structure) in client.get(f"{url}verifier/").content.decode()
    client.post(f"{url}ajouter/", {"apercu": client.get(f"{url}verifier/").context["plan"].digest})
    assert member.structure.referents.get().last_name == "Caron"
    assert RosterImport.objects.get().author == agent
    told = Notice.objects.get(recipient=member)
    assert told.subject.endswith("1 référent ajouté et 1 formation notée")
    assert (str(agent) in told.body, told.path) == (True, reverse("referent_list"))
    other = factories.make_structure(lead_territory=factories.make_territory("Calaisis"))
    assert client.get(reverse("structure_import_check", args=[other.pk])).status_code == (
        404 if role == Role.SLAI else 302
    )


def test_the_template_is_a_file_that_the_import_reads(client, sign_in, member):
    sign_in(member)
    content = client.get(reverse("import_template")).content
    book = load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book.worksheets[0][1]] == list(TITLES.values())
    assert min(each.width for each in book.worksheets[0].column_dimensions.values()) >= 16
    assert "Public féminin" in {cell.value for cell in book.worksheets[1]["B"]}
    book.worksheets[0].append(
        ["Benali", "Karim", None, date(2024, 9, 2), None, "oui", "M4", None, None, date(2025, 3, 12)]
    )
    out = io.BytesIO()
    book.save(out)
    (row,) = read_import(out.getvalue(), rulebook=current_rulebook(), today=TODAY)
    assert (row.faults, row.training.module) == ((), "M4")


def test_the_page_costs_the_same_for_three_lines_and_three_hundred(client, sign_in, member):
    sign_in(member)
    found = []
    for count in (3, 300):
        upload(client, table(*(f"Nom{n};Alix;02/09/2024;M4;;12/03/2025;IRTS;7" for n in range(count))))
        with CaptureQueriesContext(connection) as queries:
            check(client)
        found.append(len(queries))
    assert found[0] == found[1]
