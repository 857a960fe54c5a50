"""A conflict of interest: one leaves a panel to others, and a chief alone lets one in again."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from evaluation import selectors, services
from evaluation.enums import IdentifyingKind, PanelStage, RecusalAct, RecusalCause, Round
from evaluation.errors import EvaluationRefused, Recused
from evaluation.facts import Facts
from evaluation.models import CerClaim, Recusal
from notices.models import Notice
from tests.evaluation.builders import NOW, every_line, make_panel, make_scoring, member_of
from tests.factories import make_structure, make_territory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def dpid(client):
    user = make_user(Role.DPID_AGENT, first_name="Dominique", last_name="Caron")
    client.force_login(user)
    return user


@pytest.fixture
def chief():
    return make_user(Role.DPID_MANAGER)


@pytest.fixture
def panel():
    return make_panel(PanelStage.CONTROL, cers=2)


def leave(panel, actor, **fields):
    given = {"cause": RecusalCause.FAMILY, "words": "", **fields}
    return services.abstain(panel=panel, actor=actor, now=NOW, **given)


def lift(panel, user, actor, reason="Ce lien n’existe plus."):
    return services.lift_recusal(panel=panel, user=user, reason=reason, actor=actor, now=NOW)


@pytest.mark.parametrize(("stage", "round"), [(PanelStage.CONTROL, Round.CONTROL), (PanelStage.SESSION, Round.SESSION)])
def test_whoever_left_writes_nothing_more_in_any_round(dpid, stage, round):
    panel = make_panel(stage, cers=1)
    cer = panel.cers.get()
    kept = make_scoring(cer, round, author=dpid, validated=False, ticks=every_line()[:1])
    leave(panel, dpid)
    given = {"cer": cer, "round": round, "actor": dpid, "now": NOW, "version": 1}
    for write in (
        lambda: services.save_ticks(ticks=[], comment="", **given),
        lambda: services.validate_scoring(ticks=every_line(), comment="", **given),
        lambda: services.save_facts(facts=Facts(), **given | {"version": 0}),
        lambda: services.withdraw_file(cer=cer, kind=IdentifyingKind.CONTACT, actor=dpid, now=NOW),
    ):
        with pytest.raises(Recused, match="en déport sur ce dossier"):
            write()
    kept.refresh_from_db()
    assert (kept.ticks, kept.author) == (every_line()[:1], dpid), "what was ticked stays with its author"


def test_the_panel_goes_to_the_others(panel, dpid, chief):
    elsewhere = make_panel(PanelStage.CONTROL, cers=1)
    cer = panel.cers.first()
    services.hold_cer(cer=cer, actor=dpid, now=NOW)
    make_scoring(cer, author=dpid, validated=False)
    leave(panel, dpid)
    assert not CerClaim.objects.exists(), "what was held is free"
    assert list(selectors.takeable(dpid, NOW)) == list(elsewhere.cers.all())
    assert selectors.resume(dpid, NOW) == elsewhere.cers.get()
    assert selectors.takeable(chief, NOW).count() == 3
    with pytest.raises(Recused):
        services.hold_cer(cer=cer, actor=dpid, now=NOW, take_over=True)


def test_a_chief_lifts_it_with_a_reason_and_both_stay_in_the_journal(panel, dpid, chief):
    leave(panel, dpid)
    for actor, reason, refusal in (
        (make_user(Role.DPID_AGENT), "Motif.", "l’encadrement de la DPID"),
        (chief, " ", "Dites pourquoi"),
    ):
        with pytest.raises(EvaluationRefused, match=refusal):
            lift(panel, dpid, actor, reason)
    lift(panel, dpid, chief)
    assert not selectors.is_recused(dpid, panel)
    services.hold_cer(cer=panel.cers.first(), actor=dpid, now=NOW)
    with pytest.raises(EvaluationRefused, match="déjà levé"):
        lift(panel, dpid, chief)
    leave(panel, dpid)
    assert selectors.is_recused(dpid, panel)
    assert [row.act for row in panel.recusals.all()] == [RecusalAct.ABSTAINED, RecusalAct.LIFTED, RecusalAct.ABSTAINED]


def test_a_chief_does_not_lift_their_own(panel, chief):
    leave(panel, chief)
    with pytest.raises(EvaluationRefused, match="un autre membre de l’encadrement"):
        lift(panel, chief, chief)
    lift(panel, chief, make_user(Role.DPID_MANAGER))


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [({"cause": RecusalCause.OTHER}, "en quelques mots"), ({"cause": RecusalCause.OTHER, "words": "  "}, "mots")],
)
def test_another_cause_is_told_in_words(panel, dpid, fields, refusal):
    with pytest.raises(EvaluationRefused, match=refusal):
        leave(panel, dpid, **fields)


def test_who_may_leave_and_when(panel, dpid):
    leave(panel, dpid)
    with pytest.raises(EvaluationRefused, match="déjà en déport"):
        leave(panel, dpid)
    with pytest.raises(EvaluationRefused, match="pas dans vos droits"):
        leave(make_panel(PanelStage.DRAFT, cers=1), dpid)
    for stage in (PanelStage.CONTROL, PanelStage.SESSION, PanelStage.CLOSED):
        leave(make_panel(stage, cers=1), dpid)
    for role in (Role.AUDITOR, Role.SIGNATORY, Role.STRUCTURE_ADMIN):
        with pytest.raises(EvaluationRefused, match="pas dans vos droits"):
            leave(panel, make_user(role))


def test_a_slai_leaves_the_panels_of_its_own_territory():
    here, elsewhere = make_territory("Boulonnais"), make_territory("Calaisis")
    panel = make_panel(PanelStage.SESSION, cers=1, structure=make_structure(lead_territory=here))
    slai = make_user(Role.SLAI, territories=(here,))
    leave(panel, slai)
    with pytest.raises(Recused):
        services.save_ticks(
            cer=panel.cers.get(), round=Round.SESSION, ticks=[], comment="", actor=slai, now=NOW, version=0
        )
    with pytest.raises(EvaluationRefused, match="pas dans vos droits"):
        leave(panel, make_user(Role.SLAI, territories=(elsewhere,)))


def test_a_colleague_named_is_told_without_the_cause(panel, dpid, chief):
    leave(panel, dpid, cause=RecusalCause.OTHER, words="Motif à taire.", hand_to=chief)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.path) == (chief, reverse("score_panel", args=[panel.pk]))
    assert panel.label in notice.subject
    assert "Motif à taire" not in notice.subject + notice.body
    for nobody in (dpid, make_user(Role.SLAI), make_user(Role.DPID_AGENT, is_active=False)):
        with pytest.raises(EvaluationRefused):
            leave(make_panel(PanelStage.CONTROL, cers=1), dpid, hand_to=nobody)
    with pytest.raises(EvaluationRefused, match="ne peut pas être confié"):
        leave(panel, chief, hand_to=dpid)


def test_the_slai_steps_back_from_a_file_that_waits_for_its_opinion_and_hands_it_to_its_own(client):
    here = make_territory("Boulonnais")
    panel = make_panel(PanelStage.CLOSED, cers=1, structure=make_structure(lead_territory=here))
    slai, colleague = (make_user(Role.SLAI, territories=(here,)) for _ in range(2))
    make_user(Role.SLAI, territories=(make_territory("Calaisis"),))
    make_user(Role.DPID_AGENT)
    client.force_login(slai)
    address = reverse("recuse", args=[panel.pk])
    form = client.get(address).context["form"]
    assert list(form.fields["hand_to"].queryset) == [colleague]
    assert client.post(address, {"cause": "family", "words": "", "hand_to": colleague.pk}).status_code == 302
    assert selectors.is_recused(slai, panel)
    assert Notice.objects.get().recipient == colleague


def test_a_chief_who_left_the_panel_lets_nobody_in_again(client, panel, dpid, chief):
    leave(panel, dpid)
    leave(panel, chief)
    with pytest.raises(EvaluationRefused, match="aussi en déport sur ce dossier"):
        lift(panel, dpid, chief)
    client.force_login(chief)
    lifting = reverse("lift_recusal", args=[panel.recusals.get(user=dpid).pk])
    assert lifting not in client.get(reverse("recuse", args=[panel.pk])).text
    refused = client.post(lifting, {"reason": "Motif."})
    assert refused.status_code == 422
    assert "aussi en déport" in refused.text
    assert selectors.is_recused(dpid, panel)


def test_whoever_left_sees_no_caf_number_and_is_told_why(client, panel, dpid):
    cer = panel.cers.first()
    panel.cers.update(caf_number="7418529")
    address = reverse("reveal_caf", args=[cer.pk])
    assert "7418529" in client.post(address).text
    leave(panel, dpid)
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(address, headers=headers)
        assert answer.status_code == 403
        assert "Vous êtes en déport sur ce dossier" in answer.text
        assert "7418529" not in answer.text
    assert panel.caf_reveals.count() == 1, "what was not shown is not logged as seen"


@pytest.mark.parametrize(
    "wrong",
    [
        {"cause": ""},
        {"cause": RecusalCause.OTHER, "words": ""},
        {"author": "chief"},
        {"handed_to": "dpid"},
        {"act": RecusalAct.LIFTED},
        {"act": RecusalAct.LIFTED, "author": "chief", "cause": "", "words": ""},
        {"act": RecusalAct.LIFTED, "author": "chief", "words": "Motif."},
    ],
)
def test_the_database_holds_the_rules_of_the_journal(panel, dpid, chief, wrong):
    people = {"dpid": dpid, "chief": chief}
    given = {"act": RecusalAct.ABSTAINED, "cause": RecusalCause.FAMILY, "author": dpid, **wrong}
    given = {name: people.get(value, value) for name, value in given.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Recusal.objects.create(panel=panel, user=dpid, at=NOW, **given)


def test_the_page_leaves_hands_over_and_the_screens_say_so(client, panel, dpid, chief):
    address = reverse("recuse", args=[panel.pk])
    cer = panel.cers.first()
    assert address in client.get(reverse("score_cer", args=[cer.pk])).content.decode()
    refused = client.post(address, {"cause": "other", "words": "", "hand_to": ""})
    assert refused.status_code == 422
    assert "Dites en quelques mots" in refused.content.decode()
    assert client.post(address, {"cause": "other", "words": "Un voisin.", "hand_to": chief.pk}).status_code == 302
    html = client.get(reverse("scoring_queue")).content.decode()
    assert "Vous êtes en déport" in html
    html = client.get(reverse("score_cer", args=[cer.pk])).content.decode()
    assert "Vous êtes en déport sur ce dossier" in html
    assert "Lecture seule" in html
    assert client.post(reverse("save_cer", args=[cer.pk]), {"ticks": [], "version": 0}).status_code == 422
    client.force_login(chief)
    html = client.get(reverse("scoring_queue")).content.decode()
    assert "Dominique Caron" in html
    assert "Un voisin" not in html
    assert "Un voisin." in client.get(address).content.decode()
    row = panel.recusals.get()
    lifting = reverse("lift_recusal", args=[row.pk])
    assert client.post(lifting, {"reason": ""}).status_code == 422
    assert client.post(lifting, {"reason": "Il a déménagé."}).url == address
    assert "Il a déménagé." in client.get(address).content.decode()
    assert client.get(lifting).status_code == 404, "nothing left to lift"


def test_others_know_nothing_of_it(client, panel, dpid):
    leave(panel, dpid, words="Motif à taire.")
    address, lifting = reverse("recuse", args=[panel.pk]), reverse("lift_recusal", args=[panel.recusals.get().pk])
    for user in (member_of(panel), make_user(Role.AUDITOR), make_user(Role.SIGNATORY)):
        client.force_login(user)
        assert {client.get(each).status_code for each in (address, lifting)} == {404}
    client.force_login(make_user(Role.AUDITOR))
    html = client.get(reverse("scoring_queue")).content.decode()
    assert "Déport" not in html
    client.force_login(make_user(Role.DPID_AGENT))
    assert client.get(lifting).status_code == 404, "a chief's"
    assert selectors.standing_recusals(make_user(Role.AUDITOR), [panel]) == {}
