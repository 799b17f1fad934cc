"""The agreement with its charter: what it needs, the PDF that is signed, its versions."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from didimdol.kernel import blobs
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.people.enums import Role
from didimdol.projects.actions.agreements import draft_agreement, offer_agreement, take_back_agreement
from didimdol.projects.actions.signing import addresses_of, decline_agreement
from didimdol.projects.actions.support import promise_support
from didimdol.projects.content import SIX_ITEMS
from didimdol.projects.documents import render, render_sheet, same_code
from didimdol.projects.models import Agreement
from server.tests.projects.standing import standing
from server.tests.projects.worlds import (
    DECISION,
    SUCCESS,
    Poc,
    approved_plan,
    charter_values,
    drafted_agreement,
    offered_agreement,
    opened_project,
)
from server.tests.worlds import give, person

pytestmark = pytest.mark.django_db


@standing.world
def poc() -> Poc:
    poc = opened_project()
    approved_plan(poc)
    return poc


def draft(poc: Poc, who: str = "manager", **more: Any) -> Agreement:
    values = {"charter": charter_values(poc), "budget_owner": poc.people["owner"], "decision_on": DECISION, **more}
    return draft_agreement(actor=poc.actor(who), project=poc.project, **values)


def text_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def test_the_pdf_says_what_was_agreed(poc: Poc) -> None:
    agreement = offer_agreement(actor=poc.manager, agreement=draft(poc))
    assert agreement.pdf is not None
    with blobs.open_blob(agreement.pdf) as handle:
        content = handle.read()
    pages = text_of(content)
    whole = "".join(pages).replace("\n", "").replace(" ", "")
    said = [
        poc.project.number, SUCCESS, poc.people["owner"].name, "2025-12-01", "2025-05-14–2025-10-24", "60,000,000KRW",
        "24,000,000KRW", "36,000,000KRW", "≤20ms", "모델최적화", "공동결과는함께소유합니다", "디딤돌진흥원",
        *(label["ko"] for label in SIX_ITEMS.values()), *charter_values(poc)["confidentiality"].values(),
    ]  # fmt: skip
    missing = [words for words in said if words.replace(" ", "") not in whole]
    assert missing == []
    assert all(agreement.code in page for page in pages), "the code stands on every page"
    assert agreement.sha256 == agreement.pdf.sha256


def test_the_same_agreement_is_the_same_file(poc: Poc) -> None:
    agreement = draft(poc)
    assert render(agreement) == render(agreement)
    other = draft(poc, charter=charter_values(poc, success="다른 기준"))
    assert render(other)[1] != render(agreement)[1]


def test_the_sheet_is_one_page(poc: Poc) -> None:
    agreement = offer_agreement(actor=poc.manager, agreement=draft(poc))
    pages = text_of(render_sheet(agreement))
    assert len(pages) == 1
    assert agreement.sha256 in pages[0].replace("\n", "")
    assert "2025-12-01" in pages[0]


def test_the_sheet_stays_one_page_however_much_was_written(poc: Poc) -> None:
    long = "길게 쓴 조건입니다. " * 200
    for _ in range(4):
        promise_support(actor=poc.lead, project=poc.project, kind="data", description=long[:300])
    charter = charter_values(poc, success=long, ip=long, data=long, device=long, people=long)
    agreement = offer_agreement(actor=poc.manager, agreement=draft(poc, charter=charter))
    assert len(text_of(render_sheet(agreement))) == 1
    assert len(text_of(render(agreement)[0])) > 3


def test_a_code_is_read_however_it_was_typed() -> None:
    assert same_code(" 1f9a c07e-22B1 98aa", "1F9A-C07E-22B1-98AA")
    assert not same_code("1f9a c07e-22B1 98ab", "1F9A-C07E-22B1-98AA")
    assert not same_code("", "")


UNDECIDED: list[tuple[dict[str, Any], str]] = [
    ({"budget_owner": None}, "budget_owner"),
    ({"decision_on": None}, "decision_on"),
    ({"decision_on": date(2025, 10, 1)}, "decision_on"),
]


def test_without_owner_or_date_there_is_none(poc: Poc) -> None:
    for change, field in UNDECIDED:
        with pytest.raises(BadInput) as refused:
            draft(poc, **change)
        assert set(refused.value.fields) == {field}
        assert not poc.project.agreements.exists()


INCOMPLETE: list[tuple[dict[str, Any], str]] = [
    ({"success": " "}, "success"),
    ({"criteria": []}, "criteria"),
    ({"ip": ""}, "ip"),
    ({"ends_on": date(2025, 9, 1)}, "ends_on"),
    ({"starts_on": date(2025, 11, 1)}, "ends_on"),
    ({"price": 3}, "price"),
]


def test_what_a_charter_needs(poc: Poc) -> None:
    for change, field in INCOMPLETE:
        with pytest.raises(BadInput) as refused:
            draft(poc, charter=charter_values(poc, **change))
        assert set(refused.value.fields) == {field}


def test_all_six_statutory_items_are_needed(poc: Poc) -> None:
    assert len(SIX_ITEMS) == 6
    for item in SIX_ITEMS:
        six = {**charter_values(poc)["confidentiality"], item: ""}
        with pytest.raises(BadInput) as refused:
            draft(poc, charter=charter_values(poc, confidentiality=six))
        assert set(refused.value.fields) == {f"confidentiality.{item}"}


def test_the_owner_is_of_this_company(poc: Poc) -> None:
    with pytest.raises(BadInput) as refused:
        draft(poc, budget_owner=poc.rivals[0].people["owner"])
    assert "Not a budget owner of this demand company" in refused.value.fields["budget_owner"]["en"]
    with pytest.raises(BadInput):
        draft(poc, budget_owner=poc.people["lead"])


def test_an_owner_without_an_account_is_named(poc: Poc) -> None:
    owner = {"name": "정본부", "title": "본부장", "email": "HQ@example.kr"}
    agreement = draft(poc, budget_owner=None, charter=charter_values(poc, owner=owner))
    assert addresses_of(agreement) == ["hq@example.kr"]
    assert "정본부" in "".join(text_of(render(agreement)[0]))


def test_who_drafts(poc: Poc) -> None:
    for who in ("ceo", "staff", "owner", "coordinator", "auditor"):
        with pytest.raises(AccessDenied):
            draft(poc, who)
    with pytest.raises(AccessDenied):
        draft_agreement(
            actor=poc.rivals[0].lead, project=poc.project, charter=charter_values(poc),
            budget_owner=poc.people["owner"], decision_on=DECISION,
        )  # fmt: skip
    agreement = draft(poc, "lead")
    for who in ("ceo", "lead", "owner", "coordinator"):
        with pytest.raises(AccessDenied):
            offer_agreement(actor=poc.actor(who), agreement=agreement)


def test_there_is_none_without_an_approved_plan() -> None:
    with pytest.raises(WrongState) as refused:
        draft(opened_project())
    assert "no approved plan" in refused.value.message["en"]


def test_an_offer_does_not_change(poc: Poc) -> None:
    agreement = offer_agreement(actor=poc.manager, agreement=draft(poc))
    with pytest.raises(WrongState) as refused:
        draft(poc)
    assert "does not change" in refused.value.message["en"]
    again = offer_agreement(actor=poc.manager, agreement=agreement)
    assert (again.sha256, again.state) == (agreement.sha256, "offered")


def test_a_draft_is_rewritten_and_a_refused_one_followed(poc: Poc) -> None:
    first = draft(poc)
    assert draft(poc, "lead").pk == first.pk
    offer_agreement(actor=poc.manager, agreement=first)
    decline_agreement(actor=poc.ceo, agreement=first, reason="기간이 짧습니다.")
    second = draft(poc)
    assert (second.version, second.state) == (2, "draft")
    first.refresh_from_db()
    assert (first.state, first.pdf_id is not None) == ("declined", True)


def test_taken_back_with_its_signatures() -> None:
    poc, agreement = offered_agreement()
    for who in ("ceo", "lead", "owner"):
        with pytest.raises(AccessDenied):
            take_back_agreement(actor=poc.actor(who), agreement=agreement, reason="-")
    with pytest.raises(BadInput):
        take_back_agreement(actor=poc.manager, agreement=agreement, reason="")
    assert take_back_agreement(actor=poc.manager, agreement=agreement, reason="고칩니다.").state == "void"
    assert drafted_agreement(poc).version == 2


def test_an_owner_who_left_is_found_before_the_offer(poc: Poc) -> None:
    """The draft may lie for weeks: who no longer is the budget owner is noticed when it is offered."""
    from didimdol.kernel.actor import SYSTEM
    from didimdol.people.actions import end_role
    from didimdol.people.models import RoleAssignment

    second = person("박후임")
    give(second, poc.company, Role.BUDGET_OWNER)
    agreement = draft(poc, budget_owner=second)
    end_role(actor=SYSTEM, assignment=RoleAssignment.objects.within(person=second).get())
    with pytest.raises(BadInput) as refused:
        offer_agreement(actor=poc.manager, agreement=agreement)
    assert "Not a budget owner" in refused.value.message["en"]
