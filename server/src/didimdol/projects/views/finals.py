"""Pages of final evaluations: opened, reviewed, computed, released; and the sheets of the reviewers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.evaluation.guards import words_of
from didimdol.kernel.access import require, signed_in
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.paging import page
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import pick, text
from didimdol.programmes.criteria import lines
from didimdol.programmes.models import Challenge
from didimdol.projects import final_computing as computing
from didimdol.projects import final_rules as rules
from didimdol.projects import gates
from didimdol.projects.actions import finals as actions
from didimdol.projects.enums import FINAL_KINDS, GATES, GRADES
from didimdol.projects.final_forms import OpenForm, ReviewForm
from didimdol.projects.final_queries import (
    access_challenge_to_grade,
    access_final,
    access_own_record,
    access_review,
    challenges_to_grade,
    finals_visible_to,
    progress_of,
    reviews_visible_to,
)
from didimdol.projects.models import Final, Review
from didimdol.projects.states.final import FINAL, REVIEW
from didimdol.projects.states.milestone import MILESTONE
from didimdol.records.opening import opened
from didimdol.records.queries import timeline
from didimdol.records.serving import sealed_file

GRADE_KINDS = {"outstanding": "ok", "good": "ok", "fair": "info", "insufficient": "warn", "very_poor": "bad"}


# --- lists ---------------------------------------------------------------------------------------------------------


@require_safe
def finals(request: ActedRequest) -> HttpResponse:
    """The finals that one's operator runs, and one's own reviews."""
    actor = request.actor
    require(signed_in(actor))
    conducts = any(grant.role in rules.CONDUCT for grant in actor.grants)
    # Host staff do not sit on panels (통합관리지침 §10⑤): they have no reviews of their own to look for.
    context = {
        "openable": challenges_to_grade(actor) if conducts else [],
        "finals": _finals(request) if conducts else None,
        "reviews": None if conducts else _reviews(request),
    }
    return render(request, "projects/finals.html", context)


def _finals(request: ActedRequest) -> Table:
    asked = request.GET
    found = finals_visible_to(request.actor)
    if state := asked.get("state", ""):
        found = found.filter(state=state)
    rows = page(found, order=("-state_since",), cursor=asked.get("after", ""), size=50)
    return Table(
        columns=[
            Column("challenge", pick(text("챌린지", "Challenge")), head=True),
            Column("kind", pick(text("평가", "Evaluation"))),
            Column("closes", pick(text("마감", "Closes"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[
            {
                "challenge": Link(pick(row.challenge.name), row.get_absolute_url()),
                "kind": pick(FINAL_KINDS[row.kind]),
                "closes": row.closes_at,
                "state": Badge(pick(FINAL.state(row).label), FINAL.state(row).kind),
            }
            for row in rows.rows
        ],
        caption=pick(text("최종평가", "Final evaluations")),
        show_caption=False,
        filters=[
            Filter(
                "state", pick(text("상태", "State")), state, [(key, pick(s.label)) for key, s in FINAL.states.items()]
            )
        ],
        empty=Empty(
            pick(text("연 최종평가가 없습니다.", "No final evaluation was opened.")),
            pick(text("수행 중인 과제가 있으면 이곳에서 엽니다.", "It is opened here once projects run.")),
        ),
        next=rows.next_cursor or "",
    )


def _reviews(request: ActedRequest) -> Table:
    found = reviews_visible_to(request.actor)
    rows = page(found, order=("-final__closes_at", "project__number"), cursor=request.GET.get("own", ""), size=50)
    return Table(
        columns=[
            Column("project", pick(text("과제", "Project")), head=True),
            Column("kind", pick(text("평가", "Evaluation"))),
            Column("closes", pick(text("마감", "Closes"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[
            {
                "project": Link(row.project.number, row.get_absolute_url(), pick(row.project.startup.name)),
                "kind": pick(FINAL_KINDS[row.final.kind]),
                "closes": row.final.closes_at,
                "state": Badge(pick(REVIEW.state(row).label), REVIEW.state(row).kind),
            }
            for row in rows.rows
        ],
        caption=pick(text("내가 평가할 과제", "Projects for me to review")),
        show_caption=False,
        cursor_param="own",
        empty=Empty(pick(text("평가할 과제가 없습니다.", "There is no project for you to review."))),
        next=rows.next_cursor or "",
    )


# --- one final -----------------------------------------------------------------------------------------------------


@require_safe
def final(request: ActedRequest, id: UUID) -> HttpResponse:
    row = access_final(request.actor, id)
    results = computing.results_of(row)
    context = {
        "final": row,
        "kind": FINAL_KINDS[row.kind],
        "state": FINAL.state(row),
        "progress": progress_of(row),
        "results": [(result, _verdict(result)) for result in sorted(results, key=_by_rank)],
        "may_compute": FINAL.may("compute", request.actor, row),
        "may_release": FINAL.may("release", request.actor, row) if row.state == "computed" else None,
        "full": bool(row.record_id and rules.may_see_record(request.actor, row)),
        "timeline": timeline(request.actor, row.pk),
    }
    return render(request, "projects/final.html", context)


def _by_rank(result: computing.Result) -> tuple[bool, int, str]:
    return result.rank is None, result.rank or 0, result.project.number


def _verdict(result: computing.Result) -> Badge | None:
    if result.excluded:
        return Badge(pick(text("끝난 과제", "Ended")), "")
    if result.grade:
        return Badge(pick(GRADES[result.grade]), GRADE_KINDS.get(result.grade, ""))
    return Badge(pick(text("우수과제", "Best")), "ok") if result.best else None


@require_safe
def record(request: ActedRequest, id: UUID) -> JsonResponse:
    """The full record, which holds every sheet: auditors and managers."""
    row = access_final(request.actor, id)
    require(rules.may_see_record(request.actor, row))
    response = sealed_file(row.record, f"{row.challenge.slug}.{row.kind}.full.json")
    opened(request.actor, "final record (full)", row)
    return response


@require_safe
def own_record(request: ActedRequest, id: UUID) -> JsonResponse:
    """The sealed line of one's own project."""
    sealed = access_own_record(request.actor, id)
    response = sealed_file(sealed, f"{id}.final.own.json")
    opened(request.actor, "final record (own)", sealed)
    return response


class Open(ActionView):
    action, who, reach, row_name = actions.open_final, rules.may_open, access_challenge_to_grade, "challenge"
    title = text("최종평가 열기", "Open a final evaluation")
    consequence = text(
        "과제마다 전문가와 그 과제의 수요기업 위원에게 평가표가 생깁니다. 수행 중인 모든 과제가 대상이고, 우수과제는 최우수·우수"
        "(모자라면 보통) 등급에서 고릅니다.",
        "Every project gets sheets for the experts and for the people of its own demand company. All running projects are "
        "graded; the best are chosen among the outstanding and good ones (the fair ones too where those are too few).",
    )
    button = text("평가 시작", "Begin")
    done = text("평가를 시작했습니다.", "The evaluation has begun.")

    def make_form(self, row: Challenge, data: Any = None, files: Any = None) -> OpenForm:
        return OpenForm(row, data)

    def back(self, row: Challenge) -> str:
        return reverse("projects:finals")

    def after(self, row: Challenge, result: Final) -> str:
        return result.get_absolute_url()


class Compute(ActionView):
    action, who, reach, row_name = actions.compute_final, rules.may_compute, access_final, "final"
    title = text("집계", "Compute the outcome")
    consequence = text(
        "제출된 평가표와 규칙집의 배점으로 점수를 계산합니다. 제출되지 않은 평가표는 닫힙니다. 집계한 사람은 공개할 수 없습니다.",
        "Scores are computed from the locked sheets by the rulebook. Sheets that are not locked are closed. Whoever "
        "computes it cannot release it.",
    )
    button = text("집계", "Compute")
    done = text("집계했습니다.", "The outcome is computed.")


class Release(ActionView):
    action, who, reach, row_name = actions.release_final, rules.may_release, access_final, "final"
    title = text("결과 공개", "Release the outcome")
    consequence = text(
        "모든 과제의 결과를 한꺼번에 알리고 기록을 봉인합니다. 되돌릴 수 없습니다.",
        "Every project is told at once and the records are sealed. It cannot be undone.",
    )
    button = text("공개", "Release")
    done = text("결과를 공개했습니다.", "The outcome is released.")


# --- a review ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: ActedRequest, id: UUID) -> HttpResponseBase:
    """The sheet beside what stands behind the project's milestones. POST keeps it; with ``lock`` goes on to locking."""
    actor = request.actor
    row = access_review(actor, id)
    if request.method == "POST":
        form = ReviewForm(row, request.POST)
        if form.is_valid():
            try:
                actions.save_review(
                    actor=actor,
                    review=row,
                    scores=form.scores(),
                    comment=form.cleaned_data["comment"],
                    version=form.cleaned_data["version"],
                )
            except BadInput as problem:
                for name, message in problem.fields.items():
                    form.add_error(f"c-{name}" if f"c-{name}" in form.fields else None, pick(message))
                return _review_page(request, row, form, 422)
            if "lock" in request.POST:
                return HttpResponseRedirect(reverse("projects:lock_review", args=[row.pk]))
            messages.success(request, pick(text("저장했습니다.", "Saved.")))
            return HttpResponseRedirect(row.get_absolute_url())
        return _review_page(request, row, form, 422)
    return _review_page(request, row, ReviewForm(row))


def _review_page(request: ActedRequest, row: Review, form: ReviewForm, status: int = 200) -> HttpResponse:
    holds = rules.holds_review(request.actor, row)
    writable = bool(holds) and row.state == "draft" and bool(rules.in_time(row))
    context = {
        "review": row,
        "project": row.project,
        "kind": FINAL_KINDS[row.final.kind],
        "body": words_of(computing.rule_of(row.final).body(row.body)),
        "state": REVIEW.state(row),
        "form": form,
        "writable": writable,
        "refused": None if holds else holds.message,
        "late": row.state == "draft" and bool(holds) and not writable,
        "milestones": _evidence(row) if holds else [],
        "kept": _kept(row),
    }
    return render(request, "projects/review.html", context, status=status)


def _evidence(row: Review) -> list[dict[str, Any]]:
    rows = row.project.milestones.exclude(state="dropped").prefetch_related("deliverables")
    return [
        {
            "row": milestone,
            "state": MILESTONE.state(milestone),
            "gate": GATES[milestone.gate],
            "criteria": lines(gates.criteria_of(milestone)),
            "evidence": gates.evidence(milestone),
            "deliverables": list(milestone.deliverables.all()) if rules.in_time(row) else [],
        }
        for milestone in rows
    ]


def _kept(row: Review) -> list[tuple[str, int, str]]:
    criteria = computing.rule_of(row.final).body(row.body).criteria
    return [(pick(words_of(c)), c.max_points, row.scores.get(c.key, "")) for c in criteria]


class Lock(ActionView):
    action, who, reach, row_name = actions.lock_review, rules.holds_review, access_review, "review"
    title = text("평가표 제출", "Lock the review")
    consequence = text("제출한 평가표는 바꿀 수 없습니다.", "A locked review does not change.")
    button = text("제출", "Lock")
    done = text("평가표를 제출했습니다.", "The review is locked.")
