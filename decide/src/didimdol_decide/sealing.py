"""Ed25519 seals over canonical JSON."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from didimdol_decide.canonical import canonical_json, digest

ENVELOPE = "didimdol.envelope/1"


class SealBroken(ValueError):
    """The envelope is not what its key holder signed, or the key is not a known one."""


def public_hex(private_key: Ed25519PrivateKey) -> str:
    """The public key that belongs to `private_key`: 64 lower-case hexadecimal digits (32 bytes, raw)."""
    return private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def signature_hex(private_key: Ed25519PrivateKey, purpose: str, content: object) -> str:
    """Sign canonical JSON of `content` for one purpose: 128 hexadecimal digits. The purpose is part of what
    is signed, so a signature given for one kind of record is worthless for another."""
    return private_key.sign(_message(purpose, content)).hex()


def signature_holds(public_key: str, signature: str, purpose: str, content: object) -> bool:
    """Whether `signature` by `public_key` (both hexadecimal, lower case only) covers `content`."""
    key, mark = _bytes(public_key, 32), _bytes(signature, 64)
    if key is None or mark is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(mark, _message(purpose, content))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _message(purpose: str, content: object) -> bytes:
    return purpose.encode("utf-8") + b"\n" + canonical_json(content)


def _bytes(text: object, size: int) -> bytes | None:
    # One spelling only: "AB" and "ab" are the same bytes, and a record must not be changeable unnoticed.
    if not isinstance(text, str) or len(text) != 2 * size or set(text) - set("0123456789abcdef"):
        return None
    return bytes.fromhex(text)


def sign(payload: Mapping[str, object], private_key: Ed25519PrivateKey, key_id: str) -> dict[str, object]:
    """An envelope around `payload`: format, key_id, public_key, payload, digest (of the payload), signature
    (over all of these but itself). Raises TypeError or ValueError where the payload has no canonical
    form."""
    envelope: dict[str, object] = {
        "format": ENVELOPE,
        "key_id": key_id,
        "public_key": public_hex(private_key),
        "payload": dict(payload),
        "digest": digest(payload),
    }
    return {**envelope, "signature": signature_hex(private_key, ENVELOPE, envelope)}


def verify(envelope: Mapping[str, object], keys: Mapping[str, str]) -> dict[str, object]:
    """The payload of an envelope signed by one of `keys` (key_id -> public key in hexadecimal).

    Raises SealBroken with the reason otherwise.
    """
    if set(envelope) != {"format", "key_id", "public_key", "payload", "digest", "signature"}:
        raise SealBroken("this is not an envelope")
    if envelope["format"] != ENVELOPE:
        raise SealBroken(f"unknown format {envelope['format']!r}")
    key_id, payload = envelope["key_id"], envelope["payload"]
    if not isinstance(key_id, str) or key_id not in keys:
        raise SealBroken(f"key {key_id!r} is not known")
    if envelope["public_key"] != keys[key_id]:
        raise SealBroken(f"the public key is not the published key {key_id!r}")
    signed = {name: value for name, value in envelope.items() if name != "signature"}
    try:
        matches = isinstance(payload, dict) and envelope["digest"] == digest(payload)
        holds = signature_holds(keys[key_id], str(envelope["signature"]), ENVELOPE, signed)
    except (TypeError, ValueError) as error:
        raise SealBroken(f"the envelope has no canonical form: {error}") from error
    if not matches:
        raise SealBroken("the digest does not match the payload")
    if not holds:
        raise SealBroken("the signature does not match")
    assert isinstance(payload, dict)
    return payload
