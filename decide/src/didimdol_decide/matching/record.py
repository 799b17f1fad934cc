"""Sealed records of a matching: made once, computed anew by anyone.

The full record alone: a startup is told its own line on its page, and the orders in the record are nobody's
but the operator's and the auditor's.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide import __version__
from didimdol_decide.canonical import digest
from didimdol_decide.matching.inputs import MatchingInputs
from didimdol_decide.matching.outcome import compute
from didimdol_decide.matching.verify import verify
from didimdol_decide.plain import Text
from didimdol_decide.record.report import Check, NotARecord, Report
from didimdol_decide.record.spelling import in_one_spelling, reason_of, same
from didimdol_decide.sealing import public_hex, signature_hex, signature_holds

FORMAT = "didimdol.matching/1"
SIGNED = ("format", "key_id", "public_key", "digest")
PARTS = {*SIGNED, "tier", "payload", "signature"}


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
    record: dict[str, object] = {
        "format": FORMAT,
        "key_id": key_id,
        "public_key": public_hex(private_key),
        "digest": digest(payload),
    }
    return {
        **record,
        "tier": "full",
        "payload": payload,
        "signature": signature_hex(private_key, FORMAT, record),
    }


def recompute_matching(record: Mapping[str, object], *, keys: Mapping[str, str] | None = None) -> Report:
    """Check a matching record: its seal, and everything in it computed anew.

    keys: published keys (key_id -> public key in hexadecimal). Never raises for a record that was tampered
    with; raises NotARecord for a thing that is no matching record.
    """
    if not isinstance(record, Mapping) or not str(record.get("format")).startswith("didimdol.matching/"):
        raise NotARecord("this is not a matching record")
    checks = [*_seal(record, keys), *_content(record.get("payload"))]
    return Report(
        ok=all(check.ok is not False for check in checks), tier=str(record.get("tier")), checks=tuple(checks)
    )


def _check(key: str, ok: bool | None, good: tuple[str, str], bad: tuple[str, str]) -> Check:
    ko, en = good if ok else bad
    return Check(key=key, ok=ok, message=Text(ko=ko, en=en))


def _seal(record: Mapping[str, object], keys: Mapping[str, str] | None) -> list[Check]:
    payload = record.get("payload")
    known = (
        record.get("format") == FORMAT
        and set(record) == PARTS
        and record.get("tier") == "full"
        and isinstance(payload, Mapping)
        and set(payload) == {"inputs", "outcome"}
        and in_one_spelling(dict(record))
    )
    try:
        whole = record.get("digest") == digest(payload)
    except (TypeError, ValueError):
        whole = False
    try:
        signed = signature_holds(
            str(record.get("public_key")),
            str(record.get("signature")),
            FORMAT,
            {name: record.get(name) for name in SIGNED},
        )
    except (TypeError, ValueError):
        signed = False
    checks = [
        _check(
            "format",
            known,
            (f"형식을 압니다 ({FORMAT}).", f"The format is known ({FORMAT})."),
            (
                "형식을 알 수 없거나 항목이 빠지거나 더해졌습니다.",
                "The format is unknown, or parts are missing or added.",
            ),
        ),
        _check(
            "digest",
            whole,
            ("요약값이 내용과 같습니다.", "The digest matches the content."),
            (
                "요약값이 내용과 다릅니다: 봉인 뒤에 내용이 바뀌었습니다.",
                "The digest does not match: the content was changed after sealing.",
            ),
        ),
        _check(
            "signature",
            signed,
            ("서명이 맞습니다.", "The signature is valid."),
            ("서명이 맞지 않습니다.", "The signature is not valid."),
        ),
    ]
    unknown = (
        "공개된 열쇠와 견주지 않았습니다: 열쇠 파일(--keys)을 주면 누가 서명했는지 확인합니다.",
        "Not compared with a published key: give a keys file (--keys) to check who signed.",
    )
    if keys is None:
        return [*checks, _check("key", None, unknown, unknown)]
    key_id = record.get("key_id")
    published = keys.get(key_id) if isinstance(key_id, str) else None
    mine = published is not None and published == record.get("public_key")
    good = (f"공개된 열쇠 '{key_id}'의 서명입니다.", f"Signed by the published key '{key_id}'.")
    bad = (
        f"서명한 열쇠 '{key_id}'이(가) 공개된 열쇠가 아닙니다.",
        f"The signing key '{key_id}' is not a published key.",
    )
    return [*checks, _check("key", mine, good, bad)]


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
        return [_check("inputs", False, bad, bad)]
    violations = verify(inputs, outcome.pairs)
    return [
        _check(
            "inputs",
            same(inputs.as_json(), given),
            (
                f"순위와 정원이 올바릅니다 (기업 {len(inputs.startups)}, 수요 {len(inputs.demands)}).",
                f"Orders and quotas are valid ({len(inputs.startups)} startups, "
                f"{len(inputs.demands)} demands).",
            ),
            ("입력이 봉인된 표기와 다릅니다.", "The inputs are not spelled as they were sealed."),
        ),
        _check(
            "matching",
            same(outcome.as_json(), parts.get("outcome")),
            ("다시 계산한 매칭이 기록과 같습니다.", "The recomputed matching equals the recorded one."),
            ("다시 계산한 매칭이 기록과 다릅니다.", "The recomputed matching differs from the recorded one."),
        ),
        _check(
            "stable",
            not violations,
            (
                "정원을 지키며, 서로를 더 원하는 기업과 수요가 없습니다.",
                "Quotas hold, and no startup and demand would rather have each other.",
            ),
            ("정원이나 안정성이 깨져 있습니다.", "A quota or the stability is broken."),
        ),
    ]
