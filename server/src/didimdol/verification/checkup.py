"""The health check of a device: a tiny model of the platform's own, and a quick plan that any machine keeps.

It says that the agent, its sandbox and its runtime still work from end to end, before a model of somebody else comes to it.
"""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal

from didimdol.kernel.words import text
from didimdol.verification.models import Device
from didimdol_lab.contract import InputSpec, Plan

#: x[1,4] · w[4,4] → Relu → y[1,4], opset 13: 181 bytes of ONNX (server/tests/verification/test_health.py makes it anew)
MODEL = base64.b64decode(
    "CAgSCGRpZGltZG9sOqABChEKAXgKAXcSAWgiBk1hdE11bAoMCgFoEgF5IgRSZWx1EgZoZWFsdGgqSwgECAQQAUIBd0pAAAAAAAAAgD0AAAA+AABAPgAA"
    "gD4AAKA+AADAPgAA4D4AAAA/AAAQPwAAID8AADA/AABAPwAAUD8AAGA/AABwP1oTCgF4Eg4KDAgBEggKAggBCgIIBGITCgF5Eg4KDAgBEggKAggBCgII"
    "BEIECgAQDQ=="
)
SHA256 = hashlib.sha256(MODEL).hexdigest()
NAME = text("상태 점검", "Health check")
PLAN = Plan(
    processes=1,
    min_samples=11,
    min_seconds=Decimal(0),
    max_seconds=Decimal(20),
    warmup=1,
    max_attempts=1,
    max_foreign_cpu_share=Decimal(1),  # whether it is quiet enough is each measurement's own matter
    max_involuntary_share=Decimal(1_000_000),
    inputs={"x": InputSpec(shape=[1, 4])},
)


def checkable(device: Device) -> bool:
    """Whether the device has the runtime of the check; a device without it is not judged by what it cannot do."""
    return f"runtime:{PLAN.runtime}" in device.labels
