"""Qualcomm's kinds of failure as refusals: what is the model's, what is the service's, what is ours.

The kinds are those of `JobFailureType` in the client's public messages (qai-hub 0.56).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ..refusals import Refused, refuse
from .settings import Settings

SERVICE_FAULTS = frozenset(
    {
        "INTERNAL_UNKNOWN",
        "INTERNAL_LOGIC",
        "RUNTIME_FAILED_DEPENDENCY",
        "RUNTIME_INTERNAL_SERVICE_BUSY",
        "CLOUD_API_ERROR",
        "CLOUD_RESOURCE_MISSING",
        "CLOUD_THROTTLED",
        "QDC_API_ERROR",
    }
)
"""The service's own: the job is sent again, and in the end nothing is said of the model."""

OF_JOB: dict[str, str] = {
    **dict.fromkeys(SERVICE_FAULTS, "aihub_busy"),
    "UNSUPPORTED": "aihub_operator",
    "QNN_TOOL_ERROR": "aihub_operator",
    "MODEL_UNKNOWN": "aihub_model",
    "MODEL_CORRUPT": "aihub_model",
    "MODEL_INVALID": "aihub_model",
    "INVALID_INPUTS": "aihub_inputs",
    "INVALID_ARGUMENT": "aihub_inputs",
    "RUNTIME_OUT_OF_MEMORY": "aihub_memory",
    "RUNTIME_DEVICE_OOM": "aihub_memory",
    "RUNTIME_OUT_OF_DISK": "aihub_memory",
    "RUNTIME_TIMEOUT": "aihub_device_time",
    "RUNTIME_CRASH": "aihub_crashed",
    "RUNTIME_UNKNOWN": "aihub_crashed",
    "QNN_VERSION_MISMATCH": "aihub_versions",
    "DSP_VERSION_MISMATCH": "aihub_versions",
}
_OF_WORKER = {
    "missing": "aihub_missing",
    "config": "aihub_config",
    "token": "aihub_token",
    "device_unknown": "aihub_device_unknown",
    "busy": "aihub_busy",
    "unavailable": "aihub_unavailable",
    "too_large": "aihub_too_large",
    "client_old": "aihub_client_old",
    "refused": "aihub_refused",
    "no_samples": "aihub_no_samples",
    "answer": "aihub_answer",
    "deadline": "aihub_time_limit",
}


def refusal_of_job(detail: Mapping[str, str], operators: Collection[str]) -> Refused:
    """`detail`: kind, job, url, failure (its kind) and reason, as the service says them."""
    kind = detail.get("failure", "UNKNOWN")
    code = OF_JOB.get(kind, "aihub_failed")
    reason = detail.get("reason", "") or "-"
    more = {"operator": named_in(reason, operators)} if code == "aihub_operator" else {}
    return refuse(
        code,
        reason=reason,
        failure=kind,
        step=detail.get("kind", ""),
        job=detail.get("job", ""),
        url=detail.get("url", ""),
        **more,
    )


def named_in(reason: str, operators: Collection[str]) -> str:
    """The model's operators that a reason names, or "?": the service writes sentences, not fields."""
    found = [name for name in operators if re.search(rf"\b{re.escape(name)}\b", reason)]
    return ", ".join(sorted(found)) or "?"


def problem(code: str, detail: Mapping[str, str], settings: Settings) -> Refused:
    """A refusal of what the worker ended with."""
    known = _OF_WORKER.get(code, "aihub_fault")
    more: dict[str, str] = {}
    if known == "aihub_config":
        more = {"file": str(settings.client_ini)}
    elif known == "aihub_missing":
        more = {"python": str(settings.python)}
    elif known == "aihub_time_limit":
        more = {"seconds": f"{settings.seconds:g}"}
    return refuse(known, **{**detail, **more})
