"""`manage.py send_due_notices`: the worker's round by hand."""

from datetime import date

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from core.french import NBSP
from notices import registry, tasks
from notices.models import Notice
from tests.notices.conftest import noon

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(noon(date(2026, 7, 1)), tick=False)


def run(capsys, *arguments):
    call_command("send_due_notices", *arguments)
    return capsys.readouterr().out.strip()


def test_it_gives_an_account(open_test_end, capsys):
    open_test_end()
    assert run(capsys) == (
        f"Au mercredi 1er{NBSP}juillet 2026{NBSP}: 1 rappel en file, 1 courriel envoyé. "
        "3 plus anciens remplacés par le dernier."
    )
    assert [message.subject for message in mail.outbox] == ["Rappel J-7"]
    assert run(capsys).endswith("aucun rappel en file, aucun courriel envoyé.")


def test_as_of_a_past_day(open_test_end, capsys):
    open_test_end()
    assert run(capsys, "--as-of", "2026-05-06").startswith(f"Au mercredi 6{NBSP}mai 2026{NBSP}: 1 rappel en file")
    assert [message.subject for message in mail.outbox] == ["Rappel J-60"]
    assert Notice.objects.get(step="J-60").sent_at == noon(date(2026, 7, 1)), "sent when it was really sent"


def test_a_day_to_come_only_in_the_demo(open_test_end, capsys, settings):
    open_test_end()
    with pytest.raises(CommandError, match="à venir"):
        run(capsys, "--as-of", "2026-07-05")
    assert not Notice.objects.exists()
    settings.DEMO_MODE = True
    run(capsys, "--as-of", "2026-07-05")
    assert [message.subject for message in mail.outbox] == ["Rappel J"]


def test_a_wrong_date_is_explained(capsys):
    with pytest.raises(CommandError, match="n’est pas une date"):
        run(capsys, "--as-of", "5/7/2026")


def test_troubles_are_said(open_test_end, subjects, capsys):
    subjects.broken = {1}
    open_test_end(1)
    with pytest.raises(CommandError, match="n’a pas pu être fait") as failure:
        run(capsys)
    assert failure.value.returncode == 1
    assert capsys.readouterr().out.strip().endswith("1 erreur (voir le journal).")


def test_a_fact_left_fails_the_command_once_all_the_rest_is_done(open_test_end, capsys, monkeypatch):
    def forgetful(**day):
        raise RuntimeError("locked")

    open_test_end()
    monkeypatch.setattr(registry, "fact_recorders", lambda: [forgetful])
    with pytest.raises(CommandError):
        run(capsys)
    assert [message.subject for message in mail.outbox] == ["Rappel J-7"]


def test_the_minute_logs_what_it_leaves(open_test_end, subjects, caplog):
    subjects.broken = {1}
    open_test_end(1)
    tasks.send_due_notices()
    left = [record for record in caplog.records if record.name == "notices.tasks"]
    assert [(record.levelname, record.getMessage()) for record in left] == [
        ("ERROR", "1 thing of this round could not be done; see above, it is tried again each minute.")
    ]
