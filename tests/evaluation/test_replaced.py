"""A page opened on one contract never writes on the one that took its place; a place drawn anew starts blank."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from documents.enums import FileState
from evaluation import services
from evaluation.enums import CerType, EntryAct, FactsSource, IdentifyingKind, PanelStage, Round
from evaluation.errors import OtherContract
from evaluation.facts import Facts
from evaluation.models import Cer, CerFacts, Scoring, SessionFlag
from tests.evaluation.builders import NOW, every_line, make_file, make_panel, make_scoring, member_of
from tests.factories import make_referent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LISTED = [f"Dossier {number}" for number in range(1, 13)]


@pytest.fixture
def drawn():
    panel = make_panel(cers=0)
    referent, actor = make_referent(panel.structure), member_of(panel)
    services.draw_panels(panel=panel, lists={referent: LISTED}, actor=actor, now=NOW)
    return panel


@pytest.fixture
def dpid(client):
    user = make_user(Role.DPID_AGENT)
    client.force_login(user)
    return user


def typed(cer, actor):
    """All that a structure may write of a contract before its file came."""
    services.set_contract_type(cer=cer, contract_type=CerType.SOLIDARITY, actor=actor, now=NOW)
    services.set_caf_number(cer=cer, caf_number="7418529", actor=actor)
    services.validate_scoring(
        cer=cer, round=Round.SELF, ticks=every_line(CerType.SOLIDARITY)[:2], comment="", actor=actor, now=NOW, version=0
    )
    services.save_facts(cer=cer, round=Round.SELF, facts=Facts(remark=True), actor=actor, now=NOW, version=0)


def test_a_contract_drawn_in_the_place_of_another_starts_blank_and_the_journal_keeps_the_other(drawn):
    actor, cer = member_of(drawn), drawn.cers.first()
    typed(cer, actor)
    services.replace_drawn_cer(cer=cer, reason="Perdu.", actor=actor, now=NOW)
    cer = Cer.objects.get(pk=cer.pk)
    assert (cer.contract_type, cer.caf_number, cer.file) == ("", "", None)
    assert not cer.scorings.exists()
    assert not CerFacts.objects.filter(cer=cer, source=FactsSource.STRUCTURE).exists()
    last = cer.scoring_entries.last()
    assert (last.act, last.ticks) == (EntryAct.SET_ASIDE, every_line(CerType.SOLIDARITY)[:2])
    assert last.reason == "CER remplacé par un autre tirage."


def test_the_file_of_a_place_keeps_what_was_typed_of_it_and_the_look_taken_back_is_in_the_journal(drawn):
    actor, cer = member_of(drawn), drawn.cers.first()
    typed(cer, actor)
    services.add_cer(panel=drawn, referent=cer.referent, number=1, file=make_file(), actor=actor, now=NOW)
    cer = Cer.objects.get(pk=cer.pk)
    assert (cer.contract_type, cer.caf_number) == (CerType.SOLIDARITY, "7418529")
    scoring = cer.scorings.get()
    assert (scoring.validated_at, scoring.ticks) == (None, every_line(CerType.SOLIDARITY)[:2])
    last = cer.scoring_entries.last()
    assert (last.act, last.reason, last.author) == (EntryAct.REOPENED, "Le fichier du contrat a été joint.", actor)


def test_a_file_that_says_another_type_is_said_in_the_journal_too(drawn):
    actor, cer = member_of(drawn), drawn.cers.first()
    typed(cer, actor)
    services.add_cer(
        panel=drawn, referent=cer.referent, number=1, file=make_file(), contract_type=CerType.SOCIO_PROFESSIONAL,
        actor=actor, now=NOW,
    )  # fmt: skip
    cer = Cer.objects.get(pk=cer.pk)
    assert (cer.contract_type, cer.caf_number) == (CerType.SOCIO_PROFESSIONAL, "7418529")
    assert [entry.reason for entry in cer.scoring_entries.all()][-2:] == [
        "Le fichier du contrat a été joint.", "Type de contrat changé.",
    ]  # fmt: skip


def shown(response):
    return response.context["form"]["shown"].value()


def test_a_page_of_the_self_evaluation_opened_before_the_replacement_writes_nothing_on_it(drawn):
    actor, cer = member_of(drawn), drawn.cers.first()
    services.set_contract_type(cer=cer, contract_type=CerType.SOLIDARITY, actor=actor, now=NOW)
    before = cer.shown_in(Round.SELF)
    services.replace_drawn_cer(cer=cer, reason="Perdu.", actor=actor, now=NOW)
    services.set_contract_type(cer=cer, contract_type=CerType.SOLIDARITY, actor=actor, now=NOW)
    sent = {"cer": cer, "round": Round.SELF, "ticks": [], "comment": "", "actor": actor, "now": NOW, "version": 0}
    for write in (services.save_ticks, services.validate_scoring):
        with pytest.raises(OtherContract, match="a été remplacé depuis"):
            write(**sent, shown=before)
    assert not Scoring.objects.exists()
    now_shown = Cer.objects.get(pk=cer.pk).shown_in(Round.SELF)
    assert services.save_ticks(**sent, shown=now_shown).version == 1


def test_a_blank_page_of_the_dpid_opened_before_a_withdrawal_writes_nothing_on_the_answer(client, dpid):
    panel = make_panel(PanelStage.CONTROL, cers=2)
    cer = panel.cers.first()
    opened = client.get(reverse("score_cer", args=[cer.pk]))
    assert f'name="shown" value="{cer.shown_in(Round.CONTROL)}"' in opened.text
    services.withdraw_file(cer=cer, kind=IdentifyingKind.CONTACT, actor=dpid, now=NOW)
    services.answer_withdrawal(cer=cer, file=make_file(), actor=member_of(panel))
    sent = {"ticks": every_line(), "version": 0, "comment": "", "shown": shown(opened)}
    page = client.post(reverse("score_cer", args=[cer.pk]), sent)
    assert page.status_code == 409
    assert "a été remplacé depuis" in page.text
    by_script = client.post(reverse("save_cer", args=[cer.pk]), sent, headers={"X-Autosave": "1"})
    assert (by_script.status_code, cer.scorings.count()) == (409, 0)
    again = client.get(reverse("score_cer", args=[cer.pk]))
    assert shown(again) != shown(opened)
    assert f'data-draft="{reverse("save_cer", args=[cer.pk])}#{shown(again)}"' in again.text
    sent["shown"] = shown(again)
    assert client.post(reverse("score_cer", args=[cer.pk]), sent).status_code == 302
    assert Cer.objects.get(pk=cer.pk).file.state == FileState.READY


def flagged(panel, actor):
    cer = panel.cers.first()
    make_scoring(cer, author=actor)
    services.flag_for_session(cer=cer, flagged=True, actor=actor, now=NOW)
    return cer


def test_a_mark_for_the_session_goes_with_the_validation_that_it_was_on(client, dpid):
    panel = make_panel(PanelStage.CONTROL, cers=2)
    cer = flagged(panel, dpid)
    page = client.post(reverse("reopen_cer", args=[cer.pk]), {"reason": "Relu trop vite."}, follow=True)
    assert "n’est plus à revoir avec le SLAI" in page.text
    assert not SessionFlag.objects.exists()
    acts = [entry.act for entry in cer.scoring_entries.order_by("pk")]
    assert acts[-2:] == [EntryAct.UNFLAGGED, EntryAct.REOPENED]


def test_a_mark_goes_with_the_file_that_is_withdrawn(dpid):
    panel = make_panel(PanelStage.CONTROL, cers=2)
    cer = flagged(panel, dpid)
    services.withdraw_file(cer=cer, kind=IdentifyingKind.CONTACT, actor=dpid, now=NOW)
    assert not SessionFlag.objects.exists()
    assert [entry.act for entry in cer.scoring_entries.order_by("pk")][-2:] == [
        EntryAct.UNFLAGGED, EntryAct.SET_ASIDE,
    ]  # fmt: skip


def test_reopening_what_is_not_marked_says_nothing_of_marks(client, dpid):
    panel = make_panel(PanelStage.CONTROL, cers=2)
    cer = panel.cers.first()
    make_scoring(cer, author=dpid)
    page = client.post(reverse("reopen_cer", args=[cer.pk]), {"reason": "Relu trop vite."}, follow=True)
    assert "n’est plus à revoir" not in page.text
    assert not cer.scoring_entries.filter(act=EntryAct.UNFLAGGED).exists()
