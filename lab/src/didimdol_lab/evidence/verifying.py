"""Is an evidence file genuine, and does its verdict follow from its samples? No server is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..contract import Bilingual, Criterion, CriterionResult, Measurement, ModelCard, Plan, bilingual, judge
from . import archive, envelope
from .archive import Broken
from .device import attested
from .keys import KnownKeys, holds, well_named
from .making import (
    DEVICE,
    FORMAT,
    NAMES,
    PARTS,
    PREDICATE_TYPE,
    STATEMENT,
    subjects,
    too_quick,
    verdict_of,
)
from .spelling import STATEMENT_TYPE, document, sha256


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `code` is for programs, the message for people."""

    code: str
    ok: bool
    message: Bilingual


@dataclass(slots=True)
class Report:
    """What was found. `genuine` only where every check holds; the rest is as far as it could be read.

    `verdict`: pass, fail, inconclusive or none, recomputed from the samples. `trusted`: signed by a known key, None where
    no keys were given. `device_signer`: the key with which the device itself signed, empty where it did not.
    """

    checks: list[Check] = field(default_factory=list)
    verdict: str = "none"
    assurance: str = ""
    signer: str = ""
    device_signer: str = ""
    trusted: bool | None = None
    made_at: str = ""
    results: list[CriterionResult] = field(default_factory=list)
    measurement: Measurement | None = None
    card: ModelCard | None = None
    plan: Plan | None = None

    @property
    def genuine(self) -> bool:
        return bool(self.checks) and all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """The same as the terminal shows."""
        return {
            "genuine": self.genuine,
            "verdict": self.verdict,
            "assurance": self.assurance,
            "signer": self.signer,
            "device_signer": self.device_signer,
            "trusted": self.trusted,
            "made_at": self.made_at,
            "model_sha256": self.measurement.model_sha256 if self.measurement else "",
            "results": [result.model_dump(mode="json") for result in self.results],
            "checks": [{"code": c.code, "ok": c.ok, "message": c.message} for c in self.checks],
        }


def verify(content: bytes, *, known: KnownKeys | None = None, model_sha256: str | None = None) -> Report:
    """Check an evidence file byte by byte and recompute its verdict.

    `known`: keys that one trusts; with them, evidence of any other signer is not genuine. `model_sha256`: of the model
    file at hand, which must be the one that was measured. Never raises for bad content: it is reported.
    """
    report = Report()
    try:
        files = archive.unpack(content, NAMES, optional=frozenset((DEVICE,)))
        report.checks.append(
            _ok("archive", "파일의 모든 바이트가 쓰인 그대로입니다.", "Every byte is as it was written.")
        )
        payload, signatures = envelope.read(files[STATEMENT])
        statement = _statement(payload)
        for check in _read(report, files, statement, payload, signatures, known):
            report.checks.append(check)
        if model_sha256 is not None and report.measurement is not None:
            same = model_sha256 == report.measurement.model_sha256
            report.checks.append(
                Check(
                    "model",
                    same,
                    bilingual("측정한 모델이 이 파일입니다.", "The model measured is this file."),
                )
                if same
                else _bad(
                    "model",
                    "측정한 모델은 이 파일이 아닙니다.",
                    "The model measured is another file than this.",
                )
            )
    except Broken as broken:
        report.checks.append(_bad(broken.code, broken.ko, broken.en))
    return report


def _statement(payload: bytes) -> dict[str, Any]:
    try:
        statement = json.loads(payload)
        predicate = statement["predicate"]
        right = (
            statement["_type"] == STATEMENT_TYPE
            and statement["predicateType"] == PREDICATE_TYPE
            and predicate["format"] == FORMAT
            and isinstance(predicate["files"], dict)
            and isinstance(predicate["signer"], dict)
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise Broken(
            "no_statement", "서명한 문서를 읽을 수 없습니다.", "The signed statement cannot be read."
        ) from problem
    if not right:
        raise Broken(
            "unknown_statement",
            "이 판이 아는 형식의 문서가 아닙니다. didimdol-lab을 새 판으로 올리십시오.",
            "A statement of a form that this version does not know. Install a newer didimdol-lab.",
        )
    return dict(statement)


def _read(
    report: Report,
    files: dict[str, bytes],
    statement: dict[str, Any],
    payload: bytes,
    signatures: list[envelope.Signature],
    known: KnownKeys | None,
) -> Iterator[Check]:
    predicate = statement["predicate"]
    yield from _signed(report, predicate["signer"], payload, signatures, known)
    # What is named and is not there counts too: a part that was taken out would else go unseen.
    parts = sorted({*PARTS, *predicate["files"], *files} - {STATEMENT})
    changed = [
        name for name in parts if name not in files or predicate["files"].get(name) != sha256(files[name])
    ]
    yield (
        _bad("files", f"서명한 것과 다른 파일: {', '.join(changed)}", f"Not as signed: {', '.join(changed)}")
        if changed
        else _ok("files", "표본과 계획이 서명한 그대로입니다.", "Samples and plan are as they were signed.")
    )
    measurement = _parsed(files, "measurement.json", Measurement.model_validate_json)
    plan = _parsed(files, "plan.json", Plan.model_validate_json)
    card = _parsed(files, "card.json", ModelCard.model_validate_json)
    criteria = _parsed(files, "criteria.json", TypeAdapter(list[Criterion]).validate_json)
    report.measurement, report.plan, report.card = measurement, plan, card
    report.assurance, report.made_at = str(predicate.get("assurance", "")), str(predicate.get("made_at", ""))
    spelt = {
        "measurement.json": document(measurement),
        "plan.json": document(plan),
        "card.json": document(card),
    }
    odd = [name for name, content in spelt.items() if content != files[name]]
    if odd:
        yield _bad("spelling", f"표기가 다른 파일: {', '.join(odd)}", f"Spelt otherwise: {', '.join(odd)}")
    belongs = (
        measurement.plan_digest == plan.digest()
        and measurement.scenario is plan.scenario
        and card.sha256 == measurement.model_sha256
        and statement.get("subject") == subjects(measurement, plan, {"criteria.json": files["criteria.json"]})
    )
    yield (
        _ok("belongs", "표본, 모델, 계획이 서로의 것입니다.", "Samples, model and plan belong together.")
        if belongs
        else _bad(
            "belongs",
            "표본, 모델, 계획이 서로의 것이 아닙니다.",
            "Samples, model and plan do not belong together.",
        )
    )
    if DEVICE in files:
        yield _by_device(report, files[DEVICE], measurement, plan, card)
    if too_quick(plan):
        yield _bad("quick", "빠른 측정은 근거가 되지 않습니다.", "A quick measurement is no evidence.")
    report.results = [judge(criterion, measurement) for criterion in criteria]
    report.verdict = verdict_of(report.results)
    told = [result.model_dump(mode="json") for result in report.results]
    follows = predicate.get("results") == told and predicate.get("verdict") == report.verdict
    yield (
        _ok(
            "verdict",
            "판정을 표본에서 다시 계산해 같은 결과를 얻었습니다.",
            "The verdict was recomputed from the samples: it is the same.",
        )
        if follows
        else _bad(
            "verdict",
            "적힌 판정이 표본에서 나오지 않습니다.",
            "The verdict told does not follow from the samples.",
        )
    )


def _signed(
    report: Report,
    signer: dict[str, Any],
    payload: bytes,
    signatures: list[envelope.Signature],
    known: KnownKeys | None,
) -> Iterator[Check]:
    """The signer's own signature, over its own key; further ones must be of known keys."""
    public, named = str(signer.get("public_key", "")), str(signer.get("key_id", ""))
    report.signer = named
    message = envelope.pae(payload)
    if not well_named(named, public):
        yield _bad(
            "signer",
            "서명 열쇠의 이름이 열쇠와 맞지 않습니다.",
            "The signing key's name is not that of the key.",
        )
        return
    own = [s for s in signatures if s.key_id == named]
    right = len(own) == 1 and holds(public, own[0].value, message)
    yield (
        _ok("signature", f"{named} 열쇠의 서명이 맞습니다.", f"The signature of key {named} holds.")
        if right
        else _bad("signature", "서명이 맞지 않습니다.", "The signature does not hold.")
    )
    for other in signatures:
        if other.key_id == named:
            continue
        public_of = (known or {}).get(other.key_id)
        if public_of is None or not holds(public_of, other.value, message):
            yield _bad(
                "counter_signature",
                f"{other.key_id}의 서명을 확인할 수 없습니다. 그 기관의 공개 열쇠를 --keys로 주십시오.",
                f"The signature of {other.key_id} cannot be checked. Give that body's public keys with --keys.",
            )
    if known is not None:
        report.trusted = any(
            s.key_id in known and holds(known[s.key_id], s.value, message) for s in signatures
        )
        yield (
            _ok("trusted", "아는 열쇠가 서명했습니다.", "A known key signed it.")
            if report.trusted
            else _bad("trusted", "아는 열쇠의 서명이 없습니다.", "No known key signed it.")
        )


def _by_device(
    report: Report, content: bytes, measurement: Measurement, plan: Plan, card: ModelCard
) -> Check:
    try:
        found = attested(content, measurement, plan, card)
    except Broken as broken:
        return _bad(broken.code, broken.ko, broken.en)
    report.device_signer = found.key_id
    return _ok(
        "device_signature",
        f"장비 열쇠 {found.key_id}의 서명이 이 측정에 맞습니다(작업 {found.job}).",
        f"The signature of the device's key {found.key_id} holds for this measurement (job {found.job}).",
    )


def _parsed(files: dict[str, bytes], name: str, parse: Callable[[bytes], Any]) -> Any:
    try:
        return parse(files[name])
    except ValidationError as problem:
        raise Broken("unreadable", f"{name}: 읽을 수 없습니다.", f"{name}: cannot be read.") from problem


def _ok(code: str, ko: str, en: str) -> Check:
    return Check(code, True, bilingual(ko, en))


def _bad(code: str, ko: str, en: str) -> Check:
    return Check(code, False, bilingual(ko, en))
