"""Accounts and entries, and nothing else: what an amount is for, the rooms above know."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from didimdol.kernel.money import MINOR_DIGITS
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import AppendOnlyRow, BilingualField, Row


class Account(Row):
    """One account of an owner (an operator, a project) in a challenge. Its balance is the sum of its postings.

    ``code``: registered with ``labels.accounts``. ``never_negative``: the database refuses a balance below zero.
    """

    challenge = models.UUIDField()
    owner = models.UUIDField()
    code = models.CharField(max_length=30)
    currency = models.CharField(max_length=3, default="KRW")
    never_negative = models.BooleanField(default=False)

    reach = "challenge"
    privacy = Privacy(kept=Kept.RECORD, none="challenge owner code currency never_negative")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "owner", "code", "currency"], name="account_once"),
            models.CheckConstraint(condition=Q(currency__in=sorted(MINOR_DIGITS)), name="account_currency"),
        ]


class Entry(AppendOnlyRow):
    """What happened to money, once for ever. ``key``: the same fact posted twice is one entry.

    ``lines``: how many postings it has, so that none can be added later. ``reverses``: the entry that this one undoes.
    """

    challenge = models.UUIDField()
    text = BilingualField()
    source_model = models.CharField(max_length=80)
    source_id = models.UUIDField()
    key = models.CharField(max_length=120, unique=True)
    lines = models.PositiveSmallIntegerField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    reach = "challenge"
    privacy = Privacy(kept=Kept.RECORD, none="challenge text source_model source_id key lines reverses")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lines__gte=2), name="entry_has_two_sides"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reverses=F("id")), name="entry_reverses_another"
            ),
        ]
        indexes = [
            models.Index(fields=["challenge", "-created_at", "id"], name="entry_by_challenge"),
            models.Index(fields=["source_id"], name="entry_by_source"),
        ]


class Posting(AppendOnlyRow):
    """One side of an entry, in minor units of the account's currency. Debit is positive, credit negative."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    amount = models.BigIntegerField()

    reach = "entry.challenge"
    privacy = Privacy(kept=Kept.RECORD, none="entry account amount")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="posting_is_not_nothing")]
