"""The plan, the agreement over it, and the link by which a budget owner without an account signs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.projects import rules
from didimdol.projects.models import Agreement, Plan, Project
from didimdol.projects.states.project import sign_by


def _startup(project: Project, what: Text, url: str) -> WaitFor:
    return _role(project, what, url, Role.CEO, project.startup_id)


def _manager(project: Project, what: Text, url: str) -> WaitFor:
    return _role(project, what, url, Role.MANAGER, project.challenge.programme.operator_id)


def _role(project: Project, what: Text, url: str, role: Role, organisation: UUID) -> WaitFor:
    return WaitFor(
        _of(project, what),
        url,
        role=role,
        organisation=organisation,
        challenge=project.challenge_id,
        until=sign_by(project),
    )


def _of(project: Project, what: Text) -> Text:
    return text(f"{what['ko']} · {project.number}", f"{what['en']} · {project.number}")


def _draft(plan: Plan) -> Iterable[WaitFor]:
    what = text("수정사업계획서를 제출해 주십시오", "Submit the revised plan")
    yield _startup(plan.project, what, plan.get_absolute_url())


def _submitted(plan: Plan) -> Iterable[WaitFor]:
    what = text("수정사업계획서를 검토해 주십시오", "Review the revised plan")
    yield _manager(plan.project, what, plan.get_absolute_url())


def _returned(plan: Plan) -> Iterable[WaitFor]:
    what = text("수정사업계획서를 보완해 주십시오", "Mend the revised plan")
    yield _startup(plan.project, what, plan.get_absolute_url())


def _approved(plan: Plan) -> Iterable[WaitFor]:
    """Until an agreement is drafted over it."""
    if plan.project.state == "preparing" and not plan.agreements.filter(state__in=["draft", "offered"]).exists():
        what = text("협약서를 작성해 주십시오", "Draft the agreement")
        yield _manager(plan.project, what, f"{plan.project.get_absolute_url()}agreement/")


def _to_offer(agreement: Agreement) -> Iterable[WaitFor]:
    what = text("협약서를 확인하고 서명을 요청해 주십시오", "Check the agreement and ask for signatures")
    yield _manager(agreement.project, what, agreement.get_absolute_url())


def _to_sign(agreement: Agreement) -> Iterable[WaitFor]:
    """Every party that has not signed yet."""
    project, url = agreement.project, agreement.get_absolute_url()
    signed = set(agreement.signatures.values_list("party", flat=True))
    what = text("협약서에 서명해 주십시오", "Sign the agreement")
    if "startup" not in signed:
        yield _startup(project, what, url)
    if "company" not in signed:
        if agreement.budget_owner_id:
            owner = _role(project, what, url, Role.BUDGET_OWNER, project.company_id)
            yield replace(owner, person=agreement.budget_owner_id)
        else:
            asked = text("사업부 책임자의 서명을 받아 주십시오", "Get the budget owner's signature")
            yield _role(project, asked, url, Role.DEMAND_LEAD, project.company_id)
    if "operator" not in signed:
        yield _manager(project, what, url)


def _declined(agreement: Agreement) -> Iterable[WaitFor]:
    newer = agreement.project.agreements.filter(version__gt=agreement.version).exists()
    if agreement.project.state == "preparing" and not newer:
        what = text(
            "서명이 거절되었습니다. 협약서를 다시 작성해 주십시오", "Signing was declined: draft the agreement anew"
        )
        yield _manager(agreement.project, what, agreement.get_absolute_url())


PLAN = Table(
    "plan",
    State("draft", "작성 중", "Draft", kind="quiet", waits=_draft),
    State("submitted", "제출됨", "Submitted", waits=_submitted),
    State("returned", "보완 요청", "Returned", kind="warn", waits=_returned),
    State("approved", "승인됨", "Approved", kind="ok", waits=_approved),
    Move("submit", ("draft", "returned"), "submitted", rules.may_submit_plan, "제출", "Submit"),
    Move("return", ("submitted", "approved"), "returned", rules.may_judge_plan, "보완 요청", "Return",
         guard=rules.nothing_signed, reason_required=True),
    Move("approve", "submitted", "approved", rules.may_judge_plan, "승인", "Approve"),
)  # fmt: skip


def _nobody(row: Any) -> Iterable[WaitFor]:
    return ()


AGREEMENT = Table(
    "agreement",
    State("draft", "작성 중", "Draft", kind="quiet", waits=_to_offer),
    State("offered", "서명 중", "Being signed", waits=_to_sign),
    State("signed", "체결됨", "Signed", kind="ok", final=True),
    State("declined", "거절됨", "Declined", kind="bad", waits=_declined, final=True),
    State("void", "거두어들임", "Taken back", kind="quiet", waits=_nobody, final=True),
    Move("offer", "draft", "offered", rules.may_offer, "서명 요청", "Ask for signatures"),
    Move("complete", "offered", "signed", rules.by_system, "체결", "Complete"),
    Move("decline", "offered", "declined", rules.by_system, "서명 거절", "Decline", reason_required=True),
    Move("end", ("draft", "offered"), "void", rules.by_system, "과제 종료에 따라 거둠", "End with the project"),
    Move("take_back", ("draft", "offered"), "void", rules.may_offer, "협약서 거두기", "Take back", reason_required=True),
)  # fmt: skip

LINK = Table(
    "signing_link",
    State("sent", "보냄", "Sent"),
    State("signed", "서명함", "Signed", kind="ok", final=True),
    State("declined", "거절함", "Declined", kind="bad", final=True),
    State("revoked", "취소됨", "Revoked", kind="quiet", final=True),
    Move("sign", "sent", "signed", rules.by_system, "서명", "Sign"),
    Move("decline", "sent", "declined", rules.by_system, "거절", "Decline", reason_required=True),
    Move("revoke", "sent", "revoked", rules.may_revoke_link, "링크 취소", "Revoke the link"),
)  # fmt: skip
