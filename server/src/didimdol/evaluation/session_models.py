"""What the timetable of a round's presentations stores: hours and rooms, who cannot come when, and the sessions."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.kernel import clock
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import Row, StatefulRow
from didimdol.people.models import Person


class SessionPlan(StatefulRow):
    """The presentations of a round to their panels, on some days (KST).

    ``days``: dates as ISO texts. ``longest``: sessions of an evaluator without a break. ``proposal``: the timetable that a
    coordinator looks at: {"problem", "schedule", "ways"}; ``problem`` and ``schedule``: didimdol_decide's, of the timetable
    as it was published or changed last. Ids only.
    """

    round = models.ForeignKey("evaluation.Round", on_delete=models.PROTECT, related_name="session_plans")
    days = models.JSONField(default=list)
    starts = models.TimeField()
    ends = models.TimeField()
    lunch_from = models.TimeField(null=True)
    lunch_to = models.TimeField(null=True)
    minutes = models.PositiveIntegerField()
    longest = models.PositiveIntegerField(null=True)
    venue = models.CharField(max_length=300, blank=True)
    answers_until = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)  # evaluators and applicants know of it since
    asked_at = models.DateTimeField(null=True)  # a timetable is being made since
    proposal = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    schedule = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "round.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since round days starts ends lunch_from lunch_to minutes longest venue answers_until opened_at "
        "asked_at published_at changed_at",
        pseudonym="published_by",
        sensitive="proposal problem schedule",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=~models.Q(state="cancelled"), name="one_session_plan_a_round"
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("evaluation:sessions", args=[self.pk])


class SessionRoom(Row):
    """Where sessions take place: a room, or a link."""

    plan = models.ForeignKey(SessionPlan, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=60)
    link = models.URLField(max_length=500, blank=True)

    reach = "plan.round.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="plan name link")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "name"], name="session_room_name")]

    def get_absolute_url(self) -> str:
        return reverse("evaluation:sessions", args=[self.plan_id])


class SessionAbsence(Row):
    """When an evaluator or an applicant cannot. ``away``: pairs of ISO moments. ``given_at``: none while only the operator
    wrote it down for them."""

    plan = models.ForeignKey(SessionPlan, on_delete=models.PROTECT, related_name="absences")
    seat = models.ForeignKey("evaluation.Seat", null=True, on_delete=models.PROTECT, related_name="session_absences")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="session_absences")
    away = models.JSONField(default=list)
    given_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True)

    reach = "plan.round.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE, none="plan seat application given_at", pseudonym="given_by", sensitive="away"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seat__isnull=True) ^ models.Q(application__isnull=True),
                name="session_absence_of_one",
            ),
            models.UniqueConstraint(fields=["plan", "seat"], name="session_absence_of_seat"),
            models.UniqueConstraint(fields=["plan", "application"], name="session_absence_of_application"),
        ]


class PanelSession(Row):
    """An applicant before the panel, in a room at a time; who sits on the panel the ballots say. Ended, never deleted:
    ``why`` is a key of session_words.ENDS."""

    plan = models.ForeignKey(SessionPlan, on_delete=models.PROTECT, related_name="sessions")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="sessions")
    room = models.ForeignKey(SessionRoom, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    changed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=20, blank=True)

    reach = "plan.round.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="plan application room starts_at ends_at changed_at ended_at why")

    class Meta:
        # Whatever computed it, the database refuses two in one room and two sessions of one applicant.
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "room", "starts_at"],
                condition=models.Q(ended_at__isnull=True),
                name="session_one_a_room",
            ),
            models.UniqueConstraint(
                fields=["plan", "application"], condition=models.Q(ended_at__isnull=True), name="session_once"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("evaluation:sessions", args=[self.plan_id])
