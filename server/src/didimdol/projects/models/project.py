from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.models import Blob
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, Row, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge, Field
from didimdol.selection.models import Match, Place


class Project(StatefulRow):
    """A PoC of one startup with one demand: opened by the release of its match.

    ``number``: "on-device-2025-P03". ``starts_on``, ``ends_on``: the agreement's period, KST days. ``grant``: won that
    the signed agreement promises at most (0 until then). ``grade``: a key of enums.GRADES once released.
    """

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="projects")
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="projects")
    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="project")
    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="projects")
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="projects")
    startup = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="projects")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="company_projects")
    number = models.CharField(max_length=80, unique=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    grant = models.BigIntegerField(default=0)
    signed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)
    grade = models.CharField(max_length=20, blank=True)
    best = models.BooleanField(default=False)

    reach = "challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since challenge field place match demand startup company number starts_on ends_on grant "
        "signed_at ended_at grade best",
        personal="ended_reason",
    )

    def get_absolute_url(self) -> str:
        return reverse("projects:project", args=[self.pk])

    def __str__(self) -> str:
        return self.number


class SupportItem(Row):
    """What the company (or the sponsor) promised in kind: people with hours, data, a device. ``kind``: enums.SUPPORT."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="support")
    kind = models.CharField(max_length=20)
    description = models.CharField(max_length=300)
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    hours = models.PositiveIntegerField(default=0)  # promised hours of people; 0 for things
    due_on = models.DateField(null=True)
    received_on = models.DateField(null=True)  # the startup says that it is there

    reach = "project.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="project kind description provider hours due_on received_on")


class SupportHours(AppendOnlyRow):
    """Hours that people of the company spent on a support item."""

    item = models.ForeignKey(SupportItem, on_delete=models.PROTECT, related_name="spent")
    on = models.DateField()
    hours = models.DecimalField(max_digits=6, decimal_places=1)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    reach = "item.project.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="item on hours", pseudonym="by", personal="note")


class OwnContribution(Row):
    """The startup's own money and things, with evidence; the operator confirms. ``kind``: cash or in_kind."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="contributions")
    kind = models.CharField(max_length=10)
    amount = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True)
    evidence = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    reach = "project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="project kind amount evidence confirmed_at made_at",
        pseudonym="given_by confirmed_by",
        personal="note filename refused_reason",
    )
