"""What the platform and a device agree on: plain pydantic models and pure functions.

The server imports this package and nothing else of the lab. It needs neither numpy nor a model runtime.
"""

from .bounds import minimum_samples, order_ranks, proportion_bounds, sample_floor
from .card import ModelCard, TensorSpec
from .criteria import ASSURANCE_ORDER, Assurance, Boundary, Comparison, Criterion, Metric, Statistic
from .judging import NOISE_SENSITIVE, CriterionResult, Verdict, judge
from .measurement import (
    Accuracy,
    Difference,
    Interference,
    Layer,
    Measurement,
    Minute,
    Placement,
    Quantile,
    Validity,
    histogram,
    quantile,
)
from .plan import (
    MAX_SAMPLES_PER_PROCESS,
    UNTRIED,
    DeviceProfile,
    InputSpec,
    Limits,
    Plan,
    Precision,
    Runtime,
    Scenario,
)
from .protocol import (
    ClaimRequest,
    ClaimResponse,
    FailureRequest,
    HeartbeatRequest,
    HeartbeatResponse,
    Job,
    Phase,
    Progress,
    ResultRequest,
)
from .refusal import AI_HUB_FAULTS, Bilingual, Refusal, bilingual

__all__ = [
    "AI_HUB_FAULTS",
    "ASSURANCE_ORDER",
    "MAX_SAMPLES_PER_PROCESS",
    "NOISE_SENSITIVE",
    "UNTRIED",
    "Accuracy",
    "Assurance",
    "Bilingual",
    "Boundary",
    "ClaimRequest",
    "ClaimResponse",
    "Comparison",
    "Criterion",
    "CriterionResult",
    "DeviceProfile",
    "Difference",
    "FailureRequest",
    "HeartbeatRequest",
    "HeartbeatResponse",
    "InputSpec",
    "Interference",
    "Job",
    "Layer",
    "Limits",
    "Measurement",
    "Metric",
    "Minute",
    "ModelCard",
    "Phase",
    "Placement",
    "Plan",
    "Precision",
    "Progress",
    "Quantile",
    "Refusal",
    "ResultRequest",
    "Runtime",
    "Scenario",
    "Statistic",
    "TensorSpec",
    "Validity",
    "Verdict",
    "bilingual",
    "histogram",
    "judge",
    "minimum_samples",
    "order_ranks",
    "proportion_bounds",
    "quantile",
    "sample_floor",
]
