"""Meetings as a calendar file. RFC 5545: lines end in CRLF and hold at most 75 octets; texts are escaped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from didimdol.kernel.words import pick, text
from didimdol.selection.meeting_words import end_of
from didimdol.selection.models import Meeting

CONTENT_TYPE = "text/calendar; charset=utf-8"
LONGEST = 75  # octets


def calendar(meetings: Iterable[Meeting], *, of_startup: bool) -> str:
    """Of one side: the other one is named. Those that ended are cancelled, so that a calendar that has them drops them."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Didimdol//Meet-up//KO", "METHOD:PUBLISH"]
    for row in meetings:
        lines += _event(row, of_startup)
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _event(row: Meeting, of_startup: bool) -> list[str]:
    other = (
        f"{pick(row.demand.title)} ({pick(row.demand.company.name)})" if of_startup else pick(row.place.startup.name)
    )
    title = f"{pick(text('1:1 만남', 'One-to-one meeting'))}: {other}"
    why = end_of(row)
    if why is not None:
        title = f"[{pick(why)}] {title}"
    where = " · ".join(filter(None, (row.meet_up.venue, _table(row))))
    return [
        "BEGIN:VEVENT",
        f"UID:{row.pk}@didimdol",
        f"SEQUENCE:{row.row_version + row.meet_up.row_version}",
        f"DTSTAMP:{_moment(row.changed_at)}",
        f"DTSTART:{_moment(row.starts_at)}",
        f"DTEND:{_moment(row.ends_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"LOCATION:{_escaped(where)}",
        *([f"URL:{row.table.link}"] if row.table.link else []),
        f"STATUS:{'CONFIRMED' if why is None else 'CANCELLED'}",
        "END:VEVENT",
    ]


def _table(row: Meeting) -> str:
    return pick(text(f"테이블 {row.table.name}", f"Table {row.table.name}"))


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
