from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.kernel import clock
from didimdol.kernel.models import Blob
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, StatefulRow
from didimdol.people.models import Person
from didimdol.projects.models.project import Project
from didimdol.verification.models import DeviceJob


class Milestone(StatefulRow):
    """A step of the PoC with money behind it. ``gate``: verification (a run of the model) or witnessed (a witnessed
    test). ``criteria``: list of didimdol_lab Criterion as JSON. ``amount``: won that its approval makes payable."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    due_on = models.DateField()
    amount = models.BigIntegerField()
    gate = models.CharField(max_length=20)
    criteria = models.JSONField(default=list)
    delivered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)  # what is to be supplemented, or why it was dropped

    reach = "project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since project position due_on amount gate criteria approved_at",
        pseudonym="delivered_by accepted_by approved_by",
        sensitive="title description note",
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["project", "position"], name="milestone_position")]

    def get_absolute_url(self) -> str:
        return reverse("projects:milestone", args=[self.pk])


class Deliverable(AppendOnlyRow):
    """A file handed in for a milestone; a later one supplements, never replaces."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="deliverables")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    reach = "milestone.project.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="milestone blob at", pseudonym="by", sensitive="filename note")


class ModelVersion(AppendOnlyRow):
    """A model handed in for a milestone, with its descent from the one applied with.

    ``parent``: the version before it; None: the application's. ``explanation``: what changed and why, required where
    the hash differs. ``job``: its measurement.
    """

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="models")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    inputs = models.JSONField(default=dict)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    parent_sha256 = models.CharField(max_length=64)
    explanation = models.TextField(blank=True)
    job = models.ForeignKey(DeviceJob, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    reach = "milestone.project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="milestone blob inputs parent parent_sha256 job at",
        pseudonym="by",
        sensitive="filename explanation",
    )


class WitnessedTest(StatefulRow):
    """A test where the PoC is no model file: plan, raw log and figures, signed by the startup and the demand company.

    ``figures``: {criterion key: "8.2"}; ``sha256``: of plan, log hash and figures together, what both sign.
    """

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="tests")
    plan = models.TextField()
    log = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    figures = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    tested_on = models.DateField()
    startup_signer = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    company_signer = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    refused_reason = models.TextField(blank=True)

    reach = "milestone.project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since milestone log sha256 tested_on",
        pseudonym="startup_signer company_signer",
        sensitive="plan figures filename refused_reason",
    )

    def get_absolute_url(self) -> str:
        return reverse("projects:milestone", args=[self.milestone_id])


class Check(AppendOnlyRow):
    """A check of the running project (통합관리지침 §53). ``kind``: ad_hoc, mid_term, final. ``result``: enums.CHECK_RESULTS."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=10)
    result = models.CharField(max_length=20)
    comment = models.TextField()
    due_on = models.DateField(null=True)  # of what is to be supplemented
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    reach = "project.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="project kind result due_on at", pseudonym="by", sensitive="comment")
