"""Sessions as a calendar that any agenda reads (RFC 5545). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

WIDTH = 75
"""Octets of a line; what is longer goes on the next, after a space (3.1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """`uid` is the same at each reading, so that an agenda moves the event rather than doubling it; one that is
    cancelled stays, said to be, rather than vanish."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str = ""
    text: str = ""
    url: str = ""
    cancelled: bool = False


def calendar(events: Iterable[Event], *, name: str, now: datetime) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Referent 62//Formations//FR", "CALSCALE:GREGORIAN"]
    lines += [f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]
    for event in events:
        lines += ["BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{_instant(now)}"]
        lines += [f"DTSTART:{_instant(event.starts_at)}", f"DTEND:{_instant(event.ends_at)}"]
        lines.append(f"SUMMARY:{_text(event.title)}")
        lines += [f"LOCATION:{_text(event.place)}"] if event.place else []
        lines += [f"DESCRIPTION:{_text(event.text)}"] if event.text else []
        lines += [f"URL:{event.url}"] if event.url else []
        lines += [f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}", "END:VEVENT"]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        value = value.replace(plain, written)
    return value


def _folded(line: str) -> Iterable[str]:
    """Never in the middle of a letter."""
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > WIDTH:
            yield piece
            piece = " "
        piece += letter
    yield piece
