"""Why no matching keeps the rules: a smallest set that clashes, and the least change of each rule that
helps."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
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
    """The least change of one rule; a matching with it was found by solving again. before, after: the rule's
    number as the inputs have it, frozen pairs included."""

    kind: RuleKind
    key: str
    before: Number
    after: Number
    message: Text


class Clash(Plain):
    """rules: they cannot hold together (besides that a startup takes one place), and none of them can be left
    out. smallest: no set of fewer rules clashes. repairs: one for each of these rules that alone is
    enough; none where several sets clash. together: the minima to be lowered all at once, by the least in sum:
    always enough, and in the power of whoever sets the minima."""

    rules: tuple[ClashingRule, ...]
    smallest: bool
    repairs: tuple[Repair, ...]
    together: tuple[Repair, ...] = ()
    message: Text


def explain(inputs: MatchingInputs, *, effort: float = EFFORT) -> Clash | None:
    """Of inputs that `compute` calls Infeasible; None where a matching exists, or none is proved impossible.
    effort: of each single search, as `exact.best`. Raises ModuleNotFoundError."""
    market = Market(inputs)
    every = rules_of(market)
    if not _clash(market, every, effort):
        return None
    # A rule that no minimum meets cannot matter; minima first, so that they are named.
    rules, smallest = _smallest(market, sorted(every, key=lambda rule: rule.kind != "at_least"), effort)
    repairs = tuple(repair for rule in rules if (repair := _repair(market, every, rule, effort)) is not None)
    ko = "이 규칙들을 함께 지킬 수 없습니다: " + "; ".join(rule.said.ko for rule in rules)
    en = "These rules cannot hold together: " + "; ".join(rule.said.in_language("en") for rule in rules)
    return Clash(
        rules=tuple(ClashingRule(kind=rule.kind, key=rule.key, message=rule.said) for rule in rules),
        smallest=smallest,
        repairs=repairs,
        together=_together(market, every, effort),
        message=Text(ko=ko, en=en),
    )


def _clash(market: Market, rules: Sequence[Rule], effort: float) -> bool:
    if not market.ranks:
        return any(rule.most < 0 for rule in rules)
    matched, sure = Model(market, rules).solve(effort)
    return matched is None and sure


def _smallest(market: Market, rules: Sequence[Rule], effort: float) -> tuple[tuple[Rule, ...], bool]:
    left = list(rules)
    step = len(left)
    while step:  # halves first: most rules have nothing to do with it
        for start in reversed(range(0, len(left), step)):
            fewer = left[:start] + left[start + step :]
            if len(fewer) < len(left) and _clash(market, fewer, effort):
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
            if _clash(market, kept, effort):
                return kept, True
    return tuple(left), True


def _repair(market: Market, every: Sequence[Rule], rule: Rule, effort: float) -> Repair | None:
    """The least loosening of one rule, all others as they are."""
    others = [other for other in every if other is not rule]
    if _clash(market, others, effort):
        return None
    model = Model(market, others)
    model.model.minimize(model.total(rule.weights))
    matched, sure = model.solve(effort)
    return None if matched is None or not sure else _repaired(rule, matched)


def _together(market: Market, every: Sequence[Rule], effort: float) -> tuple[Repair, ...]:
    """The least lowering of all minima in sum. There always is one: without minima nobody need be matched."""
    minima = [rule for rule in every if rule.kind == "at_least"]
    model = Model(market, [rule for rule in every if rule.kind != "at_least"])
    short = []
    for rule in minima:
        missing = model.model.new_int_var(0, -rule.most, rule.key)
        model.model.add(model.total(rule.weights) - missing <= rule.most)
        short.append(missing)
    model.model.minimize(sum(short))
    matched, _ = model.solve(effort)
    return tuple(_repaired(rule, matched or {}) for rule in minima if rule.used(matched or {}) > rule.most)


def _repaired(rule: Rule, matched: Mapping[str, str]) -> Repair:
    """The rule's number that this matching keeps."""
    before = figure(rule.written, rule.scale)
    after = figure(rule.used(matched) + rule.standing, rule.scale)
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
