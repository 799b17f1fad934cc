"""Devices: their registration, token, key and health as people decide on them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, save, wait
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import text
from didimdol.people.models import Organisation
from didimdol.records.opening import opened
from didimdol.verification import queries, rules
from didimdol.verification.labels import cleaned
from didimdol.verification.models import Device
from didimdol.verification.states import HEALTH
from didimdol_lab.evidence import key_id_of


class OtherKey(WrongState):
    """409: the agent comes with another key than the device's, or with none."""

    def __init__(self, device: Device) -> None:
        key = key_id_of(device.public_key)
        super().__init__(
            "other_key",
            text(
                f"이 장비는 열쇠 {key}로 서명합니다. 그 열쇠 없이는 작업을 맡기지 않습니다.",
                f"This device signs with key {key}; without that key it gets no job.",
            ),
            text(
                "그 열쇠 파일로 에이전트를 시작하거나, 장비 화면에서 새 열쇠를 허용하십시오.",
                "Start the agent with that key file, or allow a new key on the device's page.",
            ),
        )


@action
def register_device(
    *, actor: Actor, organisation: Organisation, name: str, labels: Sequence[str]
) -> tuple[Device, str]:
    """A new device and its token in clear, which is shown once and never again."""
    by = require(rules.keeps_devices(actor, organisation.id))
    clear = _new_token()
    device = Device(
        organisation=organisation.id,
        name=name,
        labels=cleaned(labels),
        secret_hash=queries.secret_hash(clear),
        state=HEALTH.initial,
    )
    save(device)
    audit("device.registered", device, facts={"organisation": organisation.id, "labels": device.labels}, by=by)
    return device, clear


@action
def retire_device(*, actor: Actor, device: Device, reason: str) -> Device:
    """Take a device out of service. Its token ends now; a job it holds goes to another when its lease runs out."""
    device = locked(device)
    by = require(rules.may_retire(actor, device))
    _need(reason)
    if device.retired_at is None:
        device.retired_at = clock.real()
        save(device, "retired_at")
        wait(device, [])
    audit("device.retired", device, personal={"reason": reason}, by=by)
    return device


@action
def change_token(*, actor: Actor, device: Device, reason: str) -> tuple[Device, str]:
    """A new token, in clear this once. The one before ends now, also in the middle of a job."""
    device = locked(device)
    by = require(rules.may_change(actor, device))
    _need(reason)
    clear = _new_token()
    device.secret_hash = queries.secret_hash(clear)
    save(device, "secret_hash")
    audit("device.token_changed", device, personal={"reason": reason}, by=by)
    return device, clear


@action
def enrol_key(*, actor: Actor, device: Device, public_key: str) -> Device:
    """Keep the key with which the device's agent came first. Raises OtherKey where it has one already."""
    device = locked(device)
    by = require(rules.is_itself(actor, device))
    if device.public_key and device.public_key != public_key:
        raise OtherKey(device)
    if not device.public_key:  # two first claims at once: the first one's moment counts
        device.public_key, device.key_since = public_key, clock.real()
        save(device, "public_key", "key_since")
    audit("device.key_enrolled", device, facts={"key_id": key_id_of(public_key), "public_key": public_key}, by=by)
    return device


@action
def allow_new_key(*, actor: Actor, device: Device, reason: str) -> Device:
    """Forget the device's key: the agent that claims next brings its new one. What was signed stays as it is."""
    device = locked(device)
    by = require(rules.may_change(actor, device))
    _need(reason)
    before = key_id_of(device.public_key) if device.public_key else ""
    device.public_key, device.key_since = "", None
    save(device, "public_key", "key_since")
    audit("device.new_key_allowed", device, facts={"key_id_before": before}, personal={"reason": reason}, by=by)
    return device


@action
def release_device(*, actor: Actor, device: Device, reason: str) -> Device:
    """Out of quarantine: the device has to pass its health check before it gets a model."""
    device = locked(device)
    if HEALTH.move("release", actor, device, reason=reason):
        device.health_failures = 0
        save(device, "health_failures")
    return device


@action
def log_export(*, actor: Actor, device: Device, rows: int, reason: str) -> None:
    """Somebody takes the list of a device's jobs out of the system."""
    by = require(rules.may_look(actor))
    _need(reason)
    audit("device.jobs_exported", device, facts={"rows": rows}, personal={"reason": reason}, by=by)
    opened(actor, "export: jobs of a device", device, purpose=reason)


def _new_token() -> str:
    return "ddl_" + secrets.token_urlsafe(32)


def _need(reason: str) -> None:
    if not reason.strip():
        message = text("사유를 적어 주십시오.", "Please give the reason.")
        raise BadInput("reason_required", message, fields={"reason": message})
