"""The action decorator: one transaction, everything or nothing, repeated at will."""

from __future__ import annotations

from uuid import uuid4

import pytest

from didimdol.kernel.action import Unaudited, action, audit, check_version, defer, locked, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import Stale
from didimdol.kernel.rows import Unscoped
from didimdol.records.models import AuditEvent

pytestmark = pytest.mark.django_db


@action
def keep(*, actor: Actor, size: int) -> Blob:
    blob = Blob(organisation=uuid4(), sha256=f"{size:064}", size=size)
    save(blob)
    audit("test_blob.kept", blob, facts={"size": size})
    return blob


@action
def keep_and_fail(*, actor: Actor) -> None:
    keep(actor=actor, size=7)
    raise RuntimeError("half way")


@action
def keep_silently(*, actor: Actor) -> None:
    save(Blob(organisation=uuid4(), sha256="a" * 64, size=1))


def stored() -> int:
    return Blob.objects.unscoped(why="test").count()


def events() -> list[str]:
    return list(AuditEvent.objects.unscoped(why="test").order_by("sequence").values_list("type", flat=True))


def test_an_action_is_audited_with_its_name_and_actor() -> None:
    blob = keep(actor=SYSTEM, size=3)
    event = AuditEvent.objects.unscoped(why="test").get(subject_id=blob.pk)
    assert (event.type, event.actor_kind, event.facts, event.chain) == ("test_blob.kept", "system", {"size": 3}, "site")
    assert event.action.endswith("keep")


def test_what_fails_leaves_nothing_behind() -> None:
    with pytest.raises(RuntimeError):
        keep_and_fail(actor=SYSTEM)
    assert (stored(), events()) == (0, [])


def test_an_action_that_tells_nothing_is_refused() -> None:
    with pytest.raises(Unaudited):
        keep_silently(actor=SYSTEM)
    assert stored() == 0


def test_a_key_makes_the_second_call_answer_with_the_first_ones_result() -> None:
    first = keep(actor=SYSTEM, size=3, idempotency_key="k1")  # type: ignore[call-arg]
    second = keep(actor=SYSTEM, size=4, idempotency_key="k1")  # type: ignore[call-arg]
    assert first == second
    assert stored() == 1 and events() == ["test_blob.kept"]


def test_positional_arguments_are_refused() -> None:
    with pytest.raises(TypeError):
        keep(SYSTEM, 3)  # type: ignore[misc]
    with pytest.raises(TypeError, match="keyword-only"):

        @action
        def wrong(actor: Actor) -> None: ...


def test_a_lost_update_is_noticed() -> None:
    blob = locked(keep(actor=SYSTEM, size=3))
    check_version(blob, 1)
    check_version(blob, None)
    with pytest.raises(Stale):
        check_version(blob, 2)


def test_rows_are_not_read_without_a_scope() -> None:
    for read in (list, lambda q: q.count(), lambda q: q.exists(), lambda q: q.first(), lambda q: q.get(size=1)):
        with pytest.raises(Unscoped):
            read(Blob.objects.all())  # type: ignore[no-untyped-call]
    assert list(Blob.objects.within(size=1)) == []


def test_an_unknown_task_cannot_be_deferred() -> None:
    @action
    def wrong(*, actor: Actor) -> None:
        audit("test_blob.kept")
        defer("nobody.does_this", id="1")

    with pytest.raises(Exception, match="nobody"):
        wrong(actor=SYSTEM)
    assert events() == []
