"""The workstation over HTTP, without script: who opens it, what it shows, what it writes, where it leads."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.enums import Role
from core import clock
from documents.services import store_content
from evaluation import services
from evaluation.enums import IdentifyingKind, PanelStage, Round
from evaluation.models import Cer, Scoring
from label_portal.sample.contracts import cer_pdf
from tests.evaluation.builders import NOW, every_line, make_file, make_panel, make_scoring, member_of
from tests.factories import make_structure, make_territory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DOORS = ("score_cer", "cer_page")


@pytest.fixture
def dpid(client):
    user = make_user(Role.DPID_AGENT)
    client.force_login(user)
    return user


@pytest.fixture
def panel():
    return make_panel(PanelStage.CONTROL, cers=3)


def url(name, cer):
    return reverse(name, args=[cer.pk, 1] if name == "cer_page" else [cer.pk])


def sent(ticks=None, *, version=0, comment=""):
    return {"ticks": every_line() if ticks is None else ticks, "version": version, "comment": comment}


def test_validating_goes_to_the_next_cer_then_to_the_file(client, dpid, panel):
    first, second, third = panel.cers.all()
    make_scoring(second)
    response = client.post(url("score_cer", first), sent())
    assert response.url == url("score_cer", third)
    scoring = first.scorings.get()
    assert (scoring.ticks, scoring.author, scoring.round, bool(scoring.validated_at)) == (
        every_line(), dpid, Round.CONTROL, True,
    )  # fmt: skip
    response = client.post(url("score_cer", third), sent())
    door = reverse("file_of_panel", args=[panel.pk])
    assert response.url == door
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        f'Les 3 CER de <a href="{door}">{panel.label}</a> sont validés, moyenne 100\u202f%.'
    ]


def test_after_the_last_cer_of_a_file_the_most_urgent_of_the_others_opens_and_it_is_said(client, dpid):
    late = make_panel(PanelStage.CONTROL, cers=1, due_on=date(2026, 12, 1))
    panel, soon = make_panel(PanelStage.CONTROL, cers=1), make_panel(PanelStage.CONTROL, cers=1)
    response = client.post(url("score_cer", panel.cers.get()), sent(every_line()[1:]))
    assert response.url == url("score_cer", soon.cers.get())
    [message] = map(str, get_messages(response.wsgi_request))
    assert message.startswith("Le CER de ")
    assert message.endswith(f"est validé, moyenne 95\u202f%. Vous passez à {soon.label}, {soon.structure}.")
    response = client.post(url("score_cer", soon.cers.get()), sent())
    assert response.url == url("score_cer", late.cers.get())


def test_a_file_left_unfinished_is_said_so(client, dpid, panel):
    first, second, third = panel.cers.all()
    Cer.objects.filter(pk=second.pk).update(file=make_file(state="withdrawn", reason="Donnée identifiante."))
    services.hold_cer(cer=third, actor=make_user(Role.DPID_AGENT), now=clock.now())
    response = client.post(url("score_cer", first), sent())
    assert response.url == reverse("file_of_panel", args=[panel.pk])
    [message] = map(str, get_messages(response.wsgi_request))
    assert message.startswith("1 CER validé sur 3 dans ")


def test_saving_without_script_keeps_the_ticks_and_stays_on_the_cer(client, dpid, panel):
    cer = panel.cers.first()
    response = client.post(url("save_cer", cer), sent(["detail_complete"], comment="À relire"))
    assert response.url == url("score_cer", cer)
    scoring = cer.scorings.get()
    assert (scoring.ticks, scoring.comment, scoring.validated_at) == (["detail_complete"], "À relire", None)


def test_the_autosave_answers_totals_points_and_the_next_version(client, dpid, panel):
    cer, other, _ = panel.cers.all()
    make_scoring(other)
    response = client.post(
        url("save_cer", cer), sent(["detail_complete", "remark_present"]), headers={"X-Autosave": "1"}
    )
    assert response["X-Version"] == "1"
    answer = response.json()
    assert answer["criteria"] == {"duration": "0", "actions": "0", "detail": "1", "remark": "0,5", "secrecy": "0"}
    assert "<output>1,5</output>" in answer["totals"]
    assert "15\u202f%" in answer["totals"]
    assert "57,50\u202f%" in answer["totals"], "the mean of 1.5 and 10 out of 10"


def test_means_are_cut_never_rounded(client, dpid):
    panel = make_panel(PanelStage.CONTROL, cers=3)
    for cer, lost in zip(panel.cers.all(), ("remark_positioning", "remark_positioning", "duration_start"), strict=True):
        make_scoring(cer, ticks=[line for line in every_line() if line != lost])
    html = client.get(url("score_cer", panel.cers.last())).content.decode()
    assert "85\u202f%" in html
    panel.cers.first().scorings.update(ticks=[line for line in every_line() if line != "duration_end"])
    html = client.get(url("score_cer", panel.cers.last())).content.decode()
    assert "90\u202f%" in html
    panel.cers.first().scorings.update(ticks=every_line())
    assert "91,66\u202f%" in client.get(url("score_cer", panel.cers.last())).content.decode()


def test_a_refused_grid_comes_back_as_it_was_sent(client, dpid, panel):
    cer = panel.cers.first()
    response = client.post(url("score_cer", cer), sent(every_line()[:-1]))
    html = response.content.decode()
    assert response.status_code == 422
    assert "dites pourquoi en commentaire" in html
    assert html.count(" checked") == len(every_line()) - 1 + 1, "the ticks as sent, and the switch of the keys"
    assert "<output>8,5</output>" in html, "the points of what is on screen"
    assert "85\u202f%" in html
    assert Scoring.objects.count() == 0


@pytest.mark.parametrize("headers", [{}, {"X-Autosave": "1"}])
def test_somebody_elses_validation_is_told_by_name_and_hour(client, dpid, panel, headers):
    cer = panel.cers.first()
    other = make_user(Role.DPID_MANAGER, first_name="Hélène", last_name="Carpentier")
    services.validate_scoring(
        cer=cer, round=Round.CONTROL, ticks=[], comment="Rien.", actor=other, now=NOW, version=0
    )  # fmt: skip
    response = client.post(url("save_cer", cer), sent(), headers=headers)
    assert response.status_code == 409
    assert "Hélène Carpentier a validé cette grille le 23/03/2026 à 21\u00a0h\u00a042" in response.content.decode()
    assert cer.scorings.get().ticks == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"ticks": ["actions_one"]},
        {"ticks": ["<script>"]},
        {"version": "abc"},
        {"version": "-1"},
        {"comment": "é" * 2001},
    ],
)
def test_wrong_input_is_refused_in_french_and_writes_nothing(client, dpid, panel, wrong):
    for name in ("score_cer", "save_cer"):
        response = client.post(url(name, panel.cers.first()), sent() | wrong)
        assert response.status_code == 422
    assert Scoring.objects.count() == 0


def test_the_structures_ticks_are_shown_after_the_dpids_own_validation_only(client, dpid, panel):
    cer = panel.cers.first()
    make_scoring(cer, Round.SELF, author=member_of(panel))
    make_scoring(cer, ticks=every_line()[1:], validated=False)
    assert "structure" not in client.get(url("score_cer", cer)).content.decode().split("ws-side")[1]
    Scoring.objects.filter(round=Round.CONTROL).update(validated_at=NOW)
    html = client.get(url("score_cer", cer)).content.decode()
    assert html.count("Structure\u00a0: oui") == len(every_line())
    assert html.count("is-gap") == 1
    assert "1 ligne sur 10 diffère" in html


@pytest.mark.parametrize(
    ("role", "territory", "status"),
    [
        (Role.DPID_AGENT, None, 200),
        (Role.DPID_MANAGER, None, 200),
        (Role.AUDITOR, None, 200),
        (Role.SLAI, "Boulonnais", 200),
        (Role.SLAI, "Calaisis", 404),
        (Role.SIGNATORY, None, 404),
        (Role.ADMINISTRATOR, None, 404),
        (Role.STRUCTURE_ADMIN, None, 404),
    ],
)
def test_who_opens_a_cer(client, role, territory, status):
    panel = make_panel(
        PanelStage.CONTROL, cers=1, structure=make_structure(lead_territory=make_territory("Boulonnais"))
    )
    client.force_login(make_user(role, territories=(make_territory(territory),) if territory else ()))
    assert client.get(url("score_cer", panel.cers.get())).status_code == status
    queue = client.get(reverse("scoring_queue"))
    assert queue.status_code == (403 if role in (Role.SIGNATORY, Role.ADMINISTRATOR, Role.STRUCTURE_ADMIN) else 200)


def test_the_structure_does_not_open_the_workstation_on_its_own_cer(client, panel):
    client.force_login(member_of(panel))
    cer = panel.cers.first()
    for name in ("score_cer", "score_session"):
        assert client.get(url(name, cer)).status_code == 404
    assert client.post(url("save_cer", cer), sent()).status_code == 404
    assert client.get(reverse("score_panel", args=[panel.pk])).status_code == 404


def test_a_draft_is_not_open_to_agents(client, dpid):
    cer = make_panel(cers=1).cers.get()
    assert {client.get(url(name, cer)).status_code for name in (*DOORS, "score_session")} == {404}


def test_readers_see_and_do_not_write(client, panel):
    cer = panel.cers.first()
    make_scoring(cer, comment="Rien à signaler")
    client.force_login(make_user(Role.SLAI, territories=(panel.structure.lead_territory,)))
    html = client.get(url("score_cer", cer)).content.decode()
    assert "Lecture seule" in html
    assert "Rien à signaler" in html
    assert html.count("DPID\u00a0: oui") == len(every_line())
    assert "Rouvrir" not in html
    assert {client.post(url(name, cer), sent([])).status_code for name in ("score_cer", "save_cer")} == {403}
    assert cer.scorings.get().ticks == every_line()


def test_the_working_session_starts_from_the_dpids_ticks_and_keeps_them(client):
    panel = make_panel(PanelStage.SESSION, cers=2)
    cer, other = panel.cers.all()
    for each in (cer, other):
        make_scoring(each, ticks=every_line()[1:])
    slai = make_user(Role.SLAI, territories=(panel.structure.lead_territory,))
    client.force_login(slai)
    html = client.get(url("score_session", cer)).content.decode()
    assert html.count('data-control="1" checked') == len(every_line()) - 1
    assert html.count('data-control="0"') == 1
    refused = client.post(url("score_session", cer), sent())
    assert refused.status_code == 422
    assert "Dites pourquoi cette ligne est révisée." in refused.content.decode()
    why = {"reason-duration_start": "L’avenant est daté."}
    response = client.post(url("score_session", cer), sent() | why)
    assert response.url == url("score_session", other)
    html = client.get(url("score_session", cer)).content.decode()
    assert html.count("is-revised") == 1
    assert "L’avenant est daté." in html
    assert cer.scorings.get(round=Round.CONTROL).ticks == every_line()[1:]
    assert client.post(url("score_cer", cer), sent()).status_code != 302
    response = client.post(url("score_session", other), sent(every_line()[1:]))
    assert response.url == reverse("session_of_panel", args=[panel.pk]), "the minutes come next"


def test_the_working_session_reads_what_the_dpid_said_and_leads_back_to_its_minutes(client, dpid):
    panel = make_panel(PanelStage.SESSION, cers=1)
    cer = panel.cers.get()
    author = make_user(Role.DPID_AGENT, first_name="Hélène", last_name="Carpentier")
    make_scoring(cer, comment="Le positionnement manque.", author=author)
    html = client.get(url("score_session", cer)).content.decode()
    assert "Hélène Carpentier" in html
    assert "Le positionnement manque." in html
    assert f'href="{reverse("session_of_panel", args=[panel.pk])}"' in html
    assert "Le positionnement manque." not in html.split('id="id_comment"')[1].split(">")[0]


def test_a_grid_refused_in_session_shows_what_it_would_be_worth(client, dpid):
    panel = make_panel(PanelStage.SESSION, cers=1)
    cer = panel.cers.get()
    make_scoring(cer)
    html = client.post(url("score_session", cer), sent(["detail_complete"])).content.decode()
    assert "<output>1</output>" in html


def test_the_session_is_closed_before_it_opens(client, dpid, panel):
    assert client.get(url("score_session", panel.cers.first())).status_code == 404
    assert client.post(url("score_session", panel.cers.first()), sent()).status_code == 404


def test_a_panel_is_entered_where_it_waits(client, dpid, panel):
    first, second, _ = panel.cers.all()
    make_scoring(first)
    assert client.get(reverse("score_panel", args=[panel.pk])).url == url("score_cer", second)
    session = make_panel(PanelStage.SESSION, cers=1)
    assert client.get(reverse("score_panel", args=[session.pk])).url == url("score_session", session.cers.get())


def test_pages_are_served_to_those_who_may_read_and_the_file_to_its_senders(client):
    panel = make_panel(PanelStage.CONTROL, cers=1)
    cer = panel.cers.get()
    pdf = cer_pdf(reference=cer.reference, contract_type=cer.contract_type, edited_on=date(2025, 11, 3))
    Cer.objects.filter(pk=cer.pk).update(file=store_content(content=pdf, name="Mme Untel.pdf", actor=None, now=NOW))
    evaluator, sender = make_user(Role.DPID_AGENT), member_of(panel)
    for reader in (evaluator, sender):
        client.force_login(reader)
        page = client.get(url("cer_page", cer))
        assert (page.status_code, page["Content-Type"]) == (200, "image/png")
        assert client.get(reverse("cer_page", args=[cer.pk, 99])).status_code == 404
    file = client.get(url("cer_file", cer))
    assert b"".join(file.streaming_content) == pdf
    assert file["Content-Disposition"] == f'attachment; filename="{cer.reference}.pdf"'
    client.force_login(evaluator)
    assert client.get(url("cer_file", cer)).status_code == 404, "pictures of its pages, never the raw file"
    for stranger in (make_user(Role.STRUCTURE_ADMIN), make_user(Role.SIGNATORY), make_user(Role.SLAI)):
        client.force_login(stranger)
        assert {client.get(url(name, cer)).status_code for name in ("cer_page", "cer_file")} == {404}


def test_a_file_that_is_not_ready_is_not_shown(client, dpid, panel):
    cer = panel.cers.first()
    Cer.objects.filter(pk=cer.pk).update(file=make_file(state="received"))
    assert client.get(url("cer_page", cer)).status_code == 404


def test_a_page_is_kept_by_the_browser_and_asked_again_each_time(client, dpid, panel):
    cer = panel.cers.first()
    pdf = cer_pdf(reference=cer.reference, contract_type=cer.contract_type, edited_on=date(2025, 11, 3), seed=3)
    Cer.objects.filter(pk=cer.pk).update(file=store_content(content=pdf, name="cer.pdf", actor=None, now=NOW))
    first = client.get(url("cer_page", cer))
    assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
    assert "Cookie" in first["Vary"]
    asked = {"If-None-Match": first["ETag"]}
    again = client.get(url("cer_page", cer), headers=asked)
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "private, no-cache")
    assert again["Content-Security-Policy"].startswith("sandbox")
    client.force_login(make_user(Role.SIGNATORY))
    assert client.get(url("cer_page", cer), headers=asked).status_code == 404
    client.logout()
    assert client.get(url("cer_page", cer), headers=asked).status_code == 302
    client.force_login(dpid)
    services.withdraw_file(cer=cer, kind=IdentifyingKind.CONTACT, actor=dpid, now=NOW)
    gone = client.get(url("cer_page", cer), headers=asked)
    assert (gone.status_code, "ETag" in gone) == (404, False), "nothing says that the kept image may be shown"


def test_a_caf_number_is_revealed_by_post_only_and_logged(client, dpid, panel):
    cer = panel.cers.first()
    Cer.objects.filter(pk=cer.pk).update(caf_number="1234567")
    assert "1234567" not in client.get(url("score_cer", cer)).content.decode()
    assert client.get(url("reveal_caf", cer)).status_code == 405
    for headers in ({}, {"HX-Request": "true"}):
        response = client.post(url("reveal_caf", cer), headers=headers)
        assert "1234567" in response.content.decode()
        assert response["Cache-Control"] == "no-store"
    assert cer.caf_reveals.count() == 2
    client.force_login(make_user(Role.STRUCTURE_ADMIN))
    assert client.post(url("reveal_caf", cer)).status_code == 404


def test_who_only_reads_types_no_fact(client):
    cer = make_panel(PanelStage.CONTROL, cers=1).cers.get()
    for role, closed in ((Role.AUDITOR, True), (Role.DPID_AGENT, False)):
        client.force_login(make_user(role))
        facts = client.get(url("score_cer", cer)).content.decode().partition("data-facts-form")[2]
        fieldset, _, fields = facts.partition("<fieldset")[2].partition("</form>")[0].partition(">")
        assert "disabled" in fieldset if closed else "disabled" not in fieldset
        assert 'name="faits-label-0"' in fields


def queries(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as context:
        assert client.get(address).status_code == 200
    return len(context)


def test_the_workstation_costs_the_same_with_1_and_15_cers(client, dpid, django_assert_max_num_queries):
    opened, settled, saved = set(), set(), set()
    for referents, cers in ((1, 1), (3, 5)):
        panel = make_panel(PanelStage.CONTROL, referents=referents, cers=cers)
        for cer in panel.cers.all():
            make_scoring(cer, author=dpid)
            make_scoring(cer, Round.SELF, author=dpid)
        first = panel.cers.first()
        settled.add(queries(client, url("score_cer", first), django_assert_max_num_queries))
        first.scorings.filter(round=Round.CONTROL).update(validated_at=None)
        opened.add(queries(client, url("score_cer", first), django_assert_max_num_queries))
        for version, ticks in enumerate((["detail_complete"], []), 1):  # the first one takes the CER
            with django_assert_max_num_queries(100) as context:
                client.post(url("save_cer", first), sent(ticks, version=version), headers={"X-Autosave": "1"})
        saved.add(len(context))
    assert (opened, settled, saved) == ({8}, {13}, {11})


def test_the_queue_costs_the_same_with_1_and_3_files(client, dpid, django_assert_max_num_queries):
    counts = set()
    for _ in range(2):
        make_panel(PanelStage.CONTROL, cers=2)
        counts.add(queries(client, reverse("scoring_queue"), django_assert_max_num_queries))
        make_panel(PanelStage.CONTROL, cers=2)
    assert counts == {13}


def test_an_empty_queue_says_so(client, dpid):
    html = client.get(reverse("scoring_queue")).content.decode()
    assert "Tous les CER déposés sont cotés" in html
    assert "Aucun CER n’attend de cotation" in html
