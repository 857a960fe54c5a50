"""Each document says what the law and the deliberation ask of it: the text of the real PDF, mention by mention."""

from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
import segno
from django.urls import reverse

from accounts.models import Delegation, Referent, Territory, User
from applications.models import Application
from documents.serving import read_content
from labels.letters import preview_letter
from labels.models import Label, Moratorium
from rulebook.book import current_rulebook
from tests.applications.builders import filed, make_certificate, make_draft, proposed
from tests.factories import make_referent, make_structure
from tests.labels.builders import (
    SIGNED_AT,
    granted,
    make_signatory,
    moratorium_signed,
    refused,
    sign,
)
from training.enums import CommitmentKind
from training.models import TrainingCommitment

pytestmark = [pytest.mark.django_db, pytest.mark.once]
REMEDIES = (
    "Recours gracieux", "Président du Conseil départemental", "dans les deux mois", "vaut rejet",
    "tribunal administratif de Lille", "5 rue Geoffroy-Saint-Hilaire", "CS 62039", "59014 Lille Cedex",
    "Télérecours citoyens", "https://www.telerecours.fr", "l’interrompt",
)  # fmt: skip


def plain(text):
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").replace("\ufffe", "-").split())


def words(letter):
    with pypdfium2.PdfDocument(read_content(letter.pdf)) as document:
        return plain(" ".join(page.get_textpage().get_text_bounded() for page in document))


def says(letter, *mentions):
    text = words(letter)
    assert [mention for mention in mentions if mention not in text] == [], text


def describe(decision):
    """What every letter carries: reference, agent in charge, author and delegation (CRPA, L.111-2, L.212-1)."""
    application = decision.application
    return (
        application.number, decision.letter.number, "Affaire suivie par", str(application.assigned_to),
        "Hôtel du Département, Arras", "label@exemple.fr", "03 00 00 00 00", application.structure.name,
        application.structure.address, "11 mai 2026", "par délégation (arrêté n° 2024-118 du 3 septembre 2024)",
        "Directrice des Politiques d’Inclusion Durable", str(decision.signed_by), "Données personnelles",
    )  # fmt: skip


def test_a_grant_says_everything():
    decision = granted(referents=2)
    says(
        decision.letter,
        *describe(decision),
        "Vu le code général des collectivités territoriales, notamment ses articles L.3121-14 et L.3211-1",
        "Vu le code de l’action sociale et des familles", "L.115-1", "R.262-1",
        "Vu la délibération n° 2024-10",
        "Vu l’avis favorable de la DPID du 20 avril 2026", "Vu l’avis favorable du SLAI",
        "Considérant, pour la formation (point 5-1)", "2 référents comptés",
        "moyenne de 10 CER est de 100 %, pour un seuil de 80 %",
        "Label Référent RSA – Référent 62", "R62-2026-0001",
        "11 mai 2026, inclus", "10 mai 2031, inclus", "du 1er janvier 2030 au 31 juillet 2030",
        "charte qualité", "31 mars", "Article 4. Fin anticipée", "de plein droit", "retiré", "registre public",
        "n’est pas une décision de financement",
    )  # fmt: skip


def test_a_grant_under_commitment_lists_what_is_promised_and_by_when():
    structure = make_structure()
    referent = make_referent(structure)
    for module, part in (("M1", None), ("M2", 1), ("M2", 2), ("M4", None), ("O1", None)):
        make_certificate(referent, module, part)
    TrainingCommitment.objects.create(
        structure=structure, referent=referent, obligation="M3", kind=CommitmentKind.NEWCOMER,
        session_on=date(2026, 6, 15), due_on=date(2026, 7, 1), created_at=SIGNED_AT,
    )  # fmt: skip
    Referent.objects.filter(pk=referent.pk).update(arrived_on=date(2026, 1, 5))
    decision = sign(proposed(filed(make_draft(structure=structure))))
    says(decision.letter, "1 obligation étant tenue par un engagement daté", "R01, module « Public féminin »",
         "au plus tard le 1er juillet 2026")  # fmt: skip


def test_a_moratorium_says_everything_and_no_date_that_has_not_started():
    decision = moratorium_signed(referents=2, refused=("M3",))
    says(
        decision.letter,
        *describe(decision),
        "moratoire de six mois", "lettre recommandée avec accusé de réception",
        "le jour où vous recevez cette lettre", "six mois après, de date à date",
        "dès le lendemain de la fin du moratoire", "dans les 30 jours",
        "Ce que dit le droit", "Délibération n° 2024-10 du 29 janvier 2024", "points 5-1", "5-2", "7.1",
        "Code de l’action sociale et des familles, articles L.115-1 et L.262-1",
        "R01 : module « Public féminin » non justifié. Objectifs non couverts.", "R02 : module",
        "Moyenne de 65 % sur 10 CER, arrêtée au temps de travail du 17 avril 2026", "R01 : 65 %", "80 % au moins",
        "fiche de suivi de l’annexe 4", "nouvelle demande", "ne met pas fin à vos conventions en cours",
        *REMEDIES,
    )  # fmt: skip
    assert "novembre 2026" not in words(decision.letter), "the clock has not started"


def test_a_moratorium_names_the_slai_that_data_names():
    application = proposed(good=False)
    Territory.objects.filter(pk=application.lead_territory_id).update(
        slai_email="slai.boulonnais@exemple.fr", slai_phone="+33300000062"
    )
    decision = sign(Application.objects.get(pk=application.pk))
    says(decision.letter, "03 00 00 00 62", "slai.boulonnais@exemple.fr")


def test_a_refusal_says_everything():
    decision = refused()
    first = Moratorium.objects.get()
    says(
        decision.letter,
        decision.application.number, decision.letter.number, str(decision.signed_by), "refusé",
        "lettre recommandée avec accusé de réception", "seconde étude",
        first.decision.application.number, "moratoire signé le 11 mai 2026", "reçu le 13 mai 2026",
        "terminé le 13 novembre 2026", "Délibération n° 2024-10", "L.211-2 et L.211-5", "points 5-1", "7.1",
        "Moyenne de 65 % sur 5 CER", "R01 : 65 %", "80 % au moins",
        "ne peut plus être financée", "1er juillet 2026", "Inclusion Durable", "ne résilie pas",
        "nouvelle demande de label dès que les critères sont réunis", *REMEDIES,
    )  # fmt: skip


def test_a_certificate_says_everything_and_its_code_opens_the_check_page(settings):
    settings.PORTAL_URL = "https://label.exemple.fr"
    label = Label.objects.get(decision=granted())
    says(
        label.certificate,
        "Label Référent RSA", label.structure.name, "SIRET", "Boulonnais", label.number, "11 mai 2026", "10 mai 2031",
        "label.exemple.fr/verifier/", "Délibération n° 2024-10 du 29 janvier 2024",
        "n’est pas une décision de financement", "Seule la page de vérification",
        "Directrice des Politiques d’Inclusion Durable", str(label.decision.signed_by),
    )  # fmt: skip
    address = "https://label.exemple.fr" + reverse("label_check_code", args=[label.check_code])
    assert (
        segno.make(address, error="m").svg_data_uri(border=0, dark="#1d2b2e", omitsize=True) in label.certificate.html
    )
    assert label.certificate.pdf.page_count == 1


def test_every_letter_is_an_archive_tagged_in_french_with_its_title():
    decision, other = granted(), moratorium_signed()
    for letter in (decision.letter, decision.label.certificate, other.letter):
        with pikepdf.open(BytesIO(read_content(letter.pdf))) as pdf:
            assert str(pdf.Root.Lang) == "fr"
            assert "/StructTreeRoot" in pdf.Root
            with pdf.open_metadata() as metadata:
                assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
                assert letter.structure.name in metadata["dc:title"]
            fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()}
        assert all("Source" in font for font in fonts), fonts


def test_no_letter_names_a_referent():
    """Scores and modules are told by neutral codes: a letter travels further than the file (domain.md §4)."""
    decision = moratorium_signed(referents=2, refused=("M3",))
    names = [str(referent) for referent in Referent.objects.filter(structure=decision.application.structure)]
    assert len(names) == 2
    assert [name for name in names if name in words(decision.letter)] == []


def test_nobody_of_the_departement_is_written_in_a_template():
    """Change the people in data: none of the former names is left in the letter."""
    decision = moratorium_signed()
    people = {str(user) for user in User.objects.all()}
    text = words(decision.letter)
    assert {name for name in people if name in text} == {
        str(decision.signed_by), str(decision.application.assigned_to),
    }  # fmt: skip


def test_the_president_signs_in_his_own_name():
    president = current_rulebook().branding.president
    signatory = make_signatory(quality=president, reference="élection du 1er juillet 2021")
    text = words(sign(proposed(), signatory=signatory).letter)
    assert "par délégation" not in text
    assert f"{president} (élection du 1er juillet 2021)" in text


def test_the_preview_is_the_letter_less_its_numbers():
    application = proposed(good=False)
    signatory = make_signatory()
    preview = preview_letter(
        application=application, delegation=Delegation.objects.get(), signatory=signatory, now=SIGNED_AT
    )
    letter = sign(application, signatory=signatory).letter
    assert preview == letter.html.replace(f", lettre {letter.number}", "")


def test_a_preview_takes_no_number():
    preview = preview_letter(application=proposed(), delegation=None, signatory=make_signatory(), now=SIGNED_AT)
    assert "donné à la signature" in preview
    assert granted().label.number == "R62-2026-0001"
