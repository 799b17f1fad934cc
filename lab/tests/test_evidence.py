"""Signed evidence: made, verified, and broken in every way that somebody may try."""

from __future__ import annotations

import base64
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from didimdol_lab.cli import main
from didimdol_lab.contract import Criterion, Measurement, ModelCard, Plan
from didimdol_lab.evidence import (
    Broken,
    KeyFile,
    QuickPlan,
    Report,
    archive,
    envelope,
    make,
    own_key,
    read_known,
    verify,
)
from didimdol_lab.evidence.keys import Signer
from didimdol_lab.evidence.making import NAMES, STATEMENT
from didimdol_lab.evidence.rendering import html, junit

PLAN = Plan()
MODEL = "ab" * 32
LIMIT = {
    "key": "p50",
    "metric": "latency",
    "statistic": "p50",
    "comparison": "<=",
    "threshold": 5,
    "unit": "ms",
}


def criterion(**changes: Any) -> Criterion:
    return Criterion.model_validate({**LIMIT, **changes})


def measurement(ms: float = 2.0, *, samples: int = 12, **changes: Any) -> Measurement:
    values = {
        "model_sha256": MODEL,
        "plan_digest": PLAN.digest(),
        "samples_ns": [[int(ms * 1e6) + n for n in range(samples)] for _ in range(3)],
        "load_ms": [10.25, 10.5, 11.0],
        "first_inference_ms": 3.5,
        "peak_memory_bytes": 70_000_000,
        "model_size_bytes": 1_000_000,
        "cpu_ns_per_inference": 2_000_000,
        "environment": {"cpu": "<b>한 개의 CPU</b>\u202e"},
        "sandbox_layers": ["landlock", "seccomp"],
        "interference": {"foreign_cpu_share": 0.01, "involuntary_switches": 0},
        "started_at": "2026-11-27T10:00:00+00:00",
        "ended_at": "2026-11-27T10:00:10+00:00",
    }
    return Measurement.model_validate({**values, **changes})


def card(**changes: Any) -> ModelCard:
    values = {"opset": 15, "producer": "tests", "inputs": [], "outputs": [], "parameters": 1, "nodes": 1, "operators": {},
              "size_bytes": 1_000_000, "sha256": MODEL, "precision": "f32"}  # fmt: skip
    return ModelCard.model_validate({**values, **changes})


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


@pytest.fixture(scope="module")
def evidence(signer: Signer) -> bytes:
    return make(measurement(), card(), PLAN, [criterion()], signer)


def failed(report: Report) -> set[str]:
    return {check.code for check in report.checks if not check.ok}


def resigned(
    content: bytes, signer: Signer, change: Callable[[dict[str, Any]], None], **files: bytes
) -> bytes:
    """The same evidence with another statement, signed again by somebody who holds a key."""
    parts = {**archive.unpack(content, NAMES), **files}
    payload, _ = envelope.read(parts[STATEMENT])
    statement = json.loads(payload)
    change(statement)
    return archive.pack({**parts, STATEMENT: envelope.sign(envelope.canonical(statement), [signer])})


# --- genuine -------------------------------------------------------------------------------------------------------


def test_what_was_made_is_genuine_and_its_verdict_recomputed(evidence: bytes, signer: Signer) -> None:
    report = verify(evidence, model_sha256=MODEL)
    assert report.genuine, report.as_json()
    assert (report.verdict, report.assurance, report.signer, report.trusted) == (
        "pass",
        "self_declared",
        signer.key_id,
        None,
    )
    assert [result.verdict for result in report.results] == ["pass"]
    assert report.as_json()["model_sha256"] == MODEL


@pytest.mark.parametrize(
    ("ms", "limit", "verdict"), [(2, "5", "pass"), (9, "5", "fail"), (5, "5.000006", "inconclusive")]
)
def test_the_verdict_follows_the_samples(signer: Signer, ms: float, limit: str, verdict: str) -> None:
    report = verify(make(measurement(ms), card(), PLAN, [criterion(threshold=limit)], signer))
    assert (report.genuine, report.verdict) == (True, verdict)


def test_the_form_is_in_toto_in_dsse(evidence: bytes, signer: Signer) -> None:
    with zipfile.ZipFile(io.BytesIO(evidence)) as opened:
        document = json.loads(opened.read(STATEMENT))
    payload = base64.b64decode(document["payload"])
    statement = json.loads(payload)
    assert document["payloadType"] == "application/vnd.in-toto+json"
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert {"name": "model", "digest": {"sha256": MODEL}} in statement["subject"]
    signed = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    signer.private.public_key().verify(base64.b64decode(document["signatures"][0]["sig"]), signed)


# --- broken --------------------------------------------------------------------------------------------------------


def test_every_changed_byte_is_found(evidence: bytes) -> None:
    unseen = []
    for place in range(len(evidence)):
        changed = bytearray(evidence)
        changed[place] ^= 1
        if verify(bytes(changed)).genuine:
            unseen.append(place)
    assert unseen == []


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all", b"\0" * 100])
def test_what_is_no_archive(content: bytes) -> None:
    assert failed(verify(content)) == {"not_an_archive"}


def test_cut_off_or_with_something_behind(evidence: bytes) -> None:
    for content in (evidence[:-1], evidence[: len(evidence) // 2], evidence + b"\0", b"\0" + evidence):
        assert not verify(content).genuine


def test_other_entries_a_compressed_one_and_the_same_twice(evidence: bytes) -> None:
    files = archive.unpack(evidence, NAMES)
    for written in ({**files, "more.txt": b"x"}, {name: files[name] for name in files if name != STATEMENT}):
        assert failed(verify(archive.pack(written))) == {"evidence_entries"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for name, content in files.items():
            again.writestr(name, content)
    assert failed(verify(out.getvalue())) == {"evidence_entries"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as again:
        for name in files:
            again.writestr(name, files[name])
        with pytest.warns(UserWarning, match="Duplicate name"):
            again.writestr(STATEMENT, files[STATEMENT])
    assert failed(verify(out.getvalue())) == {"evidence_entries"}


def test_a_bomb_is_not_opened(evidence: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", len(evidence) - 1)
    assert failed(verify(evidence)) == {"evidence_too_large"}


def test_samples_of_another_run(evidence: bytes, signer: Signer) -> None:
    other = archive.unpack(make(measurement(9), card(), PLAN, [criterion()], signer), NAMES)
    files = archive.unpack(evidence, NAMES)
    swapped = archive.pack({**files, "measurement.json": other["measurement.json"]})
    assert "files" in failed(verify(swapped))


def test_who_signs_a_lie_is_found_by_the_samples(signer: Signer) -> None:
    slow = make(measurement(9), card(), PLAN, [criterion()], signer)

    def lie(statement: dict[str, Any]) -> None:
        statement["predicate"]["verdict"] = "pass"

    report = verify(resigned(slow, signer, lie))
    assert failed(report) == {"verdict"}
    assert report.verdict == "fail"


@pytest.mark.parametrize("part", ["model", "plan", "subject"])
def test_parts_that_do_not_belong_together(signer: Signer, part: str) -> None:
    if part == "model":
        content = make(measurement(), card(sha256="cd" * 32), PLAN, [], signer)
    elif part == "plan":
        content = make(measurement(), card(), Plan(seed=7), [], signer)
    else:
        content = resigned(
            make(measurement(), card(), PLAN, [], signer), signer, lambda s: s["subject"].pop()
        )
    assert failed(verify(content)) == {"belongs"}


def test_a_record_of_another_scenario_than_its_plan_is_found(signer: Signer) -> None:
    content = make(measurement(scenario="offline"), card(), PLAN, [], signer)
    assert failed(verify(content)) == {"belongs"}


def test_another_key_under_the_signers_name(evidence: bytes, signer: Signer) -> None:
    other = Signer(Ed25519PrivateKey.generate())
    assert "signature" in failed(verify(resigned(evidence, other, lambda statement: None)))

    def rename(statement: dict[str, Any]) -> None:
        statement["predicate"]["signer"]["public_key"] = other.public_hex

    assert failed(verify(resigned(evidence, other, rename))) >= {"signer"}


def test_an_unknown_form_is_said_not_guessed(evidence: bytes, signer: Signer) -> None:
    def newer(statement: dict[str, Any]) -> None:
        statement["predicate"]["format"] = "didimdol.evidence/2"

    assert failed(verify(resigned(evidence, signer, newer))) == {"unknown_statement"}


def test_another_model_than_the_one_at_hand(evidence: bytes) -> None:
    assert failed(verify(evidence, model_sha256="00" * 32)) == {"model"}


# --- keys ----------------------------------------------------------------------------------------------------------


def test_known_keys_and_counter_signatures(evidence: bytes, signer: Signer) -> None:
    platform, stranger = (Signer(Ed25519PrivateKey.generate()) for _ in range(2))
    assert verify(evidence, known={signer.key_id: signer.public_hex}).genuine
    assert failed(verify(evidence, known={platform.key_id: platform.public_hex})) == {"trusted"}
    files = archive.unpack(evidence, NAMES)
    payload, own = envelope.read(files[STATEMENT])

    def with_signature_of(other: Signer, message: bytes = b"") -> bytes:
        value = other.private.sign(message or envelope.pae(payload))
        both = envelope.write(payload, [*own, envelope.Signature(other.key_id, value)])
        return archive.pack({**files, STATEMENT: both})

    known = {platform.key_id: platform.public_hex}
    report = verify(with_signature_of(platform), known=known)
    assert (report.genuine, report.trusted) == (True, True)
    assert failed(verify(with_signature_of(platform))) == {
        "counter_signature"
    }  # cannot be checked without its key
    assert failed(verify(with_signature_of(stranger), known=known)) == {"counter_signature", "trusted"}
    assert "counter_signature" in failed(verify(with_signature_of(platform, b"other"), known=known))


def test_ones_own_key_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key.pem"
    made = own_key(path)
    assert own_key(path).key_id == made.key_id
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"nonsense")
    with pytest.raises(KeyFile):
        own_key(path)
    foreign = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(foreign)
    with pytest.raises(KeyFile):
        own_key(path)


@pytest.mark.parametrize(
    "document", ["", "[]", '{"keys":[{}]}', '{"keys":[{"key_id":"k","public_key":"zz"}]}']
)
def test_what_is_no_list_of_keys(tmp_path: Path, document: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(document)
    with pytest.raises(KeyFile):
        read_known(path)


def test_a_quick_plan_is_never_signed(signer: Signer) -> None:
    for plan in (Plan(processes=2), Plan(min_samples=661)):
        with pytest.raises(QuickPlan):
            make(measurement(plan_digest=plan.digest()), card(), plan, [], signer)


def test_a_broken_envelope_names_itself() -> None:
    for content in (b"", b"{}", b'{"payload":"!","payloadType":"","signatures":[]}'):
        with pytest.raises(Broken):
            envelope.read(content)


# --- pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_page_asks_nothing_from_outside_and_escapes(evidence: bytes, lang: Any) -> None:
    page = html(verify(evidence), lang)
    assert not any(word in page for word in ("http:", "https:", "src=", "<script", "@import", "<b>한"))
    assert "\u202e" not in page
    assert ("다른 기관이 확인한 측정이 아닙니다" in page) == (lang == "ko")
    assert "<svg" in page


def test_junit_has_a_case_a_criterion(signer: Signer) -> None:
    limits = [criterion(), criterion(key="slow", threshold=1), criterion(key="edge", threshold="2.000006")]
    suite = ElementTree.fromstring(junit(verify(make(measurement(), card(), PLAN, limits, signer)), "en"))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "1")
    assert [case.get("name") for case in suite] == ["evidence", "p50", "slow", "edge"]


# --- the command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, evidence: bytes) -> Path:
    path = tmp_path / "evidence.zip"
    path.write_bytes(evidence)
    return path


def test_the_command_verifies(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(kept), "--lang", "en"]) == 0
    assert "Genuine." in capsys.readouterr().out
    assert main(["verify", str(kept), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["genuine"] is True
    kept.write_bytes(kept.read_bytes()[:-3])
    assert main(["verify", str(kept), "--lang", "ko"]) == 1
    assert "진본이 아닙니다." in capsys.readouterr().out
    assert main(["verify", str(kept.with_name("missing.zip"))]) == 2


def test_a_file_larger_than_memory_is_refused(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.truncate(kept, 1 << 42)  # 4 TB that take no room on the disk
    assert main(["verify", str(kept), "--lang", "en"]) == 1
    assert f"larger than {archive.MOST_BYTES} bytes" in capsys.readouterr().out
    kept.unlink()


def test_the_command_checks_the_model_named(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"another model")
    assert main(["verify", str(kept), "--model", str(other), "--lang", "en"]) == 1
    assert "✗" in capsys.readouterr().out
    assert main(["verify", str(kept), "--model", str(tmp_path)]) == 2


def test_the_command_writes_pages_of_genuine_evidence_only(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, suite = tmp_path / "page.html", tmp_path / "suite.xml"
    assert main(["report", str(kept), "--html", str(page), "--junit", str(suite), "--lang", "en"]) == 0
    assert page.read_text().startswith("<!doctype html>")
    assert suite.read_text().startswith("<?xml")
    assert main(["report", str(kept)]) == 2
    kept.write_bytes(b"x")
    page.unlink()
    assert main(["report", str(kept), "--html", str(page)]) == 1
    assert not page.exists()


def test_the_command_refuses_a_quick_plan_before_it_measures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(Plan(processes=1).model_dump_json(by_alias=True))
    asked = [
        "measure",
        "no-such-model.onnx",
        "--plan",
        str(plan),
        "--evidence",
        str(tmp_path / "e.zip"),
        "--lang",
        "en",
    ]
    assert main(asked) == 2
    assert "not signed" in capsys.readouterr().err
