"""What the platform and a device agree on: plain pydantic models and pure functions.

The server imports this package and nothing else of the lab. It needs neither numpy nor a model runtime.
"""

from .bounds import minimum_samples, order_ranks, proportion_bounds, sample_floor
from .card import ModelCard, TensorSpec
from .criteria import ASSURANCE_ORDER, Assurance, Boundary, Comparison, Criterion, Metric, Statistic
from .judging import CriterionResult, Verdict, judge
from .measurement import (
    Accuracy,
    Interference,
    Measurement,
    Quantile,
    Validity,
    histogram,
    quantile,
)
from .plan import MAX_SAMPLES_PER_PROCESS, DeviceProfile, InputSpec, Limits, Plan
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
from .refusal import Bilingual, Refusal, bilingual

__all__ = [
    "ASSURANCE_ORDER",
    "MAX_SAMPLES_PER_PROCESS",
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
    "FailureRequest",
    "HeartbeatRequest",
    "HeartbeatResponse",
    "InputSpec",
    "Interference",
    "Job",
    "Limits",
    "Measurement",
    "Metric",
    "ModelCard",
    "Phase",
    "Plan",
    "Progress",
    "Quantile",
    "Refusal",
    "ResultRequest",
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
