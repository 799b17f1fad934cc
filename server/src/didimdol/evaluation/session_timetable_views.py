"""A timetable of presentations before it is in force: made in the background, looked at, published or changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.evaluation import actions
from didimdol.evaluation import session_rules as rules
from didimdol.evaluation.models import SessionPlan
from didimdol.evaluation.session_board import preview_of
from didimdol.evaluation.session_queries import access_plan
from didimdol.evaluation.session_states import SESSION_PLAN
from didimdol.evaluation.session_views import shown_state
from didimdol.evaluation.session_words import title_of
from didimdol.kernel.access import Access
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.words import text
from didimdol.programmes.timetables import looking
from didimdol.records.opening import opened


@require_safe
def timetable(request: ActedRequest, id: UUID) -> HttpResponse:
    """The timetable that may be published: who has a place, who has none and why. Stored for this page only."""
    actor = request.actor
    plan = access_plan(actor, id)
    preview = preview_of(plan)
    changing = plan.state == "published"
    if preview is not None:
        opened(actor, "timetable to be published", plan)
    context = {
        "plan": plan,
        "challenge": plan.round.challenge,
        "title": title_of(plan),
        "state": shown_state(plan),
        "preview": preview,
        "making": plan.asked_at is not None,
        "runs": bool(rules.may_run(actor, plan)),
        "takes": rules.takes_timetable(plan),
        "ready": rules.ready_to_change(plan) if changing else rules.ready_to_publish(plan),
        "stale": preview is not None and not rules.as_looked_at(plan),
        "changing": changing,
        "put_url": reverse(f"evaluation:{'put-sessions' if changing else 'publish-sessions'}", args=[id]),
        "progress_url": reverse("evaluation:session-progress", args=[id]),
    }
    return render(request, "evaluation/session_timetable.html", context)


@require_safe
def progress(request: ActedRequest, id: UUID) -> HttpResponse:
    plan = access_plan(request.actor, id)
    url = reverse("evaluation:session-timetable", args=[id])
    return looking.progress(request, ready=plan.asked_at is None, of=plan.pk, url=url)


class _OfTimetable(ActionView):
    reach, row_name, who = access_plan, "sessions", rules.may_run

    def back(self, row: SessionPlan) -> str:
        return reverse("evaluation:session-timetable", args=[row.pk])


class Make(_OfTimetable):
    action = actions.ask_session_timetable
    title = text("시간표 만들기", "Make a timetable")
    consequence = text(
        "지금의 배정과 참석할 수 없는 시간으로 시간표를 만들어 먼저 보여 드립니다. 확인하기 전에는 아무것도 공개하지 않습니다. 공개된 시간표가 있으면 열 수 있는 발표는 그대로 두고 나머지만 빈 시간에 놓습니다.",
        "A timetable is made from the panels and absences of now and shown to you first. Nothing is published before you confirm it. "
        "Where one is published already, sessions that can be held stay, and only the others are given free slots.",
    )
    button = text("만들기", "Make it")
    done = text("시간표를 만들고 있습니다.", "The timetable is being made.")

    @staticmethod
    def may(actor: Actor, row: SessionPlan) -> Access:
        return rules.takes_timetable(row)


class _PutInForce(_OfTimetable):
    form = looking.LookedAtForm

    def make_form(self, row: SessionPlan, data: Any = None, files: Any = None) -> forms.Form:
        return looking.LookedAtForm.of(row.proposal, data)

    def after(self, row: SessionPlan, result: SessionPlan) -> str:
        return result.get_absolute_url()


class Publish(_PutInForce):
    action, may = actions.publish_sessions, SESSION_PLAN.asks("publish")
    title = text("시간표 공개", "Publish the timetable")
    consequence = text(
        "평가위원과 신청 기업 모두에게 곧바로 알리고, 각자 자기 발표만 봅니다. 그 뒤에는 열 수 없게 된 발표만 옮길 수 있습니다.",
        "All evaluators and applicants are told at once; each sees their own sessions only. Afterwards only sessions that cannot be held are moved.",
    )
    button = text("지금 공개", "Publish now")
    done = text("시간표를 공개했습니다.", "The timetable is published.")


class Put(_PutInForce):
    action = actions.change_session_timetable
    title = text("시간표 바꾸기", "Put the change in force")
    consequence = text(
        "옮기거나 새로 놓거나 취소되는 발표의 당사자에게만 알립니다. 다른 발표는 그대로입니다.",
        "Those whose sessions move, are new or end are told. All others stay as they are.",
    )
    button = text("지금 바꾸기", "Change it now")
    done = text("시간표를 바꾸었습니다.", "The timetable is changed.")

    @staticmethod
    def may(actor: Actor, row: SessionPlan) -> Access:
        return rules.ready_to_change(row)


__all__ = ["Make", "Publish", "Put", "progress", "timetable"]
