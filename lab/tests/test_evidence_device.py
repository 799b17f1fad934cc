"""The device's own signature: made by its agent, kept in the evidence, found wherever somebody touched it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_lab.cli import main
from didimdol_lab.contract import Plan
from didimdol_lab.evidence import Broken, Report, Signer, archive, attest, attested, envelope, make, verify
from didimdol_lab.evidence.making import DEVICE, NAMES, STATEMENT
from didimdol_lab.evidence.rendering import html
from test_evidence import PLAN, card, criterion, failed, measurement

JOB = "0c9a5e1e-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def device() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


@pytest.fixture(scope="module")
def platform() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


def signed(device: Signer, **changes: Any) -> bytes:
    return attest(measurement(**changes), PLAN, card(), job=JOB, fencing=7, signer=device)


def evidence(platform: Signer, by_device: bytes | None) -> bytes:
    return make(
        measurement(), card(), PLAN, [criterion()], platform, assurance="measured_shared", device=by_device
    )


def changed(
    device: Signer, change: Callable[[dict[str, Any]], object], signer: Signer | None = None
) -> bytes:
    """The device's statement as somebody changed it, signed again."""
    payload, _ = envelope.read(signed(device))
    statement = json.loads(payload)
    change(statement)
    return envelope.sign(envelope.canonical(statement), [signer or device])


def words(report: Report, lang: Any = "en") -> str:
    return html(report, lang)


def test_both_signatures_are_told(device: Signer, platform: Signer, tmp_path: Path, capsys: Any) -> None:
    content = evidence(platform, signed(device))
    report = verify(content, known={platform.key_id: platform.public_hex})
    assert (report.genuine, report.trusted, report.verdict) == (True, True, "pass"), report.as_json()
    assert (report.device_signer, report.signer) == (device.key_id, platform.key_id)
    path = tmp_path / "evidence.zip"
    path.write_bytes(content)
    assert main(["verify", str(path), "--lang", "en"]) == 0
    told = (
        f"Measured and signed by device key {device.key_id}, "
        f"counter-signed by the platform's key {platform.key_id}."
    )
    assert told in capsys.readouterr().out.splitlines()
    assert main(["verify", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["device_signer"] == device.key_id
    assert device.key_id in words(report, "ko")


def test_a_device_without_a_key_is_told_too(platform: Signer, tmp_path: Path, capsys: Any) -> None:
    content = evidence(platform, None)
    report = verify(content)
    assert (report.genuine, report.device_signer) == (True, "")
    path = tmp_path / "evidence.zip"
    path.write_bytes(content)
    assert main(["verify", str(path), "--lang", "en"]) == 0
    assert "Not signed by the device" in capsys.readouterr().out
    own = verify(make(measurement(), card(), PLAN, [], platform))
    assert "Not signed by the device" not in words(own)


def test_every_changed_byte_of_it_is_found(device: Signer, platform: Signer) -> None:
    content, part = evidence(platform, signed(device)), signed(device)
    start = content.index(part)
    unseen = []
    for place in range(start, start + len(part)):
        broken = bytearray(content)
        broken[place] ^= 1
        if verify(bytes(broken)).genuine:
            unseen.append(place)
    assert unseen == []


def test_taken_out_or_put_in_it_is_found(device: Signer, platform: Signer) -> None:
    both = archive.unpack(evidence(platform, signed(device)), NAMES, optional=frozenset((DEVICE,)))
    without = archive.pack({name: content for name, content in both.items() if name != DEVICE})
    assert failed(verify(without)) == {"files"}
    alone = archive.unpack(evidence(platform, None), NAMES)
    assert failed(verify(archive.pack({**alone, DEVICE: signed(device)}))) == {"files"}


def test_the_platform_cannot_lend_it_to_another_measurement(device: Signer, platform: Signer) -> None:
    """Even signed by the platform: what the device signed is not these samples."""
    report = verify(evidence(platform, signed(device, ms=9)))
    assert failed(report) == {"device_subject"}
    assert report.device_signer == ""


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: s["subject"].pop(), "device_subject"),
        (lambda s: s["predicate"].update(format="didimdol.device/2"), "unknown_device_statement"),
        (lambda s: s["predicate"].pop("job"), "no_device_statement"),
        (lambda s: s["predicate"].update(fencing="7"), "no_device_statement"),
        (lambda s: s["predicate"]["signer"].update(key_id="k-0000000000000000"), "device_signature"),
        (lambda s: s["predicate"]["signer"].update(public_key="zz" * 32), "device_signature"),
    ],
)
def test_a_changed_statement_is_refused(device: Signer, change: Any, code: str) -> None:
    with pytest.raises(Broken) as refused:
        attested(changed(device, change), measurement(), PLAN, card())
    assert refused.value.code == code


def test_another_key_under_the_devices_name_and_a_second_signature(device: Signer, platform: Signer) -> None:
    payload, own = envelope.read(signed(device))
    both = envelope.write(
        payload, [*own, envelope.Signature(platform.key_id, platform.private.sign(envelope.pae(payload)))]
    )
    for content in (changed(device, lambda s: None, platform), both, envelope.write(payload, [])):
        with pytest.raises(Broken) as refused:
            attested(content, measurement(), PLAN, card())
        assert refused.value.code == "device_signature"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"[" * 9000, b'{"payload":"W1tb","payloadType":"x","signatures":[]}']
)
def test_what_is_no_envelope(content: bytes) -> None:
    with pytest.raises(Broken):
        attested(content, measurement(), PLAN, card())


def test_a_deep_statement_is_refused_and_does_not_break_the_reader(device: Signer) -> None:
    content = envelope.sign(b"[" * 12000, [device])
    with pytest.raises(Broken) as refused:
        attested(content, measurement(), PLAN, card())
    assert refused.value.code == "no_device_statement"


def test_the_attestation_names_job_and_lease(device: Signer) -> None:
    found = attested(signed(device), measurement(), PLAN, card())
    assert (found.key_id, found.public_key, found.job, found.fencing) == (
        device.key_id,
        device.public_hex,
        JOB,
        7,
    )
    with pytest.raises(Broken):
        attested(signed(device), measurement(), Plan(seed=1), card())


def test_without_the_part_the_file_is_as_it_ever_was(platform: Signer) -> None:
    files = archive.unpack(evidence(platform, None), NAMES)
    payload, _ = envelope.read(files[STATEMENT])
    assert set(json.loads(payload)["predicate"]["files"]) == NAMES - {STATEMENT}
