"""Writes of the ledger: post an entry, reverse one. Who may is the question of the room whose money it is.

The database keeps what these functions promise, also when they are bypassed (migration 0002): the postings of an entry
come to zero in every currency, are as many as the entry says, stay in its challenge, and leave no account that may not
be negative below zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, models, transaction

from didimdol.kernel.action import action, audit, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import Text
from didimdol.ledger.labels import KINDS
from didimdol.ledger.models import Account, Entry, Posting


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One side of an entry: debit positive, credit negative, whole minor units."""

    owner: UUID
    code: str
    amount: int
    currency: str = "KRW"


class Unbalanced(ValueError):
    """An entry whose sides do not come to zero, or which has none: a mistake of the program, never of a person."""


class KeyReused(ValueError):
    """The key of an entry was used before, for other amounts."""


@action
def post(*, actor: Actor, challenge: UUID, text: Text, lines: list[Line], source: models.Model, key: str) -> Entry:
    """Post an entry. The same key twice is the same entry. Raises Unbalanced, KeyReused."""
    check_balance(lines)
    entry = Entry(
        challenge=challenge,
        text=text,
        source_model=source._meta.label,
        source_id=source.pk,
        key=key,
        lines=len(lines),
    )
    return _store(entry, lines)


@action
def reverse(*, actor: Actor, entry: Entry, text: Text, key: str) -> Entry:
    """Undo an entry by its opposite; an entry is reversed once. Raises KeyReused, IntegrityError (reversed before)."""
    entry = Entry.objects.within(pk=entry.pk).get()
    opposite = [Line(line.owner, line.code, -line.amount, line.currency) for line in lines_of(entry)]
    undoing = Entry(
        challenge=entry.challenge,
        text=text,
        source_model=entry.source_model,
        source_id=entry.source_id,
        key=key,
        lines=len(opposite),
        reverses=entry,
    )
    return _store(undoing, opposite)


def check_balance(lines: Iterable[Line]) -> None:
    """Raises Unbalanced."""
    lines = list(lines)
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        if isinstance(line.amount, bool) or not isinstance(line.amount, int) or not line.amount:
            raise Unbalanced(f"{line.code}: {line.amount!r} is not a whole amount other than zero")
        sums[line.currency] += line.amount
    wrong = {currency: amount for currency, amount in sums.items() if amount}
    if len(lines) < 2 or wrong:
        raise Unbalanced(f"the sides of an entry come to zero in each currency; these come to {wrong or 'nothing'}")


def _store(entry: Entry, lines: list[Line]) -> Entry:
    try:
        with transaction.atomic():
            save(entry)
    except IntegrityError:
        before = Entry.objects.within(key=entry.key).first()
        if before is None:
            raise  # it is not the key: the entry to reverse was reversed before
        if before.reverses_id != entry.reverses_id or sorted(lines_of(before)) != sorted(lines):
            raise KeyReused(entry.key) from None
        audit("ledger_entry.repeated", before, facts={"key": before.key})
        return before
    accounts = {line: _account(entry.challenge, line) for line in lines}
    # In the order of the accounts: the trigger locks those that may not be negative, and no two posts wait in a circle.
    for line in sorted(lines, key=lambda line: (accounts[line].pk, line)):
        save(Posting(entry=entry, account=accounts[line], amount=line.amount))
    facts = {"key": entry.key, "lines": [[line.code, str(line.owner), line.amount, line.currency] for line in lines]}
    audit("ledger_entry.reversed" if entry.reverses_id else "ledger_entry.posted", entry, facts=facts)
    return entry


def _account(challenge: UUID, line: Line) -> Account:
    kind = KINDS[line.code]
    found, _ = Account.objects.within(challenge=challenge).get_or_create(
        challenge=challenge,
        owner=line.owner,
        code=line.code,
        currency=line.currency,
        defaults={"never_negative": kind.never_negative},
    )
    return found


def lines_of(entry: Entry) -> list[Line]:
    """An entry's sides as they were posted."""
    postings = Posting.objects.within(entry=entry).select_related("account").order_by("-amount", "pk")
    return [Line(p.account.owner, p.account.code, p.amount, p.account.currency) for p in postings]
