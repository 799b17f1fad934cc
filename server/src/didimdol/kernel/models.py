from __future__ import annotations

from django.db import models

from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, BilingualField, Row, ScopedQuerySet, StatefulRow

__all__ = [
    "AppendOnlyRow",
    "BilingualField",
    "Blob",
    "RateWindow",
    "RepeatedRequest",
    "Row",
    "ScopedQuerySet",
    "StatefulRow",
]


class Blob(AppendOnlyRow):
    """Bytes, once per organisation. Nobody gets them by hash: the owning row's page decides who may fetch them."""

    organisation = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()

    privacy = Privacy(kept=Kept.CHALLENGE, none="organisation sha256 size")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sha256"], name="blob_once_per_organisation"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="blob_size"),
        ]

    @property
    def path(self) -> str:
        return f"blobs/{self.organisation}/{self.sha256[:2]}/{self.sha256}"


class RepeatedRequest(models.Model):
    """An idempotency key with what its first use made: the second use gets the same."""

    privacy = Privacy(
        kept=Kept.SHORT, none="id action result_model result_id created_at", pseudonym="person", secret="key"
    )

    person = models.UUIDField(null=True)
    action = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    result_model = models.CharField(max_length=80, blank=True)
    result_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "action", "key"], name="repeated_once", nulls_distinct=False)
        ]


class RateWindow(models.Model):
    """How often something was asked in a window of time. In the database: it must not vanish with a cache."""

    privacy = Privacy(kept=Kept.SHORT, none="window_start count", secret="key")

    key = models.CharField(max_length=200, primary_key=True)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField()
