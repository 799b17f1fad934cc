"""Entries: they balance, happen once, and are undone by their opposite; the database keeps it when Python does not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.words import text
from didimdol.ledger import actions, labels, queries
from didimdol.ledger.actions import Line
from didimdol.ledger.models import Account, Entry, Posting
from didimdol.records.models import AuditEvent
from server.tests.together import together

WORDS = text("시험", "A test")
CHALLENGE, OWNER = uuid.UUID(int=7), uuid.UUID(int=8)

labels.accounts(
    {
        "test.free": labels.AccountKind(WORDS, WORDS, never_negative=False),
        "test.floor": labels.AccountKind(WORDS, WORDS, never_negative=True),
    }
)


class Source:
    """What an entry is about: any row."""

    class _meta:
        label = "test.Source"

    pk = uuid.UUID(int=9)


def post(key: str, *amounts: tuple[str, int] | tuple[str, int, str], owner: uuid.UUID = OWNER) -> Entry:
    lines = [Line(owner, *amount) for amount in amounts]
    return actions.post(actor=SYSTEM, challenge=CHALLENGE, text=WORDS, lines=lines, source=Source(), key=key)  # type: ignore[arg-type]


@contextmanager
def refused_by_the_database(constraint: str) -> Iterator[None]:
    """The write inside is refused by this constraint, at the latest when the transaction would end."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), writing("test.bypass", SYSTEM):
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.errors.IntegrityError)
    assert cause.diag.constraint_name == constraint


def stored(*amounts: tuple[Account, int], lines: int = 2, challenge: uuid.UUID = CHALLENGE) -> Entry:
    """An entry put into the tables past the actions."""
    entry = Entry(
        challenge=challenge, text=WORDS, source_model="x", source_id=OWNER, key=str(uuid.uuid4()), lines=lines
    )
    entry.save(force_insert=True)
    for account, amount in amounts:
        Posting(entry=entry, account=account, amount=amount).save(force_insert=True)
    return entry


def account(code: str = "test.free", *, floor: bool = False, **more: Any) -> Account:
    values = {"challenge": CHALLENGE, "owner": uuid.uuid4(), "code": code, "never_negative": floor} | more
    made = Account(**values)
    made.save(force_insert=True)
    return made


@pytest.mark.django_db
class TestPosting:
    def test_both_sides_and_the_balance(self) -> None:
        post("one", ("test.floor", 700), ("test.free", -700))
        post("two", ("test.free", 200), ("test.floor", -200))
        assert queries.balances(challenge=CHALLENGE, owner=OWNER) == {"test.floor": 500, "test.free": -500}
        lines = {line.code: (line.debit, line.credit, line.balance) for line in queries.trial_balance(CHALLENGE)}
        assert lines == {"test.floor": (700, 200, 500), "test.free": (200, 700, -500)}
        floor = Account.objects.within(code="test.floor").get()
        assert queries.balance(floor) == 500

    def test_the_same_key_is_the_same_entry(self) -> None:
        first = post("one", ("test.floor", 5), ("test.free", -5))
        again = post("one", ("test.floor", 5), ("test.free", -5))
        assert again.pk == first.pk
        assert queries.balances(challenge=CHALLENGE)["test.floor"] == 5
        types = AuditEvent.objects.unscoped(why="test").order_by("sequence").values_list("type", flat=True)
        assert list(types)[-2:] == ["ledger_entry.posted", "ledger_entry.repeated"]

    def test_a_key_is_of_one_fact(self) -> None:
        post("one", ("test.floor", 5), ("test.free", -5))
        with pytest.raises(actions.KeyReused):
            post("one", ("test.floor", 6), ("test.free", -6))

    def test_reversed_once(self) -> None:
        entry = post("one", ("test.floor", 5), ("test.free", -5))
        back = actions.reverse(actor=SYSTEM, entry=entry, text=WORDS, key="back")
        assert back.reverses_id == entry.pk
        assert set(queries.balances(challenge=CHALLENGE).values()) == {0}
        assert actions.reverse(actor=SYSTEM, entry=entry, text=WORDS, key="back").pk == back.pk
        with pytest.raises(IntegrityError):
            actions.reverse(actor=SYSTEM, entry=entry, text=WORDS, key="again")

    @pytest.mark.parametrize(
        "amounts",
        [
            [("test.free", 5), ("test.free", -4)],
            [("test.free", 5)],
            [],
            [("test.free", 0), ("test.floor", 0)],
            [("test.free", 5, "KRW"), ("test.free", -5, "USD")],
            [("test.free", True), ("test.free", -1)],
        ],
    )
    def test_what_does_not_balance_is_no_entry(self, amounts: list[Any]) -> None:
        with pytest.raises(actions.Unbalanced):
            post("wrong", *amounts)
        assert not Entry.objects.within(challenge=CHALLENGE).exists()

    def test_each_currency_balances_for_itself(self) -> None:
        post("two", ("test.free", 5), ("test.free", -5), ("test.free", 9, "USD"), ("test.free", -9, "USD"))
        assert queries.balances(challenge=CHALLENGE, currency="USD") == {"test.free": 0}

    def test_an_unknown_account_is_no_account(self) -> None:
        with pytest.raises(KeyError):
            post("one", ("test.unknown", 5), ("test.free", -5))


@pytest.mark.django_db
class TestTheDatabase:
    """Python is bypassed: the rows are written straight into the tables."""

    def test_what_balances_is_kept(self) -> None:
        with writing("test.bypass", SYSTEM):
            stored((account(), 5), (account(), -5))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_unbalanced(self) -> None:
        with refused_by_the_database("ledger_entry_balanced"):
            stored((account(), 5), (account(), -4))

    def test_unbalanced_in_one_currency(self) -> None:
        with refused_by_the_database("ledger_entry_balanced"):
            stored((account(), 5), (account(currency="USD"), -5))

    def test_without_postings(self) -> None:
        with refused_by_the_database("ledger_entry_whole"):
            stored()

    def test_with_one_side(self) -> None:
        with refused_by_the_database("entry_has_two_sides"):
            stored((account(), 5), lines=1)

    def test_nothing_is_added_to_an_entry_later(self) -> None:
        with writing("test.bypass", SYSTEM):
            one, other = account(), account()
            entry = stored((one, 5), (other, -5))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        with refused_by_the_database("ledger_entry_whole"):
            Posting(entry=entry, account=one, amount=3).save(force_insert=True)
            Posting(entry=entry, account=other, amount=-3).save(force_insert=True)

    def test_a_side_of_nothing(self) -> None:
        with refused_by_the_database("posting_is_not_nothing"):
            stored((account(), 0), (account(), 0))

    def test_an_account_of_another_challenge(self) -> None:
        with refused_by_the_database("ledger_entry_in_one_challenge"):
            stored((account(challenge=uuid.uuid4()), 5), (account(), -5))

    def test_below_zero(self) -> None:
        with refused_by_the_database("ledger_account_floor"):
            stored((account(floor=True), -5), (account(), 5))

    def test_an_account_stays_what_it_is(self) -> None:
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), writing("test.bypass", SYSTEM):
            made = account(floor=True)
            made.never_negative = False
            made.save()


CODES = ("test.free", "test.floor")
OWNERS = [uuid.UUID(int=n) for n in (11, 12)]
ENTRIES = st.lists(
    st.lists(
        st.tuples(st.sampled_from(OWNERS), st.sampled_from(CODES), st.integers(-20, 20).filter(bool)),
        min_size=1,
        max_size=4,
    ),
    max_size=6,
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=ENTRIES)
def test_whatever_is_posted_the_books_balance_and_no_floor_breaks(
    entries: list[list[tuple[uuid.UUID, str, int]]],
) -> None:
    """Any lists of sides: those that balance and keep the floors are posted, the others leave no trace."""
    expected: dict[tuple[uuid.UUID, str], int] = {}
    whole = transaction.savepoint()
    for number, sides in enumerate(entries):
        after = dict(expected)
        for owner, code, amount in sides:
            after[owner, code] = after.get((owner, code), 0) + amount
        sound = len(sides) > 1 and not sum(amount for _, _, amount in sides)
        sound = sound and all(sum_ >= 0 for (_, code), sum_ in after.items() if code == "test.floor")
        try:
            with transaction.atomic():
                lines = [Line(*side) for side in sides]
                actions.post(
                    actor=SYSTEM,
                    challenge=CHALLENGE,
                    text=WORDS,
                    lines=lines,
                    source=Source(),
                    key=f"k{number}",  # type: ignore[arg-type]
                )
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except (actions.Unbalanced, IntegrityError):
            assert not sound
        else:
            assert sound
            expected = after
    found = {(line.owner, line.code): line.balance for line in queries.trial_balance(CHALLENGE)}
    assert found == {key: amount for key, amount in expected.items() if key in found}
    assert sum(found.values()) == 0
    assert all(amount >= 0 for (_, code), amount in found.items() if code == "test.floor")
    transaction.savepoint_rollback(whole)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_both_take_the_last_won() -> None:
    """Each alone keeps the floor; together they would break it: the second waits for the first, and is refused."""
    post("open", ("test.floor", 100), ("test.free", -100))
    results = together(
        lambda: post("a", ("test.free", 80), ("test.floor", -80)),
        lambda: post("b", ("test.free", 80), ("test.floor", -80)),
    )
    assert sorted(type(result).__name__ for result in results) == ["Entry", "IntegrityError"]
    assert queries.balances(challenge=CHALLENGE)["test.floor"] == 20


@pytest.mark.django_db(transaction=True)
def test_the_same_fact_twice_at_once_is_one_entry() -> None:
    results = together(*[lambda: post("one", ("test.floor", 5), ("test.free", -5))] * 2)
    assert {type(result) for result in results} == {Entry}
    assert Entry.objects.within(challenge=CHALLENGE).count() == 1
    assert queries.balances(challenge=CHALLENGE)["test.floor"] == 5
