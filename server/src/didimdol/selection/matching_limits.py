"""Budgets and group reserves of the rulebook as the engine takes them, and how far a matching uses them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from didimdol.applications.answers import asked_grant
from didimdol.demands.models import Demand
from didimdol.kernel.words import Text, text
from didimdol.programmes.matching_words import budget_words, named, quoted, reserve_words, won
from didimdol.programmes.models import Challenge, Party
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import GroupReserve, MatchingBudget, Rulebook
from didimdol.programmes.rulebook.matching import Reach
from didimdol.selection.models import Place
from didimdol_decide.matching import Budget, MatchingInputs, Pair, Reserve
from didimdol_decide.matching.inputs import flat

#: before the keys of the rulebook, so that none is a field's or a demand's. A field's key holds no dot.
BUDGET, RESERVE = "budget.", "reserve."


def costs_of(challenge: Challenge, places: Iterable[Place]) -> dict[UUID, int]:
    """Place → the won it takes of a budget. Without a budget none: what a startup asks for is written nowhere then."""
    rules = rules_of(challenge)
    if not rules.matching.budgets:
        return {}
    return {place.pk: asked_grant(rules.grant, place.application.answers) for place in places}


def limits_of(
    challenge: Challenge, places: Collection[Place], demands: Collection[Demand], gone: Collection[Demand]
) -> dict[str, object]:
    """``budgets`` and ``reserves`` of the engine; nothing where the rulebook has none. ``gone``: demands that were taken
    back and go on with the startups they have: those count, but such a demand need take nobody."""
    rules = rules_of(challenge)
    budgets, reserves = rules.matching.budgets, rules.matching.reserves
    if not budgets and not reserves:
        return {}
    companies = _companies(challenge, (*budgets, *reserves))
    every = [*demands, *gone]
    return {
        "budgets": [
            {"key": f"{BUDGET}{b.key}", "demands": _ids(_within(b, every, companies)), "amount": b.amount}
            for b in budgets
        ],
        "reserves": [
            {"key": key, "demands": ids, "startups": _startups(r, places), "at_least": r.at_least, "at_most": r.at_most}
            for r in reserves
            for key, ids in _covered(r, demands, every, companies)
        ],
    }


def _companies(challenge: Challenge, reaches: Iterable[Reach]) -> dict[str, UUID]:
    """Party of the rulebook → its organisation, as far as a rule names it."""
    keys = {key for reach in reaches for key in reach.companies}
    if not keys:
        return {}
    return dict(Party.objects.within(challenge=challenge, key__in=keys).values_list("key", "organisation_id"))


def _within(reach: Reach, demands: Iterable[Demand], companies: dict[str, UUID]) -> list[Demand]:
    if reach.fields:
        return [demand for demand in demands if demand.field.key in reach.fields]
    if reach.companies:
        owners = {companies.get(key) for key in reach.companies}
        return [demand for demand in demands if demand.company_id in owners]
    return list(demands)


def _covered(
    reserve: GroupReserve, demands: Collection[Demand], every: Collection[Demand], companies: dict[str, UUID]
) -> Iterable[tuple[str, list[str]]]:
    """One rule over all demands, or one for each that still takes startups."""
    key = f"{RESERVE}{reserve.key}"
    if not reserve.each_demand:
        return [(key, _ids(_within(reserve, every, companies)))]
    inside = _within(reserve, demands, companies)
    return [(f"{key}.{number}", [str(demand.pk)]) for number, demand in enumerate(inside, start=1)]


def _ids(demands: Iterable[Demand]) -> list[str]:
    return [str(demand.pk) for demand in demands]


def _startups(reserve: GroupReserve, places: Iterable[Place]) -> list[str] | None:
    if reserve.of is None:
        return None
    return [str(place.pk) for place in places if reserve.of.holds(place.application.answers)]


# --- told ----------------------------------------------------------------------------------------------------------


def limit_at(rules: Rulebook, key: str) -> MatchingBudget | GroupReserve | None:
    """The rule behind a key of the engine; None for a capacity or a quota."""
    kind, _, rest = key.partition(".")
    name = rest.partition(".")[0]
    if f"{kind}." == BUDGET:
        return next((entry for entry in rules.matching.budgets if entry.key == name), None)
    if f"{kind}." == RESERVE:
        return next((entry for entry in rules.matching.reserves if entry.key == name), None)
    return None


def limit_name(rule: MatchingBudget | GroupReserve) -> Text:
    name = quoted(rule.name)
    what = ("예산", "the budget") if isinstance(rule, MatchingBudget) else ("할당", "the group reserve")
    return text(f"{what[0]} {name['ko']}", f"{what[1]} {name['en']}")


def limit_label(rule: MatchingBudget | GroupReserve) -> Text:
    """The same without quotation marks, where it is quoted as a whole."""
    name = named(rule.name)
    what = ("예산", "budget") if isinstance(rule, MatchingBudget) else ("할당", "group reserve")
    return text(f"{what[0]} {name['ko']}", f"{what[1]} {name['en']}")


def limit_words(rules: Rulebook, rule: MatchingBudget | GroupReserve) -> Text:
    """What it says, in one sentence."""
    return budget_words(rules, rule) if isinstance(rule, MatchingBudget) else reserve_words(rules, rule)


def limit_lines(rules: Rulebook) -> list[tuple[Text, Text]]:
    """Every budget and group reserve as the notice tells it: its name and what it says."""
    every: list[MatchingBudget | GroupReserve] = [*rules.matching.budgets, *rules.matching.reserves]
    return [(limit_name(rule), limit_words(rules, rule)) for rule in every]


@dataclass(frozen=True, slots=True)
class LimitRow:
    """``there``: what all that could be matched there ask for, or how many of the group there are. ``short``: it is not
    kept, or cannot be. ``demand``: the one demand it is about, with ``each_demand``."""

    name: Text
    rule: Text
    budget: bool
    there: Text
    used: Text
    left: Text
    short: bool
    demand: Text | None


def limit_rows(
    rules: Rulebook,
    inputs: MatchingInputs,
    pairs: Collection[Pair],
    titles: Mapping[str, Text],
    *,
    computed: bool = True,
) -> list[LimitRow]:
    """Every budget and group reserve with what these pairs use of it. ``titles``: of the demands. ``computed``: these are
    all pairs, so that a minimum that is not reached is missed."""
    at = {pair.startup: pair.demand for pair in pairs}
    rows = [_budget_row(rules, inputs, budget, at) for budget in inputs.budgets]
    return [*rows, *(_reserve_row(rules, inputs, reserve, at, titles, computed) for reserve in inputs.reserves)]


def _budget_row(rules: Rulebook, inputs: MatchingInputs, budget: Budget, at: dict[str, str]) -> LimitRow:
    rule = limit_at(rules, budget.key)
    assert rule is not None
    inside = set(budget.demands)
    costs = {startup.id: int(startup.cost) for startup in inputs.startups}
    used = sum(costs[startup] for startup, demand in at.items() if demand in inside)
    there = _reachable(inputs, inside, None)
    left = int(budget.amount) - used
    count = sum(demand in inside for demand in at.values())
    asked, spent = won(sum(costs[startup] for startup in there)), won(used)
    return LimitRow(
        named(rule.name),
        limit_words(rules, rule),
        True,
        text(f"{len(there)}곳이 신청한 {asked['ko']}", f"{asked['en']} asked by {len(there)}"),
        text(f"{spent['ko']} ({count}곳)", f"{spent['en']} ({count})"),
        won(left) if left >= 0 else text(f"{won(-left)['ko']} 넘음", f"{won(-left)['en']} over"),
        left < 0,
        None,
    )


def _reserve_row(
    rules: Rulebook,
    inputs: MatchingInputs,
    reserve: Reserve,
    at: dict[str, str],
    titles: Mapping[str, Text],
    computed: bool,
) -> LimitRow:
    rule = limit_at(rules, reserve.key)
    assert isinstance(rule, GroupReserve)
    inside, group = set(reserve.demands), None if reserve.startups is None else set(reserve.startups)
    count = sum(demand in inside and (group is None or startup in group) for startup, demand in at.items())
    there = len(_reachable(inputs, inside, group))
    missing = reserve.at_least - count
    if missing > 0:
        left = text(f"최소까지 {missing}곳 부족", f"{missing} short of the minimum")
    elif reserve.at_most is None:
        left = text("최소를 채움", "minimum reached")
    else:
        room = reserve.at_most - count
        left = text(f"{room}곳 더 가능", f"room for {room} more") if room else text("최대까지 참", "at its maximum")
    return LimitRow(
        named(rule.name),
        limit_words(rules, rule),
        False,
        text(f"해당 기업 {there}곳", f"such startups: {there}"),
        text(f"{count}곳", f"{count} matched"),
        left,
        missing > 0 and (computed or there < reserve.at_least),
        titles.get(reserve.demands[0]) if rule.each_demand else None,
    )


def _reachable(inputs: MatchingInputs, inside: set[str], group: set[str] | None) -> list[str]:
    """Who could be matched there: names one of these demands, or has one already."""
    stands = {pair.startup: pair.demand for pair in inputs.frozen}
    return [
        startup.id
        for startup in inputs.startups
        if (group is None or startup.id in group)
        and (stands[startup.id] in inside if startup.id in stands else bool(inside & set(flat(startup.order))))
    ]
