"""The calendar resolves, in the order of the programme, with a call long enough."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from didimdol.programmes.rulebook.base import text
from didimdol.programmes.rulebook.checks.finding import Finding, Path
from didimdol.programmes.rulebook.schema import Rulebook
from didimdol.programmes.rulebook.timetable import CalendarBroken, resolve_calendar, written_events


def check_calendar(book: Rulebook) -> Iterator[Finding]:
    try:
        when = resolve_calendar(book)
    except CalendarBroken as error:
        yield Finding(error.path, error.what, error.allowed)
        return
    paths = _event_paths(book)
    for first, second, strict in _order(book):
        if first not in when or second not in when:
            continue
        if when[first] < when[second] or (not strict and when[first] == when[second]):
            continue
        a, b = when[first].strftime("%Y-%m-%d %H:%M"), when[second].strftime("%Y-%m-%d %H:%M")
        yield Finding(
            paths.get(second, ("calendar",)),
            text(
                f"'{second}'({b})이 '{first}'({a})보다 앞섭니다.",
                f"'{second}' ({b}) comes before '{first}' ({a}).",
            ),
            text(
                f"'{second}'을(를) {a} {'뒤로' if strict else '이후로'} 옮기십시오.",
                f"Move '{second}' {'after' if strict else 'to, or after,'} {a}.",
            ),
        )
    days = (when["closes"].date() - when["opens"].date()).days
    if days < (least := book.notice.shortest_window_days):
        yield Finding(
            ("calendar", "closes"),
            text(
                f"접수 기간이 {days}일로, 최소 {least}일보다 짧습니다.",
                f"The call is open for {days} days, less than the {least} required.",
            ),
            text(
                "마감을 늦추십시오. 긴급하면 notice.urgent에 사유를 적어 줄일 수 있습니다(운영요령 §7②).",
                "Close later; for an urgency write its reason into notice.urgent to shorten the window.",
            ),
        )


def _event_paths(book: Rulebook) -> dict[str, Path]:
    paths = {entry.event: entry.path for entry in written_events(book)}
    return paths | {"confirmation": ("calendar", "agreement"), "objection": ("calendar", "release")}


def _order(book: Rulebook) -> Iterator[tuple[str, str, bool]]:
    """(earlier, later, whether they must differ)."""
    yield "demand.opens", "demand.closes", True
    if book.intake == "demand_first":
        yield "demand.closes", "opens", False
    yield "announce", "opens", False
    yield "opens", "closes", True
    yield "opens", "questions_close", False
    yield "questions_close", "closes", False
    yield "closes", "eligibility", False
    for stage in book.stages:
        yield f"stage.{stage.key}.opens", f"stage.{stage.key}.closes", True
    yield "closes", f"stage.{book.stages[0].key}.opens", False
    for one, other in pairwise(book.stages):
        yield f"stage.{one.key}.closes", f"stage.{other.key}.opens", False
    yield "eligibility", "decision", False
    yield f"stage.{book.stages[-1].key}.closes", "decision", False
    yield "decision", "release", False
    yield "release", "agreement", True
    yield "confirmation", "agreement", False
    yield "agreement", "poc.opens", False
    yield "poc.opens", "poc.closes", True
    yield "poc.closes", "final", False
    yield "final", "showcase", False
