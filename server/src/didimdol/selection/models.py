from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.demands.models import Demand
from didimdol.evaluation.models import Round, Seat
from didimdol.kernel import clock
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import Row, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge, Field
from didimdol.records.models import SealedRecord
from didimdol.selection.meeting_models import Meeting as Meeting
from didimdol.selection.meeting_models import MeetingTable as MeetingTable
from didimdol.selection.meeting_models import MeetingWish as MeetingWish
from didimdol.selection.meeting_models import MeetUp as MeetUp


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


class Estimate(Row):
    """How sure the ranking of a selection is: advice beside the record, never in it, and deleted by a rule.

    ``digest``: of what it was computed from; where it is not the selection's any more, the estimate is stale.
    ``content``: didimdol_decide's Confidence, or ``{"nothing": {"ko", "en"}}`` where nothing can be said.
    """

    selection = models.OneToOneField(Selection, on_delete=models.PROTECT, related_name="estimate")
    digest = models.CharField(max_length=64)
    content = models.JSONField(default=dict)
    computed_at = models.DateTimeField(default=clock.now)

    reach = "selection.round.challenge_id"
    privacy = Privacy(kept=Kept.ADVICE, none="selection digest computed_at", sensitive="content")

    def get_absolute_url(self) -> str:
        return reverse("selection:how_sure", args=[self.selection_id])


class Remark(StatefulRow):
    """What an evaluator is told about their own ballots and may answer until ``reply_until``.

    ``kind``: "deviation", items of the ballot for ``application`` far from the panel's mean (``content``: {"items":
    didimdol_decide's Deviations}); or "leaning", harsh or lenient over the seat's ballots (``content``: its JudgeLine),
    which is part of the estimate and deleted with it.
    """

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=10)
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="remarks")
    content = models.JSONField(default=dict)
    reply_until = models.DateTimeField()
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)

    reach = "seat.round.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since seat kind application reply_until replied_at",
        sensitive="content reply",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat", "application"], nulls_distinct=False, name="remark_once"),
            models.CheckConstraint(
                condition=models.Q(kind="deviation", application__isnull=False)
                | models.Q(kind="leaning", application__isnull=True),
                name="remark_of_its_kind",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("selection:remarks", args=[self.seat.round_id])


class Place(StatefulRow):
    """A place that a startup holds, or stands in line for: opened at the release of the last stage.

    ``position``: the order in which reserves are offered a place, from 1, within the field (or the pool); 0: selected.
    ``confirm_by``: until then the chief executive confirms, or the next in line is offered the place.
    """

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="places")
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="places")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="place")
    startup = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="places")
    position = models.PositiveIntegerField(default=0)
    offered_at = models.DateTimeField(null=True)
    confirm_by = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_reason = models.TextField(blank=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    reach = "challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since challenge field application startup position offered_at confirm_by confirmed_at replaces",
        pseudonym="confirmed_by",
        personal="ended_reason",
    )

    def get_absolute_url(self) -> str:
        return reverse("selection:place", args=[self.pk])


class Matching(StatefulRow):
    """The two-sided match of a challenge's confirmed startups to demands. ``inputs`` and ``outcome``:
    didimdol_decide.matching's, as computed. A later one (after a withdrawal) keeps the pairs that stand: ``number``."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="matchings")
    number = models.PositiveIntegerField(default=1)
    closes_at = models.DateTimeField(null=True)  # preferences may be given until then
    inputs = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    computed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    computed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD,
        none="state state_since challenge number closes_at computed_at released_at record",
        pseudonym="computed_by",
        sensitive="inputs outcome",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "number"], name="matching_number")]

    def get_absolute_url(self) -> str:
        return reverse("selection:matching", args=[self.pk])


class Preference(Row):
    """One side's order. Of a startup: ``place``, ``order`` = demand ids, best first. Of a demand: ``demand``, ``order`` =
    place ids, best first, and ``capacity`` = how many it takes."""

    matching = models.ForeignKey(Matching, on_delete=models.PROTECT, related_name="preferences")
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, related_name="preferences")
    demand = models.ForeignKey(Demand, null=True, on_delete=models.PROTECT, related_name="preferences")
    order = models.JSONField(default=list)
    capacity = models.PositiveIntegerField(default=1)
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=clock.now)

    reach = "matching.challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD, none="matching place demand capacity given_at", pseudonym="given_by", sensitive="order"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(place__isnull=True) ^ models.Q(demand__isnull=True), name="preference_of_one_side"
            ),
            models.UniqueConstraint(fields=["matching", "place"], name="preference_of_place"),
            models.UniqueConstraint(fields=["matching", "demand"], name="preference_of_demand"),
        ]


class Match(Row):
    """A startup's place with the demand (and so the business unit) it works for. Ended, never deleted."""

    matching = models.ForeignKey(Matching, on_delete=models.PROTECT, related_name="matches")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="matches")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="matches")
    ended_at = models.DateTimeField(null=True)

    reach = "matching.challenge_id"
    privacy = Privacy(kept=Kept.RECORD, none="matching place demand ended_at")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=models.Q(ended_at__isnull=True), name="one_match_a_place"
            )
        ]
