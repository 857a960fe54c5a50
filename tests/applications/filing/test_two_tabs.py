"""Two tabs on the same page: the older one never writes over the newer unknowingly, on any page that edits a row."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Referent, Structure
from core.french import NBSP
from tests.applications.filing.builders import NOW, member_of, open_draft
from tests.evaluation.builders import make_file
from tests.factories import make_referent
from tests.said import page_of, shown, text_of
from training.enums import CertificateState
from training.models import AttendanceCertificate

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SAID = "Ces informations ont été changées depuis l’ouverture de cette page"


@dataclass
class Tabs:
    """A page, what two tabs type in it, and what is kept."""

    url: str
    row: Any
    field: str
    newer: str
    older: str
    same: dict[str, str]
    shown: str
    """What the newer tab wrote, as the older one reads it."""
    page: str = ""
    """Where the form is read, when it is not where it is sent."""
    prefix: str = ""

    def open(self, client):
        page = page_of(client.get(self.page or self.url))
        return {
            **{f"{self.prefix}{name}": value for name, value in self.same.items()},
            f"{self.prefix}version": shown(page, f"{self.prefix}version"),
        }

    def send(self, client, tab, value):
        return client.post(self.url, {**tab, f"{self.prefix}{self.field}": value})

    def kept(self):
        return str(getattr(type(self.row).objects.get(pk=self.row.pk), self.field))


@pytest.fixture
def draft(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    draft = open_draft(referents=0)
    client.force_login(member_of(draft.structure))
    return draft


def identity(draft):
    Structure.objects.filter(pk=draft.structure.pk).update(phone="0321216262")
    fields = {
        "legal_form": "association",
        "address": "1 quai",
        "postal_code": "62200",
        "city": "Boulogne",
        "rna": "",
        "phone": "0321216262",
        "email": "",
        "name": "Nom",
    }
    return Tabs(reverse("structure_edit"), draft.structure, "name", "Amarres", "Les Amarres", fields, "Amarres")


def person(draft):
    row = make_referent(draft.structure, arrived_on=date(2024, 9, 2))
    fields = {
        "first_name": "Nadia",
        "last_name": "Delattre",
        "email": "",
        "arrived_on": "02/09/2024",
        "left_on": "",
        "funded": "oui",
    }
    return Tabs(reverse("referent_edit", args=[row.pk]), row, "last_name", "Caron", "Pruvost", fields, "Caron")


def departure(draft):
    row = make_referent(draft.structure)
    url = reverse("referent_leave", args=[row.pk])
    return Tabs(url, row, "left_on", "28/02/2026", "01/03/2026", {}, f"28{NBSP}février 2026")


def _attestation(draft, **fields):
    referent = make_referent(draft.structure)
    row = AttendanceCertificate.objects.create(structure=draft.structure, file=make_file(), created_at=NOW, **fields)
    return row, {"referent": referent.code, "module": "M3", "followed_on": "", "provider": ""}


def attestation(draft):
    row, fields = _attestation(draft)
    url = reverse("filing_certificate", args=[row.pk])
    return Tabs(url, row, "provider", "CNFPT", "IRTS", fields, "CNFPT")


def sorting(draft):
    row, fields = _attestation(draft, state=CertificateState.TO_SORT)
    url, page = reverse("filing_certificate_assign", args=[row.pk]), reverse("filing_certificates")
    return Tabs(url, row, "module", "M1", "M4", fields, "Santé mentale", page, prefix=f"a{row.pk}-")


PAGES = [identity, person, departure, attestation, sorting]


@pytest.mark.parametrize("page", PAGES)
def test_the_older_tab_reads_both_and_decides(client, draft, page):
    tabs = page(draft)
    older, newer = tabs.open(client), tabs.open(client)
    assert tabs.send(client, newer, tabs.newer).status_code == 302
    kept = tabs.kept()
    response = tabs.send(client, older, tabs.older)
    assert response.status_code == 409
    assert tabs.kept() == kept
    said = text_of(response)
    assert SAID in said
    assert "Ce qui est enregistré" in said
    answer = page_of(response)
    assert tabs.shown in response.content.decode().split("Ce qui est enregistré")[1].split("</dl>")[0]
    assert shown(answer, f"{tabs.prefix}{tabs.field}") == tabs.older
    again = {**older, f"{tabs.prefix}version": shown(answer, f"{tabs.prefix}version")}
    assert tabs.send(client, again, tabs.older).status_code == 302
    assert tabs.kept() != kept


@pytest.mark.parametrize("page", PAGES)
def test_the_same_answers_are_no_conflict(client, draft, page):
    tabs = page(draft)
    older, newer = tabs.open(client), tabs.open(client)
    assert [tabs.send(client, tab, tabs.newer).status_code for tab in (newer, older)] == [302, 302]


def test_a_wrong_answer_does_not_make_the_next_sending_a_conflict(client, draft):
    tabs = person(draft)
    tab = tabs.open(client)
    wrong = client.post(tabs.url, {**tab, "arrived_on": "hier"})
    assert wrong.status_code == 422
    assert tabs.send(client, {**tab, "version": shown(page_of(wrong), "version")}, "Pruvost").status_code == 302
    assert Referent.objects.get().last_name == "Pruvost"
