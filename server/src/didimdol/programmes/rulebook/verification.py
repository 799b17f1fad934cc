"""How claims are measured where a demand says nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainSerializer, StringConstraints

from didimdol_lab.contract import Plan

from .base import Part, Text, plain_decimal

Label = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*:[A-Za-z0-9._+-]+$", max_length=100)]
Exact = Annotated[Decimal, Field(max_digits=12, decimal_places=6), PlainSerializer(plain_decimal, when_used="json")]


class VerificationRules(Part):
    """The default measurement plan (lab.md §4.3: 662 samples carry a p99 verdict at 99 %, 3 processes).

    device_labels: a device must carry all of them. witnessed_test: what is no model file may be proved by a
    witnessed test instead. sustained_seconds: how long a criterion on sustained
    latency runs on. disclosed_to_panel: evaluators see verdicts and figures. shared_*: how much others may
    compute meanwhile on a device that is not set aside (share of the CPU; times pushed off the core, an inference).
    """

    percentile_confidence: Annotated[Exact, Field(ge=Decimal("0.5"), lt=1)] = Decimal("0.99")
    processes: Annotated[int, Field(ge=1, le=20)] = 3
    min_samples: Annotated[int, Field(ge=1, le=200_000)] = 662
    min_seconds: Annotated[Exact, Field(ge=0, le=3600)] = Decimal(3)
    max_seconds: Annotated[Exact, Field(gt=0, le=86_400)] = Decimal(300)
    warmup: Annotated[int, Field(ge=0, le=10_000)] = 10
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    sustained_seconds: Annotated[int, Field(ge=60, le=7_200)] = 600
    device_labels: Annotated[tuple[Label, ...], Field(max_length=50)] = ()
    shared_foreign_cpu_share: Annotated[Exact, Field(ge=0, le=1)] = Decimal("0.5")
    shared_involuntary_share: Annotated[Exact, Field(ge=0, le=1000)] = Decimal("0.5")
    trials_per_application: Annotated[int, Field(ge=0, le=1000)] = 5
    witnessed_test: bool = True
    disclosed_to_panel: bool = True
    guide: Text | None = None

    def plan(self) -> Plan:
        """The measurement plan these rules stand for."""
        return Plan(
            percentile_confidence=self.percentile_confidence,
            processes=self.processes,
            min_samples=self.min_samples,
            min_seconds=self.min_seconds,
            max_seconds=self.max_seconds,
            warmup=self.warmup,
            threads=self.threads,
        )
