"""Ways round the doors: other methods, ids one after the other, somebody else's ids in a form, what was open before."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import models
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Referent, User
from accounts.services import members
from applications.models import Application
from applications.services import withdraw_application
from documents.models import StoredFile
from labels.models import Decision
from tests.access.table import TABLE
from tests.access.walk import UNKNOWN, Visitor
from tests.access.world import CANARY, NOW, World
from tests.applications.builders import FILED_AT, filed, make_certificate, make_draft
from tests.evaluation.builders import make_file
from tests.factories import PASSWORD, make_structure, make_territory, make_user
from training.enums import CertificateState

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def by(world: World) -> Any:
    """`by(role)`: the visitor of that role, whose visits leave no row behind."""
    return lambda role: Visitor(world, role)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


# Methods and ids ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["head", "options", "delete"])
def test_no_other_method_opens_a_door(by: Any, method: str) -> None:
    stranger = by("stranger")
    for rule in TABLE:
        answer = stranger.visit(rule, method)
        assert answer.status < 500, rule.name
        assert CANARY not in answer.text or rule.public, rule.name
        if "stranger" not in rule.opens | rule.acts:
            assert answer.status in (403, 404, 405) or method == "options", (rule.name, answer.status)
        if stranger.names_an_object(rule) and "stranger" not in rule.knows:
            assert answer == stranger.visit(rule, method, unknown=True), rule.name


def test_whatever_the_number_nobody_elses_name_is_read(by: Any, world: World) -> None:
    visitor = by("stranger")
    for rule in TABLE:
        if not rule.opens or rule.public or not visitor.names_an_object(rule):
            continue
        for step in (-1, 1):
            args = [
                max(found.pk + step, UNKNOWN) if isinstance(found, models.Model) else found
                for found in (world.objects[name] for name in rule.args)
            ]
            answer = visitor.go(reverse(rule.name, args=args))
            assert CANARY not in answer.text, (rule.name, args)
            assert answer.status < 500, (rule.name, args)


def test_a_piece_is_served_through_its_own_file_only(by: Any, world: World) -> None:
    """An agent who reads both files does not read the pieces of one at the address of the other."""
    it, agent = world.objects, by("dpid_agent")
    pieces = {"running_certificate": it["certificate"], "running_commitment": it["commitment"]}
    for rule in TABLE:
        if "running" not in rule.args or not pieces.keys() & set(rule.args):
            continue
        args = [getattr(it_or, "pk", it_or) for it_or in (pieces.get(name, it[name]) for name in rule.args)]
        for method in ("get", "post"):
            if (rule.opens and method == "get") or (rule.acts and method == "post"):
                assert agent.go(reverse(rule.name, args=args), method).status == 404, rule.name


def test_a_stored_file_has_no_address(by: Any, private_storage: Path) -> None:
    """Knowing the name under which the storage keeps it leads nowhere."""
    visitors = [by(role) for role in ("anonymous", "owner", "dpid_agent", "administrator")]
    kept = [file for file in StoredFile.objects.all() if default_storage.exists(file.key)]
    assert kept
    for key in (kept[0].key, kept[-1].key):
        for start in ("", "media/", "files/", "static/", "static/../files/", "static/%2e%2e/files/", "var/files/"):
            for visitor in visitors:
                answer = visitor.go(f"/{start}{key}")
                assert answer.status in (302, 404), (start, visitor.role, answer.status)
                assert "%PDF" not in answer.text


# Somebody else's ids in a form ----------------------------------------------------------------------------------


def test_a_structure_sorts_its_pieces_for_its_own_referents_only(by: Any, world: World) -> None:
    """R02 and the primary key of a référent are the owner's: to the stranger they are no answer."""
    stranger, theirs = by("stranger"), world.objects["referent"]
    own = make_certificate(stranger.person.structure.referents.get(), "M1", state=CertificateState.TO_SORT)
    for referent in ("R02", str(theirs.pk)):
        for name, prefix in (("filing_certificate_assign", f"a{own.pk}-"), ("filing_certificate", "")):
            sent = {f"{prefix}referent": referent, f"{prefix}module": "M1"}
            assert stranger.go(reverse(name, args=[own.pk]), "post", sent).status == 422
            assert fresh(own).state == CertificateState.TO_SORT
    for name in ("filing_obligation", "filing_obligation_add", "filing_absence", "filing_newcomer"):
        method = "get" if name == "filing_obligation" else "post"
        assert stranger.go(reverse(name, args=["R02", "M4"]), method).status == 404
    assert stranger.go(reverse("filing_short_panel", args=["R02"])).status == 404


@pytest.mark.parametrize("role", ["stranger", "slai", "signatory", "administrator", "auditor"])
def test_a_file_is_given_to_an_agent_of_the_dpid_only(by: Any, world: World, role: str) -> None:
    running = world.objects["running"]
    sent = {"agent": by(role).person.pk}
    answer = by("dpid_manager").go(reverse("file_assign", args=[running.pk]), "post", sent)
    assert answer.status == 200
    assert "n’est pas dans la liste" in answer.text
    assert fresh(running).assigned_to_id == running.assigned_to_id


def test_nobody_invites_above_oneself(by: Any) -> None:
    for role, name, wanted in [
        *(("owner", "member_invite", wanted) for wanted in sorted(set(Role) - {"structure_admin", "structure_member"})),
        *(("administrator", "agent_invite", wanted) for wanted in ("structure_admin", "structure_member")),
    ]:
        answer = by(role).go(reverse(name), "post", {"email": "x@exemple.fr", "role": wanted})
        assert answer.status == 200, wanted
        assert "n’est pas dans la liste" in answer.text, wanted


def test_a_structures_administrator_makes_no_agent(by: Any, world: World) -> None:
    member = world.objects["member"]
    for wanted in sorted(set(Role) - {"structure_admin", "structure_member"}):
        answer = by("owner").go(reverse("member_role", args=[member.pk]), "post", {"role": wanted})
        assert answer.status == 200
        assert "n’est pas dans la liste" in answer.text


def test_a_proposal_is_signed_at_its_own_address(by: Any, world: World) -> None:
    """What the signatory read of another file is not what is signed here."""
    it = world.objects
    read = it["decision"].application.proposal.prepared_at + timedelta(seconds=1)
    signatory = by("signatory")
    for sent in ({}, {"prepared_at": read.isoformat()}):
        answer = signatory.go(reverse("decision_sign", args=[it["to_sign"].pk]), "post", sent)
        assert answer.location == reverse("decision_review", args=[it["to_sign"].pk])
    assert not Decision.objects.filter(application=it["to_sign"]).exists()


def test_a_form_writes_what_it_asks_and_nothing_else(client: Client) -> None:
    """Every column of the row is sent: those that the page does not ask for stay as they were."""
    member = make_user(Role.STRUCTURE_MEMBER)
    draft, elsewhere = make_draft(member=member), make_structure()
    referent = draft.structure.referents.get()
    client.force_login(member)
    pages = {
        reverse("profile"): (member, {"first_name", "last_name", "job_title", "phone"}),
        reverse("structure_edit"): (
            draft.structure,
            {"name", "rna", "legal_form", "address", "postal_code", "city", "phone", "email"},
        ),
        reverse("referent_edit", args=[referent.pk]): (
            referent,
            {"first_name", "last_name", "email", "arrived_on", "left_on", "funded"},
        ),
        reverse("filing_structure"): (draft, {"mission", "contact_name", "contact_email", "contact_phone"}),
    }
    other_territory = make_territory("Artois")
    forged = {
        "id": 999999, "pk": 999999, "role": Role.ADMINISTRATOR, "is_active": "", "is_staff": "on", "is_superuser": "on",
        "structure": elsewhere.pk, "structure_id": elsewhere.pk, "email": "autre@exemple.fr", "password": "x",
        "siret": elsewhere.siret, "lead_territory": other_territory.pk, "territories": other_territory.pk,
        "code": "R77", "state": "granted", "number": "D-1", "kind": "renewal", "study": 2, "submitted_at": "01/01/2025",
        "assigned_to": member.pk, "anonymised_declared": "", "accuracy_declared": "", "first_name": "Zoé",
        "last_name": "Autre", "name": "Autre nom", "legal_form": "ccas", "arrived_on": "02/09/2024", "mission": "Autre",
        "contact_name": "Zoé Autre", "contact_email": "zoe@exemple.fr", "postal_code": "62000", "city": "Arras",
        "address": "2 quai des Essais", "funded": "oui", "session_generation": 42, "not_before": "01/01/2020",
    }  # fmt: skip
    for address, (row, asked) in pages.items():
        before = _columns(row)
        assert client.post(address, forged).status_code == 302, address
        after = _columns(fresh(row))
        changed = {name for name in before if before[name] != after[name]}
        assert changed, f"{address}: nothing was written, so nothing was shown"
        assert changed <= asked | {"updated_at"}, address
    assert Referent.objects.filter(structure=elsewhere).count() == 0


def _columns(row: models.Model) -> dict[str, Any]:
    given = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {**given, **{name: str(value) for name, value in model_to_dict(row).items() if name == "territories"}}


# What was open before -------------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client: Client) -> Any:
    def enter(user: User) -> Client:
        client.force_login(user)
        return client

    return enter


def test_a_closed_access_is_closed_at_the_next_request(signed_in: Any) -> None:
    head = make_user(Role.STRUCTURE_ADMIN)
    person = make_user(Role.STRUCTURE_MEMBER, structure=head.structure)
    browser = signed_in(person)
    assert browser.get(reverse("filing")).status_code == 200
    members.deactivate_member(member=person, actor=head)
    for address in (reverse("filing"), reverse("referent_list"), reverse("profile")):
        assert browser.get(address)["Location"].startswith(reverse("account_login"))
    browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert browser.get(reverse("referent_list"))["Location"].startswith(reverse("account_login"))


def test_the_row_alone_closes_a_session(signed_in: Any) -> None:
    """Whatever closed the account, were it by hand in the database."""
    agent = make_user(Role.DPID_AGENT)
    browser = signed_in(agent)
    assert browser.get(reverse("desk")).status_code == 200
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert browser.get(reverse("desk"))["Location"].startswith(reverse("account_login"))


def test_an_agent_moved_elsewhere_no_longer_reads_what_was_left(signed_in: Any) -> None:
    here, elsewhere, chief = make_territory("Boulonnais"), make_territory("Artois"), make_user(Role.ADMINISTRATOR)
    file = filed(make_draft(structure=make_structure(lead_territory=here)))
    cer = file.panel.cers.first()
    slai = make_user(Role.SLAI, territories=(here,))
    browser = signed_in(slai)
    addresses = [
        reverse("file_detail", args=[file.pk]), reverse("score_cer", args=[cer.pk]),
        reverse("file_scores", args=[file.pk]),
    ]  # fmt: skip
    assert {browser.get(address).status_code for address in addresses} == {200}
    members.change_role(member=slai, role=Role.SLAI, territories=[elsewhere], actor=chief)
    assert {browser.get(address).status_code for address in addresses} == {404}
    assert file.structure.name not in browser.get(reverse("desk")).content.decode()


def test_a_change_of_role_holds_at_the_next_request(signed_in: Any) -> None:
    file, chief = filed(), make_user(Role.ADMINISTRATOR)
    agent = make_user(Role.DPID_AGENT)
    browser, cer = signed_in(agent), reverse("score_cer", args=[file.panel.cers.first().pk])
    assert browser.get(cer).status_code == 200
    members.change_role(member=agent, role=Role.SIGNATORY, actor=chief)
    assert browser.get(cer).status_code == 404
    assert browser.post(reverse("file_declare_complete", args=[file.pk])).status_code == 403
    members.change_role(member=agent, role=Role.ADMINISTRATOR, actor=chief)
    assert browser.get(reverse("file_detail", args=[file.pk])).status_code == 404


def test_a_person_who_leaves_a_structure_loses_its_files(signed_in: Any) -> None:
    head = make_user(Role.STRUCTURE_ADMIN)
    person = make_user(Role.STRUCTURE_MEMBER, structure=head.structure)
    file = filed(make_draft(member=head))
    browser, receipt = signed_in(person), reverse("letter", args=[file.receipt_id])
    assert browser.get(receipt).status_code == 200
    members.leave_portal(user=person)
    assert browser.get(receipt)["Location"].startswith(reverse("account_login"))


def _acts_on(file: Application) -> Iterator[tuple[str, dict[str, Any]]]:
    certificate, cer = file.structure.certificates.first(), file.panel.cers.first()
    yield reverse("certificate_refuse", args=[file.pk, certificate.pk]), {"reason": "Illisible.", "seen": "to_check"}
    yield reverse("certificate_accept", args=[file.pk, certificate.pk]), {"seen": "to_check"}
    yield reverse("file_declare_complete", args=[file.pk]), {}
    yield reverse("score_cer", args=[cer.pk]), {"ticks": [], "comment": "", "version": "0"}
    yield reverse("save_cer", args=[cer.pk]), {"ticks": [], "comment": "", "version": "0"}


def test_after_a_withdrawal_the_agents_keep_what_was_filed_and_change_nothing(signed_in: Any) -> None:
    """What the structure adds afterwards it prepares: nobody else reads it, not even through the old file."""
    draft = make_draft()
    member = draft.structure.members.first()
    file = filed(draft)
    withdraw_application(application=file, actor=member, now=NOW)
    referent = file.structure.referents.get()
    since = make_certificate(referent, "O2", created_at=NOW, file=make_file(original_name=f"{CANARY}.pdf"))
    before = file.structure.certificates.filter(created_at=FILED_AT).first()
    browser = signed_in(make_user(Role.DPID_AGENT))
    assert browser.get(reverse("certificate_review", args=[file.pk, before.pk])).status_code == 200
    for name in ("certificate_review", "certificate_file"):
        assert browser.get(reverse(name, args=[file.pk, since.pk])).status_code == 404
    training = reverse("file_training", args=[file.pk])
    assert reverse("certificate_review", args=[file.pk, before.pk]) in browser.get(training).content.decode()
    assert reverse("certificate_review", args=[file.pk, since.pk]) not in browser.get(training).content.decode()
    for address, sent in _acts_on(file):
        browser.post(address, sent)
    assert {row.state for row in file.structure.certificates.all()} == {CertificateState.TO_CHECK}
    assert not file.panel.cers.filter(scorings__round="control").exists()
    assert fresh(file).state == "withdrawn"
