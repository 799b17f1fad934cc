from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.kernel.models import Blob
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, Row, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge, Field, Rulebook
from didimdol.verification.models import DeviceJob


class Application(StatefulRow):
    """A startup's application to exactly one field. A draft until submitted; frozen afterwards.

    ``answers``: {field_key: value} by the rulebook's form; ``eligibility``: {question_key: answer}; ``consents``:
    {consent_key: text version}. ``number``: given at submission, e.g. "on-device-2025-0007".
    ``answers_version``: the row version that last changed title or answers: a form that was read since then is not
    stale, whatever else was saved in other tabs. ``awaits_device``: a frozen plan found no device yet; asked again.
    """

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="applications")
    rulebook = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="+")  # pinned at submission
    field = models.ForeignKey(Field, null=True, on_delete=models.PROTECT, related_name="applications")
    startup = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    title = models.CharField(max_length=200, blank=True)
    answers = models.JSONField(default=dict)
    eligibility = models.JSONField(default=dict)
    consents = models.JSONField(default=dict)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=80, blank=True)
    content_digest = models.CharField(max_length=64, blank=True)
    answers_version = models.PositiveIntegerField(default=1)
    awaits_device = models.BooleanField(default=False)

    reach = "challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since challenge rulebook field startup eligibility consents submitted_at number content_digest "
        "answers_version awaits_device",
        pseudonym="started_by submitted_by",
        sensitive="title answers",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "startup"],
                condition=~models.Q(state="withdrawn"),
                name="one_application_a_startup_and_challenge",
            ),
            models.UniqueConstraint(fields=["number"], condition=~models.Q(number=""), name="application_number"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("applications:application", args=[self.pk])


class ClaimedDemand(Row):
    """A demand that the application claims to meet, with the startup's own figures: {criterion_key: "8"}."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="claimed")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="claims")
    claims = models.JSONField(default=dict)

    reach = "application.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="application demand", sensitive="claims")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "demand"], name="claimed_once")]


class Attachment(Row):
    """A document of an application. ``document``: its key in the rulebook. Replaced in a draft, kept once submitted."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="attachments")
    document = models.CharField(max_length=60)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    removed_at = models.DateTimeField(null=True)

    reach = "application.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="application document blob removed_at", sensitive="filename")


class ModelUpload(Row):
    """The applied model: its bytes, how to feed it ({input: {shape, fill}}), and its measurement jobs (through
    ``Measured``). The newest that is not removed counts."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="models")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    inputs = models.JSONField(default=dict)
    removed_at = models.DateTimeField(null=True)

    reach = "application.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="application blob inputs removed_at", sensitive="filename")


class Measured(AppendOnlyRow):
    """A frozen plan of an application, and the job that measures by it. ``criteria``: frozen list of Criterion, from
    the field (``demand`` None) or a claimed demand."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="measured")
    model = models.ForeignKey(ModelUpload, on_delete=models.PROTECT, related_name="measured")
    demand = models.ForeignKey(Demand, null=True, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(DeviceJob, on_delete=models.PROTECT, related_name="+")
    criteria = models.JSONField()
    final = models.BooleanField()  # False: a trial before submission; True: frozen with the submission

    reach = "application.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="application model demand job criteria final")
