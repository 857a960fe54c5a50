"""A structure fixes the list of each référent's CERs; the draw follows at once and can be drawn again by anybody."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.enums import Role
from core import clock
from evaluation import draw, services
from evaluation.enums import DrawKind, PanelStage
from evaluation.errors import EvaluationRefused
from evaluation.models import DaySecret, PanelDraw
from tests.evaluation.builders import NOW, make_cer, make_file, make_panel, make_scoring, member_of
from tests.factories import make_referent, make_structure, make_user

pytestmark = pytest.mark.django_db
LISTED = [f"Dossier {number}" for number in range(1, 13)]


@pytest.fixture
def panel():
    return make_panel(cers=0)


@pytest.fixture
def referent(panel):
    return make_referent(panel.structure)


def fix(panel, referent, references=LISTED, **fields):
    return services.draw_panels(
        panel=panel, lists={referent: references}, **{"actor": member_of(panel), "now": NOW, **fields}
    )[0]


def drawn_as(panel):
    return [cer.drawn_as for cer in panel.cers.order_by("number")]


def test_five_come_out_and_wait_for_their_files(panel, referent):
    row = fix(panel, referent)
    assert drawn_as(panel) == row.drawn
    assert [(cer.reference, cer.file) for cer in panel.cers.all()] == [
        (f"{referent.code}-CER{n}", None) for n in range(1, 6)
    ]
    assert set(row.drawn) <= set(LISTED)
    assert (row.kind, row.rank, row.number) == (DrawKind.FIRST, 1, "T62-2026-00001")
    assert draw.check(row.told, row.list_hash).holds


def test_a_short_list_comes_out_whole(panel, referent):
    assert sorted(fix(panel, referent, LISTED[:3]).drawn) == LISTED[:3]


def test_each_draw_has_its_own_secret_and_each_holds(panel, referent):
    other = make_referent(panel.structure)
    rows = services.draw_panels(
        panel=panel, lists={referent: LISTED, other: LISTED}, actor=member_of(panel), now=NOW
    )  # fmt: skip
    assert [row.rank for row in rows] == [1, 2]
    assert rows[0].secret != rows[1].secret
    assert all(draw.check(row.told, row.list_hash).holds for row in rows)
    assert DaySecret.objects.get().drawn == 2


def test_the_day_is_published_once_and_the_next_day_has_another(panel, referent):
    today = clock.civil_date(NOW)
    first = services.publish_secret(today=today, now=NOW)
    assert services.publish_secret(today=today, now=NOW + timedelta(hours=3)) == first
    assert first.commitment == draw.commitment(first.root)
    assert fix(panel, referent).day == first
    assert services.publish_secret(today=today + timedelta(days=1), now=NOW).commitment != first.commitment


@pytest.mark.parametrize(
    ("references", "words"),
    [
        ([], "vide"),
        (["A", " a "], "deux fois"),
        (["x" * 61], "dépasse 60 caractères"),
    ],
)
def test_a_wrong_list_names_the_referent_and_draws_for_nobody(panel, referent, references, words):
    other = make_referent(panel.structure)
    with pytest.raises(EvaluationRefused, match=f"{other.code}.*{words}"):
        services.draw_panels(
            panel=panel, lists={referent: LISTED, other: references}, actor=member_of(panel), now=NOW
        )  # fmt: skip
    assert not panel.cers.exists()
    assert not PanelDraw.objects.exists()
    assert DaySecret.objects.get().drawn == 0


def test_drawing_anew_takes_a_reason_and_leaves_its_trace(panel, referent):
    first = fix(panel, referent)
    with pytest.raises(EvaluationRefused, match="dites pourquoi recommencer"):
        fix(panel, referent)
    second = fix(panel, referent, [*LISTED, "Dossier oublié"], reason="Un contrat manquait dans la liste.")
    assert drawn_as(panel) == second.drawn
    assert [row.kind for row in panel.draws.all()] == [DrawKind.FIRST, DrawKind.AGAIN]
    assert draw.check(first.told, first.list_hash).holds


def test_files_already_there_are_not_swept_away(panel, referent):
    make_cer(panel, referent, 1)
    with pytest.raises(EvaluationRefused, match=f"{referent.code}-CER1"):
        fix(panel, referent)
    assert panel.cers.get().file


def test_a_drawn_cer_without_file_is_replaced_by_another_of_the_list(panel, referent):
    first = fix(panel, referent)
    cer = panel.cers.get(number=2)
    row = services.replace_drawn_cer(cer=cer, reason="Contrat illisible.", actor=member_of(panel), now=NOW)
    cer.refresh_from_db()
    assert (row.kind, row.replaced, row.reason) == (DrawKind.REPLACEMENT, first.drawn[1], "Contrat illisible.")
    assert row.drawn == [cer.drawn_as]
    assert cer.drawn_as not in first.drawn
    assert draw.check(row.told, row.list_hash).holds


def test_what_was_replaced_never_comes_back_and_the_list_has_an_end(panel, referent):
    fix(panel, referent, LISTED[:7])
    seen = set(drawn_as(panel))
    for _ in range(2):
        cer = panel.cers.get(number=1)
        seen.add(services.replace_drawn_cer(cer=cer, reason="Perdu.", actor=member_of(panel), now=NOW).drawn[0])
    assert seen == set(LISTED[:7])
    with pytest.raises(EvaluationRefused, match="sont déjà tirés"):
        services.replace_drawn_cer(cer=panel.cers.get(number=1), reason="Perdu.", actor=member_of(panel), now=NOW)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_replacement_takes_a_reason(panel, referent, reason):
    fix(panel, referent)
    with pytest.raises(EvaluationRefused, match="Dites pourquoi"):
        services.replace_drawn_cer(cer=panel.cers.first(), reason=reason, actor=member_of(panel), now=NOW)


def test_what_the_portal_did_not_draw_is_not_replaced_by_a_draw(panel, referent):
    cer = make_cer(panel, referent, 1, file=None)
    with pytest.raises(EvaluationRefused, match="n’a pas été tiré"):
        services.replace_drawn_cer(cer=cer, reason="Perdu.", actor=member_of(panel), now=NOW)


def test_files_fill_the_drawn_places_and_leave_them_open(panel, referent):
    row = fix(panel, referent)
    actor = member_of(panel)

    def add(**fields):
        return services.add_cer(panel=panel, referent=referent, file=make_file(), actor=actor, now=NOW, **fields)

    third = add(number=3)
    assert (third.number, third.drawn_as) == (3, row.drawn[2])
    assert [add(number=3).number, *(add().number for _ in range(3))] == [1, 2, 4, 5]
    with pytest.raises(EvaluationRefused, match="ont tous leur fichier"):
        add()
    services.remove_cer(cer=third, actor=actor, now=NOW)
    third.refresh_from_db()
    assert (third.file, third.drawn_as) == (None, row.drawn[2])
    with pytest.raises(EvaluationRefused, match="un autre tirage le remplace"):
        services.remove_cer(cer=third, actor=actor, now=NOW)


def test_a_drawn_cer_leaves_the_panel_once_its_list_has_no_other(panel, referent):
    fix(panel, referent, LISTED[:4])
    services.remove_cer(cer=panel.cers.first(), actor=member_of(panel), now=NOW)
    assert panel.cers.count() == 3


def test_lists_are_kept_as_they_are_typed(panel, referent):
    actor = member_of(panel)
    services.save_lists(panel=panel, texts={referent: "A\nA\n"}, actor=actor)
    assert panel.lists.get().text == "A\nA\n"
    services.save_lists(panel=panel, texts={referent: "  "}, actor=actor)
    assert not panel.lists.exists()
    with pytest.raises(EvaluationRefused, match="n’appartient pas"):
        services.save_lists(panel=panel, texts={make_referent(make_structure()): "A"}, actor=actor)


def test_no_draw_on_paper_over_a_draw_of_the_portal(panel, referent):
    fix(panel, referent)
    with pytest.raises(EvaluationRefused, match="ce tirage fait foi"):
        services.declare_paper_draw(
            panel=panel, referents=[referent], reason="Refait en équipe.", actor=member_of(panel), now=NOW
        )  # fmt: skip


def test_the_beat_publishes_today_and_tomorrow():
    today = clock.civil_date(NOW)
    for _ in range(2):
        services.publish_secrets(today=today, now=NOW)
    assert list(DaySecret.objects.values_list("day", flat=True)) == [today + timedelta(days=1), today]


def test_a_draw_is_verified_by_command(panel, referent, capsys):
    row = fix(panel, referent)
    call_command("verify_draw", row.number)
    said = capsys.readouterr().out
    assert f"{row.number} est juste." in said
    assert all(value in said for value in (row.list_hash, row.day.commitment, row.secret, row.seed, row.drawn[4]))


def test_a_draw_that_was_tampered_with_is_said_wrong(panel, referent, capsys):
    row = fix(panel, referent)
    DaySecret.objects.filter(pk=row.day.pk).update(commitment="0" * 64)
    with pytest.raises(CommandError, match="est faux"):
        call_command("verify_draw", row.number)
    assert f"{row.secret} (faux)" in capsys.readouterr().out


def test_what_cannot_be_verified_is_said(panel, referent):
    with pytest.raises(CommandError, match="Aucun tirage"):
        call_command("verify_draw", "T62-2026-99999")
    (row,) = services.declare_paper_draw(
        panel=panel, referents=[referent], reason="En équipe.", actor=member_of(panel), now=NOW
    )  # fmt: skip
    with pytest.raises(CommandError, match="sur papier"):
        call_command("verify_draw", row.number)


def test_a_draw_on_paper_is_declared_with_its_reason(panel, referent):
    actor = member_of(panel)
    with pytest.raises(EvaluationRefused, match="quand et comment"):
        services.declare_paper_draw(panel=panel, referents=[referent], reason=" ", actor=actor, now=NOW)
    (row,) = services.declare_paper_draw(
        panel=panel, referents=[referent], reason="Tiré au sort en équipe le 2 mars.", actor=actor, now=NOW
    )  # fmt: skip
    assert (row.kind, row.day, row.drawn) == (DrawKind.PAPER, None, [])
    make_cer(panel, referent, 1)
    with pytest.raises(LookupError):
        _ = row.told


@pytest.mark.parametrize("who", [Role.DPID_AGENT, Role.SLAI, Role.ADMINISTRATOR, "another"])
def test_only_the_structure_draws_its_own(panel, referent, who):
    another = make_structure()
    actor = make_user(Role.STRUCTURE_ADMIN, structure=another) if who == "another" else make_user(who)
    with pytest.raises(EvaluationRefused, match="Seule la structure"):
        fix(panel, referent, actor=actor)
    with pytest.raises(EvaluationRefused, match="Seule la structure"):
        services.declare_paper_draw(panel=panel, referents=[referent], reason="Ici.", actor=actor, now=NOW)


def test_nobody_elses_referent_is_drawn_for(panel):
    stranger = make_referent(make_structure())
    with pytest.raises(EvaluationRefused, match="n’appartient pas"):
        fix(panel, stranger)


def test_a_filed_panel_is_drawn_no_more():
    panel = make_panel(PanelStage.CONTROL)
    with pytest.raises(EvaluationRefused, match="ne changent plus"):
        fix(panel, panel.cers.first().referent)


def test_drawing_anew_drops_the_grids_of_what_is_gone(panel, referent):
    fix(panel, referent)
    make_scoring(panel.cers.first(), ticks=[])
    fix(panel, referent, reason="Liste refaite.")
    assert panel.cers.count() == 5
    assert not panel.cers.filter(scorings__isnull=False).exists()


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": DrawKind.FIRST},
        {"kind": DrawKind.PAPER, "reason": ""},
        {"kind": DrawKind.AGAIN, "reason": "Refait."},
    ],
)
def test_the_database_refuses_a_draw_that_nobody_could_draw_again(panel, referent, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        PanelDraw.objects.create(
            panel=panel, referent=referent, number="T62-2026-99999", author=member_of(panel), at=NOW, **broken
        )  # fmt: skip


def test_the_database_refuses_a_secret_used_twice(panel, referent):
    row = fix(panel, referent)
    row.pk, row._state.adding, row.number = None, True, "T62-2026-99999"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_the_database_refuses_more_draws_than_the_chain_holds():
    with pytest.raises(IntegrityError), transaction.atomic():
        DaySecret.objects.create(
            day=clock.civil_date(NOW), root="00", commitment="00", drawn=draw.CHAIN_LENGTH + 1, published_at=NOW
        )  # fmt: skip


def test_no_contract_comes_in_before_the_draw_chosen_rather_than_drawn(panel, referent):
    add = {"panel": panel, "referent": referent, "actor": member_of(panel), "now": NOW}
    with pytest.raises(EvaluationRefused, match="Tirez d’abord les CER de R01 au sort"):
        services.add_cer(file=make_file(), **add)
    assert not panel.cers.exists()
    fix(panel, referent)
    assert services.add_cer(file=make_file(), **add).drawn_as


def test_a_contract_comes_in_undrawn_where_a_draw_on_paper_or_a_reason_for_fewer_is_written(panel, referent):
    actor, other = member_of(panel), make_referent(panel.structure)
    services.declare_paper_draw(panel=panel, referents=[referent], reason="En équipe.", actor=actor, now=NOW)
    services.set_short_panel_reason(panel=panel, referent=other, reason="Arrivé en mars.", actor=actor)
    for one in (referent, other):
        assert services.add_cer(panel=panel, referent=one, file=make_file(), actor=actor, now=NOW).number == 1
