"""The report of a rehearsal as plain data: for the terminal, the page and the file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import Rulebook
from didimdol.programmes.rulebook.business_days import OutsideHolidayTable, is_business_day
from didimdol.programmes.words import EVENTS
from didimdol.rehearsal.findings import Finding, Severity, order
from didimdol.rehearsal.steps import Done
from didimdol.rehearsal.world import World
from didimdol_decide.canonical import digest

FORMAT = "didimdol.rehearsal/1"


def build(
    world: World, played: Sequence[Done], foreseen: Sequence[Finding], *, started_at: datetime, seconds: float
) -> dict[str, Any]:
    """``whole``: every step was reached and nothing blocks."""
    findings = [finding.as_json() for finding in (*foreseen, *world.findings)]
    counts = {s.value: sum(f["severity"] == s for f in findings) for s in Severity}
    reached = all(step.state == "done" for step in played)
    book = world.book
    return {
        "format": FORMAT,
        "challenge": {
            "key": book.key,
            "name": text(book.name.ko, book.name.en or book.name.ko),
            "file": world.filename,
            "digest": book.digest(),
        },
        "seed": world.wishes.seed,
        "applicants": world.wishes.applicants,
        "ballots_a_day": world.wishes.ballots_a_day,
        "started_at": started_at.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "reached_the_end": reached,
        "whole": reached and not counts[Severity.BLOCKING.value],
        "counts": counts,
        "findings": order(findings),
        "steps": [step.as_json() for step in played],
        "figures": world.figures,
        "calendar": [
            _event(book, name, moment) for name, moment in sorted(world.when.items(), key=lambda entry: entry[1])
        ],
        "outcome": world.outcome,
        "outcome_digest": outcome_digest(world),
    }


def outcome_digest(world: World) -> str:
    """The same seed and rulebook give the same digest: who applied, was scored, selected, matched, paid, adopted.

    Measured figures are not in it: a device never measures twice alike.
    """
    people = [[one.key, one.name, one.ceo, one.field, one.asks, one.leaves] for one in world.applicants]
    decided = {key: value for key, value in world.outcome.items() if key != "verdicts"}
    return digest({"people": people, "outcome": decided})


def _event(book: Rulebook, name: str, moment: datetime) -> dict[str, Any]:
    try:
        working = is_business_day(moment.date())
    except OutsideHolidayTable:
        working = moment.weekday() < 5
    return {
        "event": name,
        "label": event_label(book, name),
        "moment": moment.isoformat(timespec="minutes"),
        "business_day": working,
    }


def event_label(book: Rulebook, event: str) -> Text:
    """ "stage.paper.opens" → 서류평가 시작 / Paper evaluation opens."""
    window, _, end = event.rpartition(".")
    if not window:
        return EVENTS[event]
    name = EVENTS.get(window)
    if name is None:
        stage = next(stage for stage in book.stages if f"stage.{stage.key}" == window)
        name = text(stage.name.ko, stage.name.en or stage.name.ko)
    ends = ENDS[end]
    return text(f"{name['ko']} {ends['ko']}", f"{name['en']} {ends['en']}")


ENDS = {"opens": text("시작", "opens"), "closes": text("마감", "closes")}
