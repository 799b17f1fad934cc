from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from didimdol.kernel import clock
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, Row
from didimdol.people.models import Organisation, Person


class BankAccount(Row):
    """Where a startup is paid. Never changed: another account is another row, and this one is ``replaced_at``.

    ``sealed``: the number, encrypted with the installation's secret. ``tail``: its last four digits, for pages.
    ``digest``: keyed hash of bank, number and holder, which a payment keeps to notice a change.
    """

    startup = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bank_accounts")
    bank = models.CharField(max_length=60)
    sealed = models.TextField()
    tail = models.CharField(max_length=4)
    holder = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    registered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(default=clock.now)
    replaced_at = models.DateTimeField(null=True)

    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="startup bank registered_at replaced_at",
        pseudonym="registered_by",
        personal="holder tail",
        secret="sealed digest",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["startup"], condition=Q(replaced_at__isnull=True), name="one_account_in_use"
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("funding:account", args=[self.pk])


class AccountCheck(AppendOnlyRow):
    """An operator compared an account with the bank's papers. Each operator relies on its own check only."""

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="checks")
    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    privacy = Privacy(kept=Kept.CHALLENGE, none="account operator at", pseudonym="by")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "operator"], name="account_checked_once")]
