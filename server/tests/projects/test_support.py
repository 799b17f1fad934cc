"""Support in kind with its hours; the startup's own contribution with its evidence."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest

from didimdol.kernel.action import save, writing
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Person
from didimdol.people.queries import actor_of
from didimdol.programmes.models import Party
from didimdol.projects.actions.support import (
    confirm_contribution,
    give_contribution,
    log_support_hours,
    promise_support,
    receive_support,
    refuse_contribution,
)
from didimdol.projects.models import OwnContribution, SupportItem
from didimdol.projects.queries import contribution_complete, contribution_confirmed
from server.tests.projects.standing import standing
from server.tests.projects.worlds import Poc, approved_plan, opened_project
from server.tests.worlds import give, person

pytestmark = pytest.mark.django_db


@standing.world
def poc() -> Poc:
    return opened_project()


def sponsor_of(poc: Poc) -> Person:
    chip = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.TECHNOLOGY_SPONSOR, name={"ko": "칩회사", "en": "Chip Co"}
    )
    with writing("tests.party", SYSTEM):
        save(Party(challenge=poc.world.challenge, organisation=chip, key="chip", part="technology_sponsor"))
    who = person("칩 담당")
    give(who, chip, Role.SPONSOR)
    return who


def engineer(poc: Poc, actor: Actor | None = None, **more: Any) -> SupportItem:
    values = {"kind": "people", "description": "음향 기술자", "hours": 40, **more}
    return promise_support(actor=actor or poc.lead, project=poc.project, **values)


def test_hours_promised_spent_and_received(poc: Poc) -> None:
    item = engineer(poc, due_on=date(2025, 6, 30))
    assert (item.provider, item.hours) == (poc.company, 40)
    day = date(2025, 3, 10)
    log_support_hours(actor=poc.lead, item=item, on=day, hours="7.5", note="소음 표본 정리")
    log_support_hours(actor=poc.owner, item=item, on=day, hours=2)
    assert sum(row.hours for row in item.spent.all()) == 9.5
    received = receive_support(actor=poc.staff, item=item)
    assert received.received_on is not None
    assert receive_support(actor=poc.ceo, item=item).received_on == received.received_on


INCOMPLETE: list[tuple[dict[str, Any], str]] = [
    ({"kind": "gold"}, "kind"),
    ({"description": " "}, "description"),
    ({"hours": 0}, "hours"),
    ({"hours": -1}, "hours"),
]


def test_what_a_promise_needs(poc: Poc) -> None:
    for change, field in INCOMPLETE:
        with pytest.raises(BadInput) as refused:
            engineer(poc, **change)
        assert set(refused.value.fields) == {field}


def test_hours_that_cannot_be(poc: Poc) -> None:
    item = engineer(poc)
    for hours in ("0", "-1", "0.05", "501", "NaN"):
        with pytest.raises(BadInput):
            log_support_hours(actor=poc.lead, item=item, on=date(2025, 3, 10), hours=hours)
    with pytest.raises(BadInput):
        log_support_hours(actor=poc.lead, item=item, on=date(2030, 1, 1), hours=1)


def test_who_supports_and_who_receives(poc: Poc) -> None:
    for who in ("ceo", "staff", "auditor"):
        with pytest.raises(AccessDenied):
            engineer(poc, poc.actor(who))
    item = engineer(poc)
    with pytest.raises(AccessDenied):
        receive_support(actor=poc.lead, item=item)
    with pytest.raises(AccessDenied):
        log_support_hours(actor=poc.ceo, item=item, on=date(2025, 3, 10), hours=1)
    with pytest.raises(AccessDenied):
        engineer(poc, poc.rivals[0].lead)


def test_the_sponsor_gives_its_own_and_only_its_own(poc: Poc) -> None:
    sponsor = sponsor_of(poc)
    theirs = engineer(poc)
    own = engineer(poc, actor_of(sponsor), kind="toolkit", hours=0, description="개발 도구")
    assert own.provider.name["en"] == "Chip Co"
    with pytest.raises(BadInput):
        engineer(poc, actor_of(sponsor), provider=poc.company)
    with pytest.raises(AccessDenied):
        log_support_hours(actor=actor_of(sponsor), item=theirs, on=date(2025, 3, 10), hours=1)


def test_the_operator_writes_down_for_either(poc: Poc) -> None:
    sponsor = sponsor_of(poc)
    chip = actor_of(sponsor).grants[0].organisation
    item = engineer(poc, poc.manager, provider=type(poc.company).objects.within(pk=chip).get())
    assert item.provider_id == chip
    assert engineer(poc, poc.manager).provider == poc.company
    with pytest.raises(BadInput):
        engineer(poc, poc.manager, provider=poc.rivals[0].company)


def test_the_sponsor_sees_support_and_nothing_else(poc: Poc, signed_in: Any) -> None:
    client = signed_in(sponsor_of(poc))
    home = f"/projects/{poc.project.pk}/"
    assert client.get(f"{home}support/").status_code == 200
    listed = client.get("/projects/").content.decode()
    assert poc.project.number in listed
    for page in ("", "plan/", "agreement/", "contributions/", "plan/edit/", "agreement/edit/", "checks/"):
        assert client.get(f"{home}{page}").status_code == 404, page
    shown = client.get(f"{home}support/").content.decode()
    assert f"{home}plan/" not in shown


# --- own contribution ----------------------------------------------------------------------------------------------


def cash(poc: Poc, amount: int = 6_000_000, **more: Any) -> OwnContribution:
    values = {"kind": "cash", "stream": BytesIO(b"%PDF transfer"), "filename": "transfer.pdf", **more}
    return give_contribution(actor=poc.ceo, project=poc.project, amount=amount, **values)


def test_only_what_is_confirmed_counts(poc: Poc) -> None:
    approved_plan(poc, own_cash=10_000_000, own_in_kind=5_000_000)
    first, second = cash(poc), cash(poc, 4_000_000)
    assert contribution_confirmed(poc.project) == {"cash": 0, "in_kind": 0}
    confirm_contribution(actor=poc.manager, contribution=first)
    confirm_contribution(actor=poc.coordinator, contribution=second)
    assert contribution_confirmed(poc.project) == {"cash": 10_000_000, "in_kind": 0}
    answer = contribution_complete(poc.project)
    assert not answer
    assert answer.message["en"] == "Confirmed own contribution is short by 0 won in cash and 5,000,000 won in kind."
    confirm_contribution(actor=poc.manager, contribution=cash(poc, 5_000_000, kind="in_kind"))
    assert contribution_complete(poc.project)


def test_too_much_of_one_kind_does_not_make_up_for_the_other(poc: Poc) -> None:
    approved_plan(poc, own_cash=1_000_000, own_in_kind=1_000_000)
    confirm_contribution(actor=poc.manager, contribution=cash(poc, 5_000_000))
    assert not contribution_complete(poc.project)


def test_a_refused_one_never_counts(poc: Poc) -> None:
    row = cash(poc)
    with pytest.raises(BadInput):
        refuse_contribution(actor=poc.manager, contribution=row, reason="")
    refuse_contribution(actor=poc.manager, contribution=row, reason="이체 확인증이 아닙니다.")
    with pytest.raises(WrongState):
        confirm_contribution(actor=poc.manager, contribution=row)
    with pytest.raises(WrongState):
        refuse_contribution(actor=poc.manager, contribution=row, reason="다시")
    assert contribution_confirmed(poc.project)["cash"] == 0


def test_confirmed_twice_is_confirmed_once(poc: Poc) -> None:
    row = confirm_contribution(actor=poc.manager, contribution=cash(poc))
    again = confirm_contribution(actor=poc.second_manager, contribution=row)
    assert again.confirmed_by == poc.people["manager"]
    with pytest.raises(WrongState):
        refuse_contribution(actor=poc.manager, contribution=row, reason="다시 보니 아닙니다.")


def test_amounts_that_cannot_be(poc: Poc) -> None:
    for amount in (0, -1, 10**12 + 1):
        with pytest.raises(BadInput):
            cash(poc, amount)


def test_who_gives_confirms_and_reads(poc: Poc, signed_in: Any) -> None:
    for who in ("lead", "manager", "coordinator", "auditor"):
        with pytest.raises(AccessDenied):
            give_contribution(actor=poc.actor(who), project=poc.project, kind="cash", amount=1)
    row = cash(poc)
    for who in ("ceo", "staff", "lead", "owner", "auditor"):
        with pytest.raises(AccessDenied):
            confirm_contribution(actor=poc.actor(who), contribution=row)
    url = f"/projects/contributions/{row.pk}/evidence/"
    assert b"".join(signed_in(poc.people["manager"]).get(url).streaming_content) == b"%PDF transfer"
    for who in ("ceo", "auditor", "coordinator"):
        assert signed_in(poc.people[who]).get(url).status_code == 200
    for who in ("lead", "owner"):  # how a startup pays its share is not the demand company's business
        assert signed_in(poc.people[who]).get(url).status_code == 404
        assert signed_in(poc.people[who]).get(f"/projects/{poc.project.pk}/contributions/").status_code == 403
    assert signed_in(poc.rivals[0].people["ceo"]).get(url).status_code == 404


def test_a_file_is_named_by_its_name_only(poc: Poc) -> None:
    assert cash(poc, filename="..\\..\\진짜.pdf").filename == "진짜.pdf"
