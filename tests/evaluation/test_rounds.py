"""Every value ever given is kept and can be read; a validated grid is reopened for a reason; the session says why."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from evaluation import selectors, services
from evaluation.enums import CerType, EntryAct, IdentifyingKind, PanelStage, Round
from evaluation.errors import EvaluationRefused, PanelClosed, ReasonsRequired
from evaluation.models import ScoringEntry, SessionFlag
from tests.evaluation.builders import NOW, every_line, make_cer, make_file, make_panel, make_scoring, member_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def dpid(client):
    user = make_user(Role.DPID_AGENT, first_name="Camille", last_name="Durand")
    client.force_login(user)
    return user


@pytest.fixture
def cer():
    return make_panel(PanelStage.CONTROL, cers=1).cers.get()


def save(cer, actor, ticks, *, round=Round.CONTROL, version=0, now=NOW, validate=False, comment="", reasons=None):
    write = services.validate_scoring if validate else services.save_ticks
    return write(
        cer=cer, round=round, ticks=ticks, comment=comment, actor=actor, now=now, version=version, reasons=reasons
    )


def acts(cer):
    return [(entry.act, entry.version, len(entry.ticks)) for entry in cer.scoring_entries.all()]


def page(client, cer):
    return client.get(reverse("cer_history", args=[cer.pk])).content.decode()


# The journal ----------------------------------------------------------------------------------------------------


def test_each_save_is_kept_and_the_same_content_twice_once(cer, dpid):
    save(cer, dpid, ["duration_start"])
    save(cer, dpid, ["duration_start"], version=1)
    save(cer, dpid, ["duration_start", "duration_end"], version=1, now=NOW + MINUTE, validate=True, comment="Oui.")
    assert acts(cer) == [("saved", 1, 1), ("saved", 2, 2), ("validated", 2, 2)]
    assert list(cer.scoring_entries.values_list("author", "comment")) == [
        (dpid.pk, ""), (dpid.pk, "Oui."), (dpid.pk, "Oui."),
    ]  # fmt: skip


def test_a_refused_validation_leaves_no_trace(cer, dpid):
    with pytest.raises(EvaluationRefused, match="en commentaire"):
        save(cer, dpid, [], validate=True)
    assert not ScoringEntry.objects.exists()


def test_a_grid_begun_again_goes_on_from_its_last_version(dpid):
    panel = make_panel(cers=1)
    cer, member = panel.cers.get(), member_of(panel)
    save(cer, member, ["duration_start"], round=Round.SELF)
    services.set_contract_type(cer=cer, contract_type=CerType.SOLIDARITY, actor=member, now=NOW)
    services.remove_cer(cer=cer, actor=member, now=NOW)
    rows = ScoringEntry.objects.filter(panel=panel)
    assert [(row.act, row.version, row.cer, row.reference) for row in rows] == [
        ("saved", 1, None, "R01-CER1"), ("saved", 2, None, "R01-CER1"), ("set_aside", 2, None, "R01-CER1"),
    ]  # fmt: skip
    assert [row.reason for row in rows] == ["", "Type de contrat changé.", "CER retiré du panel."]


def test_a_withdrawn_file_begins_the_grid_again_and_the_old_page_writes_nothing(cer, dpid):
    save(cer, dpid, ["duration_start"])
    services.withdraw_file(cer=cer, kind=IdentifyingKind.RELATIVE, actor=dpid, now=NOW)
    type(cer).objects.filter(pk=cer.pk).update(file=make_file())
    with pytest.raises(EvaluationRefused, match="remise à blanc"):
        save(cer, dpid, ["duration_end"], version=1)
    assert save(cer, dpid, ["duration_end"]).version == 2
    assert acts(cer) == [("saved", 1, 1), ("set_aside", 1, 1), ("saved", 2, 1)]


def test_a_page_older_than_a_blank_grid_forgets_its_draft_instead_of_sending_it_for_ever(client, cer, dpid):
    save(cer, dpid, ["duration_start"])
    services.withdraw_file(cer=cer, kind=IdentifyingKind.RELATIVE, actor=dpid, now=NOW)
    type(cer).objects.filter(pk=cer.pk).update(file=make_file())
    sent = {"ticks": ["duration_end"], "comment": "", "version": 1}
    answer = client.post(reverse("save_cer", args=[cer.pk]), sent, headers={"X-Autosave": "1"})
    assert answer.status_code == 409, "a page answered 422 keeps its draft and its version on the device"
    assert "remise à blanc" in answer.content.decode()


def test_a_replaced_file_is_written_by_the_portal(dpid):
    panel = make_panel(cers=1)
    cer, member = panel.cers.get(), member_of(panel)
    save(cer, member, every_line(), round=Round.SELF, validate=True)
    services.replace_cer_file(cer=cer, file=make_file(), actor=member, now=NOW)
    last = cer.scoring_entries.last()
    assert (last.act, last.author, last.reason) == ("reopened", None, "Le fichier du contrat a été remplacé.")


def test_the_database_keeps_each_version_once_and_asks_why_a_grid_is_reopened(cer, dpid):
    scoring = make_scoring(cer, author=dpid)
    fields = {
        "panel": cer.panel,
        "cer": cer,
        "reference": "R01-CER1",
        "round": Round.CONTROL,
        "author": dpid,
        "at": NOW,
    }
    for wrong in ({"act": EntryAct.SAVED, "version": scoring.version}, {"act": EntryAct.REOPENED, "version": 9}):
        row = ScoringEntry(**fields, **wrong, ticks=[])
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        with pytest.raises(ValidationError, match=r"déjà gardée|demande un motif"):
            row.validate_constraints()


# Validated, then reopened ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_reopening_asks_for_a_short_reason(client, cer, dpid, reason):
    make_scoring(cer, author=dpid)
    with pytest.raises(EvaluationRefused, match=r"pourquoi|300 caractères"):
        services.reopen_control(cer=cer, reason=reason, actor=dpid, now=NOW)
    answer = client.post(reverse("reopen_cer", args=[cer.pk]), {"reason": reason})
    assert answer.status_code == 422
    assert "id_reason_error" in answer.content.decode()
    assert cer.scorings.get().validated_at


def test_a_reopened_grid_can_be_written_and_both_values_are_kept(client, cer, dpid):
    make_scoring(cer, author=dpid)
    assert client.post(reverse("reopen_cer", args=[cer.pk]), {"reason": "Page 2 relue."}).status_code == 302
    assert "Valider" in client.get(reverse("score_cer", args=[cer.pk])).content.decode()
    save(cer, dpid, every_line()[1:], version=1, validate=True)
    assert [(act, count) for act, _, count in acts(cer)] == [
        ("saved", 10), ("validated", 10), ("reopened", 10), ("saved", 9), ("validated", 9),
    ]  # fmt: skip
    html = page(client, cer)
    assert "Motif\u00a0: Page 2 relue." in html
    assert "oui → <strong>non</strong>" in html


def test_a_grid_is_reopened_once_in_its_stage_by_those_who_score(cer, dpid):
    with pytest.raises(EvaluationRefused, match="déjà ouverte"):
        services.reopen_control(cer=cer, reason="Oui.", actor=dpid, now=NOW)
    make_scoring(cer, author=dpid)
    slai = make_user(Role.SLAI, territories=(cer.panel.structure.lead_territory,))
    with pytest.raises(EvaluationRefused, match="droits"):
        services.reopen_control(cer=cer, reason="Oui.", actor=slai, now=NOW)
    type(cer.panel).objects.update(stage=PanelStage.CLOSED)
    with pytest.raises(PanelClosed):
        services.reopen_control(cer=cer, reason="Oui.", actor=dpid, now=NOW)


def test_a_validated_grid_is_shown_beside_the_structures(client, dpid):
    panel = make_panel(PanelStage.CONTROL, cers=2)
    cer, other = panel.cers.all()
    make_scoring(cer, Round.SELF)
    make_scoring(other, Round.SELF, ticks=[])
    sent = {"ticks": every_line()[1:], "comment": "", "version": 0}
    answer = client.post(reverse("score_cer", args=[cer.pk]), sent)
    assert answer.url == reverse("score_cer", args=[cer.pk]), "the gaps first"
    html = client.get(answer.url).content.decode()
    assert "1 ligne sur 10 diffère" in html
    assert html.count("is-gap") == 1
    assert reverse("score_cer", args=[other.pk]) in html.split("data-next")[0][-200:]
    assert "<b>100\u202f%</b>" in html, "the structure's mean is that of the CERs already scored"
    assert "<b>50\u202f%</b>" not in html


# To look at with the SLAI ---------------------------------------------------------------------------------------


def test_a_cer_is_marked_for_the_session_and_unmarked(client, cer, dpid):
    address = reverse("flag_cer", args=[cer.pk])
    client.post(address, {"flagged": "1"})
    assert not SessionFlag.objects.exists(), "not before it is validated"
    make_scoring(cer, author=dpid)
    for _ in range(2):
        client.post(address, {"flagged": "1"})
    flag = SessionFlag.objects.get()
    assert (flag.cer, flag.author) == (cer, dpid)
    assert "noté par Camille Durand" in client.get(reverse("score_cer", args=[cer.pk])).content.decode()
    client.post(address, {"flagged": "0"})
    assert not SessionFlag.objects.exists()
    assert [act for act, _, _ in acts(cer)][-2:] == ["flagged", "unflagged"]


# The session, line by line --------------------------------------------------------------------------------------


@pytest.fixture
def in_session(dpid):
    cer = make_panel(PanelStage.SESSION, cers=1).cers.get()
    make_scoring(cer, author=dpid, ticks=every_line()[2:])
    return cer


def test_ten_lines_are_confirmed_at_once(in_session, dpid):
    scoring = save(in_session, dpid, every_line()[2:], round=Round.SESSION, validate=True)
    assert (scoring.ticks, scoring.reasons, bool(scoring.validated_at)) == (every_line()[2:], {}, True)


def test_each_revised_line_says_why(in_session, dpid):
    why = {"duration_end": "Avenant du 3."}
    with pytest.raises(ReasonsRequired) as refused:
        save(in_session, dpid, every_line(), round=Round.SESSION, validate=True, reasons=why)
    assert refused.value.lines == ["duration_start"]
    why["duration_start"] = "Date lue ensemble."
    scoring = save(in_session, dpid, every_line(), round=Round.SESSION, validate=True, reasons=why)
    assert scoring.reasons == why
    assert selectors.panel_snapshot(in_session.panel)["cers"][0]["rounds"]["session"]["reasons"] == why


def test_the_reason_missing_is_said_beside_its_line_and_what_was_typed_stays(client, in_session):
    sent = {
        "ticks": every_line(), "comment": "", "version": 0, "reason-duration_end": "Avenant du 3.",
        "reason-duration_start": "",
    }  # fmt: skip
    answer = client.post(reverse("score_session", args=[in_session.pk]), sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count("Dites pourquoi cette ligne est révisée.") == 1
    assert "Dites pourquoi" in html.split('data-reason="duration_start"')[1].split('data-reason="duration_end"')[0]
    assert "Avenant du 3." in html


def test_a_closed_session_shows_what_it_revised_and_why(client, in_session, dpid):
    why = dict.fromkeys(every_line()[:2], "Vu avec le SLAI.")
    save(in_session, dpid, every_line(), round=Round.SESSION, validate=True, reasons=why)
    type(in_session.panel).objects.update(stage=PanelStage.CLOSED)
    html = client.get(reverse("score_session", args=[in_session.pk])).content.decode()
    assert html.count("Vu avec le SLAI.") == 2
    assert "2 lignes révisées" in html
    told = page(client, in_session)
    assert "Temps de travail DPID–SLAI\u00a0: validé" in told
    assert told.count("non → <strong>oui</strong>") == 2 + 8, "the session's two, and the control's own"


def test_a_session_begins_with_what_the_dpid_marked(in_session, dpid):
    panel = in_session.panel
    marked = make_cer(panel, in_session.referent, 2)
    make_scoring(marked, author=dpid)
    assert selectors.first_to_open(panel, Round.SESSION, user=make_user(Role.DPID_AGENT), now=NOW) == in_session
    SessionFlag.objects.create(cer=marked, author=dpid, at=NOW)
    assert selectors.first_to_open(panel, Round.SESSION, user=make_user(Role.DPID_AGENT), now=NOW) == marked
    assert [flag.cer for flag in selectors.flags(panel)] == [marked]


def test_the_minutes_tell_each_line_revised_and_what_is_confirmed(in_session, dpid):
    confirmed = make_cer(in_session.panel, in_session.referent, 2)
    make_scoring(confirmed, author=dpid)
    save(confirmed, dpid, every_line(), round=Round.SESSION, validate=True)
    save(
        in_session, dpid, every_line()[3:], round=Round.SESSION, validate=True, reasons={"duration_fit": "Un an."}
    )  # fmt: skip
    told = selectors.revisions(selectors.effective_scores(in_session.panel))
    assert [(cer, [(row.granted, row.reason) for row in rows]) for cer, _, rows in told] == [
        (in_session, [(False, "Un an.")]), (confirmed, []),
    ]  # fmt: skip


# Who reads the history ------------------------------------------------------------------------------------------


def test_each_reads_the_rounds_that_one_may_see(client, cer, dpid):
    member = member_of(cer.panel)
    make_scoring(cer, Round.SELF, author=member)
    control = make_scoring(cer, author=dpid, validated=False, comment="Secret de la DPID")
    html = page(client, cer)
    assert "Contrôle de la DPID" in html
    assert "Auto-évaluation\u00a0:" not in html, "not before the DPID has validated its own"
    control.validated_at = NOW
    control.save()
    assert "Auto-évaluation\u00a0:" in page(client, cer)
    client.force_login(member)
    html = page(client, cer)
    assert "Auto-évaluation\u00a0:" in html
    assert "Secret de la DPID" not in html
    assert "Contrôle" not in html


def test_the_saves_of_one_sitting_are_told_together(client, cer, dpid):
    for count in range(1, 6):
        save(cer, dpid, every_line()[:count], version=count - 1, now=NOW + count * MINUTE)
    save(cer, dpid, every_line()[:6], version=5, now=NOW + timedelta(hours=2))
    html = page(client, cer)
    assert html.count("<li class") + html.count("<li><time") == 2
    assert "5 enregistrements depuis" in html


def test_the_history_costs_the_same_with_1_and_30_entries(client, cer, dpid, django_assert_max_num_queries):
    counts = set()
    for last in (1, 9):
        for count in range(last, last + 2):
            save(cer, make_user(Role.DPID_AGENT), every_line()[:count], version=cer.scoring_entries.count())
        with django_assert_max_num_queries(40) as queries:
            page(client, cer)
        counts.add(len(queries))
    assert len(counts) == 1


def test_nobody_validates_what_somebody_else_changed_and_they_have_not_seen(client, cer, dpid):
    other = make_user(Role.DPID_AGENT, first_name="Hélène", last_name="Carpentier")
    save(cer, other, every_line()[:1])
    sent = {"ticks": every_line()[1:], "comment": "", "version": 0}
    response = client.post(reverse("score_cer", args=[cer.pk]), sent)
    assert response.url == reverse("score_cer", args=[cer.pk])
    html = client.get(response.url).content.decode()
    assert "coché par Hélène Carpentier" in html
    assert "relisez la grille, puis validez-la" in html
    kept = cer.scorings.get()
    assert (kept.ticks, kept.validated_at) == (every_line(), None)
    client.post(reverse("score_cer", args=[cer.pk]), sent | {"ticks": every_line(), "version": kept.version})
    assert cer.scorings.get().validated_at
