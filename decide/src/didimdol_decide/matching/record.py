"""Sealed records of a matching: made once, computed anew by anyone.

The full record alone: a startup is told its own line on its page, and the orders in the record are nobody's
but the operator's and the auditor's.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide import __version__
from didimdol_decide.matching.inputs import MatchingInputs
from didimdol_decide.matching.outcome import compute
from didimdol_decide.matching.verify import verify
from didimdol_decide.record.report import Check, NotARecord, Report
from didimdol_decide.record.spelling import reason_of, same
from didimdol_decide.record.whole import check, seal_checks, seal_whole

FORMAT = "didimdol.matching/1"


def seal_matching(
    inputs: MatchingInputs | Mapping[str, object], private_key: Ed25519PrivateKey, key_id: str
) -> dict[str, object]:
    """Compute a matching and seal it, as plain JSON data.

    Shape: format, tier "full", key_id, public_key, payload {inputs, outcome}, digest (of the payload),
    signature (Ed25519 over format, key_id, public_key, digest). Raises ValueError (pydantic's).
    """
    given = inputs if isinstance(inputs, MatchingInputs) else MatchingInputs.model_validate(inputs)
    versions = {**given.versions, "didimdol-decide": __version__}
    sealed = given.in_order().model_copy(update={"versions": versions})
    payload: dict[str, object] = {"inputs": sealed.as_json(), "outcome": compute(sealed).as_json()}
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


def _content(payload: object) -> list[Check]:
    parts = payload if isinstance(payload, Mapping) else {}
    given = parts.get("inputs")
    try:
        inputs = MatchingInputs.model_validate(given)
        outcome = compute(inputs)
    except (ValueError, TypeError, ArithmeticError, AssertionError) as error:
        why = reason_of(error)
        bad = (
            f"순위나 정원이 올바르지 않아 다시 계산할 수 없습니다: {why}",
            f"The orders or quotas are not valid, so nothing can be recomputed: {why}",
        )
        return [check("inputs", False, bad, bad)]
    violations = verify(inputs, outcome.pairs)
    return [
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
            same(outcome.as_json(), parts.get("outcome")),
            ("다시 계산한 매칭이 기록과 같습니다.", "The recomputed matching equals the recorded one."),
            ("다시 계산한 매칭이 기록과 다릅니다.", "The recomputed matching differs from the recorded one."),
        ),
        check(
            "stable",
            not violations,
            (
                "정원을 지키며, 서로를 더 원하는 기업과 수요가 없습니다.",
                "Quotas hold, and no startup and demand would rather have each other.",
            ),
            ("정원이나 안정성이 깨져 있습니다.", "A quota or the stability is broken."),
        ),
    ]
