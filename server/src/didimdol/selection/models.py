from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.evaluation.models import Round
from didimdol.kernel import clock
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import Row, StatefulRow
from didimdol.people.models import Person
from didimdol.records.models import SealedRecord


class Selection(StatefulRow):
    """The outcome of a closed round: a shortlist, or (of the last stage: ``final``) the selection itself.

    ``inputs``: didimdol_decide's SelectionInputs as they were computed from, so that what is released is what was
    decided. ``outcome``: its SelectionOutcome. The records are sealed at the release of the last stage.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="selection")
    final = models.BooleanField()
    inputs = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    computed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    computed_at = models.DateTimeField(default=clock.now)
    record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")
    public_record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    reach = "round.challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD,
        none="state state_since round final computed_at record public_record released_at",
        pseudonym="computed_by",
        sensitive="inputs outcome",
    )

    def get_absolute_url(self) -> str:
        return reverse("selection:selection", args=[self.pk])


class Line(Row):
    """One application's line: as computed, and what the operator settles about it before the release.

    ``held``: nothing is released until this is settled. ``excluded``: a key of enums.EXCLUSIONS, or empty.
    """

    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="lines")
    computed = models.CharField(max_length=20)  # a key of enums.OUTCOMES
    rank = models.PositiveIntegerField(null=True)  # within its field, or the pool
    score = models.CharField(max_length=20, blank=True)  # a decimal as written in the record
    held = models.BooleanField(default=False)
    held_reason = models.TextField(blank=True)
    excluded = models.CharField(max_length=30, blank=True)
    excluded_reason = models.TextField(blank=True)
    own_record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "selection.round.challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD,
        none="selection application held own_record",
        sensitive="computed rank score held_reason excluded excluded_reason",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["selection", "application"], name="line_once")]

    def get_absolute_url(self) -> str:
        return reverse("selection:selection", args=[self.selection_id])
