"""What the API says of measurements."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema


class RunOut(Schema):
    """One measurement, which never changes. ``valid``: nothing disturbed it beyond the plan's limits.

    ``plan_digest``: SHA-256 over the canonical JSON of the plan; ``assurance``: simulated, measured_shared, measured.
    """

    id: UUID
    measured_at: datetime
    device: str
    model_sha256: str
    plan_digest: str
    valid: bool
    assurance: str


class JobOut(Schema):
    """A measurement as it was asked for. ``state``: queued, leased, done, refused, lost, cancelled; ``run`` once done.

    ``reused``: an earlier run of the same model under the same plan was taken. ``refusal``: why it was refused.
    """

    id: UUID
    challenge: UUID | None
    state: str
    asked_at: datetime
    state_since: datetime
    model: str
    labels: list[str]
    attempts: int
    device: str | None
    reused: bool
    refusal: dict[str, Any]
    run: RunOut | None


class JobsOut(Schema):
    """``next``: give it as ``after`` for the next page; null on the last."""

    items: list[JobOut]
    next: str | None
