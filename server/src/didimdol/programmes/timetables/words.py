"""Timetables in words: what stands in the way of a meeting, and what would place more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from didimdol.design.parts import Badge
from didimdol.design.texts import day_text
from didimdol.kernel import clock
from didimdol.kernel.words import Text, pick, text
from didimdol_decide.scheduling import Obstacle

#: what would place more: the title; ``{value}``: the day, the minutes, …
WAYS: dict[str, Text] = {
    "day": text("하루 더({value})", "One more day ({value})"),
    "longest": text("쉬는 시간 규칙을 없앰", "Without the rule on breaks"),
}


def state_of(ends_at: datetime, ended: Text | None) -> Badge:
    """Of one entry. ``ended``: why it does not take place."""
    if ended is not None:
        return Badge(pick(ended), "bad")
    ahead = ends_at > clock.now()
    return Badge(pick(text("예정", "Planned") if ahead else text("지남", "Past")), "ok" if ahead else "")


def way_in_words(key: str, value: str, ways: Mapping[str, Text] = WAYS) -> str:
    value = day_text(date.fromisoformat(value)) if key == "day" else value
    return pick(ways[key]).format(value=value)


def obstacles_in_words(found: Iterable[Obstacle], name: Callable[[str], str], words: Mapping[str, Text]) -> list[str]:
    """What stands in the way in how many slots, the most frequent first. ``name``: of a party; ``words``: obstacle's kind →
    text with {who} and {n}."""
    counts = Counter((row.kind, row.who or "") for row in found)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [pick(words[kind]).format(who=name(who) if who else "", n=n) for (kind, who), n in ordered]
