"""The optional modules that the Département adds (CdC 5-1): who may follow them, what counts, what stays as judged."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from applications import selectors as applications
from core import clock
from core.versions import Overtaken, version_of
from rulebook.clauses import Module
from rulebook.enums import ModuleCategory
from tests.applications.builders import FILED_AT, LATER, filed, make_certificate, make_draft
from tests.factories import make_referent, make_structure, make_territory, make_user
from tests.training.plans import NOW, RULEBOOK, TODAY, make_plan
from training.coverage import Status, cover
from training.enums import CertificateState, SessionCancelReason
from training.exceptions import TrainingRefused
from training.facts import CertificateFacts, ReferentFacts
from training.imports.reading import read_import
from training.matrix import column_of
from training.models import LocalModule, ModuleEdition
from training.selectors import coverage_of, local_rulebook
from training.selectors.catalogue import catalogue, duration_words, extended, naming
from training.services import Placing, assign_certificate
from training.services.calendars import calendar_token, renew_calendar
from training.services.catalogue import WORDED, ModuleWording, add_module, reword_module, withdraw_module
from training.services.planning import cancel_session, plan_session

ADDED = Module(
    id="D1", title="Mobilité en milieu rural", short_title="Mobilité", compulsory=False,
    category=ModuleCategory.INFORMATION, section="5-1", objectives=("Connaître les aides",), territories=(),
)  # fmt: skip
NADIA = ReferentFacts("R01", "Nadia Delattre", date(2020, 9, 1))


def wording(**changes):
    said = {
        "title": "Mobilité en milieu rural", "short_title": "Mobilité", "category": "information",
        "objectives": ["Connaître les aides", "Orienter"], "half_days": 1, "territories": [], "starts_on": TODAY,
    }  # fmt: skip
    return ModuleWording(**{**said, **changes})


@pytest.fixture
def dpid(db):
    return make_user(Role.DPID_AGENT)


@pytest.fixture
def the_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def added(dpid, *, now=NOW, **changes):
    return add_module(wording=wording(**changes), actor=dpid, now=now)


def optional(module, territory="", followed=True):
    """The state of the fifth obligation of somebody who followed the added module, or nothing."""
    facts = [CertificateFacts("R01", "D1", status=CertificateState.ACCEPTED)] if followed else []
    covered = cover(
        replace(RULEBOOK, modules=(*RULEBOOK.modules, module)), referents=[NADIA], certificates=facts, commitments=(),
        active_on=TODAY, today=TODAY, territory=territory,
    )  # fmt: skip
    return covered.cells["R01", "OPT"]


@pytest.mark.parametrize(
    ("module", "territory", "status", "why"),
    [
        (ADDED, "", Status.MET, ""),
        (replace(ADDED, territories=("boulonnais",)), "boulonnais", Status.MET, ""),
        (replace(ADDED, territories=("boulonnais",)), "artois", Status.MISSING, "ne retient pas"),
        (replace(ADDED, withdrawn_on=TODAY, offered=False), "", Status.MET, ""),
        (replace(ADDED, counts=False, offered=False), "", Status.MISSING, "n’est pas au catalogue"),
    ],
    ids=["everywhere", "here", "elsewhere", "withdrawn", "not in the catalogue"],
)
def test_what_an_added_module_gives(module, territory, status, why):
    cell = optional(module, territory)
    assert cell.status == status
    assert why in cell.why


def test_a_module_withdrawn_is_not_advised():
    assert "D1" in optional(ADDED, followed=False).needs[0].module_ids
    assert "D1" not in optional(replace(ADDED, offered=False), followed=False).needs[0].module_ids


def test_the_list_of_a_territory_is_that_of_annex_1():
    """A territory that admits two modules of Annex 1 still has those that the Département adds for it."""
    allowed = replace(RULEBOOK.training, optional_allowed={"artois": ("O2", "O5")})
    rulebook = replace(RULEBOOK, training=allowed, modules=(*RULEBOOK.modules, ADDED))
    assert [module.id for module in rulebook.optional_modules_for("artois")] == ["O2", "O5", "D1"]


@pytest.mark.parametrize(("more", "words"), [(0, "un parmi six"), (1, "un parmi sept"), (4, "un parmi 10")])
def test_the_choice_is_counted_in_words_then_in_figures(more, words):
    modules = [replace(ADDED, id=f"D{rank}") for rank in range(more)]
    assert column_of("OPT", replace(RULEBOOK, modules=(*RULEBOOK.modules, *modules))).detail == words


@pytest.mark.parametrize(
    ("half_days", "hours", "words"),
    [(None, None, ""), (1, None, "demi-journée"), (2, None, "1 jour"), (3, None, "1,5 jour"), (4, None, "2 jours"),
     (None, Decimal("2.5"), "2,5 h"), (None, Decimal("2.0"), "2 h")],
)  # fmt: skip
def test_a_duration_in_words(half_days, hours, words):
    assert duration_words(half_days, hours) == words


def test_an_added_module_joins_the_catalogue(dpid):
    edition = added(dpid)
    module = catalogue(today=TODAY).module(edition.module.code)
    assert (module.id, module.compulsory, module.offered, module.days) == ("D1", False, True, Fraction(1, 2))
    assert module.objectives == ("Connaître les aides", "Orienter")
    assert added(dpid, title="Numérique au quotidien", short_title="Numérique").module.code == "D2"


def test_a_module_to_come_counts_from_its_day(dpid):
    added(dpid, starts_on=TODAY + timedelta(1))
    assert not catalogue(today=TODAY).module("D1").counts
    assert catalogue(today=TODAY + timedelta(1)).module("D1").offered


@pytest.mark.parametrize("count", [1, 4])
def test_the_catalogue_is_one_query_and_names_cost_none(dpid, count, django_assert_num_queries):
    for rank in range(count):
        added(dpid, title=f"Mobilité, volet {rank}", short_title=f"Volet {rank}")
    with django_assert_num_queries(1):
        catalogue(today=TODAY)
    with django_assert_num_queries(0):
        naming("M1", "O6")
    assert naming("M1", "D1").module("D1").short_title == "Volet 0"


def test_a_territory_is_offered_its_own(dpid):
    here, there = make_structure(lead_territory=make_territory("Ici")), make_structure()
    added(dpid, territories=["ici"])
    rulebook = catalogue(today=TODAY)
    assert "D1" in [module.id for module in local_rulebook(here, rulebook).offered_modules]
    assert "D1" not in [module.id for module in local_rulebook(there, rulebook).proving_modules]


def test_a_territory_that_merges_keeps_its_modules(dpid):
    host = make_territory("Hôte")
    make_territory("Ici", merged_into=host, merged_on=TODAY)
    added(dpid, territories=["ici"])
    structure = make_structure(lead_territory=host)
    assert "D1" in [module.id for module in local_rulebook(structure, catalogue(today=TODAY)).offered_modules]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": "SECRET professionnel"}, "title", "porte déjà ce nom"),
        ({"short_title": "Retraite"}, "short_title", "porte déjà ce nom"),
        ({"short_title": "m1"}, "short_title", "porte déjà ce nom"),
        ({"objectives": []}, "objectives", "au moins un objectif"),
    ],
)
def test_what_is_not_added(dpid, changes, field, words):
    with pytest.raises(TrainingRefused, match=words) as refusal:
        added(dpid, **changes)
    assert refusal.value.field == field
    assert not LocalModule.objects.exists()


def test_only_the_dpid_holds_the_catalogue(dpid):
    module = added(dpid).module
    slai = make_user(Role.SLAI)
    for write in (
        lambda: add_module(wording=wording(title="Autre", short_title="Autre"), actor=slai, now=NOW),
        lambda: reword_module(module=module, wording=wording(half_days=2), actor=slai, now=NOW),
        lambda: withdraw_module(module=module, actor=slai, now=NOW),
    ):
        with pytest.raises(PermissionDenied):
            write()
    assert ModuleEdition.objects.count() == 1


def test_words_are_journalled_and_unchanged_ones_are_not(dpid):
    first = added(dpid)
    reword_module(module=first.module, wording=wording(), actor=dpid, now=LATER)
    reword_module(module=first.module, wording=wording(half_days=2), actor=dpid, now=LATER)
    assert list(first.module.editions.values_list("half_days", "at")) == [(1, NOW), (2, LATER)]


def test_nothing_is_written_over_newer_words(dpid):
    first = added(dpid)
    seen = version_of(first, WORDED)
    reword_module(module=first.module, wording=wording(half_days=2), actor=dpid, now=NOW, version=seen)
    with pytest.raises(Overtaken):
        reword_module(module=first.module, wording=wording(half_days=3), actor=dpid, now=NOW, version=seen)


def test_a_module_withdrawn_is_neither_planned_nor_changed(dpid):
    module = added(dpid).module
    open_one = catalogue(today=TODAY)
    withdraw_module(module=module, actor=dpid, now=NOW)
    with pytest.raises(TrainingRefused, match="retiré du catalogue"):
        plan_session(plan=make_plan("D1"), rulebook=open_one, actor=dpid, now=NOW)
    with pytest.raises(TrainingRefused, match="déjà retiré"):
        reword_module(module=module, wording=wording(half_days=2), actor=dpid, now=NOW)
    shown = catalogue(today=TODAY).module("D1")
    assert (shown.counts, shown.offered, shown.withdrawn_on) == (True, False, TODAY)


def test_a_module_is_not_withdrawn_from_under_a_session(dpid):
    module = added(dpid).module
    session = plan_session(plan=make_plan("D1"), rulebook=catalogue(today=TODAY), actor=dpid, now=NOW)
    with pytest.raises(TrainingRefused, match="1 session de ce module est au plan"):
        withdraw_module(module=module, actor=dpid, now=NOW)
    cancel_session(session=session, reason=SessionCancelReason.TRAINER, actor=dpid, now=NOW)
    assert withdraw_module(module=module, actor=dpid, now=NOW).withdrawn_on == TODAY


def test_a_session_begins_with_its_module(dpid):
    added(dpid, starts_on=date(2026, 6, 1))
    with pytest.raises(TrainingRefused, match=r"à partir du 1er\sjuin 2026"):
        plan_session(plan=make_plan("D1"), rulebook=catalogue(today=TODAY), actor=dpid, now=NOW)


@pytest.mark.parametrize(("followed_on", "taken"), [(TODAY, True), (TODAY + timedelta(1), False)])
def test_what_was_followed_before_the_withdrawal_is_proven_after_it(dpid, followed_on, taken):
    member = make_user(Role.STRUCTURE_ADMIN)
    referent = make_referent(member.structure)
    withdraw_module(module=added(dpid).module, actor=dpid, now=NOW)
    later = followed_on + timedelta(30)
    certificate = make_certificate(referent, "O1", followed_on=None)

    def place():
        assign_certificate(
            certificate=certificate, placing=Placing(referent, "D1", followed_on=followed_on),
            rulebook=catalogue(today=later), actor=member, today=later,
        )  # fmt: skip

    if taken:
        place()
        assert (
            coverage_of(member.structure, rulebook=catalogue(today=later), today=later)
            .cells[referent.code, "OPT"]
            .module_id
            == "D1"
        )
    else:
        with pytest.raises(TrainingRefused, match="retiré du catalogue"):
            place()


def chosen(application):
    """How the fifth obligation of a file stands, and with which module."""
    cell = applications.coverage(application, today=date(2026, 5, 1)).cells["R01", "OPT"]
    return cell.status, cell.module_id


def drafted_with(module):
    draft = make_draft(trained=False)
    make_certificate(draft.structure.referents.get(), module)
    return draft


def test_a_module_withdrawn_or_reworded_after_filing_still_counts_for_the_file(dpid):
    edition = added(dpid)
    file = filed(drafted_with("D1"))
    assert chosen(file) == (Status.TO_CHECK, "D1")
    elsewhere = wording(territories=["ailleurs"], objectives=["Autre chose"])
    reword_module(module=edition.module, wording=elsewhere, actor=dpid, now=LATER)
    withdraw_module(module=edition.module, actor=dpid, now=LATER)
    assert chosen(file) == (Status.TO_CHECK, "D1")
    module = applications.catalogue_of(file, today=TODAY).module("D1")
    assert (module.objectives, module.withdrawn_on) == (("Connaître les aides", "Orienter"), None)


def test_a_module_added_after_filing_changes_nothing_for_the_file(dpid):
    file = filed(drafted_with("O1"))
    referent = file.structure.referents.get()
    referent.certificates.all().delete()
    added(dpid, now=FILED_AT + timedelta(seconds=1))
    make_certificate(referent, "D1")
    assert chosen(file) == (Status.MISSING, "")
    assert applications.catalogue_of(file, today=TODAY).module("D1").short_title == "Mobilité"
    assert (
        coverage_of(file.structure, rulebook=catalogue(today=TODAY), today=TODAY).cells["R01", "OPT"].module_id == "D1"
    )


@pytest.mark.parametrize(
    ("module", "named", "fault"),
    [
        (ADDED, "mobilité", ""),
        (ADDED, "D1", ""),
        (replace(ADDED, counts=False), "D1", "n’est pas au catalogue"),
        (replace(ADDED, withdrawn_on=date(2026, 3, 2)), "D1", ""),
        (replace(ADDED, withdrawn_on=date(2026, 3, 1)), "D1", "retiré du catalogue depuis le 1er\u00a0mars 2026"),
    ],
    ids=["by its name", "by its code", "to come", "withdrawn that day", "withdrawn before"],
)
def test_a_table_names_the_modules_of_the_catalogue(module, named, fault):
    content = f"Nom;Prénom;Module;Dernier jour\nDelattre;Nadia;{named};02/03/2026\n".encode()
    (row,) = read_import(content, rulebook=replace(RULEBOOK, modules=(*RULEBOOK.modules, module)), today=TODAY)
    if fault:
        assert fault in row.faults[0].words
    else:
        assert (row.faults, row.training.module) == ((), "D1")


def test_a_training_of_an_added_module_is_brought_by_a_table_and_called_by_its_name(client, dpid, the_day):
    added(dpid)
    member = make_user(Role.STRUCTURE_ADMIN)
    referent = make_referent(member.structure)
    client.force_login(member)
    assert "Mobilité" in client.get(reverse("referent_import")).content.decode()
    line = f"{referent.last_name};{referent.first_name};Mobilité;02/03/2026\n"
    table = SimpleUploadedFile("suivies.csv", f"Nom;Prénom;Module;Dernier jour\n{line}".encode())
    client.post(reverse("referent_import"), {"file": table})
    shown = client.get(reverse("referent_import_check"))
    assert "Mobilité" in shown.content.decode()
    client.post(reverse("referent_import_confirm"), {"apercu": shown.context["plan"].digest})
    assert member.structure.referents.get().past_trainings.get().module == "D1"
    assert "Mobilité" in client.get(reverse("referent_training", args=[referent.pk])).content.decode()


def posted(**changes):
    return {
        "title": "Mobilité en milieu rural", "short_title": "Mobilité", "category": "information",
        "objectives": "Connaître les aides\n\nOrienter ", "half_days": "", "hours": "2,5", "starts_on": "01/04/2026",
        **changes,
    }  # fmt: skip


def test_the_dpid_adds_changes_and_withdraws(client, dpid, the_day):
    make_territory("Boulonnais")
    client.force_login(dpid)
    client.post(reverse("module_add"), posted(territories=["boulonnais"]))
    edition = ModuleEdition.objects.get()
    assert (edition.objectives, edition.hours, edition.territories) == (
        ["Connaître les aides", "Orienter"], Decimal("2.5"), ["boulonnais"],
    )  # fmt: skip
    edit = reverse("module_edit", args=[edition.module_id])
    form = client.get(edit).context["form"]
    assert form["objectives"].value() == "Connaître les aides\nOrienter"
    client.post(edit, posted(title="Mobilité rurale", version=form["version"].value()))
    page = client.get(reverse("module_catalogue")).content.decode()
    assert "Mobilité rurale" in page
    assert "2,5 h" in page
    client.post(reverse("module_withdraw", args=[edition.module_id]))
    page = client.get(reverse("module_catalogue")).content.decode()
    assert "retiré le 16 mars 2026" in page.replace("\u00a0", " ")
    assert client.get(edit).status_code == 404


def test_two_agents_on_one_module_see_each_other_s_words(client, dpid, the_day):
    edition = added(dpid)
    client.force_login(dpid)
    reword_module(module=edition.module, wording=wording(territories=["ici"]), actor=dpid, now=NOW)
    response = client.post(
        reverse("module_edit", args=[edition.module_id]), posted(version=version_of(edition, WORDED))
    )
    assert response.status_code == 409
    assert ("Territoires", "ici") in response.context["form"].elsewhere


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"half_days": "2"}, "hours", "pas les deux"),
        ({"hours": "0"}, "hours", "plus longue que zéro"),
        ({"objectives": " \n "}, "objectives", "nécessaire"),
        ({"short_title": "Retraite"}, "short_title", "porte déjà ce nom"),
        ({"starts_on": "31/02/2026"}, "starts_on", "n’existe pas"),
        ({"territories": ["nulle-part"]}, "territories", "pas dans la liste"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field(client, dpid, the_day, changes, field, words):
    client.force_login(dpid)
    response = client.post(reverse("module_add"), posted(**changes))
    assert response.status_code == 422
    assert words in str(response.context["form"].errors[field])
    assert not ModuleEdition.objects.exists()


def test_a_withdrawal_refused_says_why(client, dpid, the_day):
    edition = added(dpid)
    plan_session(plan=make_plan("D1"), rulebook=catalogue(today=TODAY), actor=dpid, now=NOW)
    client.force_login(dpid)
    response = client.post(reverse("module_withdraw", args=[edition.module_id]))
    assert response.status_code == 422
    assert "annulez-les" in response.content.decode()


def test_an_instant_reads_the_catalogue_as_it_was(dpid):
    edition = added(dpid)
    reword_module(module=edition.module, wording=wording(short_title="Déplacements"), actor=dpid, now=LATER)
    before = extended(RULEBOOK, today=TODAY, at=datetime(2026, 3, 20, tzinfo=UTC))
    assert before.module("D1").short_title == "Mobilité"
    assert extended(RULEBOOK, today=TODAY, at=LATER).module("D1").short_title == "Déplacements"


@pytest.mark.parametrize("count", [1, 3])
def test_the_calendar_of_added_modules_costs_the_same(client, dpid, the_day, count, django_assert_num_queries):
    added(dpid)
    for rank in range(count):
        plan = make_plan("D1", first=date(2026, 5, 12 + rank))
        plan_session(plan=plan, rulebook=catalogue(today=TODAY), actor=dpid, now=NOW)
    token = calendar_token(renew_calendar(user=dpid, now=NOW))
    with django_assert_num_queries(4):
        assert client.get(reverse("calendar_feed", args=[token])).content.count(b"SUMMARY:Mobilit") == 2 * count
