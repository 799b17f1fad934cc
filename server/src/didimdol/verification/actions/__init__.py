"""Writes of verification, one file a subject; all of them by name, as the other rooms use them."""

from didimdol.verification.actions.claiming import (
    claim_job,
    expire_lease,
    lease_job,
    report_progress,
    requeue_overdue,
    see_device,
)
from didimdol.verification.actions.devices import (
    OtherKey,
    allow_new_key,
    change_token,
    enrol_key,
    log_export,
    register_device,
    release_device,
    retire_device,
)
from didimdol.verification.actions.health import lease_check
from didimdol.verification.actions.leases import StaleLease, heartbeat_time, lease_time
from didimdol.verification.actions.queueing import cancel_job, queue_job, repeat_job
from didimdol.verification.actions.results import complete_job, measurement_sha256, refuse_job

__all__ = [
    "OtherKey",
    "StaleLease",
    "allow_new_key",
    "cancel_job",
    "change_token",
    "claim_job",
    "complete_job",
    "enrol_key",
    "expire_lease",
    "heartbeat_time",
    "lease_check",
    "lease_job",
    "lease_time",
    "log_export",
    "measurement_sha256",
    "queue_job",
    "refuse_job",
    "register_device",
    "release_device",
    "repeat_job",
    "report_progress",
    "requeue_overdue",
    "retire_device",
    "see_device",
]
