"""Sessions as any agenda reads them (RFC 5545)."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from training.calendar import WIDTH, Event, calendar

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


def event(**fields):
    starts, ends = datetime(2026, 5, 12, 9, 0, tzinfo=PARIS), datetime(2026, 5, 12, 12, 30, tzinfo=PARIS)
    return Event(**{"uid": "a@b", "starts_at": starts, "ends_at": ends, "title": "Secret professionnel", **fields})


def unfolded(text):
    return text.replace("\r\n ", "").split("\r\n")


def test_an_event_line_by_line():
    lines = unfolded(
        calendar([event(place="Arras, 16 rue des Essais", text="Une ligne\nDeux; lignes")], name="F", now=NOW)
    )
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "UID:a@b", "DTSTAMP:20260316T090000Z", "DTSTART:20260512T070000Z", "DTEND:20260512T103000Z",
        "SUMMARY:Secret professionnel", "LOCATION:Arras\\, 16 rue des Essais", "DESCRIPTION:Une ligne\\nDeux\\; lignes",
    ):  # fmt: skip
        assert line in lines


def test_a_cancelled_event_says_so_and_keeps_its_place():
    kept, fallen = (
        unfolded(calendar([event()], name="F", now=NOW)),
        unfolded(calendar([event(cancelled=True)], name="F", now=NOW)),
    )
    assert [(one, other) for one, other in zip(kept, fallen, strict=True) if one != other] == [
        ("STATUS:CONFIRMED", "STATUS:CANCELLED")
    ]


def test_winter_and_summer_hours():
    winter = datetime(2026, 12, 8, 9, 0, tzinfo=PARIS)
    assert "DTSTART:20261208T080000Z" in calendar([event(starts_at=winter)], name="F", now=NOW)


@given(st.text(max_size=300))
def test_no_line_is_too_long_and_none_is_forged(title):
    text = calendar([event(title=title)], name="F", now=NOW)
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= WIDTH for line in lines)
    starts = [line for line in unfolded(text) if line.startswith(("BEGIN:", "ATTACH", "URL"))]
    assert starts == ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]
