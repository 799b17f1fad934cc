"""What a device signs when it hands a measurement in: an in-toto statement in a DSSE envelope, beside the platform's own.

It says: with this key, for this job under this lease, I measured exactly these bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .. import __version__
from ..contract import Measurement, ModelCard, Plan
from . import envelope
from .archive import Broken
from .keys import Signer, holds, well_named
from .spelling import STATEMENT_TYPE, document, sha256

FORMAT = "didimdol.device/1"
PREDICATE_TYPE = "https://didimdol.example/attestation/device/v1"


@dataclass(frozen=True, slots=True)
class Attestation:
    """What an envelope that holds says: whose key, and which job under which lease."""

    key_id: str
    public_key: str
    job: str
    fencing: int


def attest(
    measurement: Measurement, plan: Plan, card: ModelCard, *, job: str, fencing: int, signer: Signer
) -> bytes:
    """The envelope of one result, as canonical JSON."""
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": _subjects(measurement, plan, card),
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "format": FORMAT,
            "lab": __version__,
            "job": job,
            "fencing": fencing,
            "signer": {"key_id": signer.key_id, "public_key": signer.public_hex},
        },
    }
    return envelope.sign(envelope.canonical(statement), [signer])


def attested(content: bytes, measurement: Measurement, plan: Plan, card: ModelCard) -> Attestation:
    """What the envelope says, once its signature holds and it speaks of exactly these. Raises Broken."""
    payload, signatures = envelope.read(content)
    found, subjects = _statement(payload)
    own = [signature for signature in signatures if signature.key_id == found.key_id]
    if (
        not well_named(found.key_id, found.public_key)
        or len(signatures) != len(own)
        or len(own) != 1
        or not holds(found.public_key, own[0].value, envelope.pae(payload))
    ):
        raise Broken(
            "device_signature", "장비의 서명이 맞지 않습니다.", "The device's signature does not hold."
        )
    if subjects != _subjects(measurement, plan, card):
        raise Broken(
            "device_subject",
            "장비가 서명한 것은 이 측정이 아닙니다.",
            "What the device signed is not this measurement.",
        )
    return found


def _subjects(measurement: Measurement, plan: Plan, card: ModelCard) -> list[dict[str, object]]:
    named = [
        ("model", measurement.model_sha256),
        ("measurement.json", sha256(document(measurement))),
        ("plan.json", sha256(document(plan))),
        ("card.json", sha256(document(card))),
    ]
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in named]


def _statement(payload: bytes) -> tuple[Attestation, Any]:
    try:
        statement = json.loads(payload)
        predicate, signer = statement["predicate"], statement["predicate"]["signer"]
        right = (
            statement["_type"] == STATEMENT_TYPE
            and statement["predicateType"] == PREDICATE_TYPE
            and predicate["format"] == FORMAT
        )
        texts = (signer["key_id"], signer["public_key"], predicate["job"])
        subjects, fencing = statement["subject"], predicate["fencing"]
        if not all(isinstance(text, str) for text in texts) or type(fencing) is not int:
            raise TypeError("signer, job and fencing")
        found = Attestation(*texts, fencing)
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise Broken(
            "no_device_statement",
            "장비가 서명한 문서를 읽을 수 없습니다.",
            "The statement that the device signed cannot be read.",
        ) from problem
    if not right:
        raise Broken(
            "unknown_device_statement",
            "이 판이 아는 형식의 장비 문서가 아닙니다. didimdol-lab을 새 판으로 올리십시오.",
            "A device's statement of a form that this version does not know. Install a newer didimdol-lab.",
        )
    return found, subjects
