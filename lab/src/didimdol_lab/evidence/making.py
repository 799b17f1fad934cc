"""From a finished measurement to a signed evidence file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from .. import __version__
from ..contract import Criterion, Measurement, ModelCard, Plan, Verdict, judge, sample_floor
from ..contract.judging import CriterionResult
from . import archive, envelope
from .keys import Signer
from .spelling import STATEMENT_TYPE, document, sha256

FORMAT = "didimdol.evidence/1"
PREDICATE_TYPE = "https://didimdol.example/attestation/measurement/v1"
STATEMENT = "statement.dsse.json"
PARTS = ("card.json", "criteria.json", "measurement.json", "plan.json")
NAMES = frozenset((STATEMENT, *PARTS))
DEVICE = "device.dsse.json"
"""A further part where the device signed too: its own envelope, as it came."""

FEWEST_PROCESSES = 3
FEWEST_SAMPLES = sample_floor(99)


class QuickPlan(ValueError):
    """A plan too small to stand behind a verdict: it can be measured, but not signed."""

    ko = (
        f"빠른 측정은 서명하지 않습니다. 프로세스 {FEWEST_PROCESSES}개 이상, 표본 {FEWEST_SAMPLES}개 이상으로 계획하십시오"
        "(processes, min_samples)."
    )
    en = (
        f"A quick measurement is not signed. Plan at least {FEWEST_PROCESSES} processes and {FEWEST_SAMPLES} samples "
        "(processes, min_samples)."
    )


def too_quick(plan: Plan) -> bool:
    return plan.processes < FEWEST_PROCESSES or plan.min_samples < FEWEST_SAMPLES


SELF_DECLARED = "self_declared"


def make(
    measurement: Measurement,
    card: ModelCard,
    plan: Plan,
    criteria: Sequence[Criterion],
    signer: Signer,
    *,
    assurance: str = SELF_DECLARED,
    made_at: datetime | None = None,
    device: bytes | None = None,
) -> bytes:
    """The bytes of the evidence file. Raises QuickPlan.

    `assurance`: who stands behind the samples: `self_declared` for a key of one's own; a platform gives its device's.
    `device`: the envelope that the device signed (`evidence.device.attest`), which becomes a part that is signed along.
    The same arguments give the same bytes.
    """
    if too_quick(plan):
        raise QuickPlan
    parts = {
        "card.json": document(card),
        "criteria.json": envelope.canonical([criterion.model_dump(mode="json") for criterion in criteria]),
        "measurement.json": document(measurement),
        "plan.json": document(plan),
        **({} if device is None else {DEVICE: device}),
    }
    results = [judge(criterion, measurement) for criterion in criteria]
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": subjects(measurement, plan, parts),
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "format": FORMAT,
            "lab": __version__,
            "assurance": assurance,
            "signer": {"key_id": signer.key_id, "public_key": signer.public_hex},
            "files": {name: sha256(content) for name, content in parts.items()},
            "results": [result.model_dump(mode="json") for result in results],
            "verdict": verdict_of(results),
            "made_at": (made_at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds"),
        },
    }
    return archive.pack({STATEMENT: envelope.sign(envelope.canonical(statement), [signer]), **parts})


def subjects(measurement: Measurement, plan: Plan, parts: dict[str, bytes]) -> list[dict[str, object]]:
    """What the statement is about: the model, the data set where there is one, and the criteria."""
    named = [("model", measurement.model_sha256), ("criteria", sha256(parts["criteria.json"]))]
    if plan.dataset_sha256 is not None:
        named.append(("dataset", plan.dataset_sha256))
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in named]


def verdict_of(results: Sequence[CriterionResult]) -> str:
    """fail where one fails, else inconclusive where one is, else pass; "none" without criteria."""
    verdicts = {result.verdict for result in results}
    for verdict in (Verdict.failed, Verdict.inconclusive, Verdict.passed):
        if verdict in verdicts:
            return verdict.value
    return "none"
