"""A timetable of a meet-up before it is in force: made in the background, looked at, published or changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.kernel.access import Access
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.words import text
from didimdol.programmes.timetables import looking
from didimdol.records.opening import opened
from didimdol.selection import actions
from didimdol.selection import meeting_rules as rules
from didimdol.selection.meeting_board import preview_of
from didimdol.selection.meeting_forms import FirstForm
from didimdol.selection.meeting_queries import access_meet_up
from didimdol.selection.meeting_views import shown_state
from didimdol.selection.meeting_words import FIRSTS, figures_in_words
from didimdol.selection.models import MeetUp
from didimdol.selection.states.meet_up import MEET_UP


@require_safe
def timetable(request: ActedRequest, id: UUID) -> HttpResponse:
    """The timetable that may be published: how much of what is wished it places, what not and why. Stored for this page only."""
    actor = request.actor
    found = access_meet_up(actor, id)
    preview = preview_of(found)
    move = "timetable_publish" if found.state == "collecting" else "timetable_change"
    ready = rules.ready_to_publish(found) if found.state == "collecting" else rules.ready_to_change(found)
    if preview is not None:
        opened(actor, "timetable to be published", found)
    context = {
        "meet_up": found,
        "challenge": found.challenge,
        "state": shown_state(found),
        "preview": preview,
        "making": found.asked_at is not None,
        "stale": rules.as_looked_at(found) if preview is not None else None,
        "runs": bool(rules.may_run(actor, found)),
        "takes": rules.takes_timetable(found) if preview is not None else rules.may_be_made(found),
        "ready": ready,
        "publish_url": reverse(f"selection:{move}", args=[found.pk]),
        "changing": found.state == "published",
        "progress_url": reverse("selection:timetable_progress", args=[found.pk]),
    }
    return render(request, "selection/timetable.html", context)


@require_safe
def timetable_progress(request: ActedRequest, id: UUID) -> HttpResponse:
    """The answer to a poll: still being made, 304 while nothing moved; once it is there the page loads anew."""
    found = access_meet_up(request.actor, id)
    url = reverse("selection:timetable", args=[id])
    return looking.progress(request, ready=found.asked_at is None, of=found.pk, url=url)


class Make(ActionView):
    action, reach, row_name = actions.ask_for_timetable, access_meet_up, "meet_up"
    who = rules.may_run
    title = text("시간표 만들기", "Make a timetable")
    consequence = text(
        "지금까지의 희망과 참석할 수 없는 시간으로 시간표를 만들어 먼저 보여 드립니다. 확인하기 전에는 아무것도 공개하지 않습니다. 공개된 시간표가 있으면 만날 수 있는 만남은 그대로 두고 나머지만 빈 시간에 놓습니다.",
        "A timetable is made from the wishes and absences of now and shown to you first. Nothing is published before you confirm it. "
        "Where one is published already, meetings that can be held stay, and only the others are given free slots.",
    )
    button = text("만들기", "Make it")
    done = text("시간표를 만들고 있습니다.", "The timetable is being made.")

    @staticmethod
    def may(actor: Actor, row: MeetUp) -> Access:
        return rules.may_be_made(row)

    def make_form(self, row: MeetUp, data: Any = None, files: Any = None) -> forms.Form:
        """The choice, with what either came to last; none once the timetable is published."""
        if row.state == "published":
            return forms.Form(data)
        told = {key: figures_in_words(figures) for key, figures in row.proposal.get("choices", {}).items()}
        asked = self.request.GET.get("first", "")
        return FirstForm(data, initial={"first": asked if asked in FIRSTS else row.first}, told=told)

    def back(self, row: MeetUp) -> str:
        return reverse("selection:timetable", args=[row.pk])


class _PutInForce(ActionView):
    reach, row_name, form = access_meet_up, "meet_up", looking.LookedAtForm
    who = rules.may_run

    def make_form(self, row: MeetUp, data: Any = None, files: Any = None) -> forms.Form:
        return looking.LookedAtForm.of(row.proposal, data)

    def back(self, row: MeetUp) -> str:
        return reverse("selection:timetable", args=[row.pk])

    def after(self, row: MeetUp, result: MeetUp) -> str:
        return result.get_absolute_url()


class Publish(_PutInForce):
    action, may = actions.publish_timetable, MEET_UP.asks("publish")
    title = text("시간표 공개", "Publish the timetable")
    consequence = text(
        "기업과 수요기업 모두에게 곧바로 알리고, 각자 자기 만남만 봅니다. 그 뒤에는 참석할 수 없게 된 만남만 옮길 수 있습니다.",
        "All startups and companies are told at once; each sees its own meetings only. Afterwards only meetings that cannot be held are moved.",
    )
    button = text("지금 공개", "Publish now")
    done = text("시간표를 공개했습니다.", "The timetable is published.")


class ChangeTimetable(_PutInForce):
    action = actions.change_timetable
    title = text("시간표 바꾸기", "Put the change in force")
    consequence = text(
        "옮기거나 새로 놓거나 취소되는 만남의 당사자에게만 알립니다. 다른 만남은 그대로입니다.",
        "Those whose meetings move, are new or end are told. All others stay as they are.",
    )
    button = text("지금 바꾸기", "Change it now")
    done = text("시간표를 바꾸었습니다.", "The timetable is changed.")

    @staticmethod
    def may(actor: Actor, row: MeetUp) -> Access:
        return rules.ready_to_change(row)


__all__ = ["ChangeTimetable", "Make", "Publish", "timetable", "timetable_progress"]
