"""« Référents formés »: what a labelled structure joins to the call for projects."""

from datetime import date
from io import BytesIO

import openpyxl
import pypdfium2
import pytest
from django.urls import reverse

from tests.factories import make_referent, make_structure, make_user
from tests.labels.builders import granted, make_signatory
from training.enums import CertificateState

pytestmark = pytest.mark.django_db


@pytest.fixture
def label():
    decision = granted()
    make_referent(decision.application.structure, last_name="Sans-Module")
    make_referent(decision.application.structure, last_name="Sans-Financement", funded=False)
    return decision.label


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def test_only_those_who_followed_everything_are_on_the_list(label, enter):
    member = label.structure.members.first()
    content = enter(member).get(reverse("trained_referents_xlsx", args=[label.pk])).content
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    header, *rows = sheet.iter_rows(values_only=True)
    assert header[:5] == ("Structure", "SIRET", "Label", "Référent", "Arrivée")
    assert header[5:] == ("Santé mentale", "Développement des potentiels", "Public féminin", "Secret professionnel",
                          "Module au choix")  # fmt: skip
    counted = [
        each for each in label.structure.referents.all() if each.last_name not in {"Sans-Module", "Sans-Financement"}
    ]
    assert [row[3] for row in rows] == [str(each) for each in counted]
    assert all(row[2] == label.number and row[5].startswith("Santé mentale\u00a0: ") for row in rows)


def test_an_attestation_refused_since_takes_the_person_off(label, enter):
    proof = label.structure.certificates.filter(state=CertificateState.ACCEPTED, module="M4").first()
    proof.state, proof.reason = CertificateState.REFUSED, "Motif."
    proof.save()
    content = enter(label.structure.members.first()).get(reverse("trained_referents_xlsx", args=[label.pk])).content
    names = [row[3] for row in openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)]
    assert str(proof.referent) not in names


def test_the_pdf_says_who_and_on_which_day(label, enter):
    response = enter(label.structure.members.first()).get(reverse("trained_referents_pdf", args=[label.pk]))
    words = text_of(response.content)
    assert f"{label.structure.name} : référents formés" in words.replace("\xa0", " ")
    assert label.number in words
    assert "au 20 mai 2026" in words
    assert "Sans-Module" not in words
    assert "Sans-Financement" not in words


def test_a_label_that_has_ended_vouches_for_nobody(label, enter, on_day):
    member = label.structure.members.first()
    client = enter(member)
    on_day(date(label.valid_until.year + 1, 1, 2))
    assert client.get(reverse("trained_referents_pdf", args=[label.pk])).status_code == 404


def test_it_is_nobody_elses(label, enter):
    stranger = make_user("structure_admin", structure=make_structure())
    assert enter(stranger).get(reverse("trained_referents_xlsx", args=[label.pk])).status_code == 404
    assert enter(make_signatory()).get(reverse("trained_referents_xlsx", args=[label.pk])).status_code == 200


def test_the_labels_page_and_the_home_lead_there(label, enter):
    client = enter(label.structure.members.first())
    for name in ("label_mine", "home"):
        assert reverse("trained_referents_pdf", args=[label.pk]) in client.get(reverse(name)).content.decode()
