from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import Row, StatefulRow
from didimdol.people.models import Person
from didimdol.projects.models import Project


class Budget(StatefulRow):
    """What a project's money is for, by cost category. A change is a new version; one version at most is in force."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="budgets")
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    returned_reason = models.TextField(blank=True)

    reach = "project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since project version",
        pseudonym="written_by submitted_by approved_by",
        personal="returned_reason",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="budget_version"),
            models.UniqueConstraint(fields=["project"], condition=Q(state="approved"), name="one_budget_in_force"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state__in=["draft", "submitted"]), name="one_budget_in_work"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
                name="budget_approved_by_another",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("funding:project", args=[self.project_id])


class BudgetLine(Row):
    """One cost category of a budget, in won by source. ``category``: a key of the rulebook's grant.categories."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="lines")
    category = models.CharField(max_length=60)
    position = models.PositiveIntegerField()
    government = models.BigIntegerField(default=0)
    own_cash = models.BigIntegerField(default=0)
    own_in_kind = models.BigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)  # the basis of the amount

    reach = "budget.project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE, none="budget category position government own_cash own_in_kind", sensitive="note"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "category"], name="budget_category_once"),
            models.CheckConstraint(
                condition=Q(government__gte=0, own_cash__gte=0, own_in_kind__gte=0), name="budget_not_negative"
            ),
        ]

    @property
    def total(self) -> int:
        return self.government + self.own_cash + self.own_in_kind
