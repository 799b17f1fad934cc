"""Roles: who gives them, which exclude each other, when they end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.people import actions, queries, rules
from didimdol.people.enums import INCOMPATIBLE, ROLE_KINDS, Role
from didimdol.people.models import RoleAssignment

pytestmark = pytest.mark.django_db


def test_a_manager_gives_roles_in_challenges_of_their_own_operator(
    make_person: Any, make_organisation: Any, grant: Any, challenges: Any
) -> None:
    ours, theirs = make_organisation("operator"), make_organisation("operator")
    body, company = make_organisation("expert_body"), make_organisation("demand_company")
    manager = grant(make_person(), ours, "manager")
    mine, foreign = challenges(ours), challenges(theirs)

    for role, organisation in ((Role.EXPERT, body), (Role.DEMAND_EVALUATOR, company), (Role.BUDGET_OWNER, company)):
        given = actions.assign_role(
            actor=manager, person=make_person(), organisation=organisation, role=role, challenge=mine.id
        )
        assert given.role == role
    given = actions.assign_role(actor=manager, person=make_person(), organisation=ours, role=Role.COORDINATOR)
    assert given.challenge is None

    refused: list[dict[str, Any]] = [
        {"organisation": body, "role": Role.EXPERT, "challenge": foreign.id},
        {"organisation": body, "role": Role.EXPERT, "challenge": uuid.uuid4()},
        {"organisation": body, "role": Role.EXPERT},
        {"organisation": theirs, "role": Role.COORDINATOR},
        {"organisation": theirs, "role": Role.COORDINATOR, "challenge": mine.id},
        {"organisation": ours, "role": Role.COORDINATOR, "challenge": foreign.id},
        {"organisation": ours, "role": Role.PLATFORM},
        {"organisation": make_organisation("startup"), "role": Role.STAFF},
        {"organisation": make_organisation("startup"), "role": Role.CEO},
    ]
    for case in refused:
        with pytest.raises(AccessDenied):
            actions.assign_role(actor=manager, person=make_person(), **case)


def test_a_manager_of_one_challenge_gives_roles_in_that_one_only(
    make_person: Any, make_organisation: Any, grant: Any, challenges: Any
) -> None:
    ours, body = make_organisation("operator"), make_organisation("expert_body")
    one, other = challenges(ours), challenges(ours)
    manager = grant(make_person(), ours, "manager", challenge=one.id)
    actions.assign_role(actor=manager, person=make_person(), organisation=body, role="expert", challenge=one.id)
    with pytest.raises(AccessDenied):
        actions.assign_role(actor=manager, person=make_person(), organisation=body, role="expert", challenge=other.id)
    with pytest.raises(AccessDenied):  # a role in all challenges is more than the manager holds
        actions.assign_role(actor=manager, person=make_person(), organisation=ours, role="coordinator")


def test_company_people_give_roles_in_their_own_company(
    make_person: Any, make_organisation: Any, grant: Any, challenges: Any
) -> None:
    company, rival = make_organisation("demand_company"), make_organisation("demand_company")
    challenge = challenges(make_organisation("operator"))
    lead = grant(make_person(), company, "demand_lead", challenge=challenge.id, field="robot")
    ok = {"role": "demand_evaluator", "challenge": challenge.id, "field": "robot"}
    assert actions.assign_role(actor=lead, person=make_person(), organisation=company, **ok).field == "robot"
    for more in ({"organisation": rival}, {"field": "camera"}, {"field": ""}, {"challenge": None}, {"role": "sponsor"}):
        with pytest.raises((AccessDenied, BadInput)):
            actions.assign_role(actor=lead, person=make_person(), **{"organisation": company, **ok, **more})


def test_a_chief_executive_takes_staff_into_their_own_startup(
    make_person: Any, make_organisation: Any, grant: Any
) -> None:
    startup, other = make_organisation("startup"), make_organisation("startup")
    ceo = grant(make_person(), startup, "ceo")
    staff = make_person()
    actions.assign_role(actor=ceo, person=staff, organisation=startup, role="staff")
    with pytest.raises(AccessDenied):
        actions.assign_role(actor=ceo, person=make_person(), organisation=other, role="staff")
    with pytest.raises(AccessDenied):
        actions.assign_role(actor=queries.actor_of(staff), person=make_person(), organisation=startup, role="staff")
    with pytest.raises(AccessDenied):
        actions.assign_role(actor=ceo, person=make_person(), organisation=startup, role="ceo")


def test_nobody_gives_a_role_to_themselves(make_person: Any, make_organisation: Any, grant: Any) -> None:
    operator, person = make_organisation("operator"), make_person()
    manager = grant(person, operator, "manager")
    with pytest.raises(AccessDenied) as refused:
        actions.assign_role(actor=manager, person=person, organisation=operator, role="verifier")
    assert refused.value.code == "people_own_role"


@pytest.mark.parametrize(("one", "other"), INCOMPATIBLE)
@pytest.mark.parametrize("turned", [False, True])
def test_excluding_roles_are_refused_in_one_challenge(
    one: Role, other: Role, turned: bool, make_person: Any, make_organisation: Any, grant: Any
) -> None:
    first, second = (other, one) if turned else (one, other)
    person, challenge = make_person(), uuid.uuid4()
    grant(person, make_organisation(ROLE_KINDS[first][0]), first, challenge=challenge)
    with pytest.raises(BadInput) as refused:
        grant(person, make_organisation(ROLE_KINDS[second][0]), second, challenge=challenge)
    assert refused.value.code == "incompatible_roles"
    grant(person, make_organisation(ROLE_KINDS[second][0]), second, challenge=uuid.uuid4())  # in another one they may


def test_a_role_in_all_challenges_excludes_too(
    make_person: Any, make_organisation: Any, grant: Any, challenges: Any
) -> None:
    ours, theirs, body = make_organisation("operator"), make_organisation("operator"), make_organisation("expert_body")
    person = make_person()
    grant(person, ours, "manager")
    with pytest.raises(BadInput):
        grant(person, body, "expert", challenge=challenges(ours).id)
    with pytest.raises(BadInput):  # a challenge that nobody knows may be ours
        grant(person, body, "expert", challenge=uuid.uuid4())
    grant(person, body, "expert", challenge=challenges(theirs).id)
    founder = make_person()
    grant(founder, make_organisation("startup"), "ceo")
    with pytest.raises(BadInput):  # a startup may apply anywhere
        grant(founder, body, "expert", challenge=challenges(theirs).id)


def test_a_role_has_its_kind_of_organisation(make_person: Any, make_organisation: Any, grant: Any) -> None:
    with pytest.raises(BadInput) as refused:
        grant(make_person(), make_organisation("startup"), "manager")
    assert "role" in refused.value.fields
    with pytest.raises(BadInput):
        grant(make_person(), make_organisation("startup"), "emperor")


def test_given_twice_is_given_once(make_person: Any, make_organisation: Any, grant: Any) -> None:
    person, operator = make_person(), make_organisation("operator")
    actor = grant(person, operator, "manager")
    again = grant(person, operator, "manager")
    assert actor.grants == again.grants and len(again.grants) == 1


def test_a_role_ends(
    make_person: Any, make_organisation: Any, grant: Any, actor_for: Any, clock_at: Callable[[str], Any]
) -> None:
    clock_at("2025-03-01 10:00")
    operator, person = make_organisation("operator"), make_person()
    boss = grant(make_person(), operator, "manager")
    assert grant(person, operator, "auditor").grant("auditor", organisation=operator.id)
    assignment = RoleAssignment.objects.within(person=person).get()

    with pytest.raises(AccessDenied):
        actions.end_role(actor=actor_for(make_person()), assignment=assignment)
    ended = actions.end_role(actor=boss, assignment=assignment)
    assert actor_for(person).grants == ()
    until = ended.valid_until
    clock_at("2025-03-02 10:00")
    assert actions.end_role(actor=boss, assignment=ended).valid_until == until  # ended twice is ended once


def test_an_end_is_read_from_the_challenges_clock(
    make_person: Any, make_organisation: Any, actor_for: Any, clock_at: Callable[[str], Any]
) -> None:
    start = clock_at("2025-03-01 10:00")
    operator, person = make_organisation("operator"), make_person()
    actions.assign_role(
        actor=SYSTEM, person=person, organisation=operator, role="auditor", valid_until=start + timedelta(days=1)
    )
    assert len(actor_for(person).grants) == 1
    clock_at("2025-03-02 10:00")
    assert actor_for(person).grants == ()
    with pytest.raises(BadInput) as refused:
        actions.assign_role(actor=SYSTEM, person=person, organisation=operator, role="auditor", valid_until=clock.now())
    assert "valid_until" in refused.value.fields


def test_a_chief_executive_stays(make_person: Any, make_organisation: Any, grant: Any) -> None:
    startup = make_organisation("startup")
    ceo = grant(make_person(), startup, "ceo")
    assignment = RoleAssignment.objects.within(organisation=startup).get()
    assert rules.may_end(ceo, assignment).reason == "people_ceo_stays"


def test_persons_with_of_a_challenge_are_its_operators(
    make_person: Any, make_organisation: Any, grant: Any, challenges: Any
) -> None:
    ours, theirs, company = (
        make_organisation("operator"),
        make_organisation("operator"),
        make_organisation("demand_company"),
    )
    mine = challenges(ours)
    own, foreign, lead, named = make_person("가"), make_person("나"), make_person("다"), make_person("라")
    grant(own, ours, "manager")
    grant(foreign, theirs, "manager")
    grant(lead, company, "demand_lead")
    grant(named, company, "demand_lead", challenge=mine.id)
    assert queries.persons_with("manager", challenge=mine.id) == [own]
    assert queries.persons_with("demand_lead", challenge=mine.id) == [named]
    assert queries.persons_with("demand_lead", challenge=mine.id, organisation=company.id) == [lead, named]


def test_persons_with(make_person: Any, make_organisation: Any, grant: Any) -> None:
    operator, other = make_organisation("operator"), make_organisation("operator")
    challenge = uuid.uuid4()
    wide, narrow, elsewhere = make_person("가"), make_person("나"), make_person("다")
    grant(wide, operator, "manager")
    grant(narrow, operator, "manager", challenge=challenge)
    grant(elsewhere, other, "manager")
    assert queries.persons_with("manager", organisation=operator.id, challenge=challenge) == [wide, narrow]
    assert queries.persons_with("manager", organisation=operator.id, challenge=uuid.uuid4()) == [wide]
    assert queries.persons_with("coordinator") == []
    assignment = RoleAssignment.objects.within(person=wide).get()
    actions.end_role(actor=SYSTEM, assignment=assignment)
    assert queries.persons_with("manager", organisation=operator.id, challenge=challenge) == [narrow]


@pytest.mark.parametrize("roles", [1, 20])
def test_an_actor_costs_one_query(
    roles: int, make_person: Any, make_organisation: Any, grant: Any, queries: Any
) -> None:
    from didimdol.people.queries import actor_of

    person, company = make_person(), make_organisation("demand_company")
    for _ in range(roles):
        grant(person, company, "demand_lead", challenge=uuid.uuid4())
    with queries(1):
        assert len(actor_of(person).grants) == roles
