"""Appointments as a calendar file. RFC 5545: lines end in CRLF and hold at most 75 octets; texts are escaped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpResponse

from didimdol.kernel.words import Text, pick

CONTENT_TYPE = "text/calendar; charset=utf-8"
LONGEST = 75  # octets


@dataclass(frozen=True, slots=True)
class Event:
    """One appointment of its reader. ``cancelled``: why it is not held; a calendar that has it drops it. ``version``
    grows with every change."""

    id: UUID
    version: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    where: str
    link: str = ""
    cancelled: Text | None = None


def answer(events: Iterable[Event], filename: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "private, no-store"}
    return HttpResponse(calendar(events), content_type=CONTENT_TYPE, headers=headers)


def calendar(events: Iterable[Event]) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Didimdol//Timetable//KO", "METHOD:PUBLISH"]
    for event in events:
        lines += _lines(event)
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _lines(event: Event) -> list[str]:
    title = f"[{pick(event.cancelled)}] {event.title}" if event.cancelled is not None else event.title
    return [
        "BEGIN:VEVENT",
        f"UID:{event.id}@didimdol",
        f"SEQUENCE:{event.version}",
        f"DTSTAMP:{_moment(event.changed_at)}",
        f"DTSTART:{_moment(event.starts_at)}",
        f"DTEND:{_moment(event.ends_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"LOCATION:{_escaped(event.where)}",
        *([f"URL:{event.link}"] if event.link else []),
        f"STATUS:{'CONFIRMED' if event.cancelled is None else 'CANCELLED'}",
        "END:VEVENT",
    ]


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(value: str) -> str:
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterable[str]:
    """A long line goes on in the next after a space; no character is cut in two."""
    part, room = "", LONGEST
    for sign in line:
        size = len(sign.encode())
        if size > room:
            yield part
            part, room = " ", LONGEST - 1
        part, room = part + sign, room - size
    yield part
