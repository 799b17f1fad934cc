"""Organisations: who makes, registers and changes them."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from didimdol.kernel import clock
from didimdol.kernel.actor import PUBLIC, SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Stale
from didimdol.kernel.words import text
from didimdol.people import actions
from didimdol.people.models import Organisation, RoleAssignment

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "107-86-14075", "1248100998"
FOUNDED = date(2021, 5, 3)


def test_a_person_registers_their_startup_and_leads_it(make_person: Any, actor_for: Any) -> None:
    person = make_person()
    startup = actions.register_startup(
        actor=actor_for(person), name="돌다리", business_number=NUMBER, founded_on=FOUNDED
    )
    assert (startup.kind, startup.business_number, startup.name) == ("startup", "1078614075", text("돌다리", "돌다리"))
    assert actor_for(person).grant("ceo", organisation=startup.id)
    with pytest.raises(AccessDenied):  # one person leads one startup
        actions.register_startup(actor=actor_for(person), name="둘", business_number=OTHER, founded_on=FOUNDED)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("business_number", {"business_number": "107-86-14076"}),
        ("business_number", {"business_number": ""}),
        ("name", {"name": "  "}),
        ("founded_on", {"founded_on": "tomorrow"}),
    ],
)
def test_a_registration_that_is_wrong_leaves_nothing(
    field: str, more: dict[str, Any], make_person: Any, actor_for: Any
) -> None:
    if more.get("founded_on"):
        more = {"founded_on": (clock.real() + timedelta(days=2)).date()}
    person = make_person()
    with pytest.raises(BadInput) as refused:
        actions.register_startup(
            actor=actor_for(person), **{"name": "돌다리", "business_number": NUMBER, "founded_on": FOUNDED, **more}
        )
    assert field in refused.value.fields
    assert not Organisation.objects.unscoped(why="test").exists()
    assert actor_for(person).grants == ()


def test_a_number_belongs_to_one_organisation(make_person: Any, actor_for: Any) -> None:
    actions.register_startup(actor=actor_for(make_person()), name="하나", business_number=NUMBER, founded_on=FOUNDED)
    with pytest.raises(BadInput) as refused:
        actions.register_startup(actor=actor_for(make_person()), name="둘", business_number=NUMBER, founded_on=FOUNDED)
    assert "business_number" in refused.value.fields


def test_a_double_click_registers_once(make_person: Any, actor_for: Any) -> None:
    actor, key = actor_for(make_person()), uuid.uuid4().hex
    more: dict[str, Any] = {"name": "돌다리", "business_number": NUMBER, "founded_on": FOUNDED, "idempotency_key": key}
    first = actions.register_startup(actor=actor, **more)
    assert actions.register_startup(actor=actor, **more) == first
    assert RoleAssignment.objects.within(organisation=first).count() == 1


def test_a_visitor_registers_nothing() -> None:
    with pytest.raises(AccessDenied):
        actions.register_startup(actor=PUBLIC, name="돌다리", business_number=NUMBER, founded_on=FOUNDED)


@pytest.mark.parametrize(
    ("role", "kind", "ok"),
    [
        ("manager", "demand_company", True),
        ("manager", "expert_body", True),
        ("manager", "operator", False),
        ("manager", "startup", False),
        ("coordinator", "demand_company", False),
    ],
)
def test_who_makes_which_organisation(
    role: str, kind: str, ok: bool, make_person: Any, make_organisation: Any, grant: Any
) -> None:
    actor = grant(make_person(), make_organisation("operator"), role)
    if ok:
        made = actions.create_organisation(actor=actor, kind=kind, name=text("새 기관", "New body"))
        assert made.kind == kind
    else:
        with pytest.raises(AccessDenied):
            actions.create_organisation(actor=actor, kind=kind, name=text("새 기관", "New body"))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(BadInput):
        actions.create_organisation(actor=SYSTEM, kind="kingdom", name=text("왕국", "Kingdom"))


def test_changing_an_organisation(make_person: Any, make_organisation: Any, grant: Any) -> None:
    startup = make_organisation("startup", "옛 이름", business_number="1078614075")
    ceo, staff = grant(make_person(), startup, "ceo"), grant(make_person(), startup, "staff")
    stranger = grant(make_person(), make_organisation("startup"), "ceo")
    version = startup.row_version

    changed = actions.update_organisation(actor=ceo, organisation=startup, name=text("새 이름", "New"), version=version)
    assert changed.name == text("새 이름", "New")
    with pytest.raises(Stale):
        actions.update_organisation(actor=ceo, organisation=startup, name=text("또", "Again"), version=version)
    for actor in (staff, stranger, PUBLIC):
        with pytest.raises(AccessDenied):
            actions.update_organisation(actor=actor, organisation=startup, name=text("남", "Other"))
    with pytest.raises(BadInput):  # the number decides eligibility: only platform staff correct it
        actions.update_organisation(actor=ceo, organisation=startup, business_number=OTHER)
    assert (
        actions.update_organisation(actor=SYSTEM, organisation=startup, business_number=OTHER).business_number == OTHER
    )


def test_korean_is_stored_composed(make_organisation: Any) -> None:
    assert make_organisation("operator", "가").name["ko"] == "가"


@pytest.mark.parametrize(("role", "kind"), [("manager", "operator"), ("expert", "expert_body")])
def test_whoever_judges_startups_leads_none(
    role: str, kind: str, make_person: Any, make_organisation: Any, grant: Any
) -> None:
    actor = grant(make_person(), make_organisation(kind), role)
    with pytest.raises(AccessDenied) as refused:
        actions.register_startup(actor=actor, name="돌다리", business_number=NUMBER, founded_on=FOUNDED)
    assert refused.value.code == "people_role_excludes_ceo"
