"""Reads of the ledger. Whose money somebody may see, the rooms above know: they ask by challenge and owner."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Coalesce

from didimdol.kernel.rows import ScopedQuerySet
from didimdol.ledger.models import Account, Entry, Posting


def balance(account: Account) -> int:
    """Debits less credits, in minor units of the account's currency."""
    return int(Posting.objects.within(account=account).aggregate(sum=Coalesce(Sum("amount"), 0))["sum"])


def balances(*, challenge: UUID, owner: UUID | None = None, currency: str = "KRW") -> dict[str, int]:
    """Code → balance: of one owner, or of all of a challenge together. A code that was never used is missing."""
    found = Posting.objects.within(account__challenge=challenge, account__currency=currency)
    if owner is not None:
        found = found.filter(account__owner=owner)
    rows = found.order_by().values_list("account__code").annotate(sum=Sum("amount"))
    return {code: int(amount) for code, amount in rows}


def balances_by_owner(
    *, challenges: Collection[UUID], owners: Collection[UUID] | None = None, currency: str = "KRW"
) -> dict[UUID, dict[str, int]]:
    """Owner → code → balance, in one query."""
    found = Posting.objects.within(account__challenge__in=list(challenges), account__currency=currency)
    if owners is not None:
        found = found.filter(account__owner__in=list(owners))
    rows = found.order_by().values_list("account__owner", "account__code").annotate(sum=Sum("amount"))
    result: dict[UUID, dict[str, int]] = {}
    for owner, code, amount in rows:
        result.setdefault(owner, {})[code] = int(amount)
    return result


@dataclass(frozen=True, slots=True)
class TrialLine:
    """An account with all its debits, all its credits (as a positive amount) and its balance."""

    owner: UUID
    code: str
    currency: str
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        return self.debit - self.credit


def trial_balance(challenge: UUID) -> list[TrialLine]:
    """Every account of a challenge. Debits and credits come to the same in each currency, or the books are wrong."""
    rows = (
        Account.objects.within(challenge=challenge)
        .annotate(
            debit=Coalesce(Sum(Case(When(postings__amount__gt=0, then=F("postings__amount")))), 0),
            credit=Coalesce(Sum(Case(When(postings__amount__lt=0, then=-F("postings__amount")))), 0),
        )
        .order_by("code", "owner", "currency")
    )
    return [TrialLine(a.owner, a.code, a.currency, int(a.debit), int(a.credit)) for a in rows]


def entries(challenge: UUID, *, owner: UUID | None = None) -> ScopedQuerySet[Entry]:
    """Entries of a challenge, or those that touch an account of one owner; their postings are fetched along."""
    found = Entry.objects.within(challenge=challenge)
    if owner is not None:
        touched = Posting.objects.within(account__owner=owner, account__challenge=challenge)
        found = found.filter(Q(pk__in=touched.values("entry_id")))
    return found.prefetch_related("postings__account")
