"""What least change of one kind would let the panels be filled; each is tried by counting anew."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator

from didimdol_decide.drawing.changes import Question, on_panel, on_pool, on_quota
from didimdol_decide.drawing.pool import Panel, Person, Pool
from didimdol_decide.plain import Id, Plain, Text

MOST_KINDS = 500
"""Kinds of people looked at for "more people"."""


class Repair(Plain):
    """One change that is enough alone, and by how much."""

    kind: str
    panel: Id | None = None
    by: int
    message: Text


def repairs(pool: Pool, question: Question) -> Iterator[Repair]:
    """The least change of each kind that helps. The pool's quotas are counts at the panels (`in_counts`)."""
    for key in question.scope:
        yield from _quotas(pool, question, pool.panel(key))
        yield from _fewer_seats(pool, question, pool.panel(key))
    yield from _caps(pool, question)
    yield from _more_people(pool, question)


def _least(question: Question, change: Callable[[int], Pool], most: int) -> int | None:
    """The least that is enough, of 1..most, of a change that helps the more, the larger it is."""
    if most < 1 or not question.fillable(change(most)):
        return None
    return bisect.bisect_left(range(1, most), True, key=lambda by: question.fillable(change(by)) is True) + 1


def _repair(kind: str, panel: str | None, by: int, ko: str, en: str) -> Repair:
    return Repair(kind=kind, panel=panel, by=by, message=Text(ko=ko, en=en))


def _quotas(pool: Pool, question: Question, panel: Panel) -> Iterator[Repair]:
    for place, quota in enumerate(panel.quotas):
        what = f"{quota.attribute} {'·'.join(quota.values)}"
        least = bool(quota.minimum)
        kind, now = ("minimum", quota.minimum or 0) if least else ("maximum", quota.maximum or 0)
        sign, most = (-1, now) if least else (1, panel.seats - now)

        def moved(by: int, place: int = place, kind: str = kind, now: int = now, sign: int = sign) -> Pool:
            return on_quota(pool, panel.id, place, **{kind: now + sign * by})

        if (by := _least(question, moved, most)) is not None:
            ko = f"{panel.id}: {what} {'최소' if least else '최대'} {now}명 → {now + sign * by}명"
            en = f"{panel.id}: {kind} of {what} from {now} to {now + sign * by}"
            yield _repair(kind, panel.id, by, ko, en)


def _fewer_seats(pool: Pool, question: Question, panel: Panel) -> Iterator[Repair]:
    # One after the other: with too few seats the quotas do not fit any more.
    fewer = (
        by
        for by in range(1, panel.seats)
        if question.fillable(on_panel(pool, panel.id, seats=panel.seats - by))
    )
    if (by := next(fewer, None)) is not None:
        ko = f"{panel.id}: {panel.seats}석 → {panel.seats - by}석"
        en = f"{panel.id}: {panel.seats - by} seats instead of {panel.seats}"
        yield _repair("seats", panel.id, by, ko, en)


def _caps(pool: Pool, question: Question) -> Iterator[Repair]:
    seats = max(pool.panel(key).seats for key in question.scope)
    for kind, name, now, most, ko, en in (
        (
            "organisation",
            "max_per_organisation",
            pool.max_per_organisation,
            seats,
            "한 기관",
            "an organisation",
        ),
        ("cap", "annual_cap", pool.annual_cap, 100, "한 사람 한 해", "a person in a year"),
        (
            "cap",
            "panels_each",
            pool.panels_each,
            len(pool.panels),
            "한 사람 한 추첨",
            "a person in this draw",
        ),
    ):
        if now is None:
            continue

        def raised(by: int, name: str = name, now: int = now) -> Pool:
            return on_pool(pool, **{name: now + by})

        if (by := _least(question, raised, most)) is not None:
            yield _repair(
                kind, None, by, f"{ko} 상한 {now} → {now + by}", f"cap of {en}: {now + by}, not {now}"
            )


def _more_people(pool: Pool, question: Question) -> Iterator[Repair]:
    """The fewest people of one kind, of organisations of their own, whose addition is enough."""
    asked: dict[str, set[str]] = {}
    for key in question.scope:
        for quota in pool.panel(key).quotas:
            asked.setdefault(quota.attribute, set()).update(quota.values)
    names = sorted(asked)
    # A value that is asked for, or (the line break, which nobody has) one that no quota asks for.
    kinds = [[*sorted(asked[name]), "\n"] for name in names]
    most, best = sum(pool.panel(key).seats for key in question.scope), None
    for values in itertools.islice(itertools.product(*kinds), MOST_KINDS):
        groups = dict(zip(names, values, strict=True))

        def joined(by: int, groups: dict[str, str] = groups) -> Pool:
            extra = tuple(Person(id=f"\n{number}", groups=groups) for number in range(by))
            return on_pool(pool, people=(*pool.people, *extra))

        if (by := _least(question, joined, most)) is not None:
            most, best = by - 1, (by, groups)
    if best is not None:
        by, groups = best
        what = ", ".join(f"{name} {value}" for name, value in groups.items() if value != "\n")
        of = f" ({what})" if what else ""
        yield _repair("people", None, by, f"사람 {by}명 추가{of}", f"{by} more in the pool{of}")
