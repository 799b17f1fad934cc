"""From the pure rulebook to this room: problems become answers, moments become windows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import (
    CalendarBroken,
    Loaded,
    Problem,
    Rulebook,
    RulebookInvalid,
    check,
    diff,
    export,
    parse,
    rebase,
    render_problems,
    resolve_calendar,
)
from didimdol.programmes.rulebook.base import Text as RuleText

MOST_PROBLEMS = 20


def as_text(value: RuleText) -> Text:
    """The rulebook's words as the platform stores them; Korean stands in where English is missing."""
    return text(value.ko, value.en or value.ko)


def read_rulebook(source: str, filename: str, opens: date | datetime | None = None) -> tuple[Rulebook, str]:
    """The rulebook and the text to keep (of a moved calendar: written out again).

    Raises BadInput: file, line, what is wrong, what is allowed; every problem, in both languages.
    """
    try:
        loaded: Loaded = parse(source, filename)
    except RulebookInvalid as invalid:
        raise refused(invalid.problems) from None
    if opens is None:
        return loaded.rulebook, loaded.text
    moved = rebased(loaded.rulebook, opens)
    return moved, export(moved)


def rebased(rulebook: Rulebook, opens: date | datetime) -> Rulebook:
    """The same challenge opening at another time. Raises BadInput where the moved calendar breaks a rule."""
    try:
        moved = rebase(rulebook, opens)
        findings = check(moved)
    except (CalendarBroken, OverflowError, ValueError) as error:
        what = as_text(error.what) if isinstance(error, CalendarBroken) else _NO_SUCH_DAY
        allowed = as_text(error.allowed) if isinstance(error, CalendarBroken) else _OTHER_DAY
        raise BadInput("rulebook_rebase", what, allowed, fields={"opens": what}) from error
    if findings:
        raise BadInput(
            "rulebook_rebase",
            text(
                "옮긴 일정이 규칙에 맞지 않습니다: " + "; ".join(f.what.ko for f in findings[:MOST_PROBLEMS]),
                "The moved calendar breaks a rule: "
                + "; ".join(f.what.en or f.what.ko for f in findings[:MOST_PROBLEMS]),
            ),
            _OTHER_DAY,
        )
    return moved


def refused(problems: list[Problem]) -> BadInput:
    """Every problem of a file, compiler style, for a page, a terminal or the API."""
    shown = problems[:MOST_PROBLEMS]
    count = len(problems)
    message = text(
        f"규칙집에 고칠 곳이 {count}군데 있습니다.",
        f"The rulebook has {count} thing{'s' if count > 1 else ''} to correct.",
    )
    return BadInput(
        "rulebook_invalid",
        message,
        text(render_problems(shown, "ko"), render_problems(shown, "en")),
        problems=[
            {
                "file": p.file,
                "line": p.line,
                "column": p.column,
                "path": p.path,
                "what": as_text(p.what),
                "allowed": as_text(p.allowed),
            }
            for p in problems
        ],
    )


def moments_of(rulebook: Rulebook) -> dict[str, datetime]:
    """Every event as a moment in Seoul: "closes", "stage.paper.opens", "poc.closes", …"""
    return resolve_calendar(rulebook)


def window_of(rulebook: Rulebook) -> tuple[datetime, datetime]:
    """When applications open, and the first moment at which it is too late."""
    moments = moments_of(rulebook)
    return moments["opens"], moments["closes"]


def changes_between(before: Rulebook, after: Rulebook) -> list[dict[str, Any]]:
    """What an amendment changes, as plain data."""
    return [{"path": c.path, "before": c.before, "after": c.after, "severity": c.severity} for c in diff(before, after)]


_NO_SUCH_DAY = text("그 날로 일정을 옮길 수 없습니다.", "The calendar cannot be moved to that day.")
_OTHER_DAY = text("다른 접수 시작일을 정해 주십시오.", "Choose another opening day.")
