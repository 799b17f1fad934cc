from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from didimdol.kernel.models import Blob
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, StatefulRow


class Device(StatefulRow):
    """A machine that measures. Its agent pulls jobs with a token (stored as a hash); labels say what it can do.

    ``state`` is its health alone (states.HEALTH): whether it is in service says ``retired_at``, whether it works its lease.
    ``public_key``: the Ed25519 key its agent signs with (hexadecimal), empty where none was enrolled. ``boot``: the agent's
    process that was seen last. ``health_failures``: health checks failed in a row.
    """

    organisation = models.UUIDField()
    name = models.CharField(max_length=120)
    labels = models.JSONField(default=list)
    secret_hash = models.CharField(max_length=64, unique=True)
    versions = models.JSONField(default=dict)
    last_seen_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    public_key = models.CharField(max_length=64, blank=True, default="")
    key_since = models.DateTimeField(null=True)
    boot = models.CharField(max_length=64, blank=True, default="")
    health_failures = models.PositiveSmallIntegerField(default=0)

    def get_absolute_url(self) -> str:
        return reverse("verification:device", args=[self.id])

    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since organisation name labels versions last_seen_at retired_at public_key key_since boot "
        "health_failures",
        secret="secret_hash",
    )


class Run(AppendOnlyRow):
    """One measurement: immutable. ``measurement``: didimdol_lab.contract.Measurement; ``card``: its ModelCard.

    ``envelope``: what the device signed of it, as it came (didimdol_lab.evidence.attest); empty without a key.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="runs")
    owner = models.UUIDField()  # the organisation whose model it is: runs are never shared between owners
    model_sha256 = models.CharField(max_length=64)
    plan_digest = models.CharField(max_length=64)
    plan = models.JSONField()
    measurement = models.JSONField()
    card = models.JSONField(default=dict)
    valid = models.BooleanField()
    envelope = models.TextField(blank=True, default="")

    privacy = Privacy(
        kept=Kept.RECORD, none="device owner model_sha256 plan_digest plan card valid envelope", sensitive="measurement"
    )

    class Meta:
        indexes = [models.Index(fields=["owner", "model_sha256", "plan_digest"])]


class DeviceJob(StatefulRow):
    """A job for a device: queued, leased, done, refused or lost. ``subject``: opaque to this room.

    ``turn``: the round of the queue in which it waits (turns.py). ``health_of``: it is the health check of this device.
    """

    owner = models.UUIDField()
    operator = models.UUIDField(null=True)  # whose devices may take it; None: every device of the installation
    subject = models.UUIDField()
    challenge = models.UUIDField(null=True)
    model = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    model_name = models.CharField(max_length=200)
    dataset = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    plan_digest = models.CharField(max_length=64)
    labels = models.JSONField(default=list)
    priority = models.IntegerField(default=0)
    turn = models.BigIntegerField(default=0)
    health_of = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="checks")
    attempts = models.PositiveSmallIntegerField(default=0)
    fencing = models.BigIntegerField(default=0)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="jobs")
    lease_until = models.DateTimeField(null=True)
    leases = models.JSONField(default=list)  # every lease there was: device, fencing, at, end
    progress = models.JSONField(default=dict)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="jobs")
    reused = models.BooleanField(default=False)
    refusal = models.JSONField(default=dict)

    reach = "challenge"

    def get_absolute_url(self) -> str:
        return reverse("verification:job", args=[self.id])

    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since owner operator subject challenge model model_name dataset plan plan_digest labels "
        "priority turn health_of attempts fencing device lease_until leases progress run reused refusal",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["priority", "turn", "created_at"],
                condition=Q(state__in=["queued", "leased"]),
                name="job_waiting",
            ),
            models.Index(fields=["subject"]),
            models.Index(fields=["operator", "priority", "turn"]),
            models.Index(fields=["owner", "turn"]),
        ]
