"""The exact methods and least change against brute force: optimal, feasible, stable where promised, explained."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol_decide.matching import (
    Infeasible,
    MatchingInputs,
    blocking_pairs,
    compute,
    match,
    verify,
)
from didimdol_decide.matching.bounds import counted
from didimdol_decide.matching.change import change
from didimdol_decide.matching.clash import explain
from didimdol_decide.matching.cutoffs import stability_proof
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.rules import rules_of
from didimdol_decide.matching.values import values_of
from markets import every_matching, markets
from tied_markets import FEW, allowed, tied, worth


@given(tied())
@FEW
def test_most_seats_then_score_among_the_stable(inputs: MatchingInputs) -> None:
    outcome = compute(inputs)
    assert verify(inputs, outcome.pairs) == []
    stable = allowed(inputs)
    assert worth(inputs, outcome.pairs) == max(worth(inputs, found) for found in stable)
    assert outcome.optimum is not None
    assert outcome.optimum.finished
    assert outcome.optimum.blocking == ()
    assert len(outcome.pairs) >= len(match(inputs)), (
        "never fewer than deferred acceptance with equals told apart"
    )


@given(tied("best_value"))
@FEW
def test_the_highest_value_within_budgets_and_reserves_or_a_clash(inputs: MatchingInputs) -> None:
    possible = allowed(inputs)
    try:
        outcome = compute(inputs)
    except Infeasible:
        assert possible == []
        check_clash(inputs)
        return
    assert verify(inputs, outcome.pairs) == []
    assert worth(inputs, outcome.pairs) == max(worth(inputs, found) for found in possible)
    assert outcome.optimum is not None
    assert list(outcome.optimum.blocking) == blocking_pairs(inputs, outcome.pairs)
    told = {
        (line.startup, row.demand)
        for line in outcome.lines
        for row in line.passed_over
        if row.reason == "blocking"
    }
    assert told == {(pair.startup, pair.demand) for pair in outcome.optimum.blocking}


def check_clash(inputs: MatchingInputs) -> None:
    """The named rules clash, none can be left out, and every repair does it while one step less does not."""
    clash = explain(inputs)
    assert clash is not None
    assert any(rule.kind == "at_least" for rule in clash.rules)
    named = {(rule.kind, rule.key) for rule in clash.rules}
    assert not possible_with(inputs, named)
    for rule in named:
        assert possible_with(inputs, named - {rule})
    for repair in clash.repairs:
        assert allowed(changed(inputs, repair.key, int(repair.after)))
        step = 1 if repair.kind == "at_least" else -1
        assert not allowed(changed(inputs, repair.key, int(repair.after) + step))
    lowered = inputs
    for repair in clash.together:
        lowered = changed(lowered, repair.key, int(repair.after))
    assert allowed(lowered)
    minima = [rule for rule in rules_of(Market(inputs)) if rule.kind == "at_least"]
    short = (
        sum(max(0, rule.used({p.startup: p.demand for p in found}) - rule.most) for rule in minima)
        for found in allowed(changed(changed(inputs, "least", 0), "also", 0))
    )
    assert sum(repair.before - repair.after for repair in clash.together) == min(short)


def possible_with(inputs: MatchingInputs, named: set[tuple[str, str]]) -> bool:
    """Brute force with the named rules alone."""
    kept = [rule for rule in rules_of(Market(inputs)) if (rule.kind, rule.key) in named]
    ranks = Market(inputs).ranks
    return any(
        all((pair.startup, pair.demand) in ranks for pair in found)
        and all(rule.used({p.startup: p.demand for p in found}) <= rule.most for rule in kept)
        for found in every_matching(inputs)
    )


def changed(inputs: MatchingInputs, key: str, number: int) -> MatchingInputs:
    raw: Any = inputs.as_json()
    for rows, names in (
        ("demands", ("capacity",)), ("quotas", ("places",)), ("budgets", ("amount",)), ("reserves", ("at_least", "at_most")),
    ):  # fmt: skip
        for row in raw.get(rows, []):
            if row.get("key", row.get("id")) == key:
                name = next(name for name in names if row.get(name)) if rows == "reserves" else names[0]
                row[name] = number
    raw["reserves"] = [
        row for row in raw.get("reserves", []) if row.get("at_least") or row.get("at_most") is not None
    ]
    return MatchingInputs.model_validate(raw)


@given(tied(), st.randoms(use_true_random=False))
@FEW
def test_equal_optima_are_chosen_by_standing_whatever_the_order_of_the_inputs(
    inputs: MatchingInputs, random: Any
) -> None:
    outcome = compute(inputs)
    assert outcome.optimum is not None
    assert outcome.optimum.tie_rule == "standing"
    seen = Market(inputs)
    best = max(worth(inputs, found) for found in allowed(inputs))

    def choices(found: Any) -> list[int]:
        """In the order of the standing: how far down its own list each startup gets."""
        has = {pair.startup: pair.demand for pair in found}
        order = sorted(inputs.startups, key=lambda startup: startup.standing)
        return [seen.orders[s.id].index(has[s.id]) if s.id in has else len(seen.orders[s.id]) for s in order]

    equals = [found for found in allowed(inputs) if worth(inputs, found) == best]
    assert choices(outcome.pairs) == min(choices(found) for found in equals)
    shuffled = {
        name: tuple(random.sample(rows, len(rows)))
        for name in ("startups", "demands", "quotas", "scores")
        for rows in [getattr(inputs, name)]
    }
    assert compute(inputs.model_copy(update=shuffled)) == outcome


@given(tied("best_value"), st.data())
@FEW
def test_any_prices_bound_every_matching(inputs: MatchingInputs, data: st.DataObject) -> None:
    """The proof's arithmetic alone, without the solver that finds good prices."""
    from didimdol_decide.matching.bounds import Price

    seen = Market(inputs)
    rules, values = rules_of(seen), values_of(seen)
    prices = tuple(
        Price(kind=rule.kind, key=rule.key, price=price)
        for rule in rules
        if (price := data.draw(st.integers(0, 40)))
    )
    bound = counted(seen, rules, values.units, 10, prices)
    for found in allowed(inputs):
        assert values.of({pair.startup: pair.demand for pair in found}) <= bound


@given(markets(most=6, frozen=True))
@FEW
def test_the_cut_offs_are_the_whole_proof(inputs: MatchingInputs) -> None:
    """A reader needs nothing but the table: who wanted more stands behind the last holder of a full limit."""
    proof = stability_proof(inputs, compute(inputs))
    seen = Market(inputs)
    for refusal in proof.refusals:
        if refusal.reason == "not_taken":
            assert refusal.stands is None
            continue
        cutoff, stands = proof.cutoff(refusal), refusal.stands
        assert cutoff is not None
        assert stands is not None
        assert cutoff.full
        if cutoff.last is None:
            assert cutoff.places == 0
        else:
            rank = seen.ranks[cutoff.last.startup, cutoff.last.demand]
            assert rank <= seen.ranks[stands.startup, stands.demand]
            assert (cutoff.last.level, cutoff.last.standing) <= (stands.level, stands.standing)


# --- least change ----------------------------------------------------------------------------------------


@given(tied(), st.data())
@FEW
def test_as_many_earlier_pairs_stay_as_any_stable_matching_keeps(
    inputs: MatchingInputs, data: st.DataObject
) -> None:
    before = compute(inputs).pairs
    leaver = data.draw(st.sampled_from(inputs.startups)).id
    rest = inputs.without([leaver]).model_copy(
        update={"earlier": tuple(pair for pair in before if pair.startup != leaver)}
    )
    outcome = compute(rest)
    told = change(rest, outcome, before)
    kept = max(len(set(found) & set(rest.earlier)) for found in allowed(rest))
    assert outcome.optimum is not None
    assert told.kept == kept
    assert outcome.optimum.kept == (kept if rest.earlier else None)
    assert {row.startup for row in told.moved} == {
        s.id for s in inputs.startups if has(before, s.id) != has(outcome.pairs, s.id)
    }


def has(pairs: Any, startup: str) -> str | None:
    return next((pair.demand for pair in pairs if pair.startup == startup), None)


@given(markets(most=6), st.data())
@settings(max_examples=150, deadline=None)
def test_after_a_withdrawal_signed_pairs_stay_and_nobody_is_worse(
    inputs: MatchingInputs, data: st.DataObject
) -> None:
    before = match(inputs)
    leaver = data.draw(st.sampled_from(inputs.startups)).id
    rest = inputs.without([leaver])
    free = change(rest, compute(rest), before)
    assert free.worse == ()
    assert {row.reason for row in free.moved} <= {"left", "moved_up", "placed"}
    signed = tuple(pair for pair in before if pair.startup != leaver and data.draw(st.booleans()))
    calm = rest.model_copy(update={"frozen": signed})
    outcome = compute(calm)
    assert set(signed) <= set(outcome.pairs)
    assert change(calm, outcome, before).signed_broken == 0
