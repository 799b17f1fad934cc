from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow
from didimdol.people.models import Organisation


class RehearsalReport(AppendOnlyRow):
    """The report of a rehearsal that ran in a database of its own. All people and startups in it are invented.

    ``content``: rehearsal.report.build. ``key``: of the rulebook, loaded here or not. ``whole``: it ended whole.
    """

    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    applicants = models.PositiveIntegerField()
    seed = models.BigIntegerField()
    whole = models.BooleanField()
    blocking = models.PositiveIntegerField()
    warnings = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField()
    content = models.JSONField()

    reach = ""
    privacy = Privacy(
        kept=Kept.RECORD, none="operator key digest applicants seed whole blocking warnings seconds content"
    )

    def get_absolute_url(self) -> str:
        return reverse("rehearsal:report", args=[self.pk])
