"""A CER held while somebody scores it: kept from surprise, never from a colleague who knows."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from core import clock
from evaluation import selectors, services
from evaluation.enums import PanelStage, Round
from evaluation.errors import ClaimHeld, EvaluationRefused
from evaluation.models import CerClaim, Scoring
from evaluation.services.claims import CLAIM_LASTS, RENEWED_AFTER
from tests.evaluation.builders import NOW, every_line, make_panel, make_scoring
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LATER = NOW + CLAIM_LASTS - timedelta(seconds=1)
TOO_LATE = NOW + CLAIM_LASTS
SCRIPT = {"X-Autosave": "1"}


@pytest.fixture
def dpid(client):
    user = make_user(Role.DPID_AGENT)
    client.force_login(user)
    return user


@pytest.fixture
def other():
    return make_user(Role.DPID_AGENT, first_name="Camille", last_name="Delattre")


@pytest.fixture
def panel():
    return make_panel(PanelStage.CONTROL, cers=3)


def url(name, cer):
    return reverse(name, args=[cer.pk])


def sent(ticks=(), version=0, **more):
    return {"ticks": list(ticks), "version": version, "comment": "", **more}


def holder(cer):
    return [(claim.user, claim.since) for claim in CerClaim.objects.filter(cer=cer)]


def test_a_colleague_is_kept_away_until_the_claim_runs_out(panel, dpid, other):
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=other, now=NOW)
    with pytest.raises(ClaimHeld, match="Camille Delattre cote ce CER depuis 21\u00a0h\u00a042"):
        services.hold_cer(cer=cer, actor=dpid, now=LATER)
    assert holder(cer) == [(other, NOW)]
    services.hold_cer(cer=cer, actor=dpid, now=TOO_LATE)
    assert holder(cer) == [(dpid, TOO_LATE)]


def test_each_act_prolongs_the_claim_and_it_is_still_since_the_first(panel, dpid, other):
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=dpid, now=NOW)
    services.keep_holding(cer=cer, claim=CerClaim.objects.first(), actor=dpid, now=LATER)
    with pytest.raises(ClaimHeld):
        services.hold_cer(cer=cer, actor=other, now=TOO_LATE)
    assert holder(cer) == [(dpid, NOW)]
    assert CerClaim.objects.get().until == LATER + CLAIM_LASTS


def test_acts_in_quick_succession_write_nothing(panel, dpid, django_assert_num_queries):
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=dpid, now=NOW)
    claim = CerClaim.objects.get()
    with django_assert_num_queries(0):
        services.keep_holding(cer=cer, claim=claim, actor=dpid, now=NOW + RENEWED_AFTER - timedelta(seconds=1))


def test_a_colleague_takes_over_knowingly_and_a_ticked_grid_stays(panel, dpid, other):
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=other, now=NOW)
    make_scoring(cer, author=other, validated=False)
    services.hold_cer(cer=cer, actor=dpid, now=LATER, take_over=True)
    assert holder(cer) == [(dpid, LATER)]
    assert cer.scorings.get().author == other
    with pytest.raises(ClaimHeld):
        services.keep_holding(cer=cer, claim=CerClaim.objects.first(), actor=other, now=LATER)


def test_one_holds_one_cer_at_a_time_and_none_once_done(panel, dpid):
    first, second, _ = panel.cers.all()
    services.hold_cer(cer=first, actor=dpid, now=NOW)
    services.hold_cer(cer=second, actor=dpid, now=NOW)
    assert [claim.cer for claim in CerClaim.objects.all()] == [second]
    services.release_cer(cer=second, actor=dpid)
    assert not CerClaim.objects.exists()


@pytest.mark.parametrize("role", [Role.SLAI, Role.AUDITOR, Role.SIGNATORY])
def test_only_those_who_score_hold(panel, role):
    user = make_user(role, territories=(panel.structure.lead_territory,) if role == Role.SLAI else ())
    with pytest.raises(EvaluationRefused, match="pas dans vos droits"):
        services.hold_cer(cer=panel.cers.first(), actor=user, now=NOW)


def test_a_panel_that_is_not_open_is_not_held(dpid):
    for stage in (PanelStage.SESSION, PanelStage.CLOSED):
        with pytest.raises(EvaluationRefused, match="pas ouvert au contrôle"):
            services.hold_cer(cer=make_panel(stage, cers=1).cers.get(), actor=dpid, now=NOW)


def test_the_database_keeps_one_claim_for_a_cer_and_an_end_after_its_beginning(panel, dpid, other):
    first, second, _ = panel.cers.all()
    services.hold_cer(cer=first, actor=dpid, now=NOW)
    for fields in ({"cer": first, "until": TOO_LATE}, {"cer": second, "until": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CerClaim.objects.create(user=other, since=NOW, **fields)


def test_what_a_colleague_holds_is_not_offered(panel, dpid, other):
    first, second, third = panel.cers.all()
    services.hold_cer(cer=second, actor=other, now=NOW)
    assert list(selectors.takeable(dpid, NOW)) == [first, third]
    assert list(selectors.takeable(other, NOW)) == [first, second, third]
    assert selectors.next_to_score(dpid, after=first, now=NOW) == third
    assert selectors.next_to_score(dpid, after=first, now=TOO_LATE) == second
    assert selectors.resume(other, NOW) == second
    services.hold_cer(cer=first, actor=other, now=NOW)
    assert selectors.first_to_open(panel, Round.CONTROL, user=dpid, now=NOW) == second


def test_a_grid_left_open_and_taken_by_a_colleague_is_not_where_one_resumes(panel, dpid, other):
    first, second, _ = panel.cers.all()
    make_scoring(first, author=dpid, validated=False)
    assert selectors.resume(dpid, NOW) == first
    services.hold_cer(cer=first, actor=other, now=NOW)
    assert selectors.resume(dpid, NOW) == second


def test_reading_holds_nothing_opening_does_by_a_small_post(client, panel, dpid):
    cer = panel.cers.first()
    html = client.get(url("score_cer", cer)).content.decode()
    assert f'data-claim="{url("claim_cer", cer)}"' in html
    assert not CerClaim.objects.exists()
    assert client.post(url("claim_cer", cer), headers=SCRIPT).status_code == 204
    assert cer.claim.user == dpid
    assert client.get(url("claim_cer", cer)).status_code == 405


def test_a_validated_cer_is_opened_without_being_held(client, panel, dpid):
    cer = panel.cers.first()
    make_scoring(cer, author=dpid)
    assert "data-claim=" not in client.get(url("score_cer", cer)).content.decode()


def test_a_held_cer_is_read_and_says_who(client, panel, dpid, other):
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=other, now=clock.now())
    html = client.get(url("score_cer", cer)).content.decode()
    assert "Camille Delattre cote ce CER depuis" in html
    assert "Lecture seule" in html
    assert "Prendre la main" in html
    assert "data-autosave=" not in html.split("ws-side")[1]
    assert client.post(url("claim_cer", cer), headers=SCRIPT).status_code == 423
    assert "Camille Delattre cote" in client.get(reverse("scoring_queue")).content.decode()
    response = client.post(url("claim_cer", cer), {"take": "1"})
    assert response.url == url("score_cer", cer)
    assert "Lecture seule" not in client.get(response.url).content.decode()


def test_readers_see_who_scores_and_cannot_take_over(client, panel, other):
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=other, now=clock.now())
    client.force_login(make_user(Role.AUDITOR))
    html = client.get(url("score_cer", cer)).content.decode()
    assert "Camille Delattre cote ce CER" in html
    assert "Prendre la main" not in html
    assert client.post(url("claim_cer", cer), {"take": "1"}).status_code == 403


def test_without_script_the_first_save_holds_the_cer(client, panel, dpid):
    cer = panel.cers.first()
    client.post(url("save_cer", cer), sent(every_line()[:1]))
    assert cer.claim.user == dpid


def test_whoever_was_overtaken_is_told_at_the_next_save_and_loses_nothing(client, panel, dpid, other):
    cer = panel.cers.first()
    client.post(url("save_cer", cer), sent(every_line()[:1]))
    services.hold_cer(cer=cer, actor=other, now=clock.now(), take_over=True)
    services.save_ticks(
        cer=cer, round=Round.CONTROL, ticks=every_line()[:2], comment="", actor=other, now=NOW, version=1
    )
    mine = [every_line()[0], every_line()[3]]
    told = client.post(url("save_cer", cer), sent(mine, 1), headers=SCRIPT)
    assert told.status_code == 200
    assert "Camille Delattre cote ce CER depuis" in told.json()["held"]
    assert cer.scorings.get().ticks == [every_line()[rank] for rank in (0, 1, 3)]
    response = client.post(url("save_cer", cer), sent(mine, 1))
    assert "Camille Delattre cote ce CER depuis" in client.get(response.url).content.decode()
    assert holder(cer)[0][0] == other


def test_only_the_one_who_holds_the_cer_validates_it(client, panel, dpid, other):
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=other, now=clock.now())
    ticks = every_line()
    page = client.post(url("score_cer", cer), sent(ticks))
    html = page.content.decode()
    assert page.status_code == 423
    assert "Prendre la main et valider" in html
    assert html.count(" checked") == len(ticks) + 1, "the ticks as typed, and the switch of the keys"
    assert " disabled" not in html.split('class="grille"')[1]
    assert not Scoring.objects.exists()
    assert client.post(url("score_cer", cer), sent(ticks, take="1")).status_code == 302
    assert cer.scorings.get().author == dpid


def test_taking_over_in_a_grid_that_is_refused_keeps_what_was_typed(client, panel, dpid, other):
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=other, now=clock.now())
    page = client.post(url("score_cer", cer), sent(every_line()[:1], take="1"))
    html = page.content.decode()
    assert page.status_code == 422, "the secret is not granted and nobody says why"
    assert holder(cer)[0][0] == dpid
    assert "Camille Delattre cote" not in html
    assert " disabled" not in html.split('class="grille"')[1]
    assert f'data-autosave="{url("save_cer", cer)}"' in html


def test_validating_lets_go(client, panel, dpid):
    cer = panel.cers.first()
    client.post(url("claim_cer", cer), headers=SCRIPT)
    client.post(url("score_cer", cer), sent(every_line()))
    assert not CerClaim.objects.exists()
    assert Scoring.objects.get().validated_at


def test_one_resumes_by_one_address(client, panel, dpid):
    desk = client.get(reverse("home"), follow=True).content.decode()
    assert f'href="{reverse("resume_scoring")}"' in desk, "from the home page, in one step"
    assert client.get(reverse("resume_scoring")).url == url("score_cer", panel.cers.first())
    for cer in panel.cers.all():
        make_scoring(cer, author=dpid)
    assert client.get(reverse("resume_scoring")).url == reverse("scoring_queue")
    client.force_login(make_user(Role.AUDITOR))
    assert client.get(reverse("resume_scoring")).status_code == 403
    assert reverse("resume_scoring") not in client.get(reverse("home"), follow=True).content.decode()
