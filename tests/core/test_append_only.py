"""Journals are written once: by no road do their rows change or go."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from core.append_only import AppendOnly
from evaluation.models import CafReveal
from tests.applications.builders import FILED_AT, filed
from tests.evaluation.builders import make_cer
from tests.factories import make_user

pytestmark = pytest.mark.django_db
JOURNALS = sorted(
    (model for model in apps.get_models() if issubclass(model, AppendOnly)), key=lambda model: model.__name__
)


@pytest.fixture
def entry():
    return filed().log.get()


@pytest.fixture
def reveal():
    application = filed()
    cer = application.panel.cers.first()
    return CafReveal.objects.create(
        panel=application.panel, cer=cer, reference=cer.reference, user=make_user(Role.DPID_AGENT), at=FILED_AT
    )


def test_what_is_a_journal():
    assert [model.__name__ for model in JOURNALS] == [
        "ApplicationLog", "AttendanceMark", "CafReveal", "CertificateRuling", "EnrolmentLog", "FileEvent",
        "FileWithdrawal", "LabelLog", "ModuleEdition", "MoratoriumLog", "PanelDraw", "Recusal", "RosterImport",
        "ScoringEntry", "SessionLog", "SlaiRemark", "SupportLog",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: type(entry).objects.filter(pk=entry.pk).update(comment="Autre."),
        lambda entry: type(entry).objects.filter(pk=entry.pk).delete(),
        lambda entry: type(entry).objects.all().delete(),
        lambda entry: type(entry).objects.bulk_update([entry], ["comment"]),
        lambda entry: type(entry).objects.update_or_create(pk=entry.pk, defaults={"comment": "Autre."}),
        lambda entry: entry.subject.log.all().delete(),
        lambda entry: entry.subject.log.update(comment="Autre."),
    ],
    ids=["save", "delete", "update", "delete all", "all", "bulk", "upsert", "related delete", "related update"],
)
def test_the_models_refuse_every_road(entry, change):
    with pytest.raises(TypeError, match="ne s’efface pas et ne se corrige pas"):
        change(entry)
    assert type(entry).objects.get(pk=entry.pk).comment == entry.comment


@pytest.mark.postgres
@pytest.mark.parametrize("change", ["DELETE FROM {table} WHERE id = %s", "UPDATE {table} SET at = now() WHERE id = %s"])
@pytest.mark.parametrize("row", ["entry", "reveal"])
def test_the_database_refuses_it_too(request, row, change):
    subject = request.getfixturevalue(row)
    statement = change.format(table=subject._meta.db_table)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [subject.pk])
    assert type(subject).objects.filter(pk=subject.pk, at=subject.at).exists()


@pytest.mark.postgres
def test_every_journal_is_guarded():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")
        guarded = {table for (table,) in cursor.fetchall()}
    assert guarded == {model._meta.db_table for model in JOURNALS}


def test_a_reveal_outlives_its_cer(reveal):
    cer = make_cer(reveal.panel, reveal.cer.referent, 99)
    outliving = CafReveal.objects.create(
        panel=reveal.panel, cer=cer, reference=cer.reference, user=reveal.user, at=FILED_AT
    )
    cer.delete()
    outliving.refresh_from_db()
    assert (outliving.cer, outliving.reference) == (None, cer.reference)
