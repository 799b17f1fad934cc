from __future__ import annotations

from datetime import date, datetime, time

from django.db import models
from django.db.models import Q
from django.urls import reverse

from didimdol.kernel import clock
from didimdol.kernel.models import Blob
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, Row, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.projects.models import Project

#: states in which somebody still owes a decision
WAITING = ("under_review", "follow_on")


class AdoptionCase(StatefulRow):
    """What the company makes of a PoC. It is opened at signing and outlives the challenge.

    ``due_on``: the KST day by which the decision is due now; ``first_due_on``: as the agreement had it; ``postponed``:
    how often it was put off. Whether it is overdue is computed when asked: no timer flips a flag.
    """

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="adoption")
    budget_owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    first_due_on = models.DateField()
    due_on = models.DateField()
    postponed = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=20, blank=True)  # a key of enums.KINDS once adopted
    reason_code = models.CharField(max_length=20, blank=True)  # a key of enums.REASONS once declined
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reminded_at = models.DateTimeField(null=True)

    reach = "project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since project first_due_on due_on postponed kind decided_at reminded_at",
        pseudonym="budget_owner decided_by",
        sensitive="reason_code reason",
    )

    class Meta:
        indexes = [models.Index(fields=["due_on"], condition=Q(state__in=WAITING), name="adoption_due")]

    def get_absolute_url(self) -> str:
        return reverse("outcomes:case", args=[self.pk])

    def __str__(self) -> str:
        return self.project.number

    def days_overdue(self, today: date | None = None) -> int:
        """Whole days since the day the decision was due on, in Seoul; 0 while it is not overdue or was decided."""
        if self.state not in WAITING:
            return 0
        return max(0, ((today or clock.today().date()) - self.due_on).days)

    @property
    def due_at(self) -> datetime:
        """The end of the day, in Seoul, on which the decision is due."""
        return datetime.combine(self.due_on, time(23, 59), clock.KST)


class Postponement(AppendOnlyRow):
    """A decision was put off: from when to when, and why. All of them stay in sight."""

    case = models.ForeignKey(AdoptionCase, on_delete=models.PROTECT, related_name="postponements")
    before = models.DateField()
    until = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    reach = "case.project.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="case before until at", pseudonym="by", sensitive="reason")


class Sale(AppendOnlyRow):
    """Revenue that came of the PoC. ``amount``: minor units of ``currency`` (kernel.money.MINOR_DIGITS).

    A wrong entry is refused or withdrawn by a verdict and entered anew; it is never changed.
    """

    case = models.ForeignKey(AdoptionCase, on_delete=models.PROTECT, related_name="sales")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    sold_on = models.DateField()
    customer = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # that recorded it
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    reach = "case.project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="case currency sold_on organisation recorded_at",
        pseudonym="recorded_by",
        sensitive="amount customer note",
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="sale_above_zero")]

    def get_absolute_url(self) -> str:
        return reverse("outcomes:case", args=[self.case_id])


class SaleVerdict(AppendOnlyRow):
    """What became of an entry: a key of enums.VERDICTS. One a sale, by somebody who did not record it
    (``withdrawn``: by the side that did)."""

    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, related_name="verdict")
    verdict = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    reach = "sale.case.project.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="sale verdict at", pseudonym="by", sensitive="reason")


class Evidence(AppendOnlyRow):
    """A file that shows a step of a case (enums.STEPS), or a ``sale``."""

    case = models.ForeignKey(AdoptionCase, on_delete=models.PROTECT, related_name="evidence")
    sale = models.ForeignKey(Sale, null=True, on_delete=models.PROTECT, related_name="evidence")
    step = models.CharField(max_length=20)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    reach = "case.project.challenge_id"
    privacy = Privacy(kept=Kept.CHALLENGE, none="case sale step blob at", pseudonym="by", sensitive="filename")


class Introduction(Row):
    """The sponsor or the company brought the startup together with a customer or partner. Its result is told later."""

    case = models.ForeignKey(AdoptionCase, on_delete=models.PROTECT, related_name="introductions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # that introduced
    to_name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    kind = models.CharField(max_length=10)
    introduced_on = models.DateField()
    result = models.CharField(max_length=10, default="open")
    result_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    reach = "case.project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="case organisation country kind introduced_on result result_at",
        pseudonym="made_by",
        sensitive="to_name note",
    )

    def get_absolute_url(self) -> str:
        return reverse("outcomes:introductions")
