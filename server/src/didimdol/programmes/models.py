from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, BilingualField, Row, StatefulRow
from didimdol.people.models import Organisation, Person


class Programme(Row):
    """What an operator runs, holding several challenges."""

    key = models.SlugField(max_length=60)
    name = BilingualField()
    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="programmes")

    privacy = Privacy(kept=Kept.CHALLENGE, none="key name operator")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["operator", "key"], name="programme_key")]


class Challenge(StatefulRow):
    """One challenge, run by its rulebook. ``rulebook``: the version in force (of a draft: the newest loaded)."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="challenges")
    slug = models.SlugField(max_length=60, unique=True)
    name = BilingualField()
    example = models.BooleanField(default=False)
    rulebook = models.ForeignKey("Rulebook", null=True, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(null=True)  # from then on the challenge is public
    opens_at = models.DateTimeField(null=True)  # from the rulebook in force, for lists
    closes_at = models.DateTimeField(null=True)

    reach = "id"
    privacy = Privacy(
        kept=Kept.RECORD,
        none="state state_since programme slug name example rulebook announced_at opens_at closes_at",
    )

    def get_absolute_url(self) -> str:
        return reverse("programmes:challenge", args=[self.slug])

    @property
    def manage_url(self) -> str:
        return reverse("programmes:manage", args=[self.slug])

    def __str__(self) -> str:
        return str(self.name.get("ko", self.slug))


class Rulebook(AppendOnlyRow):
    """A version of a challenge's rules: the text as it was written, and what it means, hashed over canonical JSON."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="rulebooks")
    version = models.PositiveIntegerField()
    text = models.TextField()
    canonical = models.JSONField()
    digest = models.CharField(max_length=64)
    loaded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "challenge_id"
    privacy = Privacy(kept=Kept.RECORD, none="challenge version text canonical digest", pseudonym="loaded_by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "version"], name="rulebook_version")]


class Field(Row):
    """A field (or named task) of a challenge; an application names exactly one. ``key`` as in the rulebook."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="fields")
    key = models.SlugField(max_length=60)
    name = BilingualField()
    quota = models.PositiveIntegerField(null=True)  # None: the places of all fields are pooled
    position = models.PositiveIntegerField()
    demand_company = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="fields")
    retired = models.BooleanField(default=False)

    reach = "challenge_id"
    privacy = Privacy(kept=Kept.RECORD, none="challenge key name quota position demand_company retired")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "key"], name="field_key")]
        ordering = ["position"]


class Party(Row):
    """An organisation's part in a challenge: "operator", "demand_company", "technology_sponsor" (kind in the rulebook)."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="parties")
    key = models.SlugField(max_length=60)
    part = models.CharField(max_length=30)

    reach = "challenge_id"
    privacy = Privacy(kept=Kept.RECORD, none="challenge organisation key part")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "key"], name="party_key")]


class Amendment(AppendOnlyRow):
    """A change of announced rules: who, why, what changed, and what happens to drafts and submissions."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="amendments")
    before = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    changes = models.JSONField()
    effect = models.CharField(max_length=30)  # before_opening, drafts_follow, panels, matching_only
    made_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "challenge_id"
    privacy = Privacy(kept=Kept.RECORD, none="challenge before after reason changes effect", pseudonym="made_by")
