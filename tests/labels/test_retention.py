"""Until when contracts are kept, worked by hand, and the night on which they go."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.services import withdraw_application
from documents.enums import FileState
from documents.models import StoredFile
from evaluation.models import Cer
from labels.retention import erase_contracts, last_day, last_day_after_decision
from rulebook.calendar import add_months
from tests.applications.builders import filed, make_draft
from tests.labels.builders import RECEIVED, granted, moratorium_signed, noon, notify

DAYS = st.dates(date(2025, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("received", "kept"),
    [
        (date(2026, 3, 10), date(2026, 6, 11)),  # délai franc : 11 mai
        (date(2026, 5, 13), date(2026, 8, 15)),  # 14 juillet férié, donc 15 juillet
        (date(2026, 12, 31), date(2027, 2, 28)),  # reçue dix mois après la signature : douze mois au plus
        (None, date(2027, 2, 28)),
    ],
)
def test_the_last_day_after_a_decision(received, kept):
    assert last_day_after_decision(signed_on=date(2026, 2, 28), received_on=received) == kept


@given(signed=DAYS, received=st.none() | DAYS)
def test_never_longer_than_twelve_months_and_never_before_the_appeal_is_over(signed, received):
    last = last_day_after_decision(signed_on=signed, received_on=received)
    assert last <= add_months(signed, 12)
    assert received is None or last == add_months(signed, 12) or last >= add_months(received, 3)


def states():
    return set(StoredFile.objects.filter(cer__isnull=False).values_list("state", flat=True))


def night(day):
    return erase_contracts(today=day, now=noon(day))


@pytest.mark.django_db
@pytest.mark.parametrize("decide", [granted, moratorium_signed])
def test_contracts_go_a_month_after_the_appeal_with_their_numbers(decide):
    decision = decide()
    Cer.objects.update(caf_number="1234567")
    night(date(2026, 6, 1))
    assert set(StoredFile.objects.filter(cer__isnull=False).values_list("purge_after", flat=True)) == {
        date(2027, 5, 11)
    }
    notify(decision, received_on=RECEIVED)
    assert night(date(2026, 8, 15)) == 0
    assert states() == {FileState.READY}
    assert night(date(2026, 8, 16)) == Cer.objects.count()
    assert states() == {FileState.ERASED}
    assert set(Cer.objects.values_list("caf_number", flat=True)) == {""}
    decision.refresh_from_db()
    assert decision.letter.pdf.is_ready, "decisions and letters stay"


@pytest.mark.django_db
def test_nothing_goes_while_a_file_is_studied():
    application = filed()
    assert last_day(application) is None
    assert night(date(2036, 1, 1)) == 0


@pytest.mark.django_db
def test_a_draft_left_alone_and_a_withdrawn_file():
    draft = make_draft()
    draft.panel.cers.update(created_at=noon(date(2026, 3, 1)))
    assert last_day(draft) == date(2027, 3, 16), "saved on 16 March"
    draft.panel.cers.filter(number=3).update(created_at=noon(date(2026, 4, 2)))
    assert last_day(draft) == date(2027, 4, 2), "a contract added on 2 April"
    other = filed()
    withdraw_application(application=other, actor=other.structure.members.first(), now=noon(date(2026, 5, 4)))
    other.refresh_from_db()
    assert last_day(other) == date(2026, 6, 4)
    assert night(date(2026, 6, 5)) == other.panel.cers.count()
    assert set(draft.panel.cers.values_list("file__state", flat=True)) == {FileState.READY}


@pytest.mark.django_db
def test_a_litigation_holds_the_contracts():
    granted()
    StoredFile.objects.filter(cer__isnull=False).update(legal_hold=True)
    assert night(date(2036, 1, 1)) == 0
