from __future__ import annotations

from django.db import models
from django.db.models import Value
from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.evaluation.draw_models import (
    Draw,
    DrawCommitment,
    DrawPerson,
    DrawReplacement,
    DrawReveal,
)
from didimdol.evaluation.session_models import PanelSession, SessionAbsence, SessionPlan, SessionRoom
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, Row, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge

__all__ = [
    "AssignmentRecord", "Ballot", "Conflict", "Draw", "DrawCommitment", "DrawPerson", "DrawReplacement", "DrawReveal",
    "PanelSession", "Round", "Seat", "SessionAbsence", "SessionPlan", "SessionRoom",
]  # fmt: skip


class Round(StatefulRow):
    """One scored stage of a challenge being evaluated. ``stage``: its key in the rulebook. ``lottery_commitment``:
    sha256 of the tie-break seed, published before any ballot locks; ``lottery_seed`` opens it at the end."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="rounds")
    stage = models.CharField(max_length=60)
    position = models.PositiveIntegerField()
    closes_at = models.DateTimeField()
    lottery_seed = models.CharField(max_length=64)
    lottery_commitment = models.CharField(max_length=64)

    reach = "challenge_id"
    privacy = Privacy(
        kept=Kept.RECORD,
        none="state state_since challenge stage position closes_at lottery_commitment",
        secret="lottery_seed",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "stage"], name="round_once")]

    def get_absolute_url(self) -> str:
        return reverse("evaluation:round", args=[self.pk])


class Seat(StatefulRow):
    """A seat on a round's panel: a person for a body ("expert", "demand"), of an organisation, in the fields named.
    ``expertise``: see ``expertise.Expertise``."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="seats")
    body = models.CharField(max_length=60)
    fields = models.JSONField(default=list)  # field keys; empty: all
    most = models.PositiveIntegerField(default=50)  # applications at most
    expertise = models.JSONField(default=dict, db_default=Value({}, output_field=models.JSONField()))

    reach = "round.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since round organisation body fields most",
        pseudonym="person",
        personal="expertise",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person"], condition=~models.Q(state="vacated"), name="one_seat_a_person"
            )
        ]


class AssignmentRecord(AppendOnlyRow):
    """How the applications were assigned: didimdol_decide's {problem, problem_digest, assignment, proof}; the newest
    ``revision`` is in force, each later one (no proof) fills seats that became empty. Megabytes where many apply, so it
    is no column of the round, which is read with every ballot."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assignment_records")
    revision = models.PositiveIntegerField(default=1, db_default=1)
    content = models.JSONField()

    reach = "round.challenge_id"
    privacy = Privacy(kept=Kept.RECORD, none="round revision content")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "revision"], name="assignment_revision_once")]


class Conflict(Row):
    """What an evaluator declared about an applicant, or a relation found by the system. Follows the person.

    ``standing``: "none" (declared free), "conflict" (declared), "found" (by rule: same organisation, ...).
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="conflicts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="conflicts")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="conflicts")
    standing = models.CharField(max_length=10)
    ground = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)

    reach = "round.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE, none="round application standing ground", pseudonym="person", sensitive="note"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "person", "application"], name="conflict_once")]


class Ballot(StatefulRow):
    """A seat's scores for one application. ``points``: {criterion: "12.5"}; ``comments``: {criterion: text}."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="ballots")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="ballots")
    points = models.JSONField(default=dict)
    comments = models.JSONField(default=dict)
    locked_at = models.DateTimeField(null=True)

    reach = "seat.round.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE, none="state state_since seat application points locked_at", sensitive="comments"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "application"], name="ballot_once")]

    def get_absolute_url(self) -> str:
        return reverse("evaluation:ballot", args=[self.pk])
