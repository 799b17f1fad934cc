"""Pages: who sees what, forms without script, lists that cost the same however long they are."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from didimdol.kernel.action import save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people.models import Person
from didimdol.projects.models import Project
from didimdol.records.models import AuditEvent
from server.tests.projects.worlds import (
    DECISION,
    ENDS,
    STARTS,
    Poc,
    approved_plan,
    charter_values,
    offered_agreement,
    opened_project,
    signed_project,
)

pytestmark = pytest.mark.django_db
PAGES = ("", "plan/", "agreement/", "support/", "contributions/")
#: literal numbers: a page that asks once a row is found out
LIST_QUERIES, HUB_QUERIES, SUPPORT_QUERIES = 6, 14, 9
PARTIES = ("ceo", "staff", "lead", "owner", "manager", "coordinator", "auditor")


def test_the_parties_see_every_page_and_nobody_else_any(signed_in: Any) -> None:
    poc, agreement = offered_agreement()
    home = f"/projects/{poc.project.pk}/"
    files = (f"/projects/agreements/{agreement.pk}/agreement.pdf", f"/projects/agreements/{agreement.pk}/sheet.pdf")
    for who in PARTIES:
        client = signed_in(poc.people[who])
        for page in PAGES:
            hidden = page == "contributions/" and who in ("lead", "owner")
            assert client.get(f"{home}{page}").status_code == (403 if hidden else 200), (who, page)
        assert [client.get(file).status_code for file in files] == [200, 200]
    strangers: list[Person] = [poc.rivals[0].people[who] for who in ("ceo", "staff", "lead", "owner")]
    strangers += [*poc.world.experts]
    strangers += [judge for judges in poc.world.judges.values() for judge in judges]
    for person in strangers:
        client = signed_in(person)
        for page in PAGES:
            assert client.get(f"{home}{page}").status_code == 404, (person.name, page)
        assert [client.get(file).status_code for file in files] == [404, 404]
        assert poc.project.number not in client.get("/projects/").content.decode()
    visitor = Client()
    assert visitor.get(home).status_code == 302
    assert visitor.get("/projects/").status_code == 302


DOORS = (
    "{project}plan/edit/",
    "{project}agreement/edit/",
    "{project}withdraw/",
    "{project}stop/",
    "{project}finish/",
    "{project}support/promise/",
    "{project}contributions/give/",
    "/projects/plans/{plan}/submit/",
    "/projects/plans/{plan}/return/",
    "/projects/plans/{plan}/approve/",
    "/projects/agreements/{agreement}/offer/",
    "/projects/agreements/{agreement}/sign/",
    "/projects/agreements/{agreement}/decline/",
    "/projects/agreements/{agreement}/take-back/",
    "/projects/agreements/{agreement}/link/",
    "/projects/agreements/{agreement}/paper/",
)


def test_rivals_find_no_door(signed_in: Any) -> None:
    poc, agreement = offered_agreement()
    project = f"/projects/{poc.project.pk}/"
    before = AuditEvent.objects.unscoped(why="counted").count()
    for who in ("ceo", "lead", "owner"):
        client = signed_in(poc.rivals[0].people[who])
        for door in DOORS:
            url = door.format(project=project, plan=agreement.plan_id, agreement=agreement.pk)
            assert client.get(url).status_code == 404, url
            assert client.post(url, {"reason": "-"}).status_code == 404, url
    assert AuditEvent.objects.unscoped(why="counted").count() == before


def rows(poc: Poc, **change: str) -> dict[str, Any]:
    """The plan's form as a browser sends it."""
    return {
        "rows": "3", "goal": "목표", "work": "내용", "schedule": "", "grant": "60000000", "own_cash": "0",
        "own_in_kind": "0", "title_1": "최적화", "due_on_1": "2025-07-31", "amount_1": "60000000",
        "gate_1": "verification", "criteria_1": ["p99"], "title_2": "", "title_3": "", **change,
    }  # fmt: skip


def test_a_plan_is_written_in_the_form(signed_in: Any) -> None:
    poc = opened_project()
    client, url = signed_in(poc.people["ceo"]), f"/projects/{poc.project.pk}/plan/edit/"
    shown = client.get(url).content.decode()
    assert shown.count('name="title_') == 3
    assert 'value="p99"' in shown
    more = client.post(url, {**rows(poc), "more": "1"}).content.decode()
    assert more.count('name="title_') == 5
    assert 'value="최적화"' in more
    assert not poc.project.plans.exists()
    assert client.post(url, rows(poc)).status_code == 302
    plan = poc.project.plans.get()
    (step,) = plan.content["milestones"]
    assert (step["title"], step["amount"], step["criteria"][0]["key"]) == ("최적화", 60_000_000, "p99")
    assert client.post(f"/projects/plans/{plan.pk}/submit/").status_code == 302
    plan.refresh_from_db()
    assert plan.state == "submitted"


def test_a_wrong_plan_comes_back_with_its_words(signed_in: Any) -> None:
    poc = opened_project()
    client, url = signed_in(poc.people["ceo"]), f"/projects/{poc.project.pk}/plan/edit/"
    for change in (
        {"title_1": ""}, {"due_on_1": ""}, {"grant": "-1"}, {"criteria_1": "accuracy"}, {"gate_1": "trust"},
        {"goal": "\0"}, {"amount_1": "1.5"},
    ):  # fmt: skip
        answer = client.post(url, rows(poc, **change))
        assert answer.status_code == 422, change
        assert "내용" in answer.content.decode()
    assert not poc.project.plans.exists()


def charter_form(poc: Poc, **change: str) -> dict[str, Any]:
    charter = charter_values(poc)
    six = {f"six_{key}": value for key, value in charter["confidentiality"].items()}
    return {
        "success": charter["success"], "criteria": ["p99"], "starts_on": STARTS.isoformat(), "ends_on": ENDS.isoformat(),
        "decision_on": DECISION.isoformat(), "budget_owner": str(poc.people["owner"].pk), "ip": charter["ip"], **six,
        **change,
    }  # fmt: skip


def test_an_agreement_is_drafted_in_the_form_with_what_the_demand_says(signed_in: Any) -> None:
    poc = opened_project()
    approved_plan(poc)
    client, url = signed_in(poc.people["lead"]), f"/projects/{poc.project.pk}/agreement/edit/"
    shown = client.get(url).content.decode()
    assert f'<option value="{poc.people["owner"].pk}" selected>' in shown
    assert 'value="2025-12-01"' in shown
    assert client.post(url, charter_form(poc, six_damages="")).status_code == 422
    assert client.post(url, charter_form(poc, budget_owner="", owner_name="정본부")).status_code == 422
    assert client.post(url, charter_form(poc, decision_on="2025-06-01")).status_code == 422
    assert client.post(url, charter_form(poc)).status_code == 302
    agreement = poc.project.agreements.get()
    assert (agreement.budget_owner, agreement.decision_on) == (poc.people["owner"], DECISION)
    owner = {"budget_owner": "", "owner_name": "정본부", "owner_title": "본부장", "owner_email": "hq@example.kr"}
    assert client.post(url, charter_form(poc, **owner)).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.budget_owner, agreement.charter["owner"]["email"]) == (None, "hq@example.kr")


def test_signing_in_the_browser(signed_in: Any) -> None:
    poc, agreement = offered_agreement()
    url = f"/projects/agreements/{agreement.pk}/sign/"
    client = signed_in(poc.people["ceo"])
    assert agreement.sha256 in client.get(url).content.decode()
    assert client.post(url, {"sha256": agreement.sha256}).status_code == 422
    assert client.post(url, {"sha256": "0" * 64, "agree": "on"}).status_code == 422
    assert client.post(url, {"sha256": agreement.sha256, "agree": "on"}).status_code == 302
    assert signed_in(poc.people["staff"]).get(url).status_code == 403
    assert [s.party for s in agreement.signatures.all()] == ["startup"]


def test_paper_in_the_browser(signed_in: Any) -> None:
    poc, agreement = offered_agreement()
    client, url = signed_in(poc.people["manager"]), f"/projects/agreements/{agreement.pk}/paper/"

    def scan() -> BytesIO:
        file = BytesIO(b"%PDF-1.4 scan")
        file.name = "scan.pdf"
        return file

    values = {"party": "company", "name": "김책임", "title": ""}
    assert client.post(url, {**values, "file": scan(), "code": "1234"}).status_code == 422
    assert client.post(url, {**values, "file": scan(), "code": agreement.code}).status_code == 302
    assert agreement.signatures.get().compared == "code"


def test_every_page_in_both_languages(signed_in: Any) -> None:
    poc = signed_project()
    client = signed_in(poc.people["manager"])
    for lang, word in (("ko", "단계"), ("en", "Milestones")):
        client.cookies["django_language"] = lang
        for page in PAGES:
            answer = client.get(f"/projects/{poc.project.pk}/{page}")
            assert answer.status_code == 200
        assert word in client.get(f"/projects/{poc.project.pk}/").content.decode()


def test_the_hub_tells_what_waits_for_whom(signed_in: Any) -> None:
    poc, _agreement = offered_agreement()
    shown = signed_in(poc.people["staff"]).get(f"/projects/{poc.project.pk}/").content.decode()
    assert shown.count("협약서에 서명해 주십시오") == 3
    assert poc.people["owner"].name in shown


# --- lists ---------------------------------------------------------------------------------------------------------


def more_projects(poc: Poc, count: int) -> None:
    """Copies of the project on places of their own, for the length of the list."""
    place, match = poc.project.place, poc.project.match
    with writing("tests.projects", SYSTEM):
        for number in range(count):
            application = type(place.application)(
                challenge=place.challenge, rulebook=place.application.rulebook, field=place.field, startup=place.startup,
                started_by=poc.people["ceo"], state="withdrawn",
            )  # fmt: skip
            save(application)
            other = type(place)(
                challenge=place.challenge, field=place.field, application=application, startup=place.startup,
                state="closed",
            )  # fmt: skip
            save(other)
            save(
                Project(
                    challenge=place.challenge,
                    field=place.field,
                    place=other,
                    match=match,
                    demand=poc.demand,
                    startup=place.startup,
                    company=poc.company,
                    number=f"small-X{number:02d}",
                    state="preparing",
                )
            )


def test_the_list_costs_the_same_with_one_row_and_with_fifty(signed_in: Any, queries: Any) -> None:
    poc = opened_project()
    client = signed_in(poc.people["lead"])
    client.get("/projects/")
    with queries(LIST_QUERIES):
        client.get("/projects/")
    more_projects(poc, 49)
    with queries(LIST_QUERIES):
        shown = client.get("/projects/").content.decode()
    assert shown.count("small-X") >= 49


def test_the_hub_costs_the_same_however_much_there_is(signed_in: Any, queries: Any) -> None:
    from didimdol.projects.actions.support import log_support_hours, promise_support

    poc = signed_project()
    client = signed_in(poc.people["manager"])
    hub, support = f"/projects/{poc.project.pk}/", f"/projects/{poc.project.pk}/support/"
    item = promise_support(actor=poc.lead, project=poc.project, kind="people", description="기술자", hours=10)
    client.get(hub)
    client.get(support)
    with queries(HUB_QUERIES):
        client.get(hub)
    with queries(SUPPORT_QUERIES):
        client.get(support)
    for number in range(12):
        promise_support(actor=poc.lead, project=poc.project, kind="data", description=f"자료 {number}")
        log_support_hours(actor=poc.lead, item=item, on=STARTS.replace(month=3), hours=1)
    with queries(HUB_QUERIES):
        client.get(hub)
    with queries(SUPPORT_QUERIES):
        client.get(support)


def test_search_and_filters(signed_in: Any) -> None:
    poc = opened_project()
    client = signed_in(poc.people["manager"])

    def listed(query: str) -> list[bool]:
        shown = client.get(f"/projects/?{query}").content.decode()
        return [p.number in shown for p in (poc.project, poc.rivals[0].project)]

    assert listed("") == [True, True]
    assert listed(f"q={poc.startup.name['ko']}") == [True, False]
    assert listed("state=active") == [False, False]
    assert listed("state=nonsense&challenge=small&sort=number") == [True, True]
    assert client.get("/projects/?after=broken").status_code == 422


def test_the_list_leaves_as_excel_with_a_reason(signed_in: Any) -> None:
    poc = signed_project()
    client = signed_in(poc.people["manager"])
    assert client.post("/projects/export/", {"reason": ""}).status_code == 422
    answer = client.post("/projects/export/?state=active", {"reason": "월간 보고"})
    written = ZipFile(BytesIO(answer.content)).read("xl/sharedStrings.xml").decode()
    assert [p.number in written for p in (poc.project, poc.rivals[0].project)] == [True, False]
    for who in ("ceo", "lead"):
        assert signed_in(poc.people[who]).get("/projects/export/").status_code == 403
    assert AuditEvent.objects.within(type="project.list_exported").count() == 1
