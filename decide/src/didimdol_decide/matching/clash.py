"""Why no matching keeps the rules: a smallest set that clashes, and the least change of each rule that
helps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from decimal import Decimal

from didimdol_decide.matching.exact import EFFORT, Model
from didimdol_decide.matching.inputs import MatchingInputs
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.rules import Rule, RuleKind, figure, rules_of
from didimdol_decide.plain import Number, Plain, Text

MOST_SETS = 500
"""After so many sets of rules the search for a smaller clash ends."""


class ClashingRule(Plain):
    kind: RuleKind
    key: str
    message: Text


class Repair(Plain):
    """The least change of one rule alone that makes a matching possible; tried by solving again."""

    kind: RuleKind
    key: str
    before: Number
    after: Number
    message: Text


class Clash(Plain):
    """rules: they cannot hold together (besides that a startup takes one place), and none of them can be left
    out. smallest: no set of fewer rules clashes. repairs: one for each of these rules that alone is
    enough."""

    rules: tuple[ClashingRule, ...]
    smallest: bool
    repairs: tuple[Repair, ...]
    message: Text


def explain(inputs: MatchingInputs) -> Clash | None:
    """Of inputs that `compute` calls Infeasible; None where a matching exists. Raises ModuleNotFoundError."""
    market = Market(inputs)
    every = rules_of(market)
    if not _clash(market, every):
        return None
    # A rule that no minimum meets cannot matter; minima first, so that they are named.
    rules, smallest = _smallest(market, sorted(every, key=lambda rule: rule.kind != "at_least"))
    repairs = tuple(repair for rule in rules if (repair := _repair(market, every, rule)) is not None)
    ko = "이 규칙들을 함께 지킬 수 없습니다: " + "; ".join(rule.said.ko for rule in rules)
    en = "These rules cannot hold together: " + "; ".join(rule.said.in_language("en") for rule in rules)
    return Clash(
        rules=tuple(ClashingRule(kind=rule.kind, key=rule.key, message=rule.said) for rule in rules),
        smallest=smallest,
        repairs=repairs,
        message=Text(ko=ko, en=en),
    )


def _clash(market: Market, rules: Sequence[Rule]) -> bool:
    if not market.ranks:
        return any(rule.most < 0 for rule in rules)
    matched, sure = Model(market, rules).solve(EFFORT)
    return matched is None and sure


def _smallest(market: Market, rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], bool]:
    left = list(rules)
    step = len(left)
    while step:  # halves first: most rules have nothing to do with it
        for start in reversed(range(0, len(left), step)):
            fewer = left[:start] + left[start + step :]
            if len(fewer) < len(left) and _clash(market, fewer):
                left = fewer
        step //= 2
    tried = 0
    for size in range(1, len(left)):
        for kept in itertools.combinations(rules, size):
            if tried == MOST_SETS:
                return tuple(left), False
            if all(rule.most >= 0 for rule in kept):
                continue  # without a minimum the empty matching will do
            tried += 1
            if _clash(market, kept):
                return kept, True
    return tuple(left), True


def _repair(market: Market, every: Sequence[Rule], rule: Rule) -> Repair | None:
    """The least loosening of one rule, all others as they are."""
    others = [other for other in every if other is not rule]
    if _clash(market, others):
        return None
    model = Model(market, others)
    model.model.minimize(model.total(rule.weights))
    matched, sure = model.solve(EFFORT)
    if matched is None or not sure:
        return None
    needed = rule.used(matched)
    before, after = figure(rule.most, rule.scale), figure(needed, rule.scale)
    least = rule.kind == "at_least"
    return Repair(
        kind=rule.kind,
        key=rule.key,
        before=Decimal(before),
        after=Decimal(after),
        message=Text(
            ko=f"{rule.key}: {before} → {after} ({'낮춤' if least else '늘림'})",
            en=f"{rule.key}: {'lower' if least else 'raise'} {before} to {after}",
        ),
    )
