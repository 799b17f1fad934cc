from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.kernel import clock
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import StatefulRow
from didimdol.people.models import Person
from didimdol.programmes.models import Challenge
from didimdol.projects.models.project import Project
from didimdol.records.models import SealedRecord


class Final(StatefulRow):
    """The final evaluation of a challenge's projects, or (``kind`` best) the choice of its best ones by their own panel.

    ``rule``: didimdol_decide StageRule as it was when opened. ``inputs``, ``outcome``: didimdol_decide's SelectionInputs
    and SelectionOutcome as computed. ``lottery_commitment``: sha256 of the tie-break seed, shown from the opening on.
    """

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="finals")
    kind = models.CharField(max_length=10)  # grade, best
    rule = models.JSONField(default=dict)
    closes_at = models.DateTimeField()
    inputs = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    computed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lottery_seed = models.CharField(max_length=64)
    lottery_commitment = models.CharField(max_length=64)
    computed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD,
        none="state state_since challenge kind rule closes_at computed_at released_at record lottery_commitment",
        pseudonym="opened_by computed_by",
        sensitive="inputs outcome",
        secret="lottery_seed",
    )

    class Meta:
        # One at a time; another may follow for projects that were deferred, or that ended later than the rest.
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "kind"], condition=~models.Q(state="released"), name="one_final_at_a_time"
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("projects:final", args=[self.pk])


class Review(StatefulRow):
    """One panel member's sheet for one project. ``body``: expert or demand. ``scores``: {criterion: "8"}."""

    final = models.ForeignKey(Final, on_delete=models.PROTECT, related_name="reviews")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reviews")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.CharField(max_length=20)
    scores = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    locked_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=clock.now)

    reach = "final.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since final project body locked_at made_at",
        pseudonym="person",
        sensitive="scores comment",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["final", "project", "person"], name="review_once")]

    def get_absolute_url(self) -> str:
        return reverse("projects:review", args=[self.pk])
