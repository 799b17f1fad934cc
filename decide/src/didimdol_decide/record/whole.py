"""The seal of records that have the full tier alone (draws, matchings): made and checked the same way."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide.canonical import digest
from didimdol_decide.plain import Text
from didimdol_decide.record.report import Check
from didimdol_decide.record.spelling import in_one_spelling
from didimdol_decide.sealing import public_hex, signature_hex, signature_holds

SIGNED = ("format", "key_id", "public_key", "digest")
PARTS = {*SIGNED, "tier", "payload", "signature"}


def seal_whole(
    form: str, payload: Mapping[str, object], private_key: Ed25519PrivateKey, key_id: str
) -> dict[str, object]:
    """A record as plain JSON data: format, tier "full", key_id, public_key, payload, digest (of the payload),
    signature (Ed25519 over format, key_id, public_key, digest)."""
    record: dict[str, object] = {
        "format": form,
        "key_id": key_id,
        "public_key": public_hex(private_key),
        "digest": digest(payload),
    }
    return {
        **record,
        "tier": "full",
        "payload": payload,
        "signature": signature_hex(private_key, form, record),
    }


def check(key: str, ok: bool | None, good: tuple[str, str], bad: tuple[str, str]) -> Check:
    ko, en = good if ok else bad
    return Check(key=key, ok=ok, message=Text(ko=ko, en=en))


def seal_checks(record: Mapping[str, object], form: str, keys: Mapping[str, str] | None) -> list[Check]:
    """Form, digest, signature and signer of a record; the content is its own room's business. Never raises.

    keys: published keys (key_id -> public key in hexadecimal).
    """
    payload = record.get("payload")
    known = (
        record.get("format") == form
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
            form,
            {name: record.get(name) for name in SIGNED},
        )
    except (TypeError, ValueError):
        signed = False
    checks = [
        check(
            "format",
            known,
            (f"형식을 압니다 ({form}).", f"The format is known ({form})."),
            (
                "형식을 알 수 없거나 항목이 빠지거나 더해졌습니다.",
                "The format is unknown, or parts are missing or added.",
            ),
        ),
        check(
            "digest",
            whole,
            ("요약값이 내용과 같습니다.", "The digest matches the content."),
            (
                "요약값이 내용과 다릅니다: 봉인 뒤에 내용이 바뀌었습니다.",
                "The digest does not match: the content was changed after sealing.",
            ),
        ),
        check(
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
        return [*checks, check("key", None, unknown, unknown)]
    key_id = record.get("key_id")
    published = keys.get(key_id) if isinstance(key_id, str) else None
    mine = published is not None and published == record.get("public_key")
    good = (f"공개된 열쇠 '{key_id}'의 서명입니다.", f"Signed by the published key '{key_id}'.")
    bad = (
        f"서명한 열쇠 '{key_id}'이(가) 공개된 열쇠가 아닙니다.",
        f"The signing key '{key_id}' is not a published key.",
    )
    return [*checks, check("key", mine, good, bad)]
