"""Why panels cannot be filled: the smallest clash, in words, and what least change would help."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from didimdol_decide.drawing.changes import Question, in_counts, on_panel, on_pool, on_quota
from didimdol_decide.drawing.pool import Panel, Pool, Quota
from didimdol_decide.drawing.procedure import CannotTell, NoWay
from didimdol_decide.drawing.repairs import Repair, repairs
from didimdol_decide.plain import Id, Plain, Text

MOST_SETS = 1_000
"""After so many sets of constraints the search for a smaller clash ends."""


class Constraint(Plain):
    """kind: seats, minimum, maximum, conflicts, organisation, cap."""

    kind: str
    panel: Id | None = None
    message: Text


class Explanation(Plain):
    """panels: where it fails. clash: the seats, and constraints that cannot hold with them, none of which can
    be left out; smallest: no set of fewer clashes. repairs: the least of each kind, smallest first; each was
    tried. certain False: the pool is too large and too tight to tell."""

    panels: tuple[Id, ...]
    certain: bool
    smallest: bool
    clash: tuple[Constraint, ...]
    repairs: tuple[Repair, ...]
    summary: Text


class _Rule(NamedTuple):
    constraint: Constraint
    without: Callable[[Pool], Pool]


def explain(pool: Pool, problem: NoWay | CannotTell) -> Explanation:
    """The explanation of what `check` or `compute` raised for this pool."""
    if isinstance(problem, CannotTell):
        return _cannot_tell(problem.panels)
    question = Question(problem.panels, problem.seated, problem.barred, problem.used)
    plain = in_counts(pool)
    for key in question.scope:
        if question.fillable(plain, [key]) is False:
            question = replace(question, scope=(key,))
            break
    clash, smallest = _clash(plain, question, list(_rules(plain, question)))
    ways_out = tuple(sorted(repairs(plain, question), key=lambda repair: repair.by))
    names = ", ".join(question.scope)
    ko, en = f"평가단을 채울 수 없습니다: {names}.", f"These panels cannot be filled: {names}."
    if not ways_out:
        ko += " 한 가지만 바꾸어서는 되지 않습니다."
        en += " No single change is enough."
    return Explanation(
        panels=question.scope,
        certain=True,
        smallest=smallest,
        clash=(_seats(plain, question), *(rule.constraint for rule in clash)),
        repairs=ways_out,
        summary=Text(ko=ko, en=en),
    )


def _cannot_tell(panels: tuple[str, ...]) -> Explanation:
    names = ", ".join(panels)
    ko = (
        f"{names}: 명부가 너무 크고 빠듯하여 채울 수 있는지 정확히 셀 수 없습니다. "
        "평가단을 하나씩 추첨하거나(앞의 추첨은 served에 더함) 할당을 줄이거나 사람을 늘리십시오."
    )
    en = (
        f"{names}: the pool is too large and too tight to count exactly whether they can be filled. "
        "Draw one panel at a time (add the earlier draws to served), drop quotas, or add people."
    )
    return Explanation(
        panels=panels, certain=False, smallest=False, clash=(), repairs=(), summary=Text(ko=ko, en=en)
    )


def _constraint(kind: str, panel: str | None, ko: str, en: str) -> Constraint:
    return Constraint(kind=kind, panel=panel, message=Text(ko=ko, en=en))


def _seats(pool: Pool, question: Question) -> Constraint:
    names, people = ", ".join(question.scope), len(pool.people)
    seats = sum(pool.panel(key).seats for key in question.scope)
    stay = sum(len(question.seated.get(key, ())) for key in question.scope)
    ko, en = f"{names}: {seats}석, 명부에 {people}명", f"{names}: {seats} seats, {people} people in the pool"
    if stay:
        ko, en = f"{ko} (위원 {stay}명은 그대로)", f"{en} ({stay} members stay)"
    return _constraint("seats", question.scope[0] if len(question.scope) == 1 else None, ko, en)


def _rules(pool: Pool, question: Question) -> Iterator[_Rule]:
    for key in question.scope:
        panel = pool.panel(key)
        for place, quota in enumerate(panel.quotas):
            yield _Rule(
                _bound(pool, panel, quota, question),
                # Kept in its place, so that dropping several leaves the places of the others.
                partial(on_quota, key=key, place=place, minimum=0, maximum=None),
            )
        if barred := {conflict.person for conflict in panel.conflicts}:
            ko = f"{key}: {len(pool.people)}명 가운데 {len(barred)}명이 이해충돌"
            en = f"{key}: {len(barred)} of {len(pool.people)} have a conflict"
            yield _Rule(_constraint("conflicts", key, ko, en), partial(on_panel, key=key, conflicts=()))
    if (most := pool.max_per_organisation) is not None:
        number = len({p.organisation for p in pool.people if p.organisation is not None})
        ko = f"한 평가단에 한 기관에서 최대 {most}명 (기관 {number}곳)"
        en = f"at most {most} of an organisation on a panel ({number} organisations)"
        yield _Rule(_constraint("organisation", None, ko, en), partial(on_pool, max_per_organisation=None))
    if pool.annual_cap is not None or pool.panels_each is not None:
        full = sum(pool.cap(person) == 0 for person in pool.people)
        ko = f"한 사람이 맡는 평가단 수의 상한 (이미 다 찬 사람 {full}명)"
        en = f"most panels of one person ({full} people have reached it already)"
        yield _Rule(_constraint("cap", None, ko, en), partial(on_pool, annual_cap=None, panels_each=None))


def _bound(pool: Pool, panel: Panel, quota: Quota, question: Question) -> Constraint:
    barred = {conflict.person for conflict in panel.conflicts}
    barred |= {person for key, person in question.barred if key == panel.id}
    have = [person for person in pool.people if quota.counts(person)]
    free = [
        person
        for person in have
        if person.id not in barred and pool.cap(person) > question.used.get(person.id, 0)
    ]
    what = f"{quota.attribute} {'·'.join(quota.values)}"
    least = bool(quota.minimum)
    ko = f"최소 {quota.minimum}명" if least else f"최대 {quota.maximum}명"
    en = f"at least {quota.minimum}" if least else f"at most {quota.maximum}"
    return _constraint(
        "minimum" if least else "maximum",
        panel.id,
        f"{panel.id}: {what} {ko} (명부에 {len(have)}명, 지금 뽑을 수 있는 사람 {len(free)}명)",
        f"{panel.id}: {en} of {what} ({len(have)} in the pool, {len(free)} can be drawn now)",
    )


def _clash(pool: Pool, question: Question, rules: Sequence[_Rule]) -> tuple[tuple[_Rule, ...], bool]:
    def fails_with(kept: Sequence[_Rule]) -> bool:
        given = pool
        for rule in rules:
            if all(rule is not other for other in kept):
                given = rule.without(given)
        return question.fillable(given) is False

    left = list(rules)
    for rule in rules:
        fewer = [other for other in left if other is not rule]
        if fails_with(fewer):
            left = fewer
    tried = 0
    for size in range(len(left) + 1):
        for kept in itertools.combinations(rules, size):
            if tried == MOST_SETS:
                return tuple(left), False
            tried += 1
            if fails_with(kept):
                return kept, True
    # Only where the whole set is too large to be counted again with its bounds apart.
    return tuple(left), False
