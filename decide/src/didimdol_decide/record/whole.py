"""The seal around a record's payload: made and checked the same way for selections, draws and matchings.

A whole record has the full tier alone and its signature covers the payload's digest. A tiered record has
`heads`, the digests of its full and its public payload; the signature covers both, so that a public record is
provably a part of what was sealed and showing a tier needs no key.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide.canonical import digest
from didimdol_decide.plain import Text
from didimdol_decide.record.report import Check
from didimdol_decide.record.spelling import in_one_spelling
from didimdol_decide.sealing import public_hex, signature_hex, signature_holds

WHOLE = ("format", "key_id", "public_key", "digest")
TIERED = ("format", "key_id", "public_key", "heads")
Parts = Mapping[str, frozenset[str] | None]
"""Tier -> the names its payload has (None: more than one set is known, and its own room checks them)."""


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


def seal_tiered(
    form: str,
    payload: Mapping[str, object],
    public: Mapping[str, object],
    private_key: Ed25519PrivateKey,
    key_id: str,
) -> dict[str, object]:
    """The full tier as plain JSON data: format, key_id, public_key, heads {full, public} (digests of the two
    payloads), tier "full", payload, digest (of the payload), signature (Ed25519 over the first four)."""
    full = digest(payload)
    record: dict[str, object] = {
        "format": form,
        "key_id": key_id,
        "public_key": public_hex(private_key),
        "heads": {"full": full, "public": digest(public)},
    }
    signature = signature_hex(private_key, form, record)
    return {**record, "tier": "full", "payload": payload, "digest": full, "signature": signature}


def shown(full: Mapping[str, object], tier: str, payload: dict[str, object]) -> dict[str, object]:
    """Another tier of a full tiered record."""
    return {
        **{name: full[name] for name in TIERED},
        "tier": tier,
        "payload": payload,
        "digest": digest(payload),
        "signature": full["signature"],
    }


def check(key: str, ok: bool | None, good: tuple[str, str], bad: tuple[str, str]) -> Check:
    ko, en = good if ok else bad
    return Check(key=key, ok=ok, message=Text(ko=ko, en=en))


def _form_holds(record: Mapping[str, object], form: str, tiers: Parts, signed: tuple[str, ...]) -> bool:
    payload, tier, heads = record.get("payload"), record.get("tier"), record.get("heads")
    if not isinstance(tier, str) or tier not in tiers or not isinstance(payload, Mapping):
        return False
    names = tiers[tier]
    return (
        record.get("format") == form
        and set(record) == {*signed, "digest", "tier", "payload", "signature"}
        and (signed == WHOLE or (isinstance(heads, Mapping) and set(heads) == {"full", "public"}))
        and (names is None or set(payload) == names)
        and in_one_spelling(dict(record))
    )


def seal_checks(
    record: Mapping[str, object],
    form: str,
    keys: Mapping[str, str] | None,
    tiers: Parts | None = None,
) -> list[Check]:
    """Form, digest, signature and signer of a record; the content is its own room's business. Never raises.

    keys: published keys (key_id -> public key in hexadecimal). tiers: of a tiered record; None: a whole one.
    """
    signed = WHOLE if tiers is None else TIERED
    known = _form_holds(record, form, tiers or {"full": frozenset({"inputs", "outcome"})}, signed)
    tier, heads = record.get("tier"), record.get("heads")
    try:
        found = digest(record.get("payload"))
        whole = record.get("digest") == found
        if tiers is not None and tier in ("full", "public"):
            whole = whole and isinstance(heads, Mapping) and heads.get(tier) == found
    except (TypeError, ValueError):
        whole = False
    try:
        holds = signature_holds(
            str(record.get("public_key")),
            str(record.get("signature")),
            form,
            {name: record.get(name) for name in signed},
        )
    except (TypeError, ValueError):
        holds = False
    named = form if tiers is None else f"{form}, {tier}"
    checks = [
        check(
            "format",
            known,
            (f"형식을 압니다 ({named}).", f"The format is known ({named})."),
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
            holds,
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
