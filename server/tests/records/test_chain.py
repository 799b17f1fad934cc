"""The audit chain: it holds, and it says so when somebody rewrote it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from didimdol.kernel import clock
from didimdol.kernel.action import action, audit, writing
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.records import actions, keys
from didimdol.records.chain import COVERED, GENESIS, commitment, link_hash, plain_facts
from didimdol.records.models import AuditEvent, ChainTip, PersonalNote
from didimdol.records.verifying import verify
from didimdol_decide.sealing import signature_holds
from server.tests.records.conftest import link

Chain = Callable[..., list[AuditEvent]]


def tamper(sql: str, parameters: list[Any]) -> int:
    """What only the database's superuser could do: write past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute(sql, parameters)
            return cursor.rowcount
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def breaks() -> list[tuple[str, int, str]]:
    return [(found.chain, found.sequence, found.what["en"]) for found in verify().breaks]


def test_the_hash_covers_every_column_but_itself() -> None:
    columns = {field.attname for field in AuditEvent._meta.concrete_fields}
    assert set(COVERED) == columns - {"hash"}


def test_events_are_linked_per_challenge_and_for_the_site(challenge_id: UUID, chain_of: Chain) -> None:
    other = uuid4()
    for chain in (challenge_id, other, challenge_id, None):
        link(chain, facts={"n": 1})
    first, second = chain_of(challenge_id)
    assert (first.sequence, first.previous) == (1, GENESIS)
    assert (second.sequence, second.previous) == (2, first.hash)
    assert [e.sequence for e in chain_of(other)] == [1]
    assert chain_of()[-1].hash == ChainTip.objects.get(chain="site").hash
    assert verify().holds


def test_an_event_says_who_when_and_by_which_role(challenge_id: UUID, chain_of: Chain, clock_at: Any) -> None:
    moved = clock_at("2031-05-06 07:08")
    person = uuid4()
    link(challenge_id, actor=Actor(kind="person", person=person, request="ab12"), subject=(subject := uuid4()))
    [event] = chain_of(challenge_id)
    assert (event.actor_kind, event.person, event.request) == ("person", person, "ab12")
    assert (event.action, event.subject_model, event.subject_id) == ("tests.link", "kernel.Blob", subject)
    assert abs((event.at - moved).total_seconds()) < 60
    assert abs((event.at_real - datetime.now(UTC)).total_seconds()) < 60


def test_facts_of_other_rooms_become_plain(challenge_id: UUID, chain_of: Chain) -> None:
    identity, moment = uuid4(), clock.now()
    facts = {
        "id": identity,
        "at": moment,
        "amount": Decimal("12.50"),
        "day": moment.date(),
        "of": {identity: (1, True, None)},
    }
    link(challenge_id, facts=facts)
    [event] = chain_of(challenge_id)
    assert event.facts["id"] == str(identity)
    assert event.facts["amount"] == "12.5"
    assert event.facts["of"] == {str(identity): [1, True, None]}
    assert verify().holds


def test_a_float_is_refused_and_nothing_is_kept(challenge_id: UUID, chain_of: Chain) -> None:
    with pytest.raises(TypeError, match="float"):
        link(challenge_id, facts={"score": 0.1})
    assert chain_of(challenge_id) == []


plain_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("가나abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(facts=st.dictionaries(st.sampled_from(["a", "b", "다"]), plain_values))
def test_any_plain_facts_hash_alike_before_and_after_json(facts: dict[str, Any]) -> None:
    import json

    moment = datetime(2025, 3, 1, tzinfo=UTC)

    def event(content: Any) -> AuditEvent:
        return AuditEvent(
            id=UUID(int=1), chain="site", sequence=1, type="a.b", version=1, at=moment, at_real=moment, created_at=moment,
            actor_kind="system", action="x", facts=content, previous=GENESIS,
        )  # fmt: skip

    assert link_hash(event(plain_facts(facts))) == link_hash(event(json.loads(json.dumps(plain_facts(facts)))))


def test_rollback_leaves_no_event(challenge_id: UUID, chain_of: Chain) -> None:
    link(challenge_id)

    @action
    def fail_late(*, actor: Actor) -> None:
        audit("test.failed", challenge=challenge_id)
        raise RuntimeError("after the audit")

    with pytest.raises(RuntimeError, match="after the audit"):
        fail_late(actor=SYSTEM)
    assert [e.type for e in chain_of(challenge_id)] == ["test.happened"]
    assert verify().holds


def test_personal_words_stand_beside_the_chain_and_can_be_erased(challenge_id: UUID, chain_of: Chain) -> None:
    link(challenge_id, personal={"reason": "김하늘 님의 요청"})
    [event] = chain_of(challenge_id)
    [note] = event.notes.all()
    assert "김하늘" not in str(event.facts) + str(event.commitments)
    assert event.commitments == {"reason": commitment(note.salt, "김하늘 님의 요청")}
    actions.erase_note(actor=SYSTEM, note=note, reason="삭제 요청")
    note.refresh_from_db()
    assert (note.value, note.salt) == ("", "")
    assert note.erased_at is not None
    assert verify().holds
    [_, erased] = chain_of(challenge_id)
    assert erased.type == "records.note_erased"


# --- somebody rewrites it ------------------------------------------------------------------------------------------


@pytest.fixture
def five_links(challenge_id: UUID, chain_of: Chain) -> list[AuditEvent]:
    for number in range(5):
        link(challenge_id, facts={"n": number}, personal={"reason": f"까닭 {number}"})
    link(None)
    assert verify().holds
    return chain_of(challenge_id)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("facts", '{"n": 7}'),
        ("type", "test.other"),
        ("person", "00000000-0000-0000-0000-000000000001"),
        ("at", "2020-01-01T00:00:00Z"),
        ("commitments", "{}"),
    ],
)
def test_a_changed_row_is_found(five_links: list[AuditEvent], column: str, value: str) -> None:
    third = five_links[2]
    assert tamper(f"UPDATE records_auditevent SET {column} = %s WHERE id = %s", [value, third.id]) == 1
    assert (third.chain, 3, "its content was changed") in breaks()


def test_a_changed_row_with_its_hash_made_anew_is_found(five_links: list[AuditEvent]) -> None:
    third = five_links[2]
    third.facts = {"n": 7}
    assert tamper(
        "UPDATE records_auditevent SET facts = '{\"n\": 7}', hash = %s WHERE id = %s", [link_hash(third), third.id]
    )
    assert breaks() == [(third.chain, 4, "it does not point at the link before it")]


@pytest.mark.parametrize("position", [0, 2, 4])
def test_a_removed_row_is_found(five_links: list[AuditEvent], position: int) -> None:
    gone = five_links[position]
    tamper("DELETE FROM records_personalnote WHERE event_id = %s", [gone.id])
    assert tamper("DELETE FROM records_auditevent WHERE id = %s", [gone.id]) == 1
    [(chain, sequence, what)] = breaks()
    assert chain == gone.chain
    if position == 4:
        assert (sequence, what) == (4, "the tip says link 5, the last link is 4")
    else:
        assert (sequence, what) == (position + 1, f"links {position + 1} to {position + 1} are missing")


def test_a_removed_end_with_its_tip_moved_back_is_found_by_the_signed_head(five_links: list[AuditEvent]) -> None:
    actions.sign_heads(actor=SYSTEM)
    last, before = five_links[4], five_links[3]
    tamper("DELETE FROM records_personalnote WHERE event_id = %s", [last.id])
    tamper("DELETE FROM records_auditevent WHERE id = %s", [last.id])
    tamper("UPDATE records_chaintip SET sequence = 4, hash = %s WHERE chain = %s", [before.hash, last.chain])
    [(chain, sequence, what)] = breaks()
    assert (chain, sequence) == (last.chain, 5)
    assert "signed on" in what
    assert "missing" in what


def test_a_whole_chain_removed_is_found(five_links: list[AuditEvent]) -> None:
    chain = five_links[0].chain
    tamper("DELETE FROM records_personalnote", [])
    tamper("DELETE FROM records_auditevent WHERE chain = %s", [chain])
    assert breaks() == [(chain, 5, "the whole chain is missing")]


def test_changed_and_removed_personal_words_are_found(five_links: list[AuditEvent]) -> None:
    first, second = five_links[:2]
    tamper("UPDATE records_personalnote SET value = '다른 말' WHERE event_id = %s", [first.id])
    tamper("DELETE FROM records_personalnote WHERE event_id = %s", [second.id])
    assert breaks() == [
        (first.chain, 1, "the text of “reason” was changed"),
        (second.chain, 2, "the row of “reason” is missing"),
    ]


def test_the_command_says_where_and_exits_with_1(five_links: list[AuditEvent]) -> None:
    out = StringIO()
    call_command("verify_log", stdout=out)
    assert "✓" in out.getvalue()
    tamper("UPDATE records_auditevent SET facts = '{}' WHERE id = %s", [five_links[1].id])
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("verify_log", stdout=out)
    assert left.value.code == 1
    assert f"{five_links[1].chain} #2" in out.getvalue()


# --- the database itself refuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("as_application", [False, True])
@pytest.mark.parametrize(
    "sql",
    ["UPDATE records_auditevent SET type = 'x.y'", "DELETE FROM records_auditevent", "DELETE FROM records_accessentry"],
)
def test_nobody_changes_audit_rows(five_links: list[AuditEvent], as_application: bool, sql: str, settings: Any) -> None:
    actions.opened(SYSTEM, "something")
    with (
        writing("tests.tamper", SYSTEM),
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        if as_application:
            cursor.execute(f'SET LOCAL ROLE "{settings.DIDIMDOL_DATABASE_ROLE}"')
        cursor.execute(sql)
    assert ("permission denied" if as_application else "append-only") in str(refused.value)


def test_the_application_cannot_truncate_nor_disable_the_triggers(five_links: list[AuditEvent], settings: Any) -> None:
    for sql in ("TRUNCATE records_auditevent CASCADE", "ALTER TABLE records_auditevent DISABLE TRIGGER ALL"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'SET LOCAL ROLE "{settings.DIDIMDOL_DATABASE_ROLE}"')
            cursor.execute(sql)


def test_the_application_role_can_append(challenge_id: UUID, chain_of: Chain, settings: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{settings.DIDIMDOL_DATABASE_ROLE}"')
        link(challenge_id, personal={"reason": "까닭"})
    assert len(chain_of(challenge_id)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_writers_on_one_chain_make_one_chain() -> None:
    challenge, writers, each = uuid4(), 4, 10
    start = threading.Barrier(writers)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            start.wait()
            for _ in range(each):
                link(challenge, personal={"reason": "함께"})
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    sequences = AuditEvent.objects.within(chain=str(challenge)).order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, writers * each + 1))
    found = verify()
    assert found.holds, found.breaks


# --- keys and heads ------------------------------------------------------------------------------------------------


def test_heads_are_signed_once_a_day_and_verify_with_the_published_key(challenge_id: UUID) -> None:
    link(challenge_id)
    link(None)
    heads = actions.sign_heads(actor=SYSTEM)
    assert actions.sign_heads(actor=SYSTEM) == []
    head = next(h for h in heads if h.chain == str(challenge_id))
    content = actions.head_content(head)
    assert signature_holds(keys.published()[head.key_id], head.signature, actions.HEAD_FORMAT, content)
    assert not signature_holds(
        keys.published()[head.key_id], head.signature, actions.HEAD_FORMAT, {**content, "sequence": 2}
    )
    assert verify().heads >= 1


def test_a_forged_head_is_found(challenge_id: UUID) -> None:
    link(challenge_id)
    actions.sign_heads(actor=SYSTEM)
    tamper("UPDATE records_signedhead SET hash = %s WHERE chain = %s", ["0" * 64, str(challenge_id)])
    assert {what.partition(" of ")[0] for chain, _, what in breaks() if chain == str(challenge_id)} >= {"the signature"}


def test_a_rotated_key_stays_published(db: None) -> None:
    first, _ = keys.current()
    assert keys.current()[0] == first
    second = actions.rotate_key(actor=SYSTEM, reason="정기 교체").key_id
    assert keys.current()[0] == second != first
    ring = {key["key_id"]: key["retired_at"] for key in keys.public_ring()["keys"]}
    assert ring[first] is not None
    assert ring[second] is None


def test_the_private_half_is_encrypted_with_the_installations_secret(db: None, settings: Any) -> None:
    key_id, private = keys.current()
    from didimdol.records.models import SigningKey

    stored = SigningKey.objects.within(key_id=key_id).get()
    assert private.private_bytes_raw().hex() not in stored.private_key
    settings.SECRET_KEY = "another"
    with pytest.raises(keys.KeyUnreadable):
        keys.current()


@pytest.mark.django_db(transaction=True)
def test_the_first_key_is_made_once() -> None:
    start, made = threading.Barrier(2), []

    def first() -> None:
        start.wait()
        made.append(keys.current()[0])
        connection.close()

    threads = [threading.Thread(target=first) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1


def test_erasing_needs_a_reason_and_notes_are_never_deleted(challenge_id: UUID, chain_of: Chain) -> None:
    from didimdol.kernel.problems import BadInput

    link(challenge_id, personal={"reason": "글"})
    note = chain_of(challenge_id)[0].notes.get()
    with pytest.raises(BadInput):
        actions.erase_note(actor=SYSTEM, note=note, reason=" ")
    assert PersonalNote.objects.within(pk=note.pk).get().value == "글"
