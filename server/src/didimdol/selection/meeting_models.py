"""What a meet-up stores: its hours and tables, both sides' wishes, and the meetings."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import Row, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge


class MeetUp(StatefulRow):
    """One-to-one meetings of a challenge's startups with the demands of their field, on some days (KST).

    ``days``: dates as ISO texts. ``startup_most``, ``demand_most``: meetings of one at most; ``longest``: without a
    break. ``first``: what a timetable is made for before all: the "worth" of what is placed, or that as many "parties" as
    possible have a meeting. ``proposal``: the timetable that a coordinator looks at: {"problem", "schedule", "ways",
    "choices"}; ``choices``: what either ``first`` comes to, where it makes a difference. ``problem`` and ``schedule``:
    didimdol_decide's, of the timetable as it was published or changed last. Ids only.
    """

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="meet_ups")
    number = models.PositiveIntegerField(default=1)
    days = models.JSONField(default=list)
    starts = models.TimeField()
    ends = models.TimeField()
    lunch_from = models.TimeField(null=True)
    lunch_to = models.TimeField(null=True)
    minutes = models.PositiveIntegerField()
    startup_most = models.PositiveIntegerField(null=True)
    demand_most = models.PositiveIntegerField(null=True)
    longest = models.PositiveIntegerField(null=True)
    with_reserves = models.BooleanField(default=False)
    venue = models.CharField(max_length=300, blank=True)
    first = models.CharField(max_length=10, default="worth", db_default="worth")
    wishes_until = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)  # both sides know of it since
    asked_at = models.DateTimeField(null=True)  # a timetable is being made since
    proposal = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    schedule = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since challenge number days starts ends lunch_from lunch_to minutes startup_most demand_most longest with_reserves "
        "venue first wishes_until opened_at asked_at published_at changed_at",
        pseudonym="published_by",
        sensitive="proposal problem schedule",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "number"], name="meet_up_number")]

    def get_absolute_url(self) -> str:
        return reverse("selection:meet_up", args=[self.pk])


class MeetingTable(Row):
    """Where a company's meetings take place: a table of the venue, or a link."""

    meet_up = models.ForeignKey(MeetUp, on_delete=models.PROTECT, related_name="tables")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    link = models.URLField(max_length=500, blank=True)

    reach = "meet_up.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="meet_up company name link")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meet_up", "name"], name="meeting_table_name")]

    def get_absolute_url(self) -> str:
        return reverse("selection:meet_up", args=[self.meet_up_id])


class MeetingWish(Row):
    """What one side said. ``words``: id of the other side → "gladly", "yes" or "no". ``away``: pairs of ISO moments
    between which it cannot. ``given_at``: none while only the operator wrote down an absence for it."""

    meet_up = models.ForeignKey(MeetUp, on_delete=models.PROTECT, related_name="wishes")
    place = models.ForeignKey("selection.Place", null=True, on_delete=models.PROTECT, related_name="meeting_wishes")
    demand = models.ForeignKey(Demand, null=True, on_delete=models.PROTECT, related_name="meeting_wishes")
    words = models.JSONField(default=dict)
    away = models.JSONField(default=list)
    given_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True)

    reach = "meet_up.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE, none="meet_up place demand given_at", pseudonym="given_by", sensitive="words away"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(place__isnull=True) ^ models.Q(demand__isnull=True), name="meeting_wish_of_one_side"
            ),
            models.UniqueConstraint(fields=["meet_up", "place"], name="meeting_wish_of_place"),
            models.UniqueConstraint(fields=["meet_up", "demand"], name="meeting_wish_of_demand"),
        ]


class Meeting(Row):
    """A startup with a demand, at a table and a time. Ended, never deleted: ``why`` is a key of meeting_words.ENDS."""

    meet_up = models.ForeignKey(MeetUp, on_delete=models.PROTECT, related_name="meetings")
    place = models.ForeignKey("selection.Place", on_delete=models.PROTECT, related_name="meetings")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="meetings")
    table = models.ForeignKey(MeetingTable, on_delete=models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    changed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)

    reach = "meet_up.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="meet_up place demand table starts_at ends_at changed_at ended_at why",
        personal="reason",
    )

    class Meta:
        # One at a time: of a startup, of a demand, at a table. Whatever computed it, the database refuses a clash.
        constraints = [
            models.UniqueConstraint(fields=["meet_up", *fields], condition=models.Q(ended_at__isnull=True), name=name)
            for name, fields in (
                ("meeting_one_a_place", ("place", "starts_at")),
                ("meeting_one_a_demand", ("demand", "starts_at")),
                ("meeting_one_a_table", ("table", "starts_at")),
                ("meeting_once", ("place", "demand")),
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("selection:meet_up", args=[self.meet_up_id])
