from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.evaluation.models import Round
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import Row, StatefulRow
from didimdol.people.models import Person
from didimdol.records.models import SealedRecord


class Selection(StatefulRow):
    """The outcome of a round: computed, decided, released; a shortlist, or (of the last stage) the selection."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="selection")
    final = models.BooleanField()
    outcome = models.JSONField(default=dict)  # didimdol_decide's Ranking
    record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")
    public_record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    computed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    reach = "round.challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD,
        none="state state_since round final record public_record released_at",
        pseudonym="computed_by",
        sensitive="outcome",
    )

    def get_absolute_url(self) -> str:
        return reverse("selection:selection", args=[self.pk])


class Line(Row):
    """One application's line: as computed, and what the operator decided about it. ``held``: not released yet."""

    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="lines")
    computed = models.CharField(max_length=20)  # selected, reserve, not_selected, below_cutoff, no_quorum, excluded
    rank = models.PositiveIntegerField(null=True)
    score = models.CharField(max_length=20, blank=True)
    held = models.BooleanField(default=False)
    held_reason = models.TextField(blank=True)
    excluded = models.CharField(max_length=30, blank=True)  # a key of enums.EXCLUSIONS
    own_record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "selection.round.challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD, none="selection application held own_record", sensitive="computed rank score held_reason excluded"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["selection", "application"], name="line_once")]
