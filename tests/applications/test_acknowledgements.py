"""The acknowledgement of a filing, and the clock of silence: what they start, who is told, what stops them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from applications import services
from applications.deadlines import ACKNOWLEDGEMENT, SILENCE
from core.transitions import StaleState, TransitionForbidden
from documents.enums import LetterKind
from notices import registry
from notices.models import Deadline, Notice
from notices.services import sweep_due_notices
from tests.applications.builders import FILED_AT, filed, under_review
from tests.factories import make_territory, make_user

pytestmark = pytest.mark.django_db
LATER = FILED_AT + timedelta(days=3)


@pytest.fixture
def file():
    return filed()


@pytest.fixture
def agent():
    return make_user(Role.DPID_AGENT)


def clock_of(file, kind):
    return Deadline.objects.open().get(kind=kind, subject_id=file.pk)


@pytest.mark.parametrize(
    ("filed_at", "acknowledged_by", "silence"),
    [
        (datetime(2026, 4, 30, 9, tzinfo=UTC), date(2026, 5, 19), date(2026, 6, 30)),  # E37: 1, 8 and 14 May skipped
        (datetime(2026, 1, 15, 9, tzinfo=UTC), date(2026, 1, 29), date(2026, 3, 15)),  # E34: a Sunday, no roll
        (datetime(2026, 8, 31, 9, tzinfo=UTC), date(2026, 9, 14), date(2026, 10, 31)),  # E35: the last day of the month
    ],
)
def test_filing_starts_both_clocks(filed_at, acknowledged_by, silence):
    file = filed(now=filed_at)
    owed, feared = clock_of(file, ACKNOWLEDGEMENT), clock_of(file, SILENCE)
    assert (owed.due_on, feared.due_on) == (acknowledged_by, silence)
    assert "R.112-11-2" in owed.basis
    assert "L.231-1" in feared.basis
    assert "vaut acceptation" in feared.explanation[-1]["text"]


def test_the_letter_has_every_mention(file, agent):
    letter = services.send_acknowledgement(application=file, actor=agent, now=LATER)
    assert letter.kind == LetterKind.ACKNOWLEDGEMENT
    words = " ".join(letter.html.split())
    for mention in (
        file.number, "16 mars 2026", "Direction des Politiques d’Inclusion Durable", "Courriel", "Téléphone",
        str(agent), "Sous réserve que votre demande soit complète", "16 mai 2026", "L.231-1", "L.232-3", "L.114-5",
        "point 7.2", "Données personnelles",
    ):  # fmt: skip
        assert mention in words


def test_sending_it_stops_its_clock_and_tells_the_structure(file, agent):
    services.send_acknowledgement(application=file, actor=agent, now=LATER)
    closed = Deadline.objects.get(kind=ACKNOWLEDGEMENT, subject_id=file.pk)
    assert (closed.closed_on, closed.closing_reason) == (LATER.date(), "Accusé de réception envoyé")
    assert clock_of(file, SILENCE)
    member = file.structure.members.get()
    assert Notice.objects.filter(recipient=member, subject__contains="accusé de réception").count() == 1
    with pytest.raises(StaleState, match="déjà envoyé"):
        services.send_acknowledgement(application=file, actor=agent, now=LATER)


@pytest.mark.parametrize("role", [Role.SLAI, Role.STRUCTURE_ADMIN, Role.SIGNATORY])
def test_only_the_dpid_sends_it(file, role):
    with pytest.raises(TransitionForbidden):
        services.send_acknowledgement(application=file, actor=make_user(role), now=LATER)


def test_a_withdrawn_request_is_owed_nothing(file, agent):
    services.withdraw_application(application=file, actor=file.structure.members.get(), now=LATER)
    assert not Deadline.objects.open().filter(subject_id=file.pk, kind__in=[ACKNOWLEDGEMENT, SILENCE]).exists()
    with pytest.raises(StaleState, match="n’attend plus"):
        services.send_acknowledgement(application=file, actor=agent, now=LATER)


@pytest.mark.parametrize("days", [30, 15, 7])
def test_silence_is_announced_to_who_follows_the_file_and_to_the_managers(days, agent):
    manager = make_user(Role.DPID_MANAGER)
    file = under_review(agent=agent)
    due = clock_of(file, SILENCE).due_on
    sweep_due_notices(today=due - timedelta(days=days), now=FILED_AT)
    told = Notice.objects.filter(subject__contains="le silence vaudra acceptation")
    assert {notice.recipient for notice in told} == {agent, manager}
    assert "vendredi 15\u00a0mai 2026 au plus tard" in told.first().body


def test_nothing_is_granted_when_the_day_comes(file):
    due = clock_of(file, SILENCE).due_on
    sweep_due_notices(today=due + timedelta(days=1), now=FILED_AT)
    file.refresh_from_db()
    assert file.state == "submitted"
    assert file.decided_at is None


def test_the_agent_sends_it_from_the_file(client, file, agent, time_machine):
    time_machine.move_to(LATER, tick=False)
    client.force_login(agent)
    page = client.get(reverse("file_detail", args=[file.pk])).content.decode()
    assert "Envoyer l’accusé de réception" in page
    assert "Décision implicite, faute de réponse" in page
    answer = client.post(reverse("file_acknowledge", args=[file.pk]), follow=True).content.decode()
    assert "L’accusé de réception est envoyé." in answer
    assert "Envoyer l’accusé de réception" not in answer
    pdf = client.get(reverse("file_acknowledgement", args=[file.pk]))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")


def test_the_structure_reads_it_and_nobody_elses_does(client, file, agent):
    letter = services.send_acknowledgement(application=file, actor=agent, now=LATER)
    client.force_login(file.structure.members.get())
    assert "Accusé de réception" in client.get(reverse("filing_filed", args=[file.pk])).content.decode()
    assert client.get(reverse("letter", args=[letter.pk])).status_code == 200
    client.force_login(make_user(Role.STRUCTURE_ADMIN))
    assert client.get(reverse("letter", args=[letter.pk])).status_code == 404


def test_another_territory_does_not_know_it(client, file, agent):
    services.send_acknowledgement(application=file, actor=agent, now=LATER)
    client.force_login(make_user(Role.SLAI, territories=(make_territory(),)))
    assert client.get(reverse("file_acknowledgement", args=[file.pk])).status_code == 404
    assert client.post(reverse("file_acknowledge", args=[file.pk])).status_code == 404


def test_the_kinds_are_told_in_words():
    assert registry.get(SILENCE).offsets == (-30, -15, -7)
    assert registry.get(ACKNOWLEDGEMENT).audience == "la DPID"
