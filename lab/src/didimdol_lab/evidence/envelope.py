"""DSSE envelopes: a payload, its type, and signatures over both. Source: DSSE v1 (secure-systems-lab/dsse)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass

from .archive import Broken
from .keys import Signer

PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Signature:
    key_id: str
    value: bytes


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """DSSE's pre-authentication encoding: what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, signers: Iterable[Signer]) -> bytes:
    """The envelope as canonical JSON."""
    signatures = [Signature(signer.key_id, signer.private.sign(pae(payload))) for signer in signers]
    return write(payload, signatures)


def write(payload: bytes, signatures: Iterable[Signature]) -> bytes:
    document = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": s.key_id, "sig": base64.b64encode(s.value).decode()} for s in signatures],
    }
    return canonical(document)


def read(content: bytes) -> tuple[bytes, list[Signature]]:
    """Payload and signatures, none of them checked yet. Raises Broken."""
    try:
        document = json.loads(content)
        payload = base64.b64decode(document["payload"], validate=True)
        signatures = [
            Signature(str(entry["keyid"]), base64.b64decode(entry["sig"], validate=True))
            for entry in document["signatures"]
        ]
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError) as problem:
        raise Broken(
            "no_envelope", "서명 봉투를 읽을 수 없습니다.", "The signed envelope cannot be read."
        ) from problem
    # One spelling: base64 and JSON can be written in several ways, and then a byte could change unseen.
    if write(payload, signatures) != content:
        raise Broken(
            "envelope_changed",
            "서명 봉투의 표기가 바뀌었습니다.",
            "The envelope is spelt otherwise than it was written.",
        )
    return payload, signatures


def canonical(document: object) -> bytes:
    """JSON in one spelling: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
