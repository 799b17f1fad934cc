from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.kernel import clock
from didimdol.kernel.models import Blob
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, StatefulRow
from didimdol.people.models import Person
from didimdol.projects.models.project import Project


class Plan(StatefulRow):
    """The revised plan at the confirmed amount (통합관리지침 §24②): a draft, submitted, approved or sent back.

    ``content``: projects.content.PlanContent: goal, work, schedule, milestones {title, due_on, amount, gate, criteria};
    money in won: government grant, own cash, own in kind.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveIntegerField(default=1)
    content = models.JSONField(default=dict)
    grant = models.BigIntegerField(default=0)
    own_cash = models.BigIntegerField(default=0)
    own_in_kind = models.BigIntegerField(default=0)
    written_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    returned_reason = models.TextField(blank=True)

    reach = "project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since project version grant own_cash own_in_kind",
        pseudonym="written_by",
        sensitive="content returned_reason",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="plan_version")]

    def get_absolute_url(self) -> str:
        return reverse("projects:plan", args=[self.project_id])


class Agreement(StatefulRow):
    """The agreement with its PoC charter. Its text, once offered for signature, is the ``pdf`` with ``sha256``.

    ``charter``: projects.content.Charter: success criteria, budget owner, adoption decision date, IP and
    confidentiality terms, data, device, people. ``code``: the document code printed on every page, from what the pages
    say: a scan is recognised by it. ``budget_owner``: None where the owner has no account; the charter names them.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="agreements")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveIntegerField(default=1)
    charter = models.JSONField(default=dict)
    budget_owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decision_on = models.DateField(null=True)
    pdf = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=24, blank=True)
    drafted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_reason = models.TextField(blank=True)  # why it was declined or taken back
    signed_pdf = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since project plan version decision_on pdf sha256 code signed_pdf",
        pseudonym="budget_owner drafted_by",
        personal="ended_reason",
        sensitive="charter",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="agreement_version")]

    def get_absolute_url(self) -> str:
        return reverse("projects:agreement", args=[self.project_id])


class Signature(AppendOnlyRow):
    """One party's signature on exactly one text. ``party``: startup, company, operator. ``method``: system, link, paper.

    ``person`` is None where the signer has no account (``method`` link): name and title as they gave them.
    ``compared`` of a paper: "bytes" (the file begins with the offered bytes) or "code" (the code typed from the pages).
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=10)
    method = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    signed_at = models.DateTimeField(default=clock.now)
    address = models.CharField(max_length=60, blank=True)
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200, blank=True)
    compared = models.CharField(max_length=10, blank=True)

    reach = "agreement.project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="agreement party method sha256 signed_at blob compared",
        pseudonym="person",
        personal="name title address filename",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "party"], name="signed_once_a_party")]


class SigningLink(StatefulRow):
    """A mail link by which a budget owner without an account reads the one-page sheet and decides. It ends."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="links")
    address = models.EmailField()
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, default="ko")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField(null=True)
    declined_reason = models.TextField(blank=True)

    reach = "agreement.project.challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since agreement language expires_at used_at",
        pseudonym="sent_by",
        personal="address name declined_reason",
        secret="secret_hash",
    )

    def get_absolute_url(self) -> str:
        return reverse("projects:agreement", args=[self.agreement.project_id])
