"""To-dos: opened and closed by transitions, seen by whom they wait for."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didimdol.kernel import clock
from didimdol.kernel.action import WaitIntent
from didimdol.kernel.actor import PUBLIC
from didimdol.kernel.transitions import WaitFor
from didimdol.kernel.words import text
from didimdol.notices import queries
from didimdol.notices.models import Todo

pytestmark = pytest.mark.django_db


@pytest.fixture
def waits(acting: Any) -> Callable[..., None]:
    """``waits(subject, WaitFor(…), …, challenge=id)``: from now on the subject waits for these."""

    def say(subject: uuid.UUID, *waiting: WaitFor, challenge: uuid.UUID | None = None) -> None:
        with acting() as context:
            context.waits.append(WaitIntent("test.Thing", subject, challenge, waiting))

    return say


def todo(what: str = "할 일", **more: Any) -> WaitFor:
    return WaitFor(what=text(what, what), url=more.pop("url", "/x/"), **more)


def open_ones(subject: uuid.UUID) -> list[Todo]:
    return list(Todo.objects.within(subject_id=subject, closed_at=None).order_by("created_at"))


def test_what_stays_keeps_its_since(waits: Any, make_person: Any, clock_at: Any) -> None:
    person, subject = make_person(), uuid.uuid4()
    start = clock_at("2025-03-01 10:00")
    waits(subject, todo("가", person=person.id), todo("나", person=person.id))
    clock_at("2025-03-02 10:00")
    waits(subject, todo("나", person=person.id), todo("다", person=person.id))
    found = {t.what["ko"]: t for t in open_ones(subject)}
    assert set(found) == {"나", "다"}
    assert found["나"].since - start < timedelta(minutes=1) < timedelta(hours=23) < found["다"].since - start
    closed = Todo.objects.within(subject_id=subject, what__ko="가").get()
    assert closed.closed_at is not None
    waits(subject)
    assert open_ones(subject) == []


def test_a_new_deadline_is_a_new_todo(waits: Any, make_person: Any, clock_at: Any) -> None:
    person, subject = make_person(), uuid.uuid4()
    now = clock_at("2025-03-01 10:00")
    waits(subject, todo(person=person.id, until=now))
    waits(subject, todo(person=person.id, until=now + timedelta(days=1)))
    (left,) = open_ones(subject)
    assert left.until == now + timedelta(days=1)


def test_the_last_word_of_an_action_counts(acting: Any, make_person: Any) -> None:
    person, subject = make_person(), uuid.uuid4()
    with acting() as context:
        context.waits.append(WaitIntent("test.Thing", subject, None, (todo("가", person=person.id),)))
        context.waits.append(WaitIntent("test.Thing", subject, None, (todo("나", person=person.id),)))
    assert [t.what["ko"] for t in open_ones(subject)] == ["나"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.sampled_from("가나다라"), max_size=4, unique=True), min_size=1, max_size=5))
def test_what_is_open_is_always_what_was_said_last(waits: Any, steps: list[list[str]]) -> None:
    subject = uuid.uuid4()
    for step in steps:
        waits(subject, *(todo(name, role="manager") for name in step))
        assert sorted(t.what["ko"] for t in open_ones(subject)) == sorted(step)
    total = Todo.objects.within(subject_id=subject).count()
    opened = sum(len(set(now) - set(before)) for before, now in zip([[], *steps], steps, strict=False))
    assert total == opened  # a to-do that stays is not opened again


def test_a_todo_of_a_person_is_theirs(waits: Any, make_person: Any, actor_for: Any) -> None:
    person, other = make_person(), make_person()
    waits(uuid.uuid4(), todo(person=person.id))
    assert queries.todos_for(actor_for(person)).count() == 1
    assert queries.todos_for(actor_for(other)).count() == 0
    assert queries.todos_for(PUBLIC).count() == 0


@pytest.mark.parametrize("with_organisation", [True, False])
def test_an_operators_todo_reaches_its_own_people_only(
    with_organisation: bool, waits: Any, make_person: Any, make_organisation: Any, grant: Any, challenges: Any
) -> None:
    ours, theirs = make_organisation("operator"), make_organisation("operator")
    mine, other = challenges(ours), challenges(ours)
    organisation = ours.id if with_organisation else None
    waits(uuid.uuid4(), todo(role="manager", organisation=organisation), challenge=mine.id)
    reached = {
        "whole": grant(make_person(), ours, "manager"),
        "one": grant(make_person(), ours, "manager", challenge=mine.id),
        "another": grant(make_person(), ours, "manager", challenge=other.id),
        "foreign": grant(make_person(), theirs, "manager"),
        "coordinator": grant(make_person(), ours, "coordinator"),
    }
    seen = {name for name, actor in reached.items() if queries.todos_for(actor).exists()}
    assert seen == {"whole", "one"}


def test_a_companys_todo_does_not_reach_a_rival(
    waits: Any, make_person: Any, make_organisation: Any, grant: Any, challenges: Any
) -> None:
    challenge = challenges(make_organisation("operator"))
    company, rival = make_organisation("demand_company"), make_organisation("demand_company")
    waits(uuid.uuid4(), todo(role="budget_owner", organisation=company.id, challenge=challenge.id))
    own = [grant(make_person(), company, "budget_owner", challenge=c) for c in (challenge.id, None)]
    others = [grant(make_person(), rival, "budget_owner", challenge=c) for c in (challenge.id, None)]
    assert [queries.todos_for(a).count() for a in (*own, *others)] == [1, 1, 0, 0]


def test_the_most_urgent_first_and_in_the_readers_words(
    waits: Any, make_person: Any, make_organisation: Any, grant: Any, clock_at: Any
) -> None:
    now = clock_at("2025-03-01 10:00")
    operator, person = make_organisation("operator", "진흥원", "Institute"), make_person("김하늘")
    actor = grant(person, operator, "manager")
    waits(uuid.uuid4(), todo("언제나", person=person.id))
    waits(uuid.uuid4(), todo("나중", person=person.id, until=now + timedelta(days=3)))
    waits(uuid.uuid4(), todo("곧", role="manager", organisation=operator.id, until=now + timedelta(days=1)))
    drawn = queries.waits(queries.todos_for(actor), "en")
    assert [w.what for w in drawn] == ["곧", "나중", "언제나"]
    assert [w.who for w in drawn] == ["Institute Programme manager", "김하늘", "김하늘"]
    assert drawn[0].until == now + timedelta(days=1) and drawn[2].until is None
    assert {w.who for w in queries.waits(queries.todos_for(actor), own=True)} == {""}


def test_what_waits_for_others(
    waits: Any, make_person: Any, make_organisation: Any, grant: Any, challenges: Any
) -> None:
    operator = make_organisation("operator")
    one, two = challenges(operator), challenges(operator)
    actor, evaluator = grant(make_person(), operator, "manager"), make_person("위원")
    waits(uuid.uuid4(), todo("내 일", role="manager", organisation=operator.id), challenge=one.id)
    waits(uuid.uuid4(), todo("위원의 일", person=evaluator.id), challenge=one.id)
    waits(uuid.uuid4(), todo("다른 챌린지", person=evaluator.id), challenge=two.id)
    assert [t.what["ko"] for t in queries.waiting_on_others(actor, [one.id])] == ["위원의 일"]
    assert queries.waiting_on_others(actor, []).count() == 0


@pytest.mark.parametrize("rows", [1, 50])
def test_reading_costs_the_same(
    rows: int,
    waits: Any,
    make_person: Any,
    make_organisation: Any,
    grant: Any,
    challenges: Any,
    django_assert_num_queries: Any,
) -> None:
    operator, person = make_organisation("operator"), make_person()
    actor = grant(person, operator, "manager")
    for _ in range(rows):
        waits(uuid.uuid4(), todo(person=person.id), challenge=challenges(operator).id)
    with django_assert_num_queries(1):
        assert len(queries.waits(queries.todos_for(actor))) == rows


def test_the_sink_costs_the_same_for_many(acting: Any, make_person: Any, django_assert_max_num_queries: Any) -> None:
    person = make_person()
    with django_assert_max_num_queries(7), acting() as context:
        for _ in range(50):
            context.waits.append(WaitIntent("test.Thing", uuid.uuid4(), None, (todo(person=person.id),)))
    assert Todo.objects.within(person=person, since__lte=clock.now()).count() == 50
