"""The verifiable draw of a round's evaluators: the pool, two bodies' secrets, who was drawn, and who followed whom."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, Row, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.records.models import SealedRecord


class Draw(StatefulRow):
    """One draw for one body of a round's panel. ``witness``: the second body that commits, beside the operator:
    "auditor" or "party-KEY" of ``witness_organisation``. ``pool``: didimdol_decide's pool as it was sealed (pseudonyms),
    empty before. ``reveal_by``: until when both bodies are asked to commit and reveal. ``record``: its newest revision."""

    round = models.ForeignKey("evaluation.Round", on_delete=models.PROTECT, related_name="draws")
    body = models.CharField(max_length=60)
    number = models.PositiveIntegerField()  # of the draws for this body, from 1
    seats = models.PositiveIntegerField()
    witness = models.CharField(max_length=80)
    witness_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reveal_by = models.DateTimeField(null=True)
    pool = models.JSONField(default=dict)
    pool_digest = models.CharField(max_length=64, blank=True)
    record = models.ForeignKey(SealedRecord, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "round.challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD,
        none="state state_since round body number seats witness witness_organisation reveal_by pool_digest record",
        pseudonym="opened_by",
        sensitive="pool",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "body", "number"], name="draw_number"),
            models.UniqueConstraint(
                fields=["round", "body"],
                condition=models.Q(state__in=("pool", "sealed", "committed")),
                name="one_draw_under_way",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("evaluation:draw", args=[self.pk])


class DrawPerson(Row):
    """Somebody in a pool. ``code``: the pseudonym, which binds person and salt (``drawing.code_of``), so that the names
    behind a sealed pool cannot be exchanged. ``kind``, ``gender``, ``region``: what quotas ask about; "": not stated.
    ``barred``: why they are not drawn ("conflict"), or not in the pool at all. ``standing``: "" , "drawn", "left"."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    salt = models.CharField(max_length=64)
    code = models.CharField(max_length=40)
    included = models.BooleanField(default=True)
    kind = models.CharField(max_length=10, blank=True)
    gender = models.CharField(max_length=10, blank=True)
    region = models.CharField(max_length=10, blank=True)
    served = models.PositiveIntegerField(default=0)
    barred = models.CharField(max_length=20, blank=True)
    standing = models.CharField(max_length=10, blank=True)
    seat = models.OneToOneField("evaluation.Seat", null=True, on_delete=models.PROTECT, related_name="drawn_as")

    reach = "draw.round.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="draw organisation code included kind served barred standing seat",
        pseudonym="person",
        personal="gender region",
        secret="salt",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "person"], name="draw_person_once"),
            models.UniqueConstraint(fields=["draw", "code"], name="draw_code_once"),
        ]


class DrawCommitment(AppendOnlyRow):
    """What a body promised: 64 digits from which its secret cannot be found. Never changed, never taken back."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="commitments")
    body = models.CharField(max_length=80)
    commitment = models.CharField(max_length=64)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    reach = "draw.round.challenge_id"
    privacy = Privacy(kept=Kept.RECORD, none="draw body commitment", pseudonym="person")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "body"], name="draw_commits_once"),
            models.UniqueConstraint(fields=["draw", "person"], name="draw_commits_by_two"),
        ]


class DrawReveal(AppendOnlyRow):
    """What opened a body's commitment. Shown to nobody before every body has revealed."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="reveals")
    body = models.CharField(max_length=80)
    secret = models.CharField(max_length=200)
    salt = models.CharField(max_length=64)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    reach = "draw.round.challenge_id"
    privacy = Privacy(kept=Kept.RECORD, none="draw body", pseudonym="person", secret="secret salt")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "body"], name="draw_reveals_once"),
            models.UniqueConstraint(fields=["draw", "person"], name="draw_reveals_by_two"),
        ]


class DrawReplacement(StatefulRow):
    """Somebody drawn steps back: asked by one, accepted by another, answered by the same draw. ``ground``: a key of
    ``draw_words.GROUNDS``, the only words that enter the record."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="replacements")
    leaving = models.ForeignKey(DrawPerson, on_delete=models.PROTECT, related_name="+")
    arrived = models.ForeignKey(DrawPerson, null=True, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "draw.round.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since draw leaving arrived ground",
        pseudonym="asked_by answered_by",
        sensitive="note",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["leaving"], condition=models.Q(state="asked"), name="one_replacement_asked"
            ),
        ]
