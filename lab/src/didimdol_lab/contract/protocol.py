"""The messages between the platform and a device agent (base address `{server}/agent/v1/`)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from .base import Message, Sha256
from .card import ModelCard
from .measurement import Measurement
from .plan import Label, Plan
from .refusal import Refusal


class Phase(StrEnum):
    fetching = "fetching"
    checking = "checking"
    loading = "loading"
    warming = "warming"
    measuring = "measuring"
    sustaining = "sustaining"
    comparing = "comparing"
    accuracy = "accuracy"
    done = "done"


class Progress(Message):
    """Where a job stands. `done` of `total` steps of this phase; total 0 means not yet known."""

    phase: Phase
    done: int = Field(default=0, ge=0)
    total: int = Field(default=0, ge=0)
    note: str = Field(default="", max_length=500)


class ClaimRequest(Message):
    """An agent offers itself: what it can do and which versions it runs.

    `public_key`: its own Ed25519 key (hexadecimal), which the platform keeps from the first claim on; None for an agent
    without one. `boot`: a name of this process, new with each start; empty where the agent gives none.
    """

    labels: list[Label] = Field(max_length=100)
    versions: dict[str, str] = Field(default_factory=dict, max_length=50)
    public_key: Sha256 | None = None  # 64 hexadecimal digits, as a hash has them
    boot: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,64}$")


class Job(Message):
    """A leased job. Every later call carries `fencing`; a stale one is answered 409.

    `health`: the platform checks the device with a tiny model of its own before it gives it anybody else's.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    fencing: int = Field(ge=0)
    lease_seconds: float = Field(gt=0)
    heartbeat_seconds: float = Field(gt=0)
    plan: Plan
    model_name: str = Field(max_length=300)
    model_sha256: Sha256
    model_size: int = Field(ge=0)
    dataset_sha256: Sha256 | None = None
    health: bool = False


class ClaimResponse(Message):
    """A job, or none and when to ask again (seconds)."""

    job: Job | None = None
    retry_after: float = Field(ge=0)


class HeartbeatRequest(Message):
    fencing: int
    progress: Progress


class HeartbeatResponse(Message):
    lease_seconds: float = Field(gt=0)
    cancel: bool = False


class ResultRequest(Message):
    """`envelope`: what the device signed of it (`didimdol_lab.evidence.attest`); None from a device without a key."""

    fencing: int
    measurement: Measurement
    card: ModelCard
    envelope: str | None = Field(default=None, max_length=20_000)


class FailureRequest(Message):
    fencing: int
    refusal: Refusal
