from __future__ import annotations

from uuid import UUID

from django.db import models

from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, Row


class AuditEvent(AppendOnlyRow):
    """One link of a chain. ``chain``: a challenge's id, or "site". ``hash`` covers every other column."""

    chain = models.CharField(max_length=36)
    sequence = models.BigIntegerField()
    type = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()  # the challenge's clock
    at_real = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    person = models.UUIDField(null=True)
    assignment = models.UUIDField(null=True)  # the role assignment that allowed it
    action = models.CharField(max_length=120)
    request = models.CharField(max_length=32, blank=True)
    subject_model = models.CharField(max_length=80, blank=True)
    subject_id = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)
    commitments = models.JSONField(default=dict)  # name → sha256(salt + value) of what stands in PersonalNote
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    privacy = Privacy(
        kept=Kept.RECORD,
        none="chain sequence type version at at_real actor_kind action request subject_model subject_id facts "
        "commitments previous hash",
        pseudonym="person assignment",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "sequence"], name="audit_sequence")]
        indexes = [models.Index(fields=["subject_id"]), models.Index(fields=["at_real"])]

    @property
    def challenge_id(self) -> UUID | None:
        return None if self.chain == "site" else UUID(self.chain)


class PersonalNote(Row):
    """Personal words of an event, beside the chain: erasing them leaves the chain whole."""

    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="notes")
    name = models.CharField(max_length=60)
    salt = models.CharField(max_length=64)
    value = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True)

    privacy = Privacy(kept=Kept.CHALLENGE, none="event name erased_at", personal="value", secret="salt")


class ChainTip(models.Model):
    """The last link of each chain; its row lock orders the writers."""

    privacy = Privacy(kept=Kept.RECORD, none="chain sequence hash")

    chain = models.CharField(max_length=36, primary_key=True)
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)


class AccessEntry(AppendOnlyRow):
    """Who opened, or tried to open, which document. 안전성 확보조치 기준: account, time, address, subject, action."""

    at_real = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    person = models.UUIDField(null=True)
    ip = models.CharField(max_length=45, blank=True)
    what = models.CharField(max_length=300)
    subject_id = models.UUIDField(null=True)
    challenge = models.UUIDField(null=True)  # of what was asked for, where it is known: who may read this line
    outcome = models.CharField(max_length=20)  # opened, denied, not_visible
    reason = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=300, blank=True)

    privacy = Privacy(
        kept=Kept.ACCESS_LOG,
        none="at_real actor_kind what subject_id challenge outcome reason",
        pseudonym="person",
        personal="ip purpose",
    )

    class Meta:
        indexes = [models.Index(fields=["subject_id"]), models.Index(fields=["at_real"])]


class SigningKey(Row):
    """The key ring: Ed25519, rotated; the private half is encrypted with the installation's secret."""

    key_id = models.CharField(max_length=40, unique=True)
    public_key = models.CharField(max_length=64)
    private_key = models.TextField()
    valid_from = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    privacy = Privacy(kept=Kept.RECORD, none="key_id public_key valid_from retired_at", secret="private_key")


class SealedRecord(AppendOnlyRow):
    """A decision's or receipt's record, signed. ``tier``: public, own or full (who may fetch it)."""

    kind = models.CharField(max_length=40)  # "receipt", "selection"
    tier = models.CharField(max_length=10)
    challenge = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)  # of an "own" record
    subject_id = models.UUIDField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=40)

    reach = "challenge"
    privacy = Privacy(
        kept=Kept.RECORD, none="kind tier challenge organisation subject_id digest key_id", sensitive="document"
    )

    class Meta:
        indexes = [models.Index(fields=["subject_id", "kind"])]


class SignedHead(AppendOnlyRow):
    """The daily signed head of a chain: what the log was, published."""

    chain = models.CharField(max_length=36)
    day = models.DateField()
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=40)
    signature = models.TextField()

    privacy = Privacy(kept=Kept.RECORD, none="chain day sequence hash key_id signature")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "day"], name="one_head_a_day")]
