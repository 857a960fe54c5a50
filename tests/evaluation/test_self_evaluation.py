"""The structure's screens: overview, one grid per CER, type and N° CAF; never anybody else's."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from django.urls import reverse

from accounts.enums import Role
from evaluation.enums import CerType, PanelStage, Round
from evaluation.models import Cer, Scoring, panels
from rulebook.book import get_rulebook
from tests.evaluation.builders import NOW, every_line, make_cer, make_panel, make_scoring, member_of
from tests.factories import make_referent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.evaluation.urls")]
OVERVIEW = "/auto-evaluation/"


@pytest.fixture
def panel():
    return make_panel(cers=3)


@pytest.fixture
def member(client, panel):
    user = member_of(panel)
    client.force_login(user)
    return user


def page(cer):
    return reverse("filing_self_cer", args=[cer.pk])


def sent(ticks=None, version=0):
    return {"ticks": every_line() if ticks is None else ticks, "version": version}


def text(response):
    return response.content.decode()


def test_one_goes_from_cer_to_cer_then_to_the_overview(client, member, panel):
    first, second, third = panel.cers.all()
    assert client.post(page(first), sent()).url == page(second)
    assert client.post(page(third), sent()).url == OVERVIEW
    scoring = first.scorings.get()
    assert (scoring.round, scoring.author, bool(scoring.validated_at)) == (Round.SELF, member, True)


def test_the_overview_says_what_is_left_and_where_to_go_on(client, member, panel):
    first, second, _ = panel.cers.all()
    assert "Évaluez vos 3 CER" in text(client.get(OVERVIEW))
    make_scoring(first, Round.SELF, ticks=every_line()[:-1])
    make_scoring(second, Round.SELF, validated=False)
    response = client.get(OVERVIEW)
    assert response.context["continue_url"] == page(second)
    html = text(response)
    assert "Il reste 2 CER à évaluer" in html
    assert "8,5 / 10" in html
    assert "À terminer" in html
    Scoring.objects.update(validated_at=NOW)
    make_scoring(panel.cers.last(), Round.SELF)
    assert "L’auto-évaluation est terminée" in text(client.get(OVERVIEW))


def test_a_low_mean_is_told_and_never_blocks(client, member, panel):
    first, second, _ = panel.cers.all()
    assert client.post(page(first), sent([])).url == page(second)
    html = text(client.get(OVERVIEW))
    assert "Votre moyenne est sous le seuil" in html
    assert "Vous pouvez déposer quand même" in html
    assert "sous les 80\u202f% demandés" in text(client.get(page(second)))


def test_a_mean_of_exactly_eighty_percent_is_no_warning(client, member, panel):
    for cer in panel.cers.all():
        make_scoring(cer, Round.SELF, ticks=[line for line in every_line() if line != "remark_positioning"])
    assert "sous le seuil" not in text(client.get(OVERVIEW))


def test_the_autosave_and_the_plain_button_keep_the_ticks(client, member, panel):
    cer = panel.cers.first()
    save = reverse("filing_self_save", args=[cer.pk])
    response = client.post(save, sent(["detail_complete"]), headers={"X-Autosave": "1"})
    assert "1 CER coté" in response.json()["totals"]
    assert client.post(save, sent(["detail_complete", "remark_present"], version=1)).url == page(cer)
    assert cer.scorings.get().ticks == ["detail_complete", "remark_present"]


def test_a_cer_without_a_type_asks_for_it_first(client, member, panel):
    cer = make_cer(panel, make_referent(panel.structure), 1, contract_type="")
    html = text(client.get(page(cer)))
    assert "Quel est le type de ce contrat" in html
    assert 'name="ticks"' not in html
    response = client.post(reverse("filing_self_details", args=[cer.pk]), {"contract_type": CerType.SOLIDARITY})
    assert response.url == page(cer)
    assert text(client.get(page(cer))).count('name="ticks"') == len(every_line(CerType.SOLIDARITY))


def details(client, cer, **typed):
    return client.post(reverse("filing_self_details", args=[cer.pk]), {"contract_type": cer.contract_type, **typed})


def caf(cer):
    return Cer.objects.get(pk=cer.pk).caf_number


def test_a_wrong_caf_number_is_told_with_the_missing_type(client, member, panel):
    """Everything wrong is said at once; the form is not sent twice to learn it."""
    cer = make_cer(panel, make_referent(panel.structure), 1, contract_type="")
    html = text(details(client, cer, caf_number="12"))
    assert "Choisissez le type de contrat." in html
    assert "Un N° CAF compte 7 chiffres" in html


def test_a_caf_number_is_kept_shown_masked_and_taken_back(client, member, panel):
    cer = panel.cers.first()
    assert details(client, cer, caf_number="123 4567").status_code == 302
    assert caf(cer) == "1234567"
    html = text(client.get(page(cer)))
    assert "•••••67" in html
    assert "1234567" not in html
    details(client, cer, caf_number="")
    assert caf(cer) == "1234567", "an empty field leaves the number in place"
    details(client, cer, forget_caf="on")
    assert caf(cer) == ""


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"caf_number": "2 62 05 62 160 123"}, "7 chiffres"),
        ({"caf_number": "1" * 21}, "20 au plus"),
        ({"contract_type": ""}, "Choisissez le type de contrat"),
        ({"contract_type": "autre"}, "n’est pas dans la liste"),
    ],
)
def test_wrong_details_are_told_at_the_field(client, member, panel, typed, words):
    cer = panel.cers.first()
    response = details(client, cer, **typed)
    assert response.status_code == 422
    assert words in text(response)
    assert (caf(cer), Cer.objects.get(pk=cer.pk).contract_type) == ("", CerType.SOCIO_PROFESSIONAL)


@pytest.fixture
def reference_mode(monkeypatch):
    """The same rulebook with another `cer.reference_mode`."""

    def set_mode(mode):
        def changed(version):
            rulebook = get_rulebook(version)
            key = "cer.reference_mode"
            settings = {**rulebook.settings, key: replace(rulebook.settings[key], value=mode)}
            return replace(rulebook, settings=MappingProxyType(settings))

        monkeypatch.setattr(panels, "get_rulebook", changed)

    return set_mode


def test_a_neutral_rulebook_has_no_caf_number(client, member, panel, reference_mode):
    reference_mode("neutral")
    cer = panel.cers.first()
    assert "CAF" not in text(client.get(page(cer)))
    details(client, cer, caf_number="1234567")
    assert caf(cer) == ""


def test_a_rulebook_that_requires_the_caf_number_waits_for_it(client, member, panel, reference_mode):
    reference_mode("caf_required")
    cer = panel.cers.first()
    response = client.post(page(cer), sent())
    assert response.status_code == 422
    assert "Indiquez le N° CAF" in text(response).replace("\u00a0", " ")
    details(client, cer, caf_number="1234567")
    assert client.post(page(cer), sent()).status_code == 302


@pytest.mark.parametrize("role", [Role.STRUCTURE_ADMIN, Role.DPID_AGENT, Role.SLAI, Role.AUDITOR])
def test_another_structure_or_an_agent_finds_nothing(client, panel, role):
    cer = panel.cers.first()
    stranger = make_user(role)
    if role == Role.STRUCTURE_ADMIN:
        make_panel(structure=stranger.structure)
    client.force_login(stranger)
    answers = {
        client.get(page(cer)).status_code,
        client.post(page(cer), sent()).status_code,
        client.post(reverse("filing_self_save", args=[cer.pk]), sent()).status_code,
        client.post(reverse("filing_self_details", args=[cer.pk]), {"contract_type": "solidarity"}).status_code,
    }
    assert answers == {404}
    assert Scoring.objects.count() == 0


def test_a_filed_panel_is_no_longer_open_here(client):
    panel = make_panel(PanelStage.CONTROL, cers=1)
    client.force_login(member_of(panel))
    assert client.get(OVERVIEW).status_code == 404
    assert client.get(page(panel.cers.get())).status_code == 404


def test_the_dpids_scores_never_show_here(client):
    panel = make_panel(cers=1)
    cer = panel.cers.get()
    make_scoring(cer, ticks=[], comment="Remarque trop brève")
    client.force_login(member_of(panel))
    for address in (OVERVIEW, page(cer)):
        html = text(client.get(address))
        assert "Remarque trop brève" not in html
        assert "<output>–</output>" in html


def test_the_screens_cost_the_same_with_5_and_25_cers(client, django_assert_max_num_queries):
    counts = {OVERVIEW: set(), "page": set()}
    for referents in (1, 5):
        panel = make_panel(referents=referents)
        for cer in panel.cers.all():
            make_scoring(cer, Round.SELF)
        client.force_login(member_of(panel))
        for name, address in ((OVERVIEW, OVERVIEW), ("page", page(panel.cers.first()))):
            with django_assert_max_num_queries(50) as queries:
                assert client.get(address).status_code == 200
            counts[name].add(len(queries))
    assert counts == {OVERVIEW: {7}, "page": {9}}
