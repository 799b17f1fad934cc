"""Pages of a milestone: what stands behind it, what is to be done, and by whom; and the checks of a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.applications.rules import rules_for
from didimdol.kernel import blobs, clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import Text, text
from didimdol.programmes.criteria import lines
from didimdol.projects import gates, lineage
from didimdol.projects import milestone_rules as rules
from didimdol.projects.actions import checks as check_actions
from didimdol.projects.actions import gates as gate_actions
from didimdol.projects.actions import milestones as actions
from didimdol.projects.actions import tests as test_actions
from didimdol.projects.actions.holding import OPEN
from didimdol.projects.enums import CHECK_KINDS, CHECK_RESULTS, GATES
from didimdol.projects.milestone_forms import (
    CheckForm,
    DeliverableForm,
    ModelForm,
    ReasonForm,
    SupplementForm,
    TestForm,
)
from didimdol.projects.milestone_queries import (
    access_deliverable,
    access_milestone,
    access_model_version,
    access_test,
    access_test_log,
    checks_of,
    completes_early,
)
from didimdol.projects.models import Milestone, Project, WitnessedTest
from didimdol.projects.queries import access_project
from didimdol.projects.rules import is_startup
from didimdol.projects.states.milestone import MILESTONE, TEST
from didimdol.projects.views.frame import frame_of
from didimdol.records.actions import opened
from didimdol.records.queries import timeline
from didimdol.verification import progress
from didimdol.verification.evidence_file import evidence_file


@dataclass(frozen=True, slots=True)
class Button:
    label: Text
    url: str
    kind: str = ""


# --- the page ------------------------------------------------------------------------------------------------------


@require_safe
def milestone(request: ActedRequest, id: UUID) -> HttpResponse:
    row = access_milestone(request.actor, id)
    found = gates.evidence(row)
    buttons, refusals = _to_do(request.actor, row)
    tests = row.tests.select_related("log", "startup_signer", "company_signer").order_by("-created_at")
    shared = frame_of(request.actor, row.project, "milestone")
    context = {
        **shared,
        "crumbs": [*shared["crumbs"], {"label": f"{row.position}. {row.title}"}],
        "milestone": row,
        "state": MILESTONE.state(row),
        "gate": GATES[row.gate],
        "criteria": lines(gates.criteria_of(row)),
        "evidence": found,
        "progress_url": reverse("projects:milestone_progress", args=[row.pk]),
        "buttons": buttons,
        "refusals": refusals,
        "late": _late(row),
        "payable": gates.payable(row),
        "chain": lineage.chain(row.project) if row.gate == "verification" else [],
        "deliverables": row.deliverables.select_related("blob", "by").order_by("at"),
        "tests": [_test(request.actor, test, row) for test in tests],
        "opens_models": _opens_models(request.actor, row),
        "timeline": timeline(request.actor, row.pk),
    }
    return render(request, "projects/milestone.html", context)


def _late(milestone: Milestone) -> bool:
    return milestone.state in OPEN and clock.today().date() > milestone.due_on


def _to_do(actor: Actor, milestone: Milestone) -> tuple[list[Button], list[tuple[Text, Text]]]:
    """What this reader may do now; and what is theirs to do and not possible yet, with the reason."""
    buttons: list[Button] = []
    if milestone.state in OPEN and rules.project_running(milestone.project):
        if rules.hands_in(actor, milestone):
            if milestone.gate == "verification":
                buttons.append(Button(text("모델 제출", "Hand in a model"), _url("hand_in_model", milestone)))
            buttons.append(Button(text("결과물 추가", "Add a file"), _url("add_deliverable", milestone)))
        if milestone.gate == "witnessed" and rules.records_test(actor, milestone):
            buttons.append(Button(text("시험 기록", "Record a test"), _url("record_test", milestone)))
    refusals: list[tuple[Text, Text]] = []
    for move, name, kind in (
        ("submit", "submit_milestone", "primary"),
        ("accept", "accept_milestone", "primary"),
        ("approve", "approve_milestone", "primary"),
        ("ask_supplement", "supplement_milestone", ""),
        ("drop", "drop_milestone", "quiet"),
    ):
        access = MILESTONE.may(move, actor, milestone)
        if access:
            buttons.append(Button(MILESTONE.moves[move].label, _url(name, milestone), kind))
        elif kind == "primary" and milestone.state in MILESTONE.moves[move].sources and access.reason in _TOLD:
            refusals.append((MILESTONE.moves[move].label, access.message))
    return buttons, refusals


#: refusals that the person can do something about; that somebody else has to act needs no alert
_TOLD = ("gate_shut", "own_work", "project_not_running")


def _url(name: str, row: Milestone | WitnessedTest | Project) -> str:
    return reverse(f"projects:{name}", args=[row.pk])


def _test(actor: Actor, test: WitnessedTest, milestone: Milestone) -> dict[str, Any]:
    test.milestone = milestone
    may = bool(TEST.may("sign", actor, test)) or bool(TEST.may("countersign", actor, test))
    own = test.startup_signer_id if is_startup(actor, milestone.project) else test.company_signer_id
    return {
        "row": test,
        "state": TEST.state(test),
        "may_sign": may and own is None and milestone.state in OPEN,
        "may_refuse": bool(TEST.may("refuse", actor, test)),
    }


def _opens_models(actor: Actor, milestone: Milestone) -> bool:
    newest = lineage.newest(milestone.project)
    if newest is None:
        return False
    try:
        access_model_version(actor, newest.pk)
    except Invisible:
        return False
    return True


@require_safe
def progress_of(request: ActedRequest, id: UUID) -> HttpResponse:
    """Polled while the newest model is measured."""
    row = access_milestone(request.actor, id)
    version = gates.newest_model(row)
    if version is None or version.job is None:
        raise Invisible("measurement", id)
    return progress.respond(request, version.job, _url("milestone_progress", row))


@require_safe
def evidence_zip(request: ActedRequest, id: UUID) -> HttpResponse:
    """The measurement behind the gate, with the milestone's criteria, signed."""
    row = access_milestone(request.actor, id)
    version = gates.newest_model(row)
    opened(request.actor, "evidence", row)
    return evidence_file(version.job if version else None, gates.criteria_of(row))


# --- files ---------------------------------------------------------------------------------------------------------


@require_safe
def deliverable(request: ActedRequest, id: UUID) -> HttpResponseBase:
    row = access_deliverable(request.actor, id)
    opened(request.actor, "deliverable", row)
    return blobs.serve(request, row.blob, filename=row.filename)


@require_safe
def model_file(request: ActedRequest, id: UUID) -> HttpResponseBase:
    row = access_model_version(request.actor, id)
    opened(request.actor, "model", row)
    return blobs.serve(request, row.blob, filename=row.filename)


@require_safe
def test_log(request: ActedRequest, id: UUID) -> HttpResponseBase:
    row = access_test_log(request.actor, id)
    opened(request.actor, "test log", row)
    return blobs.serve(request, row.log, filename=row.filename)


# --- one action a page ---------------------------------------------------------------------------------------------


class OfMilestone(ActionView):
    reach, row_name = access_milestone, "milestone"


class AddDeliverable(OfMilestone):
    action, who, form = actions.add_deliverable, rules.hands_in, DeliverableForm
    title = text("결과물 추가", "Add a file")
    consequence = text(
        "올린 파일은 지울 수 없습니다. 고친 파일은 새로 올리십시오.",
        "A file stays once it is added: add a mended one anew.",
    )
    button = text("올리기", "Upload")
    done = text("결과물을 올렸습니다.", "The file was added.")


class HandInModel(OfMilestone):
    action, who = gate_actions.hand_in_model, rules.hands_in
    title = text("모델 제출", "Hand in a model")
    consequence = text(
        "제출한 모델을 협약의 기준으로 측정합니다. 가장 나중에 제출한 모델의 측정으로 관문을 판정합니다.",
        "The model is measured by the criteria of the agreement. The newest model decides the gate.",
    )
    button = text("제출하고 측정", "Hand in and measure")
    done = text(
        "모델을 제출했습니다. 측정이 끝나면 알려 드립니다.",
        "The model is handed in; you will hear when it is measured.",
    )

    def make_form(self, row: Milestone, data: Any = None, files: Any = None) -> ModelForm:
        return ModelForm(rules_for(row.project.place.application).model_file.formats, data, files)


class RecordTest(OfMilestone):
    action, who = test_actions.record_test, rules.records_test
    title = text("입회 시험 기록", "Record a witnessed test")
    consequence = text(
        "기록한 뒤 창업기업과 수요기업이 모두 서명해야 인정됩니다. 서명이 끝나지 않은 앞선 기록을 대신합니다.",
        "It counts once the startup and the demand company have both signed. It takes the place of an unsigned one.",
    )
    button = text("기록", "Record")
    done = text("시험을 기록했습니다. 양측이 서명해야 합니다.", "The test is recorded: both parties sign it now.")

    def make_form(self, row: Milestone, data: Any = None, files: Any = None) -> TestForm:
        return TestForm(gates.criteria_of(row), data, files)


class Submit(OfMilestone):
    action, who = actions.submit_milestone, rules.hands_in
    title = text("단계 제출", "Hand in the milestone")
    consequence = text(
        "수요기업이 결과물과 측정 결과를 확인하고 인수합니다. 보완을 요청받기 전에는 바꿀 수 없습니다.",
        "The demand company looks at it and accepts. Nothing changes until a supplement is asked for.",
    )
    button = text("제출", "Hand in")
    done = text("단계를 제출했습니다.", "The milestone is handed in.")


class Accept(OfMilestone):
    action, who = actions.accept_milestone, rules.accepts
    template = "projects/accept_milestone.html"
    title = text("단계 인수", "Accept the milestone")
    consequence = text(
        "결과물과 모델의 변경 이력을 함께 인수합니다. 인수하면 운영기관이 승인하고 지원금을 집행할 수 있습니다.",
        "You accept the files and the lineage of the model. After the operator's approval its money may be paid.",
    )
    button = text("인수", "Accept")
    done = text("단계를 인수했습니다.", "The milestone is accepted.")

    def extra(self, row: Milestone) -> dict[str, Any]:
        return {
            "chain": lineage.chain(row.project) if row.gate == "verification" else [],
            "evidence": gates.evidence(row),
        }


class Approve(OfMilestone):
    action, who = actions.approve_milestone, rules.approves
    title = text("단계 승인", "Approve the milestone")
    consequence = text(
        "승인하면 창업기업이 이 단계의 지원금을 요청할 수 있습니다. 되돌릴 수 없습니다.",
        "The startup may then ask for this milestone's money. It cannot be undone.",
    )
    button = text("승인", "Approve")
    done = text("단계를 승인했습니다.", "The milestone is approved.")


class Supplement(OfMilestone):
    action, who, form = actions.ask_supplement, rules.asks_supplement, SupplementForm
    title = text("보완 요청", "Ask for a supplement")
    button = text("보완 요청", "Ask for it")
    done = text("보완을 요청했습니다.", "The supplement was asked for.")


class Drop(OfMilestone):
    action, who, form, danger = actions.drop_milestone, rules.drops, ReasonForm, True
    title = text("단계 제외", "Drop the milestone")
    consequence = text(
        "이 단계의 지원금은 집행하지 않습니다. 되돌릴 수 없습니다.", "No money follows it. It cannot be undone."
    )
    button = text("제외", "Drop")
    done = text("단계를 제외했습니다.", "The milestone is dropped.")


class SignTest(ActionView):
    action, who, reach, row_name = test_actions.sign_test, rules.signs_test, access_test, "test"
    template = "projects/sign_test.html"
    title = text("입회 시험 서명", "Sign the witnessed test")
    consequence = text(
        "시험 계획, 원시 기록, 수치가 입회한 시험 그대로임을 확인하고 서명합니다.",
        "You confirm that plan, raw log and figures are those of the test that you witnessed.",
    )
    button = text("서명", "Sign")
    done = text("서명했습니다.", "Signed.")

    def extra(self, row: WitnessedTest) -> dict[str, Any]:
        return {"evidence": gates.evidence(row.milestone)}


class RefuseTest(ActionView):
    action, who, reach, row_name = test_actions.refuse_test, rules.signs_test, access_test, "test"
    form, danger = ReasonForm, True
    title = text("서명 거부", "Refuse to sign")
    consequence = text(
        "이 시험은 인정되지 않습니다. 다시 시험해 기록해야 합니다.",
        "The test does not count: it is done and recorded again.",
    )
    button = text("서명 거부", "Refuse")
    done = text("서명을 거부했습니다.", "The signature is refused.")


# --- checks --------------------------------------------------------------------------------------------------------


@require_safe
def checks(request: ActedRequest, id: UUID) -> HttpResponse:
    project = access_project(request.actor, id)
    context = {
        **frame_of(request.actor, project, "checks"),
        "checks": [(check, CHECK_KINDS[check.kind], CHECK_RESULTS[check.result]) for check in checks_of(project)],
        "may_check": rules.may_check(request.actor, project),
        "early": completes_early(project),
    }
    return render(request, "projects/checks.html", context)


class CheckProject(ActionView):
    action, who, reach, row_name, form = (
        check_actions.check_project, rules.may_check, access_project, "project", CheckForm,
    )  # fmt: skip
    title = text("과제 점검", "Check the project")
    button = text("기록", "Record")
    done = text("점검을 기록했습니다.", "The check is recorded.")

    def back(self, row: Project) -> str:
        return reverse("projects:checks", args=[row.pk])
