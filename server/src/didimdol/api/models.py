from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge
from didimdol.records.models import AuditEvent


class Subscription(StatefulRow):
    """An address that hears what happens to an organisation's things. ``challenge`` None: in all challenges.

    ``owner``: by whose roles it hears; when they end, it stops. ``topics``: event types. ``secret``, ``previous_secret``:
    encrypted with the installation's secret; the previous one signs too until ``previous_until``. ``failures``: failed
    attempts since the last success. ``paused_reason``: a key of enums.PAUSED, or empty.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="webhooks")
    challenge = models.ForeignKey(Challenge, null=True, on_delete=models.PROTECT, related_name="webhooks")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(max_length=500)
    topics = models.JSONField(default=list)
    secret = models.TextField()
    previous_secret = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    paused_reason = models.CharField(max_length=20, blank=True)

    privacy = Privacy(
        kept=Kept.ACCOUNT,
        none="state state_since organisation challenge topics previous_until failures paused_reason",
        pseudonym="owner",
        secret="url secret previous_secret",  # an address may carry a key of the receiver's
    )

    class Meta:
        indexes = [
            models.Index(fields=["organisation"], condition=models.Q(state="active"), name="webhook_listening"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("webhooks:webhook", args=[self.pk])


class Delivery(StatefulRow):
    """One event for one subscription. Its id is the delivery id that the receiver sees, also when it is sent again.

    ``payload``: as sent, ids and states only. ``event`` None: a test. ``attempts``: since it was last queued.
    ``log``: every attempt: {"at", "status", "error", "ms"}, the newest last.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(AuditEvent, null=True, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=120)
    payload = models.JSONField()
    attempts = models.PositiveSmallIntegerField(default=0)
    log = models.JSONField(default=list)
    delivered_at = models.DateTimeField(null=True)

    privacy = Privacy(
        kept=Kept.SHORT,
        none="state state_since subscription event topic payload attempts log delivered_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event"], name="delivered_once_a_webhook"),
        ]
        indexes = [models.Index(fields=["subscription", "-created_at"])]

    def get_absolute_url(self) -> str:
        return reverse("webhooks:delivery", args=[self.pk])
