"""The pages of money: what each role sees and does there, the walls, the cost of lists, the statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.funding.models import Budget, Disbursement
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.projects.actions import ending
from didimdol.projects.models import Milestone
from didimdol.records.models import AccessEntry
from server.tests.funding.workbook import sheets
from server.tests.funding.worlds import Money
from server.tests.worlds import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(money: Money, signed_in: Callable[[Any], Client]) -> Callable[[str], Client]:
    return lambda who: signed_in(money.poc.people[who])


@pytest.fixture
def asked(money: Money) -> Disbursement:
    """The first milestone's money is asked for."""
    money.ready()
    return money.request(money.earn(1))


def page(client: Client, name: str, *args: Any, status: int = 200, **more: Any) -> str:
    answer = client.get(reverse(f"funding:{name}", args=args), **more)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def post(client: Client, name: str, *args: Any, status: int = 302, **data: Any) -> str:
    answer = client.post(reverse(f"funding:{name}", args=args), data)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


# --- the way, on pages ---------------------------------------------------------------------------------------------


def test_the_whole_way_on_pages(money: Money, client_of: Callable[[str], Client]) -> None:
    project, staff, ceo = money.project, client_of("staff"), client_of("ceo")
    shown = page(staff, "project", project.pk)
    assert (
        "60,000,000원" in shown
        and "승인된 비목별 예산이 없습니다" in shown
        and "지급 계좌가 등록되지 않았습니다" in shown
    )
    # a budget one won off is kept, and says so; it cannot be submitted
    post(staff, "budget", project.pk, government_project="59999999", note_project="실험 장비")
    shown = page(staff, "budget", project.pk)
    assert "1원 적습니다" in shown and "submit" not in shown
    budget = Budget.objects.within(project=project).get()
    assert "1원 적습니다" in post(staff, "submit_budget", budget.pk, status=422)
    post(staff, "budget", project.pk, government_project="60000000", version=budget.row_version)
    assert "합계와 비율이 원 단위까지 맞습니다" in page(staff, "budget", project.pk)
    assert "다른 곳에서 내용이 바뀌었습니다" in post(
        staff, "budget", project.pk, government_project="1", version=budget.row_version, status=409
    )
    post(ceo, "submit_budget", budget.pk)
    coordinator = client_of("coordinator")
    post(coordinator, "approve_budget", budget.pk)
    # the account
    post(staff, "register", project.startup_id, bank="한빛은행", number="110-123-456789", holder="새싹", status=403)
    post(ceo, "register", project.startup_id, bank="한빛은행", number="12", holder="새싹", status=422)
    post(ceo, "register", project.startup_id, bank="한빛은행", number="110-123-456789", holder="새싹")
    account = project.startup.bank_accounts.get()
    assert "110123456789" in page(coordinator, "verify", account.pk)
    post(coordinator, "verify", account.pk)
    # the money
    milestone = money.earn(1)
    assert reverse("funding:request", args=[milestone.pk]) in page(staff, "project", project.pk)
    assert "24,000,000원" in page(staff, "request", milestone.pk)
    post(staff, "request", milestone.pk)
    payment = Disbursement.objects.within(milestone=milestone).get()
    assert project.number in page(coordinator, "list")
    assert "모두 확인되었습니다" in page(coordinator, "disbursement", payment.pk)
    post(coordinator, "approve", payment.pk)
    manager = client_of("second_manager")
    shown = page(manager, "release", payment.pk)
    assert "110123456789" in shown
    assert "이체 번호" in post(manager, "release", payment.pk, reference="", status=422)
    post(manager, "release", payment.pk, reference="TR-1")
    shown = page(staff, "disbursement", payment.pk)
    assert "TR-1" in shown and "110123456789" not in shown
    shown = page(client_of("auditor"), "challenge", project.challenge.slug)
    assert "시산표" in shown and "36,000,000원" in shown and "차변과 대변이 같습니다" in shown
    assert "1단계 지급" in page(client_of("auditor"), "entries", project.challenge.slug)


def test_english(money: Money, asked: Disbursement, client_of: Callable[[str], Client]) -> None:
    client = client_of("coordinator")
    for name, args in (
        ("list", []), ("project", [asked.project_id]), ("disbursement", [asked.pk]), ("account", [asked.account_id]),
        ("challenge", [money.project.challenge.slug]), ("entries", [money.project.challenge.slug]),
    ):  # fmt: skip
        shown = page(client, name, *args, headers={"accept-language": "en"})
        assert 'lang="en"' in shown
    assert "Review and approve" in page(client, "list", headers={"accept-language": "en"})


def test_held_and_cancelled_on_pages(asked: Disbursement, client_of: Callable[[str], Client]) -> None:
    coordinator, ceo = client_of("coordinator"), client_of("ceo")
    post(coordinator, "hold", asked.pk, reason="", status=422)
    post(coordinator, "hold", asked.pk, reason="통장 사본 확인")
    assert "통장 사본 확인" in page(coordinator, "list", data={"state": "held"})
    assert "통장 사본 확인" in page(ceo, "project", asked.project_id)
    post(coordinator, "unhold", asked.pk)
    post(ceo, "cancel", asked.pk, reason="금액 확인")
    assert "금액 확인" in page(coordinator, "disbursement", asked.pk)
    assert asked.project.number not in page(coordinator, "list")
    assert page(coordinator, "hold", asked.pk, status=403)


def test_who_approved_reads_why_another_must_release(
    money: Money, asked: Disbursement, client_of: Callable[[str], Client]
) -> None:
    money.approve(asked, money.poc.manager)
    shown = page(client_of("manager"), "disbursement", asked.pk)
    assert "다른 사업 담당이 실행해야 합니다" in shown
    page(client_of("manager"), "release", asked.pk, status=403)
    assert "외의 사업 담당이 실행" in page(client_of("coordinator"), "list")


def test_settling_on_pages(money: Money, asked: Disbursement, client_of: Callable[[str], Client]) -> None:
    money.release(money.approve(asked))
    ending.stop_project(actor=money.poc.manager, project=money.project, reason="점검 결과")
    manager = client_of("manager")
    assert "정산해야 합니다" in page(manager, "project", asked.project_id)
    assert "24,000,000원" in page(manager, "record_return", asked.project_id)
    post(manager, "record_return", asked.project_id, amount="24000001", reference="IN-1", status=422)
    post(manager, "record_return", asked.project_id, amount="20000000", reference="IN-1")
    post(manager, "accept_spending", asked.project_id, amount="4000000", reason="정산 심의")
    assert "정산해야 합니다" not in page(manager, "project", asked.project_id)
    post(client_of("ceo"), "accept_spending", asked.project_id, amount="1", reason="x", status=403)


# --- walls ---------------------------------------------------------------------------------------------------------

PAGES = ("project", "budget", "statement", "record_return", "accept_spending")
PAYMENT_PAGES = ("disbursement", "approve", "release", "hold", "unhold", "cancel")


def test_money_does_not_exist_for_others(
    money: Money, asked: Disbursement, client_of: Callable[[str], Client], signed_in: Callable[[Any], Client]
) -> None:
    """The demand company, the rival startup and company, a judge, a stranger: 404 everywhere, reading and writing."""
    budget, rival = Budget.objects.within(project=asked.project).get(), money.poc.rivals[0]
    strangers = [money.poc.people["owner"], rival.people["ceo"], rival.people["lead"], money.poc.world.experts[0]]
    strangers += [person("지나가는 사람")]
    addresses = [
        *(("funding:" + name, asked.project_id) for name in PAGES),
        *(("funding:" + name, asked.pk) for name in PAYMENT_PAGES),
        *(("funding:" + name, budget.pk) for name in ("submit_budget", "approve_budget", "return_budget")),
        *(("funding:" + name, asked.account_id) for name in ("account", "verify")),
        ("funding:register", asked.project.startup_id), ("funding:request", asked.milestone_id),
        *(("funding:" + name, asked.project.challenge.slug) for name in ("challenge", "entries", "challenge_statement")),
    ]  # fmt: skip
    for who in strangers:
        client = signed_in(who)
        for name, key in addresses:
            url = reverse(name, args=[key])
            assert client.get(url).status_code == 404, (who.name, name)
            if name not in (
                "funding:project",
                "funding:disbursement",
                "funding:account",
                "funding:challenge",
                "funding:entries",
            ):
                assert client.post(url, {}).status_code == 404, (who.name, name)
        assert asked.project.number not in page(client, "list")


def test_visitors_are_asked_to_sign_in(asked: Disbursement) -> None:
    answer = Client().get(reverse("funding:list"))
    assert answer.status_code == 302 and "login" in answer["Location"]
    assert Client().get(reverse("funding:disbursement", args=[asked.pk])).status_code == 302


def test_an_auditor_reads_and_does_nothing(asked: Disbursement, client_of: Callable[[str], Client]) -> None:
    auditor = client_of("auditor")
    for name in ("disbursement",):
        page(auditor, name, asked.pk)
    page(auditor, "project", asked.project_id)
    for name in ("approve", "release", "hold", "unhold", "cancel"):
        post(auditor, name, asked.pk, reason="x", reference="x", status=403)
    page(auditor, "verify", asked.account_id, status=403)


def test_opening_an_account_number_is_logged(asked: Disbursement, client_of: Callable[[str], Client]) -> None:
    page(client_of("coordinator"), "verify", asked.account_id)
    entry = AccessEntry.objects.unscoped(why="test").filter(what="account number").order_by("-at_real").first()
    assert entry is not None and entry.subject_id == asked.account_id


# --- statements ----------------------------------------------------------------------------------------------------


def test_the_statement_as_excel(money: Money, asked: Disbursement, client_of: Callable[[str], Client]) -> None:
    money.release(money.approve(asked))
    url = reverse("funding:statement", args=[asked.project_id])
    auditor = client_of("auditor")
    assert auditor.post(url, {"kind": "xlsx", "reason": ""}).status_code == 422
    answer = auditor.post(url, {"kind": "xlsx", "reason": "감사 요청"})
    book = sheets(answer.content)
    assert list(book) == ["요약", "비목별 예산", "지급", "전표"]
    summary = dict(row[:2] for row in book["요약"])
    assert (summary["약정한 지원금"], summary["지급한 지원금"], summary["약정 잔액"]) == (
        60_000_000,
        24_000_000,
        36_000_000,
    )
    assert book["비목별 예산"][-1] == ["합계", 60_000_000, 0, 0, 60_000_000]
    assert [row[3] for row in book["전표"][1:]] == [60_000_000, 24_000_000]
    assert "110123456789" not in str(book) and "•••• 6789" in str(book)
    assert AccessEntry.objects.unscoped(why="test").filter(what="export: statement", purpose="감사 요청").exists()


@pytest.mark.parametrize("name", ["statement", "challenge_statement"])
def test_the_statement_as_pdf(money: Money, asked: Disbursement, client_of: Callable[[str], Client], name: str) -> None:
    key = asked.project_id if name == "statement" else asked.project.challenge.slug
    url = reverse(f"funding:{name}", args=[key])
    first = client_of("auditor").post(url, {"kind": "pdf", "reason": "감사"})
    assert first["Content-Type"] == "application/pdf" and first.content.startswith(b"%PDF-")
    assert client_of("auditor").post(url, {"kind": "doc", "reason": "감사"}).status_code == 422


def test_nothing_a_person_wrote_becomes_a_formula(money: Money, client_of: Callable[[str], Client]) -> None:
    from didimdol.funding.budgets import Cost

    money.budget([Cost("project", 60_000_000, 0, 0, "=HYPERLINK(1)")])
    url = reverse("funding:statement", args=[money.project.pk])
    book = sheets(client_of("ceo").post(url, {"kind": "xlsx", "reason": "제출"}).content)
    assert book["비목별 예산"][1][5] == "=HYPERLINK(1)"


# --- the cost of lists ---------------------------------------------------------------------------------------------


def test_the_lists_cost_the_same_with_fifty_more(
    money: Money, asked: Disbursement, client_of: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    auditor, ceo = client_of("auditor"), client_of("ceo")
    slug = asked.project.challenge.slug
    lists = [
        (auditor, reverse("funding:list")), (ceo, reverse("funding:list")),
        (auditor, reverse("funding:challenge", args=[slug])), (auditor, reverse("funding:entries", args=[slug])),
    ]  # fmt: skip
    before = [cost(client, url) for client, url in lists]
    grow(money, asked, 50)
    after = [cost(client, url) for client, url in lists]
    assert after == before
    assert max(after) <= 25


def cost(client: Client, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def grow(money: Money, asked: Disbursement, number: int) -> None:
    """More payments and entries of the same project: small ones, within the grant."""
    from didimdol.funding.accounts import COMMITTED, PAID, moving
    from didimdol.kernel.words import text
    from didimdol.ledger.actions import post as post_entry

    with writing("test.grow", SYSTEM):
        for position in range(10, 10 + number):
            milestone = Milestone(
                project=asked.project, position=position, title="작은 단계", due_on="2025-09-30", amount=1_000,
                gate="witnessed", state="approved",
            )  # fmt: skip
            milestone.save(force_insert=True)
            Disbursement(
                project=asked.project, milestone=milestone, amount=1_000, account=asked.account,
                account_digest=asked.account_digest, requested_by=asked.requested_by, state="requested",
            ).save(force_insert=True)  # fmt: skip
            post_entry(
                actor=SYSTEM, challenge=asked.project.challenge_id, text=text("시험", "Test"), source=milestone,
                lines=moving(asked.project, 1, source=COMMITTED, target=PAID), key=f"grow:{position}",
            )  # fmt: skip


def test_an_operator_with_one_manager_is_told(
    money: Money, asked: Disbursement, client_of: Callable[[str], Client]
) -> None:
    money.approve(asked, money.poc.manager)
    manager = client_of("manager")
    assert "이 지급을 실행할 수 있는 사업 담당이 없습니다" not in page(manager, "disbursement", asked.pk)
    with writing("test.leave", SYSTEM):
        money.poc.people["second_manager"].assignments.all().delete()
    assert "이 지급을 실행할 수 있는 사업 담당이 없습니다" in page(manager, "disbursement", asked.pk)
