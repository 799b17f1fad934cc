"""Sealed records of a matching: made once, checked by anyone.

Deferred acceptance is computed anew to the byte. What an exact method found is not solved again: its pairs
are verified (feasible, stable where promised), and every reason, figure and bound is counted anew from them.
So such a record stays checkable without a solver, for ever.

The full record alone: a startup is told its own line on its page, and the orders in the record are nobody's
but the operator's and the auditor's.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide import __version__
from didimdol_decide.matching.inputs import MatchingInputs
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.optimum import Optimum, total_bound, wrong_figures
from didimdol_decide.matching.outcome import MatchingOutcome, compute, explained
from didimdol_decide.matching.verify import Violation, verify
from didimdol_decide.record.report import Check, NotARecord, Report
from didimdol_decide.record.spelling import reason_of, same
from didimdol_decide.record.whole import check, seal_checks, seal_whole

FORMAT = "didimdol.matching/1"


def seal_matching(
    inputs: MatchingInputs | Mapping[str, object],
    private_key: Ed25519PrivateKey,
    key_id: str,
    outcome: MatchingOutcome | None = None,
) -> dict[str, object]:
    """Seal a matching as plain JSON data: computed now, or the given outcome of these inputs, after it was
    checked as a record is.

    Shape: format, tier "full", key_id, public_key, payload {inputs, outcome}, digest (of the payload),
    signature (Ed25519 over format, key_id, public_key, digest). Raises ValueError (pydantic's; an outcome
    that is not of these inputs), and as `compute`.
    """
    given = inputs if isinstance(inputs, MatchingInputs) else MatchingInputs.model_validate(inputs)
    versions = {**given.versions, "didimdol-decide": __version__}
    sealed = given.in_order().model_copy(update={"versions": versions})
    found = compute(sealed) if outcome is None else outcome
    payload: dict[str, object] = {"inputs": sealed.as_json(), "outcome": found.as_json()}
    if outcome is not None and (wrong := [check for check in _content(payload) if check.ok is False]):
        raise ValueError(f"the outcome is not of these inputs: {wrong[0].message.in_language('en')}")
    return seal_whole(FORMAT, payload, private_key, key_id)


def recompute_matching(record: Mapping[str, object], *, keys: Mapping[str, str] | None = None) -> Report:
    """Check a matching record: its seal, and everything in it computed anew.

    keys: published keys (key_id -> public key in hexadecimal). Never raises for a record that was tampered
    with; raises NotARecord for a thing that is no matching record.
    """
    if not isinstance(record, Mapping) or not str(record.get("format")).startswith("didimdol.matching/"):
        raise NotARecord("this is not a matching record")
    checks = [*seal_checks(record, FORMAT, keys), *_content(record.get("payload"))]
    return Report(
        ok=all(check.ok is not False for check in checks), tier=str(record.get("tier")), checks=tuple(checks)
    )


def check_matching(result: Mapping[str, object]) -> Report:
    """A result that nobody sealed (`inputs`, `outcome`), checked as the content of a record is."""
    unsealed = (
        "서명이 없는 결과입니다: 계산이 맞는지만 확인하고, 누구의 것인지는 말하지 못합니다.",
        "Nobody signed this result: it is checked for being right, not for whose it is.",
    )
    checks = [check("seal", None, unsealed, unsealed), *_content(result)]
    return Report(ok=all(entry.ok is not False for entry in checks), tier="unsealed", checks=tuple(checks))


def _content(payload: object) -> list[Check]:
    parts = payload if isinstance(payload, Mapping) else {}
    given, recorded = parts.get("inputs"), parts.get("outcome")
    try:
        inputs = MatchingInputs.model_validate(given)
        exact = inputs.method != "deferred_acceptance"
        said = MatchingOutcome.model_validate(recorded) if exact else compute(inputs)
        violations = verify(inputs, said.pairs)
        # Reasons can be told of a matching that is one; `stable` or `feasible` tells what is wrong with another.
        known = not exact or not violations
        outcome = explained(inputs, said.pairs, said.optimum) if exact and known else said
    except (ValueError, TypeError, ArithmeticError, AssertionError) as error:
        why = reason_of(error)
        bad = (
            f"순위나 정원이 올바르지 않아 다시 계산할 수 없습니다: {why}",
            f"The orders or quotas are not valid, so nothing can be recomputed: {why}",
        )
        return [check("inputs", False, bad, bad)]
    checks = [
        check(
            "inputs",
            same(inputs.as_json(), given),
            (
                f"순위와 정원이 올바릅니다 (기업 {len(inputs.startups)}, 수요 {len(inputs.demands)}).",
                f"Orders and quotas are valid ({len(inputs.startups)} startups, "
                f"{len(inputs.demands)} demands).",
            ),
            ("입력이 봉인된 표기와 다릅니다.", "The inputs are not spelled as they were sealed."),
        ),
        check(
            "matching",
            known and same(outcome.as_json(), recorded),
            (
                "매칭된 짝에서 다시 구한 까닭이 기록과 같습니다."
                if exact
                else "다시 계산한 매칭이 기록과 같습니다.",
                "The reasons found anew from the pairs equal the recorded ones."
                if exact
                else "The recomputed matching equals the recorded one.",
            ),
            ("다시 계산한 매칭이 기록과 다릅니다.", "The recomputed matching differs from the recorded one."),
        ),
        _kept(inputs, violations),
    ]
    return [*checks, *_optimum(inputs, said)] if exact and known else checks


def _kept(inputs: MatchingInputs, violations: list[Violation]) -> Check:
    if inputs.method == "best_value":
        return check(
            "feasible",
            not violations,
            ("정원과 예산, 할당을 지킵니다.", "Quotas, budgets and reserves hold."),
            ("정원이나 예산, 할당이 깨져 있습니다.", "A quota, budget or reserve is broken."),
        )
    return check(
        "stable",
        not violations,
        (
            "정원을 지키며, 서로를 더 원하는 기업과 수요가 없습니다.",
            "Quotas hold, and no startup and demand would rather have each other.",
        ),
        ("정원이나 안정성이 깨져 있습니다.", "A quota or the stability is broken."),
    )


def _optimum(inputs: MatchingInputs, said: MatchingOutcome) -> list[Check]:
    """The figures and bounds, counted; and what was not solved again."""
    missing = ("최적 수치가 없습니다.", "The figures of the optimum are missing.")
    if said.optimum is None:
        return [check("figures", False, missing, missing)]
    optimum, market = said.optimum, Market(inputs)
    free = {pair.startup: pair.demand for pair in said.pairs if pair.startup not in market.frozen}
    wrong = list(wrong_figures(market, free, optimum))
    counted = check(
        "figures",
        not wrong,
        (
            "자리 수, 합계, 상한, 서로 더 원하는 짝을 다시 세어 기록과 같음을 확인했습니다.",
            "Seats, total, bounds and blocking pairs were counted anew and equal the recorded ones.",
        ),
        (
            f"수치가 기록과 다릅니다: {wrong[0].message.ko if wrong else ''}",
            f"A figure differs: {wrong[0].message.in_language('en') if wrong else ''}",
        ),
    )
    if wrong:
        return [counted]
    return [counted, _best(inputs, optimum)]


def _best(inputs: MatchingInputs, optimum: Optimum) -> Check:
    seats, total = optimum.seats_bound.at_most, total_bound(optimum)
    reached = optimum.total_proved and (optimum.seats_proved or inputs.method == "best_value")
    if reached and optimum.kept is None:
        said = (
            "상한에 닿았습니다: 풀이기 없이도 더 나은 매칭이 없음이 확인됩니다.",
            "The bounds are reached: that nothing better exists is proved without a solver.",
        )
        return check("best", True, said, said)
    said = (
        f"다시 풀지 않았습니다: 상한(자리 {seats}, 합계 {total})까지의 사이에 더 나은 매칭이 없다는 것은 {optimum.solver}의 말입니다.",
        f"Not solved again: that nothing better lies below the bounds ({seats} seats, total {total}) is the word of {optimum.solver}.",
    )
    if not optimum.finished:
        said = (
            f"풀이를 끝내지 못한 결과입니다: 상한은 자리 {seats}, 합계 {total}입니다.",
            f"The search was not finished: the bounds are {seats} seats, total {total}.",
        )
    return check("best", None, said, said)
