from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from didimdol.funding.models.account import BankAccount
from didimdol.kernel import clock
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import Row, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge
from didimdol.projects.models import Milestone, Project


class Commitment(Row):
    """What the signed agreement of a project promises at most, and the cap of one startup as it was then.

    Never changed (migration 0002). Every payment is counted against it by the database.
    """

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="commitment")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="+")
    startup = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    cap = models.BigIntegerField()
    made_at = models.DateTimeField(default=clock.now)

    reach = "challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="project challenge startup amount cap made_at")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=F("cap")), name="commitment_within_the_cap")
        ]

    def get_absolute_url(self) -> str:
        return reverse("funding:project", args=[self.project_id])


class Disbursement(StatefulRow):
    """The payment of a milestone. ``account_digest``: of the account as it was when asked for, or freed again.

    ``hold``: a key of enums.HOLDS while held, or where the system cancelled it. ``reference``: of the bank's transfer, at the release.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="disbursements")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="disbursements")
    amount = models.BigIntegerField()
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="disbursements")
    account_digest = models.CharField(max_length=64)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=clock.now)
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=100, blank=True)
    hold = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)  # why it is held, or was cancelled

    reach = "project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since project milestone amount account requested_at approved_at released_at reference hold",
        pseudonym="requested_by approved_by released_by",
        personal="reason",
        secret="account_digest",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"], condition=~Q(state="cancelled"), name="one_live_payment_a_milestone"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="payment_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("approved_by")),
                name="payment_released_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="payment_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="released")
                | (
                    Q(approved_by__isnull=False, released_by__isnull=False, released_at__isnull=False)
                    & ~Q(reference="")
                ),
                name="payment_released_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "-state_since", "id"], name="payment_by_state")]

    def get_absolute_url(self) -> str:
        return reverse("funding:disbursement", args=[self.pk])
