"""What is typed wrong in the filing, field by field: said at its field, in French, and nothing that was typed is lost.

What comes at the wrong moment is in test_wrong_moment, files have their own table in test_wrong_files.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AccessRequest, Referent
from applications.models import Application
from evaluation.enums import CerType
from evaluation.models import Cer, ShortPanel
from tests.applications.builders import make_draft
from tests.applications.filing.builders import FORM, NOW, add_cers, certify, member_of
from tests.factories import make_referent, make_siret, make_structure, make_territory
from tests.said import assert_kept, assert_said
from training.enums import CertificateState
from training.models import AttendanceCertificate

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NEEDED, OUTSIDE = "Cette réponse est nécessaire.", "Cette réponse n’est pas dans la liste."
CHOOSE, NO_DAY, NO_YEAR = "Choisissez une réponse.", "Cette date n’existe pas.", "Vérifiez l’année de cette date."
EMAIL, PHONE = "Cette adresse est incomplète.", "Ce numéro de téléphone n’est pas complet."


@pytest.fixture(autouse=True)
def on_a_day(time_machine):
    time_machine.move_to(NOW, tick=False)


@dataclass(frozen=True)
class Page:
    """A form of the filing: where it is sent, what a right sending holds, what a refusal must leave as it was."""

    url: Callable[[Application], str]
    right: Callable[[], dict[str, Any]]
    rows: Callable[[], Any]


def certificate_url(draft: Application) -> str:
    certificate = certify(draft.structure.referents.get(code="R01"), "M1", state=CertificateState.TO_SORT)
    return reverse("filing_certificate", args=[certificate.pk])


def cer_url(name: str) -> Callable[[Application], str]:
    return lambda draft: reverse(name, args=[add_cers(draft, 1, contract_type="", real=True)[0].pk])


def access() -> dict[str, Any]:
    return {
        "siret": make_siret(), "structure_name": "Les Amarres", "legal_form": "association",
        "territory": str(make_territory("Calaisis").pk), "first_name": "Claire", "last_name": "Vasseur",
        "job_title": "Directrice", "email": "claire@exemple.fr", "phone": "+33321000000", "message": "Bonjour.",
    }  # fmt: skip


def referent() -> dict[str, Any]:
    return {
        "first_name": "Nadia", "last_name": "Delattre", "email": "nadia@exemple.fr",
        "arrived_on": "02/09/2024", "left_on": "31/12/2025", "funded": "oui",
    }  # fmt: skip


PAGES = {
    "access": Page(lambda draft: reverse("access_request"), access, lambda: AccessRequest.objects.count()),
    "form": Page(lambda draft: reverse("filing_structure"), lambda: FORM, lambda: ()),
    "referent": Page(lambda draft: reverse("referent_add"), referent, lambda: Referent.objects.count()),
    "departure": Page(
        lambda draft: reverse("referent_leave", args=[draft.structure.referents.first().pk]),
        lambda: {"left_on": "31/12/2025"},
        lambda: list(Referent.objects.values_list("left_on", flat=True)),
    ),
    "attestation": Page(
        certificate_url,
        lambda: {"referent": "R01", "module": "M4", "followed_on": "14/03/2024", "provider": "CNFPT"},
        lambda: list(AttendanceCertificate.objects.values_list("state", "module", "provider")),
    ),
    "cer": Page(
        cer_url("filing_cer"),
        lambda: {"contract_type": CerType.SOLIDARITY, "caf_number": "1234567"},
        lambda: [(cer.contract_type, cer.caf_number) for cer in Cer.objects.all()],
    ),
    "self details": Page(
        cer_url("filing_self_details"),
        lambda: {"contract_type": CerType.SOLIDARITY, "caf_number": "1234567"},
        lambda: [(cer.contract_type, cer.caf_number) for cer in Cer.objects.all()],
    ),
    "short panel": Page(
        lambda draft: reverse("filing_short_panel", args=["R01"]),
        lambda: {"reason": "Arrivée récente."},
        lambda: ShortPanel.objects.count(),
    ),
}

# page, field, what is typed, what is said at the field
WRONG = [
    ("access", "siret", "", NEEDED),
    ("access", "siret", "512 900 770 0001", "Il manque un chiffre : 13 saisis, 14 attendus."),
    ("access", "siret", "5129007700001O", "Le SIRET ne contient que des chiffres."),
    ("access", "siret", "51290077000012", "Ce numéro n’est pas un SIRET"),
    ("access", "siret", "1" * 5000, "Il y a 4986 chiffres de trop"),
    ("access", "structure_name", "", NEEDED),
    ("access", "structure_name", "x" * 161, "Raccourcissez ce texte : 161 caractères, 160 au plus."),
    ("access", "legal_form", "", CHOOSE),
    ("access", "legal_form", "secte", OUTSIDE),
    ("access", "territory", "", CHOOSE),
    ("access", "territory", "999999", OUTSIDE),
    ("access", "territory", "1 OR 1=1", OUTSIDE),
    ("access", "first_name", "", NEEDED),
    ("access", "first_name", "x" * 81, "81 caractères, 80 au plus."),
    ("access", "last_name", "\u200b\x07", NEEDED),
    ("access", "job_title", "x" * 121, "121 caractères, 120 au plus."),
    ("access", "email", "", NEEDED),
    ("access", "email", "claire", EMAIL),
    ("access", "email", "a@exemple.fr, b@exemple.fr", EMAIL),
    ("access", "email", f"{'x' * 250}@exemple.fr", "261 caractères, 254 au plus."),
    ("access", "phone", "allô", PHONE),
    ("access", "phone", "03 21", PHONE),
    ("access", "message", "x" * 2001, "2001 caractères, 2000 au plus."),
    ("form", "mission", "", NEEDED),
    ("form", "mission", " \r\n\t ", NEEDED),
    ("form", "mission", "x" * 3001, "3001 caractères, 3000 au plus."),
    ("form", "contact_name", "", NEEDED),
    ("form", "contact_name", "x" * 161, "161 caractères, 160 au plus."),
    ("form", "contact_email", "", NEEDED),
    ("form", "contact_email", "claire.vasseur@", EMAIL),
    ("form", "contact_phone", "12", PHONE),
    ("referent", "first_name", "", NEEDED),
    ("referent", "first_name", "x" * 81, "81 caractères, 80 au plus."),
    ("referent", "last_name", "", NEEDED),
    ("referent", "last_name", "x" * 81, "81 caractères, 80 au plus."),
    ("referent", "email", "nadia@", EMAIL),
    ("referent", "email", "KARIM@exemple.fr", "Cette adresse est déjà celle de Karim Benali (R01)."),
    ("referent", "arrived_on", "", "Indiquez une date."),
    ("referent", "arrived_on", "31/02/2025", NO_DAY),
    ("referent", "arrived_on", "09/15/2025", NO_DAY),
    ("referent", "arrived_on", "demain", NO_DAY),
    ("referent", "arrived_on", "02/09/0224", NO_YEAR),
    ("referent", "arrived_on", "31/12/9999", NO_YEAR),
    ("referent", "left_on", "01/09/2024", "Le départ ne peut pas précéder l’arrivée."),
    ("referent", "left_on", "00/00/2024", NO_DAY),
    ("referent", "funded", "", CHOOSE),
    ("referent", "funded", "peut-être", OUTSIDE),
    ("departure", "left_on", "", "Indiquez une date."),
    ("departure", "left_on", "30/02/2025", NO_DAY),
    ("departure", "left_on", "01/09/2024", "Le départ ne peut pas précéder l’arrivée."),
    ("attestation", "referent", "", CHOOSE),
    ("attestation", "referent", "R09", OUTSIDE),
    ("attestation", "module", "", CHOOSE),
    ("attestation", "module", "M9", OUTSIDE),
    ("attestation", "module", "M1:7", OUTSIDE),
    ("attestation", "followed_on", "31/02/2024", NO_DAY),
    ("attestation", "followed_on", "11/02/2026", "La formation ne peut pas avoir été suivie dans l’avenir."),
    ("attestation", "provider", "x" * 161, "161 caractères, 160 au plus."),
    ("cer", "contract_type", "", "Choisissez le type de contrat."),
    ("cer", "contract_type", "autre", OUTSIDE),
    ("cer", "caf_number", "12", "7 chiffres"),
    ("cer", "caf_number", "185056216000102", "7 chiffres"),
    ("cer", "caf_number", "x" * 21, "21 caractères, 20 au plus."),
    ("self details", "contract_type", "", "Choisissez le type de contrat."),
    ("self details", "caf_number", "1234", "7 chiffres"),
    ("short panel", "reason", "x" * 1001, "1001 caractères, 1000 au plus."),
]


@pytest.mark.parametrize(("page", "field", "typed", "words"), WRONG, ids=lambda value: str(value)[:24])
def test_what_is_wrong_is_said_at_its_field_and_what_is_typed_stays(client, draft, page, field, typed, words):
    form = PAGES[page]
    url = form.url(draft)
    sent = {**form.right(), field: typed}
    before = form.rows()
    response = client.post(url, sent)
    assert_said(response, field, words)
    if typed and words != OUTSIDE and typed.isprintable():
        assert_kept(response, sent)
    else:
        assert_kept(response, {name: value for name, value in sent.items() if name != field})
    assert form.rows() == before


@pytest.mark.parametrize("page", PAGES)
def test_nothing_at_all_is_said_and_never_breaks(client, draft, page):
    response = client.post(PAGES[page].url(draft), {})
    assert response.status_code == (302 if page == "short panel" else 422)


# page, field that takes a text, what was kept of it
TEXTS = [
    ("access", "structure_name", lambda: AccessRequest.objects.get().structure_name),
    ("access", "message", lambda: AccessRequest.objects.get().message),
    ("form", "mission", lambda: Application.objects.get().mission),
    ("form", "contact_name", lambda: Application.objects.get().contact_name),
    ("referent", "last_name", lambda: Referent.objects.get(email="nadia@exemple.fr").last_name),
    ("attestation", "provider", lambda: AttendanceCertificate.objects.get().provider),
    ("short panel", "reason", lambda: ShortPanel.objects.get().reason),
]
STRANGE = {
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "L’Éveil & Co 👩\u200d👧": "L’Éveil & Co 👩\u200d👧",
    "Nord\x00\x1b-\u202eEst\u2066": "Nord-Est",
}


@pytest.mark.parametrize(("page", "field", "kept"), TEXTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_text_is_kept_as_it_is_without_what_nobody_sees(client, draft, page, field, kept):
    """HTML is a text like another: shown as it was typed, never obeyed (the detectors watch every page)."""
    form = PAGES[page]
    typed, expected = " ".join(STRANGE), " ".join(STRANGE.values())
    response = client.post(form.url(draft), {**form.right(), field: typed}, follow=True)
    assert response.status_code == 200
    assert kept() == expected
    assert "<script>alert" not in response.content.decode()


def test_line_breaks_do_not_make_a_text_too_long(client, draft):
    lines = "\r\n".join(["Ligne de la mission."] * 142)
    assert len(lines) > 3000 > len(lines.replace("\r\n", "\n"))
    assert client.post(reverse("filing_structure"), {**FORM, "mission": lines}).status_code == 302


# Doublons ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "last"), [("Karim", "Benali"), ("KARIM", "benali"), ("Karim ", "Bénali")])
def test_a_referent_is_not_there_twice(client, draft, first, last):
    response = client.post(
        reverse("referent_add"), {**referent(), "first_name": first, "last_name": last, "left_on": ""}
    )
    assert_said(response, "last_name", "Karim Benali (R01) est déjà dans votre liste à ces dates.")
    assert Referent.objects.count() == 2


def test_a_referent_becomes_no_other(client, draft):
    other = draft.structure.referents.get(code="R02")
    typed = {**referent(), "first_name": "Karim", "last_name": "Benali"}
    assert_said(client.post(reverse("referent_edit", args=[other.pk]), typed), "last_name", "déjà dans votre liste")
    assert Referent.objects.get(pk=other.pk).last_name == "Fournier"


def test_who_left_may_come_back(client, draft):
    draft.structure.referents.filter(code="R01").update(left_on=date(2025, 1, 31))
    typed = {**referent(), "first_name": "Karim", "last_name": "Benali", "arrived_on": "01/02/2025"}
    assert client.post(reverse("referent_add"), typed).status_code == 302


def test_the_answer_to_a_known_siret_or_address_is_that_of_an_unknown_one(client, draft):
    typed = {**access(), "siret": draft.structure.siret, "email": member_of(draft.structure).email}
    assert client.post(reverse("access_request"), typed).url == reverse("access_request_thanks")


# Choix d’une autre structure -----------------------------------------------------------------------------------


def test_what_belongs_to_another_structure_is_out_of_reach(client, draft):
    other = make_draft(structure=make_structure("Autre"))
    certificate, cer = other.structure.certificates.first(), other.panel.cers.first()
    theirs = make_referent(other.structure, code="R77")
    for url in (
        reverse("filing_certificate", args=[certificate.pk]),
        reverse("filing_certificate_assign", args=[certificate.pk]),
        reverse("filing_certificate_remove", args=[certificate.pk]),
        reverse("filing_cer", args=[cer.pk]),
        reverse("filing_cer_replace", args=[cer.pk]),
        reverse("filing_self_save", args=[cer.pk]),
        reverse("filing_obligation_add", args=[theirs.code, "M1"]),
        reverse("filing_absence", args=[theirs.code, "M1"]),
        reverse("filing_newcomer", args=[theirs.code, "M1"]),
        reverse("filing_short_panel", args=[theirs.code]),
        reverse("referent_edit", args=[theirs.pk]),
    ):
        assert client.post(url, {}).status_code == 404, url
    mine = certificate_url(draft)
    assert_said(client.post(mine, {"referent": theirs.code, "module": "M4"}), "referent", OUTSIDE)
